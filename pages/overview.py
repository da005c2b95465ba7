"""The first page: what this atlas is, its map, its sheets, and where knowledge ends."""

import streamlit as st

from geobrief.web import parts
from geobrief.web.layout import current

screen = current()
parts.heading(screen)
parts.map_and_reading(screen, lead=screen.sheet.notes, share=0.68)
sheets_side, doubt_side = st.columns([0.34, 0.66], gap="large")
with sheets_side:
    parts.sheet_links(screen)
with doubt_side:
    parts.uncertainty(screen)
parts.footing(screen)
