"""The dashboard's index page, as Streamlit ships it, repaired.

On a page's own address Streamlit's script first asks for its server below that address and
meets a 404, which the browser logs as an error; a small script tells it where the server is.
The title is the atlas's from the first moment, the font that no page of ours uses is not fetched
ahead, and what every map needs is. An address that is no page's is answered with 404: Streamlit
would send its own page, which finds nothing there.
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

from geobrief.atlas import Atlas
from geobrief.errors import GeobriefError, NotFoundError, SetupError
from geobrief.render.assets import asset_url
from geobrief.render.leaflet import SCRIPTS, SHEETS
from geobrief.web import current_atlas
from geobrief.web.answers import METHODS, guarded
from geobrief.web.plain import CLOSED, broken_answer, plain_answer, wants_page
from geobrief.wording import wording

INDEX = Path(st.__file__).parent / "static" / "index.html"
FOLDERS = ("_stcore", "static", "media", "component", "app/static")
"""Where Streamlit's own files and calls are, below the root."""
DATA = ("api", "assets", "healthz")
"""What programs ask for: nothing below is a page."""
FILES = tuple(p.name for p in INDEX.parent.iterdir() if p.is_file() and p != INDEX)
"""Streamlit's own files in the root."""
SCRIPT = "base.js"

_TITLE = re.compile(r"<title>.*?</title>", re.S)
_FONT = re.compile(r"<link\s[^>]*\bas=\"font\"[^>]*>", re.S)


class _Elsewhere(StringConvertor):
    """Every address that is not one of Streamlit's own."""

    _own = "|".join([*(f"{re.escape(name)}/" for name in FOLDERS), *map(re.escape, FILES)])
    regex = f"(?!(?:{_own})).+"


def door_routes() -> list[Route]:
    """Return the routes of the index page and of what is nowhere; they come after all others."""
    register_url_convertor("elsewhere", _Elsewhere())
    # The first session would take the folder `pages` for the list of pages, before st.navigation
    # has run, and answer a page's own address with "not found".
    PagesManager.uses_pages_directory = False
    found = {"/": _index, f"/{SCRIPT}": _script, "/{page:elsewhere}": _index}
    return [Route(path, guarded(endpoint), methods=METHODS) for path, endpoint in found.items()]


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
    return f'{head}<script src="./{SCRIPT}"></script>\n    {_early()}{mark}{rest}'


def _early() -> str:
    """Return links to what every map needs: it arrives while Streamlit's own script starts."""
    kinds = {"script": SCRIPTS, "style": SHEETS}
    return "".join(
        f'<link rel="prefetch" as="{kind}" href="{asset_url(name)}">\n    '
        for kind, names in kinds.items()
        for name in names
    )


def _index(request: Request) -> Response:
    asked = request.path_params.get("page", "")
    try:
        atlas = current_atlas()
    except GeobriefError as error:
        if not wants_page(request):
            raise
        return broken_answer(request, None, error, CLOSED)
    pages = [page.id for page in atlas.pages]
    query = f"?{request.url.query}" if request.url.query else ""
    page, slash = asked.removesuffix("/"), asked.endswith("/")
    up = "../" if slash else ""
    if asked and page not in pages:
        return _nowhere(atlas, request)
    if asked and page == pages[0]:  # Streamlit knows it as / alone
        return RedirectResponse(f"{up}./{query}", status_code=307)
    if slash:
        return RedirectResponse(f"{up}{page}{query}", status_code=307)
    return HTMLResponse(index(atlas.title), headers={"Cache-Control": "no-cache"})


def _base() -> str:
    return str(st.get_option("server.baseUrlPath")).strip("/")


def _nowhere(atlas: Atlas, request: Request) -> Response:
    """Answer 404: a page to a browser, the error's usual shape to everything else."""
    data = request.url.path.split("/")[1] in DATA
    if data or not wants_page(request):
        raise NotFoundError(f"no such address: {request.url.path}", hint="see /")
    heading = wording("There is no page at this address")
    words = wording("Go on from the first page:")
    return plain_answer(request, atlas, 404, heading, words, root=f"/{_base()}")


def _script(request: Request) -> Response:
    base = json.dumps(_base())
    code = f"window.__streamlit = {{ BACKEND_BASE_URL: window.location.origin + '/' + {base} }};\n"
    return Response(code, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
