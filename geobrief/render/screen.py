"""MapSpec -> one complete map page.

folium compiles: its elements give the page's links, the map's container and the script. The
script leaves the page for a file of its own, because map pages run no inline script. It holds
geometry alone; names, symbols and passages stand in the page as data, whole and escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from geobrief import style
from geobrief.errors import SetupError
from geobrief.render.assets import font_faces, font_url
from geobrief.render.chrome import chrome, kinds
from geobrief.render.leaflet import (
    Compiled,
    compiled,
    raster_url,
    script_json,
    script_safe,
    web_twin,
)
from geobrief.spec import MapSpec
from geobrief.wording import wording

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

FINER = "finer"
"""Parameter of a script's address that asks for the finest lines."""

_OUTSIDE = re.compile(r"<(?:script|link|style|img)[^>]*https?://[^>]*>", re.I)


@dataclass(frozen=True)
class MapPage:
    """A page, its script, and the digest that stands in the script's address."""

    html: str
    script: str
    digest: str


def page(atlas: Atlas, spec: MapSpec, query: dict[str, str] | None = None) -> MapPage:
    """Return the map page of a spec.

    What folium makes is compiled once per set of drawn features and kept; selecting, moving and
    changing the language only write the data blocks anew.

    Parameters
    ----------
    atlas, spec
        The atlas and the map of one of its sheets.
    query
        The view as URL parameters, so that the script's address carries its whole state.

    Raises
    ------
    SetupError
        If the page would link to another host.
    """
    made = compiled(atlas, spec)
    html = environment().get_template("map.html").render(**values(atlas, spec, query, made))
    if found := _OUTSIDE.search(html):
        raise SetupError(f"the map page links to another host: {found.group()[:120]}")
    return MapPage(html, made.script, made.digest)


def values(
    atlas: Atlas, spec: MapSpec, query: dict[str, str] | None, made: Compiled
) -> dict[str, Any]:
    """Return what the templates of a map page are filled with."""
    asked = {"lang": spec.lang, "policy": spec.policy, "date": spec.date} | dict(query or {})
    return {
        **chrome(atlas, spec, asked),
        "header": Markup(made.header),
        "map": Markup(made.body),
        "early": list(_early(atlas, spec)),
        "styles": Markup(styles()),
        "digest": spec.digest(),
        "spec_json": Markup(script_safe(spec.to_json())),
        "page_json": Markup(script_json(_page_data(atlas, spec, asked))),
        "script_url": _script_url(spec.sheet, asked, made.digest),
        "finer_url": _script_url(spec.sheet, {**asked, FINER: "1"}, made.digest),
    }


def _early(atlas: Atlas, spec: MapSpec) -> Iterator[tuple[str, str]]:
    """Yield kind and address of what a browser would only look for once the map is being drawn."""
    for layer in spec.layers:
        if layer.kind == "raster":
            twin = web_twin(atlas, layer.id)
            yield "image", raster_url(twin.id, twin.digest)
    if any(feature.label and feature.label_style == style.ITALIC for feature in spec.features()):
        yield "font", font_url(style.SANS, italic=True)


def _page_data(atlas: Atlas, spec: MapSpec, query: dict[str, str]) -> dict[str, Any]:
    """What the scripts need beside the spec: wording, colours, selection, addresses."""
    words = {
        "km": wording("km"),
        "map": wording("Map"),
        "copied": wording("Link copied"),
        "wheel": wording("Click the map, or hold Ctrl, to zoom with the wheel"),
        "copy_yourself": wording("Copy the link from the field"),
        "north": wording("N"),
        "south": wording("S"),
        "east": wording("E"),
        "west": wording("W"),
    }
    carried = {key: query[key] for key in ("lang", "policy", "date", "compare") if query.get(key)}
    return {
        "text": {key: atlas.text(spec.lang, word) for key, word in words.items()},
        "colours": {
            "select": style.SELECT,
            "halo": style.HALO,
            "ink": style.INK,
            "water": style.WATER,
        },
        "kinds": kinds(atlas, spec),
        "select": spec.select,
        "home": atlas.sheets[spec.sheet].extent,
        "exact": bool(query.get("bbox")),
        "query": carried,
        "files": f"/api/sheets/{quote(spec.sheet)}.",
    }


def _script_url(sheet: str, query: dict[str, str], digest: str) -> str:
    drawn = {k: v for k, v in query.items() if k not in ("select", "bbox") and v}
    return f"/map/{quote(sheet)}.js?{urlencode({**drawn, 'v': digest})}"


@lru_cache(maxsize=1)
def styles() -> str:
    """Return the palette as CSS variables, and the fonts: style.py is the only source of both."""
    names = [n for n in dir(style) if n.isupper() and str(getattr(style, n)).startswith("#")]
    colours = "".join(f"--{n.lower().replace('_', '-')}:{getattr(style, n)};" for n in names)
    families = (
        f'--sans:"{style.SANS}","{style.ARABIC}",sans-serif;'
        f'--serif:"{style.SERIF}","{style.ARABIC}",serif;'
    )
    labels = "\n".join(_label_rule(name, rule) for name, rule in style.LABELS.items())
    return f"{font_faces()}\n:root{{{colours}{families}}}\n{labels}"


def _label_rule(name: str, rule: dict[str, object]) -> str:
    upper = "text-transform:uppercase;" if rule["upper"] else ""
    italic = "font-style:italic;" if name == style.ITALIC else ""
    return (
        f".gb-label-{name}{{font-size:{rule['size']}px;font-weight:{rule['weight']};"
        f"letter-spacing:{rule['spacing']}em;color:{rule['colour']};{upper}{italic}}}"
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates of the map pages.

    `plain` escapes a text that stands between tags and leaves its quotation marks as they are.
    """
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["plain"] = lambda text: Markup(escape(text, quote=False))
    return made
