"""MapSpec -> one interactive page in one file, which asks nobody for anything.

It is the map page with all that it links to written into it: scripts, styles, fonts, pictures.
Beside the map stand the passages and a card for each feature. Its policy allows no connection
and only the scripts that stand in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from markupsafe import Markup

from geobrief.cards import card
from geobrief.errors import SetupError
from geobrief.render import markup, screen
from geobrief.render.assets import STATIC, asset_file
from geobrief.render.leaflet import SCRIPTS, SHEETS, compiled
from geobrief.spec import MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

MEDIA = {".png": "image/png", ".webp": "image/webp", ".woff2": "font/woff2"}
STYLES = ("reading.css", "offline.css")
SCRIPT = "offline.js"

_ASSET = re.compile(r"/assets/(?!raster/)([\w./-]+)\?v=[0-9a-f]+")
_RASTER = re.compile(r"/assets/raster/([^\"?]+)\?v=[0-9a-f]+")
_PICTURE = re.compile(r"url\((images/[\w.-]+)\)")
_DEBUG = re.compile(r"^//# sourceMappingURL=.*$", re.M)


def render(atlas: Atlas, spec: MapSpec, marking: str = "") -> bytes:
    """Return the page.

    Raises
    ------
    SetupError
        If a script holds what would end it early.
    """
    made = compiled(atlas, spec)
    own = spec.extent != atlas.sheets[spec.sheet].extent
    values = screen.values(atlas, spec, {"bbox": "own"} if own else None, made)
    values["legend"] = [group for group in values["legend"] if group["on"]]
    script = f"{_scripts()}\n{_RASTER.sub(lambda found: _raster(atlas, found[1]), made.script)}"
    if re.search(r"</script|<!--", script, re.I):
        raise SetupError("a script of the page would end early")
    styles = Markup(_ASSET.sub(lambda found: _data(asset_file(found[1])), values["styles"]))
    html = (
        screen.environment()
        .get_template("offline.html")
        .render(
            **values | {"styles": styles},
            **_reading(atlas, spec),
            rules=Markup(_rules()),
            script=Markup(script),
            marking=" ".join(marking.split()),
            policy=_policy(script),
        )
    )
    return html.encode()


def _policy(script: str) -> str:
    """Return the Content-Security-Policy: no connection, and one script by its digest."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _reading(atlas: Atlas, spec: MapSpec) -> dict[str, Any]:
    """Return the passages and the cards of all that answers to a click, as HTML."""

    def text(wording: str) -> str:
        return atlas.text(spec.lang, wording)

    tag = atlas.default_language.tag
    drawn = [feature for feature in spec.features() if feature.interactive]
    ids = [feature.id for feature in (*drawn, *spec.records, *spec.unplaced)]
    ids += [id for passage in spec.passages for id in passage.features]
    cards = (card(atlas, id, spec.lang, spec.policy) for id in dict.fromkeys(ids))
    return {
        "passages_html": Markup("".join(markup.passage(p, text, tag) for p in spec.passages)),
        "cards_html": Markup("".join(markup.card(made, text, hidden=True) for made in cards)),
    }


@lru_cache(maxsize=1)
def _scripts() -> str:
    """Return Leaflet and our scripts as one; they do not change while the process runs."""
    files = [*(asset_file(name) for name in SCRIPTS), STATIC / SCRIPT]
    return "\n".join(_DEBUG.sub("", path.read_text(encoding="utf-8")) for path in files)


@lru_cache(maxsize=1)
def _rules() -> str:
    """Return the styles of Leaflet and ours, with their pictures in them."""
    files = [*(asset_file(name) for name in SHEETS), *(STATIC / name for name in STYLES)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return _PICTURE.sub(lambda found: f"url({_data(asset_file(f'leaflet/{found[1]}'))})", text)


def _raster(atlas: Atlas, name: str) -> str:
    return _data(atlas.layers[unquote(name)].path)


def _data(path: Path) -> str:
    """Return a file as an address that holds it."""
    return f"data:{MEDIA[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
