"""The timeline: events on the map and on an axis together, at a date the reader chooses."""

import streamlit as st

from geobrief.web import parts
from geobrief.web.layout import current

screen = current()
parts.heading(screen)
map_side, text_side = st.columns([0.7, 0.3], gap="medium")
with map_side:
    parts.sheet_map(screen)
with text_side:
    parts.reading(screen)
parts.time_axis(screen)
parts.tables(screen)
parts.footing(screen)
