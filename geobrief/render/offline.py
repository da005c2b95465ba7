"""MapSpec -> one interactive page in one file, which asks nobody for anything.

It is the map page with all that it links to written into it: scripts, styles, fonts, pictures.
Beside the map stand the passages and a card for each feature. Its policy allows no connection
and only the scripts that stand in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from markupsafe import Markup

from geobrief.cards import card
from geobrief.render import inline, markup, screen
from geobrief.render.leaflet import SCRIPTS, SHEETS, compiled
from geobrief.spec import MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

STYLES = ("reading.css", "offline.css")
SCRIPT = "offline.js"

_RASTER = re.compile(r"/assets/raster/([^\"?]+)\?v=[0-9a-f]+")


def render(atlas: Atlas, spec: MapSpec, marking: str = "") -> bytes:
    """Return the page.

    Raises
    ------
    SetupError
        If a script holds what would end it early.
    """
    made = compiled(atlas, spec, "whole")
    own = spec.extent != atlas.sheets[spec.sheet].extent
    values = screen.values(atlas, spec, {"bbox": "own"} if own else None, made)
    values["legend"] = [group for group in values["legend"] if group["on"]]
    own_script = _RASTER.sub(lambda found: _raster(atlas, found[1]), made.script)
    script = inline.whole_script(f"{inline.scripts((*SCRIPTS, SCRIPT))}\n{own_script}")
    html = (
        screen.environment()
        .get_template("offline.html")
        .render(
            **values | {"styles": Markup(inline.styles())},
            **_reading(atlas, spec),
            rules=Markup(inline.rules((*SHEETS, *STYLES))),
            script=Markup(script),
            marking=" ".join(marking.split()),
            policy=inline.policy([script]),
        )
    )
    return html.encode()


def _reading(atlas: Atlas, spec: MapSpec) -> dict[str, Any]:
    """Return the passages and the cards of all that answers to a click, as HTML."""

    def text(wording: str) -> str:
        return atlas.text(spec.lang, wording)

    tag = atlas.default_language.tag
    ids = [feature.id for feature in spec.answering()]
    ids += [id for passage in spec.passages for id in passage.features]
    cards = (card(atlas, id, spec.lang, spec.policy) for id in dict.fromkeys(ids))
    return {
        "passages_html": Markup("".join(markup.passage(p, text, tag) for p in spec.passages)),
        "cards_html": Markup("".join(markup.card(made, text, hidden=True) for made in cards)),
    }


def _raster(atlas: Atlas, name: str) -> str:
    return inline.data_url(atlas.layers[unquote(name)].path)
