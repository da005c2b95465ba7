"""Two pages with a heading each: what Streamlit itself takes."""

import os

import streamlit as st

sheets = os.environ["GEOBRIEF_BENCH_SHEETS"].split()
st.navigation([st.Page(lambda s=s: st.title(s), title=s, url_path=s) for s in sheets]).run()
