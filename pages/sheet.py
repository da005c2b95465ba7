"""A map sheet: the map, its passages beside it, its tables below."""

import streamlit as st

from geobrief.web import layout

screen = layout.current()
layout.heading(screen)
map_side, text_side = st.columns([0.7, 0.3], gap="medium")
with map_side:
    layout.sheet_map(screen)
with text_side:
    layout.reading(screen)
layout.tables(screen)
layout.footing(screen)
