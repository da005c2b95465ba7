"""The dashboard as leafmap makes it: its folium map, shown by its own `to_streamlit`."""

import os

import leafmap.foliumap as leafmap
import streamlit as st

from benchmarks.peers.maps import fill, spec_of


def page(sheet: str) -> None:
    """Show a sheet: its map and its passages."""
    spec = spec_of(sheet)
    st.title(spec.title)
    left, right = st.columns([3, 1])
    with right:
        for passage in spec.passages:
            st.write(passage.text)
    with left:
        leaflet = leafmap.Map(
            tiles=None, draw_control=False, measure_control=False, fullscreen_control=False,
            search_control=False, layers_control=False, locate_control=False,
        )  # fmt: skip
        fill(leaflet, sheet).to_streamlit(height=640)


sheets = os.environ["GEOBRIEF_BENCH_SHEETS"].split()
st.set_page_config(layout="wide")
st.navigation([st.Page(lambda s=s: page(s), title=s, url_path=s) for s in sheets]).run()
