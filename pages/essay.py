"""The whole essay: every linked phrase lights its places on a map that follows the reader."""

import streamlit as st

from geobrief.web import parts
from geobrief.web.layout import current

screen = current(otherwise=parts.bare_essay)
parts.heading(screen)
if screen.sheet.id == screen.page.sheets[0]:
    parts.coverage_line(screen)
    text_side, map_side = st.columns([0.52, 0.48], gap="large")
    with text_side:
        parts.essay(screen)
    with map_side:
        parts.following_map(screen)
    parts.left_out(screen)
else:
    parts.map_and_reading(screen)
    parts.tables(screen)
parts.footing(screen)
