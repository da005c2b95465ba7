"""What the essay says that can be checked, beside what was found."""

import streamlit as st

from geobrief.web import parts
from geobrief.web.layout import current

screen = current()
parts.heading(screen)
text_side, map_side = st.columns([0.54, 0.46], gap="large")
with text_side:
    parts.claims(screen)
with map_side:
    parts.following_map(screen)
parts.footing(screen)
