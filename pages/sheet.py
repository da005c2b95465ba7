"""A map sheet: the map, its passages beside it, its time axis, charts and tables below."""

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
parts.charts(screen)
parts.tables(screen)
parts.footing(screen)
