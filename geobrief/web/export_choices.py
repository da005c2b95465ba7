"""What the Export page offers: maps, format, size and look, each choice whole in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from geobrief.errors import BrokenError, GeobriefError
from geobrief.export import told
from geobrief.render import markup
from geobrief.render.formats import FORMATS, IMAGES, format_name
from geobrief.render.paper.options import (
    BACKGROUNDS,
    LOOKS,
    MAX_MM,
    MIN_MM,
    PARTS,
    SIZES,
    TEXTS,
    PrintOptions,
)
from geobrief.settings import settings
from geobrief.spec import MARKING_LENGTH, View
from geobrief.web.layout import Screen, follow, warn
from geobrief.web.verbatim import verbatim
from geobrief.wording import wording

PROGRAM = (".venv/bin/python", "-m", "geobrief")
"""How the command line is called."""
OWN_SIZE = "own"
RESOLUTIONS = (72, 96, 150, 200, 300, 400, 600)
FORMAT_NOTES = {
    "png": wording("PNG: an image for slides, pages and messages"),
    "svg": wording("SVG: a drawing that stays sharp and can be edited"),
    "pdf": wording("PDF: a sheet for print, with its fonts"),
    "geojson": wording("GeoJSON: the features with sources and colours, for the web"),
    "gpkg": wording("GeoPackage: every layer in full detail, opens styled in QGIS"),
    "html": wording("HTML: the interactive map in one file that needs no network"),
}
SIZE_NAMES = {
    "slide": wording("Slide 16:9"),
    "a4": "A4",
    "a3": "A3",
    "square": wording("Square"),
    OWN_SIZE: wording("Own size"),
}
ORIENTATIONS = {"landscape": wording("Landscape"), "portrait": wording("Portrait")}
LOOK_NAMES = {
    "colour": wording("Colour"),
    "greyscale": wording("Greyscale"),
    "contrast": wording("High contrast"),
}
PART_NAMES = {
    "title": wording("Title"),
    "passage": wording("Passage"),
    "legend": wording("Legend"),
    "inset": wording("Inset map"),
}
GROUND_NAMES = {"paper": wording("Paper"), "transparent": wording("Transparent")}
TEXT_NAMES = {"paths": wording("Outlines"), "text": wording("Text")}


@dataclass(frozen=True)
class Wish:
    """What the reader wants to take away."""

    sheets: tuple[str, ...]
    suffix: str
    view: View
    options: PrintOptions

    def query(self, options: PrintOptions | None = None) -> str:
        """Return the query of an address of `/api/sheets`."""
        return urlencode({**self.view.to_query(), **told(options or self.options)})


def titles(screen: Screen) -> dict[str, str]:
    """Return the sheets of all pages that show one, in their order, each with its name."""
    found: dict[str, str] = {}
    for page in screen.atlas.pages:
        if page.subtitle:
            continue
        for id in (one for one in page.sheets if one in screen.atlas.sheets):
            tab = screen.text(screen.atlas.sheets[id].tab)
            own = f" · {tab}" if tab and len(page.sheets) > 1 else ""
            found.setdefault(id, f"{screen.text(page.title)}{own}")
    return found


def wish(screen: Screen) -> Wish | None:
    """Lay out the controls and return what they say; None where it cannot be."""
    known = titles(screen)
    if not known:
        return None
    for id in st.query_params.get("maps", "").split(","):
        if id in screen.atlas.sheets.broken:
            warn(str(BrokenError(f"the sheet {id!r}", screen.atlas.sheets.broken[id])))
    sheets = tuple(_several(screen, "maps", wording("Maps"), known, (next(iter(known)),)))
    suffix = one(screen, "format", wording("Format"), {f: format_name(f) for f in FORMATS}, "png")
    note = screen.text(FORMAT_NOTES[suffix])
    st.html(f'<p class="gb-note">{markup.said(note)}</p>')
    given = {"marking": ""}
    if suffix in IMAGES:
        given |= _page(screen, suffix)
    view = _view(screen)
    if suffix in IMAGES:
        given |= _looks(screen, suffix)
    given["marking"] = _line(screen, "marking", wording("Handling line at head and foot"))
    try:
        return Wish(sheets, suffix, view, PrintOptions.from_query(given))
    except GeobriefError as error:
        warn(str(error))
        return None


def _page(screen: Screen, suffix: str) -> dict[str, str]:
    """Offer size, orientation and resolution."""
    left, right = st.columns(2)
    with left:
        sizes = {**_of(SIZE_NAMES, tuple(SIZES)), OWN_SIZE: SIZE_NAMES[OWN_SIZE]}
        size = one(screen, "size", wording("Size"), sizes, "slide")
    given = {"size": size}
    if size == OWN_SIZE:
        with right:
            width = _number(screen, "width", wording("Width (mm)"), 240)
        with left:
            height = _number(screen, "height", wording("Height (mm)"), 160)
        given["size"] = f"{width}x{height}mm"
    else:
        with right:
            ways = wording("Orientation")
            given["orientation"] = one(screen, "orientation", ways, ORIENTATIONS, "landscape")
    if suffix != "png":
        return given
    with left if size != OWN_SIZE else right:
        steps = {str(n): str(n) for n in RESOLUTIONS if n <= settings().max_dpi}
        given["dpi"] = one(screen, "dpi", wording("Dots per inch"), steps, "200")
    return given


def _view(screen: Screen) -> View:
    """Offer language, border policy and date of the map; those of the page unless told."""
    atlas, view = screen.atlas, screen.view
    languages = {language.id: language.name for language in atlas.languages}
    policies = {policy.id: policy.name for policy in atlas.policies}
    label = wording("Boundaries on the map")
    policy = one(screen, "boundaries", label, policies, view.policy or atlas.policies[0].id)
    left, right = st.columns(2)
    with left:
        label, own = wording("Language of the map"), view.lang or atlas.default_language.id
        lang = one(screen, "language", label, languages, own)
    with right:
        day = _day(screen)
    first = {"policy": atlas.policies[0].id, "lang": atlas.default_language.id}
    return View(
        lang="" if lang == first["lang"] else lang,
        policy="" if policy == first["policy"] else policy,
        date=day,
        compare="" if view.compare == policy else view.compare,
    )


def _looks(screen: Screen, suffix: str) -> dict[str, str]:
    """Offer colours, ground, and what is left out."""
    left, right = st.columns(2)
    with left:
        look = one(screen, "look", wording("Look"), _of(LOOK_NAMES, LOOKS), LOOKS[0])
    with right:
        grounds = _of(GROUND_NAMES, BACKGROUNDS)
        ground = one(screen, "background", wording("Background"), grounds, BACKGROUNDS[0])
    without = _several(screen, "without", wording("Leave out"), _of(PART_NAMES, PARTS), ())
    given = {"look": look, "background": ground, "without": ",".join(without)}
    if suffix == "svg":
        label = wording("Letters in the file")
        given["text"] = one(screen, "text", label, _of(TEXT_NAMES, TEXTS), TEXTS[0])
    return given


def _of(names: Mapping[str, str], known: tuple[str, ...]) -> dict[str, str]:
    """Return the names of what the print knows, in its order."""
    return {name: names.get(name, name) for name in known}


# Controls that follow the URL


def one(screen: Screen, name: str, label: str, options: dict[str, str], default: str) -> str:
    asked = st.query_params.get(name, "")
    st.session_state[name] = asked if asked in options else default

    def choose() -> None:
        chosen = st.session_state[name]
        follow(name, "" if chosen == default else chosen)

    found: str = st.selectbox(
        verbatim(screen.text(label)),
        list(options),
        key=name,
        format_func=lambda id: screen.text(options[id]),
        on_change=choose,
    )
    return found


def _several(
    screen: Screen, name: str, label: str, options: dict[str, str], default: tuple[str, ...]
) -> list[str]:
    asked = [part for part in st.query_params.get(name, "").split(",") if part in options]
    st.session_state[name] = asked or list(default)

    def choose() -> None:
        chosen = st.session_state[name]
        follow(name, "" if chosen == list(default) else ",".join(chosen))

    found: list[str] = st.multiselect(
        verbatim(screen.text(label)),
        list(options),
        key=name,
        format_func=lambda id: screen.text(options[id]),
        on_change=choose,
        placeholder=screen.text(wording("Choose")),
    )
    return [id for id in options if id in found]


def _number(screen: Screen, name: str, label: str, default: int) -> int:
    asked = st.query_params.get(name, "")
    value = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else default
    st.session_state[name] = min(max(value, MIN_MM), MAX_MM)
    found: int = st.number_input(
        verbatim(screen.text(label)),
        MIN_MM,
        MAX_MM,
        key=name,
        step=10,
        on_change=lambda: follow(name, str(st.session_state[name])),
    )
    return found


def _line(screen: Screen, name: str, label: str) -> str:
    st.session_state[name] = st.query_params.get(name, "")[:MARKING_LENGTH]
    found: str = st.text_input(
        verbatim(screen.text(label)),
        key=name,
        max_chars=MARKING_LENGTH,
        on_change=lambda: follow(name, st.session_state[name]),
    )
    return found


def _day(screen: Screen) -> str:
    newest = screen.atlas.as_of
    try:
        asked = date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        asked = None
    st.session_state["day"] = asked if asked and asked <= newest else None

    def choose() -> None:
        chosen = st.session_state["day"]
        follow("day", chosen.isoformat() if chosen else "")

    found: Any = st.date_input(
        verbatim(screen.text(wording("State at a date"))),
        min_value=date(1800, 1, 1),
        max_value=newest,
        format="YYYY-MM-DD",
        key="day",
        on_change=choose,
    )
    return found.isoformat() if found else ""
