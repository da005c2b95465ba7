"""The door: the server imports `app`; each rerun of the dashboard runs this file as a script."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from geobrief.web.door import door_routes
from geobrief.web.layout import navigation
from geobrief.web.routes import routes
from geobrief.web.security import SecurityHeaders

if __name__ == "__main__":
    navigation()
else:
    app = st.App(
        Path(__file__).resolve(),
        routes=[*routes(), *door_routes()],
        middleware=[Middleware(SecurityHeaders)],
    )
