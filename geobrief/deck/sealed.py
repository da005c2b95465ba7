"""Deck -> one HTML file that needs no server: presenter, maps, charts, notes, facts and sources.

The page is the presenter's. What its maps share stands in it once, and its script puts the pages of
the maps together from there. The last line is the seal.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from geobrief.cards import card
from geobrief.deck import present
from geobrief.deck.held import DEFAULTS, Held
from geobrief.deck.seal import sealed
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.export import Pause, Told
from geobrief.names import name_of
from geobrief.render import chart, inline, markup, screen
from geobrief.render.leaflet import SCRIPTS, SHEETS, compiled, script_json
from geobrief.sheets import Chart
from geobrief.wording import wording

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from geobrief.atlas import Atlas
    from geobrief.layers import Layer

STYLES = (*present.STYLES, "reading.css", "sealed.css")
PLAIN_STYLES = ("plain.css",)
FRAME_SCRIPTS = (*SCRIPTS, "held.js")
KEYS = (*present.KEYS[:-1], (("S",), wording("Sources and facts")), present.KEYS[-1])


def write(
    atlas: Atlas,
    deck: Deck,
    key: Ed25519PrivateKey | None = None,
    pause: Pause = lambda: None,
    told: Told = lambda done, total: None,
) -> bytes:
    """Return the file; the same deck and key give the same bytes.

    `pause` is called before each slide; what it raises ends the work.

    Raises
    ------
    SetupError
        If the fonts have not been cut, or a script holds what would end it early.
    """
    held = Held(atlas)
    figures, run, charts = [], [], []
    for slide in deck.slides:
        pause()
        script = inline.whole_script(compiled(atlas, slide.spec, "held").script)
        figures.append(_figure(atlas, slide, held, script))
        run.append(script)
        charts.append([_chart_url(atlas, deck, one) for one in slide.charts])
        told(slide.number, len(deck.slides))
    values = present.values(atlas, deck, KEYS)
    for shown, addresses in zip(values["slides"], charts, strict=True):
        for one, address in zip(shown["charts"], addresses, strict=True):
            one["address"] = address
    parts = _shared()
    values |= {name: Markup(text) for name, text in parts.items()}
    html = (
        screen.environment()
        .get_template("sealed.html")
        .render(
            **values | {"sealed": True},
            policy=inline.policy(
                [parts["script"], parts["frame_script"], *run],
                [parts[name] for name in ("styles", "rules", "plain_rules", "frame_rules")],
            ),
            figures=figures,
            held=held,
            defaults=Markup(script_json(DEFAULTS)),
            sources=_sources(atlas, deck, values["text"]),
        )
    )
    return sealed(html.replace("\r\n", "\n").replace("\r", "\n").encode() + b"\n", key)


def _shared() -> dict[str, str]:
    """Return the scripts and styles of the page and of its maps."""
    return {
        "script": inline.whole_script(inline.scripts(("sealed.js", *present.SCRIPTS))),
        "frame_script": inline.whole_script(inline.scripts(FRAME_SCRIPTS)),
        "styles": inline.styles(),
        "rules": inline.rules(STYLES),
        "plain_rules": inline.rules(PLAIN_STYLES),
        "frame_rules": inline.rules(SHEETS),
    }


def _figure(atlas: Atlas, slide: DeckSlide, held: Held, script: str) -> Markup:
    """Return the page of a slide's map, without what all of them share."""
    spec = slide.spec
    own = spec.extent != atlas.sheets[spec.sheet].extent
    made = compiled(atlas, spec, "held")
    values = screen.values(atlas, spec, {"bbox": "own"} if own else None, made)
    values["legend"] = [group for group in values["legend"] if group["on"]]
    kinds = [place["kind"] for place in values["places"]]
    values["spec_json"] = Markup(script_json(held.take(spec, slide.number, kinds)))
    template = screen.environment().get_template("figure.html")
    return Markup(template.render(**values, number=slide.number, script=Markup(script)))


def _chart_url(atlas: Atlas, deck: Deck, drawn: Chart) -> str:
    """Return a chart as an address that holds it, as text: shorter than base64."""
    svg = chart.svg(atlas, drawn, deck.language.id).decode()
    return "data:image/svg+xml," + quote(svg, safe=" !$&'()*+,-./:;=?@[]^_`{|}~")


def _sources(atlas: Atlas, deck: Deck, text: markup.Text) -> list[dict[str, Any]]:
    """Return each layer of the deck with the cards of its features, and the sources of the rest."""
    told: dict[str, None] = {}
    drawn: dict[str, None] = {}
    for slide in deck.slides:
        spec = slide.spec
        told |= dict.fromkeys(feature.id for feature in spec.answering())
        told |= dict.fromkeys(id for passage in spec.passages for id in passage.features)
        drawn |= dict.fromkeys(feature.id for feature in spec.features())
    layers = [layer.id for slide in deck.slides for layer in slide.spec.layers]
    layers += [id.partition("/")[0] for id in told]
    order = [id for id in atlas.layers if id in set(layers)]
    make = partial(_card, atlas, deck, text)
    return [
        {
            "layer": atlas.layers[id],
            "cards": [(f, make(f)) for f in told if f.startswith(f"{id}/")],
            "plain": _plain(atlas, deck, atlas.layers[id], [f for f in drawn if f not in told]),
        }
        for id in order
    ]


def _card(atlas: Atlas, deck: Deck, text: markup.Text, id: str) -> Markup:
    made = card(atlas, id, deck.language.id, deck.policy)
    html = markup.card(made, text, clear=False)
    return Markup(html.replace('<bdi dir="ltr">', "<bdi>"))  # what it is by itself; 15 % less


def _plain(atlas: Atlas, deck: Deck, layer: Layer, drawn: list[str]) -> list[tuple[str, list[str]]]:
    """Return the sources of a layer's features that have no card, each with their names."""
    found: dict[str, list[str]] = {}
    policy = atlas.policy(deck.policy)
    for feature in drawn:
        if feature.startswith(f"{layer.id}/"):
            row = layer.frame.loc[feature.partition("/")[2]]
            name = name_of(atlas, feature, deck.language.id, policy)
            found.setdefault(f"{row['source']} ({row['as_of']})", []).append(name)
    return [(source, list(dict.fromkeys(names))) for source, names in found.items()]
