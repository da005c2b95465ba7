"""What a page in one file holds instead of links: scripts, styles, fonts and pictures as text.

And the policy that lets such a page connect to nobody and run only what stands in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from geobrief.errors import SetupError
from geobrief.render import screen
from geobrief.render.assets import asset_file

MEDIA = {".png": "image/png", ".webp": "image/webp", ".woff2": "font/woff2"}

_ASSET = re.compile(r"/assets/(?!raster/)([\w./-]+)\?v=[0-9a-f]+")
_PICTURE = re.compile(r"url\((images/[\w.-]+)\)")
_DEBUG = re.compile(r"^//# sourceMappingURL=.*$", re.M)
_END = re.compile(r"</script|<!--", re.I)


def data_url(path: Path) -> str:
    """Return a file as an address that holds it."""
    return f"data:{MEDIA[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"


@lru_cache(maxsize=4)
def scripts(names: tuple[str, ...]) -> str:
    """Return script files as one, by public name; they do not change while the process runs."""
    files = (asset_file(name) for name in names)
    return "\n".join(_DEBUG.sub("", path.read_text(encoding="utf-8")) for path in files)


@lru_cache(maxsize=4)
def rules(names: tuple[str, ...]) -> str:
    """Return style files as one, by public name, with their pictures in them."""
    text = "\n".join(asset_file(name).read_text(encoding="utf-8") for name in names)
    return _PICTURE.sub(lambda found: f"url({data_url(asset_file(f'leaflet/{found[1]}'))})", text)


@lru_cache(maxsize=1)
def styles() -> str:
    """Return palette and label rules, and the fonts themselves."""
    return _ASSET.sub(lambda found: data_url(asset_file(found[1])), screen.styles())


def whole_script(text: str) -> str:
    """Return the script itself.

    Raises
    ------
    SetupError
        If it holds what would end it early.
    """
    if _END.search(text):
        raise SetupError("a script of the page would end early")
    return text


def policy(run: Iterable[str], look: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page that runs these scripts and asks nobody.

    `look` are its styles; without them, any style that stands in the page holds.
    """
    styled = _digests(look) or "'unsafe-inline'"
    return (
        f"default-src 'none'; script-src {_digests(run)}; style-src {styled}; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _digests(texts: Iterable[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
