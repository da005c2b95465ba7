"""The dashboard's index page, as Streamlit ships it, with two repairs.

On a page's own address Streamlit's script first asks for its server below that address and
meets a 404, which the browser logs as an error; a small script tells it where the server is.
The title is the atlas's from the first moment, and the font that no page of ours uses is not
fetched ahead.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

import streamlit as st
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from geobrief.errors import GeobriefError, SetupError
from geobrief.web import current_atlas

INDEX = Path(st.__file__).parent / "static" / "index.html"
SCRIPT = "base.js"

_TITLE = re.compile(r"<title>.*?</title>", re.S)
_FONT = re.compile(r"<link\s[^>]*\bas=\"font\"[^>]*>", re.S)


class _Page(StringConvertor):
    regex = "[A-Za-z0-9_-]+"


def door_routes() -> list[Route]:
    """Return the routes of the index page; they come after all others of one segment."""
    register_url_convertor("page", _Page())
    # The first session would take the folder `pages` for the list of pages, before st.navigation
    # has run, and answer a page's own address with "not found".
    PagesManager.uses_pages_directory = False
    return [Route("/", _index), Route(f"/{SCRIPT}", _script), Route("/{page:page}", _index)]


def index(title: str) -> str:
    """Return the index page.

    Raises
    ------
    SetupError
        If Streamlit's index page is not as the installed version ships it.
    """
    named = f"<title>{escape(title)}</title>"
    html, titles = _TITLE.subn(lambda _: named, INDEX.read_text(encoding="utf-8"))
    head, mark, rest = _FONT.sub("", html).partition("<script")
    if titles != 1 or not mark:
        raise SetupError("Streamlit's index page has changed", hint="run make setup")
    return f'{head}<script src="./{SCRIPT}"></script>\n    {mark}{rest}'


def _index(request: Request) -> Response:
    try:
        atlas = current_atlas()
    except GeobriefError:
        title, first = "", ""  # the page itself says what is wrong
    else:
        title, first = atlas.title, atlas.pages[0].id if atlas.pages else ""
    if first and request.path_params.get("page") == first:  # Streamlit knows it as / alone
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"./{query}", status_code=307)
    return HTMLResponse(index(title), headers={"Cache-Control": "no-cache"})


def _script(request: Request) -> Response:
    base = json.dumps(st.get_option("server.baseUrlPath").strip("/"))
    code = f"window.__streamlit = {{ BACKEND_BASE_URL: window.location.origin + '/' + {base} }};\n"
    return Response(code, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
