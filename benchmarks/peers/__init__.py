"""The same sheets as other tools make a page of them: what a user would pick instead.

Each file but `maps` is a Streamlit script; `maps` makes what they and the bare page show.
"""
