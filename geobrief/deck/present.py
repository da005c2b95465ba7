"""Deck -> the page that shows it full screen: slides, notes, overview and help in one document.

The page draws no map itself. Each slide names the address of its map page, which the script puts
into a frame when its turn comes near; a page in a file of its own fills the frames otherwise.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from geobrief.deck.slides import Deck, DeckSlide
from geobrief.render import markup, screen
from geobrief.render.assets import asset_url
from geobrief.render.leaflet import script_json
from geobrief.sheets import Chart
from geobrief.spec import MapSpec, View
from geobrief.wording import filled, wording

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

SCRIPTS = ("present-frames.js", "present-notes.js", "present.js")
"""Own files, in the order in which they run."""

STYLES = ("present.css",)

Keys = tuple[tuple[tuple[str, ...], str], ...]
KEYS: Keys = (
    (("PageDown", "Space", "Enter", "↓", "{onward}"), wording("Next slide")),
    (("PageUp", "Backspace", "↑", "{back}"), wording("Previous slide")),
    (("Home", "End"), wording("First and last slide")),
    (("1", "2", "Enter"), wording("Go to a slide: its number, then Enter")),
    (("O", "G", "Esc"), wording("Overview of all slides")),
    (("N",), wording("Notes, clock and next slide in a second window")),
    (("T", "R"), wording("Start or pause the timer; set it to zero")),
    (("B", "."), wording("Black screen, and back")),
    (("W",), wording("White screen, and back")),
    (("F",), wording("Full screen, and back")),
    (("Z",), wording("Map as the slide had it")),
    (("Tab",), wording("Into the map; on one of its places the arrow keys belong to the map")),
    (("?", "H"), wording("This help")),
)
"""Keys as the help writes them, and what they do; the arrow onward depends on the script."""


def page(atlas: Atlas, deck: Deck) -> str:
    """Return the page as the server sends it, with links to its scripts and styles."""
    links = {
        "script_urls": [asset_url(name) for name in SCRIPTS],
        "style_urls": [asset_url(name) for name in STYLES],
    }
    template = screen.environment().get_template("present.html")
    return template.render(**values(atlas, deck), **links)


def values(atlas: Atlas, deck: Deck, keys: Keys = KEYS) -> dict[str, Any]:
    """Return what the template is filled with, links to own files aside; it escapes all texts."""
    text = partial(atlas.text, deck.language.id)
    first = deck.slides[0].spec
    return {
        "text": text,
        "lang_tag": deck.language.tag,
        "direction": deck.language.direction,
        "essay_tag": atlas.default_language.tag,
        "essay_direction": atlas.default_language.direction,
        "deck": deck.id,
        "digest": deck.digest(),
        "title": deck.title,
        "atlas_title": text(atlas.title),
        "marking": " ".join(deck.marking.split()),
        "policy_name": first.policy_name,
        "disclaimer": first.disclaimer,
        "unreviewed": first.unreviewed,
        "as_of": first.as_of,
        "slides": [_slide(atlas, slide, text) for slide in deck.slides],
        "keys": _keys(keys, deck.language.direction == "rtl", text),
        "sealed": False,
        "styles": Markup(screen.styles()),
        "deck_json": Markup(script_json(_script_data(deck, text))),
    }


def map_address(atlas: Atlas, spec: MapSpec) -> str:
    """Return the address of a slide's map page, with its whole state."""
    own = spec.extent != atlas.sheets[spec.sheet].extent
    bbox = spec.extent if own else None
    view = View(spec.lang, spec.policy, spec.date, spec.select, bbox)
    return f"/map/{quote(spec.sheet)}?{urlencode(view.to_query())}"


def chart_address(spec: MapSpec, number: int) -> str:
    """Return the address of a chart of a slide's sheet, counted from 0."""
    asked = urlencode({"lang": spec.lang})
    return f"/api/sheets/{quote(spec.sheet)}/charts/{number}.svg?{asked}"


def _slide(atlas: Atlas, slide: DeckSlide, text: markup.Text) -> dict[str, Any]:
    spec = slide.spec
    charts = enumerate(slide.charts)
    return {
        "number": slide.number,
        "spec": spec,
        "title": spec.title,
        "alt": f"{text('Map')}: {spec.title}",
        "address": map_address(atlas, spec),
        "extent": ",".join(f"{value:.4f}" for value in spec.extent),
        "notes": Markup(markup.lead(slide.notes)),
        "charts": [_chart(chart, chart_address(spec, n), text) for n, chart in charts],
    }


def _chart(chart: Chart, address: str, text: markup.Text) -> dict[str, str]:
    title, note = text(chart.title), text(chart.note)
    return {"title": title, "note": note, "alt": f"{title}. {note}", "address": address}


def _keys(rows: Keys, mirrored: bool, text: markup.Text) -> list[tuple[list[str], str]]:
    """Return the rows of the help. Where the script runs leftwards, so do the arrow keys."""
    onward, back = ("←", "→") if mirrored else ("→", "←")
    return [
        ([filled(key, onward=onward, back=back) for key in keys], text(does)) for keys, does in rows
    ]


def _script_data(deck: Deck, text: markup.Text) -> dict[str, Any]:
    """What the scripts need beside the document: its identity and wording."""
    words = {
        "slide": wording("Slide {number} of {count}: {title}"),
        "black": wording("Black screen"),
        "white": wording("White screen"),
        "back": wording("The screen is back"),
        "blocked": wording("The browser did not open a second window: allow it for this page"),
        "start": wording("Start"),
        "pause": wording("Pause"),
    }
    return {
        "digest": deck.digest(),
        "title": deck.title,
        "tag": deck.language.tag,
        "text": {key: text(word) for key, word in words.items()},
    }
