"""The dashboard as it is usually made: folium maps through st_folium, passages and card beside."""

import os

import folium
import streamlit as st
from streamlit_folium import st_folium

from benchmarks.peers.maps import fill, spec_of


def page(sheet: str) -> None:
    """Show a sheet: its map, its passages, the card of what was clicked."""
    spec = spec_of(sheet)
    st.title(spec.title)
    left, right = st.columns([3, 1])
    with right:
        lit: tuple[str, ...] = ()
        for passage in spec.passages:
            if st.button(passage.text, key=passage.id):
                lit = passage.features
    with left:
        leaflet = fill(folium.Map(tiles=None), sheet, lit)
        told = st_folium(
            leaflet, key=sheet, height=640, use_container_width=True,
            returned_objects=["last_object_clicked_tooltip"],
        )  # fmt: skip
    with right, st.container(key="card"):
        st.write((told or {}).get("last_object_clicked_tooltip") or "")


sheets = os.environ["GEOBRIEF_BENCH_SHEETS"].split()
st.set_page_config(layout="wide")
st.navigation([st.Page(lambda s=s: page(s), title=s, url_path=s) for s in sheets]).run()
