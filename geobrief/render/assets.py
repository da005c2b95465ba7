"""The files that pages link to, by public name. Nothing else under /assets is served."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from xstatic.pkg import leaflet

from geobrief import fonts
from geobrief.errors import NotFoundError
from geobrief.fonts import FONTS, Font
from geobrief.settings import settings

PREFIX = "/assets"
STATIC = Path(__file__).parent / "static"
LEAFLET = Path(leaflet.BASE_DIR)
SUFFIXES = {".js", ".css", ".png", ".woff2"}

_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def asset_file(name: str) -> Path:
    """Return the file behind `name`: "map.js", "leaflet/leaflet.js", "fonts/<stem>.woff2".

    Raises
    ------
    NotFoundError
        If there is no such file, or the name leads out of its folder.
    """
    folder, _, rest = name.rpartition("/")
    root = {
        "": STATIC,
        "leaflet": LEAFLET,
        "leaflet/images": LEAFLET / "images",
        "fonts": settings().fonts,
    }.get(folder)
    if root is not None and _SAFE.fullmatch(rest) and Path(rest).suffix in SUFFIXES:
        path = root / rest
        if path.is_file():
            return path
    raise NotFoundError(f"no asset {name!r}")


@lru_cache(maxsize=256)
def asset_bytes(path: Path) -> bytes:
    """Return a file that does not change while the process runs."""
    return path.read_bytes()


@lru_cache(maxsize=256)
def asset_digest(path: Path) -> str:
    """Return 12 hex digits over a file that does not change while the process runs."""
    return hashlib.sha256(asset_bytes(path)).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Return the address of an asset, with its digest so that it may be kept for ever."""
    return f"{PREFIX}/{name}?v={asset_digest(asset_file(name))}"


def font_name(font: Font) -> str:
    """Return the public name of a font's web file."""
    return f"fonts/{font.stem}.woff2"


def font_url(family: str, weight: int = 400, *, italic: bool = False) -> str:
    """Return the address of a font's web file."""
    wanted = family, weight, italic
    font = next(font for font in FONTS if (font.family, font.weight, font.italic) == wanted)
    return asset_url(font_name(font))


def font_faces() -> str:
    """Return the @font-face rules of all static weights.

    Raises
    ------
    SetupError
        If the fonts have not been cut.
    """
    for problem in fonts.missing():
        raise problem
    return "\n".join(
        f'@font-face{{font-family:"{font.family}";font-weight:{font.weight};'
        f"font-style:{'italic' if font.italic else 'normal'};font-display:swap;"
        f'src:url("{asset_url(font_name(font))}") format("woff2")}}'
        for font in FONTS
    )
