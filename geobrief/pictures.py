"""Pictures of raster layers: opened in the format of their name, and within bounds."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from geobrief.errors import GeodataError, Where
from geobrief.settings import settings

FORMATS = {".png": "PNG", ".webp": "WEBP"}
"""Format by the ending of the name. Pillow tries all it knows, and runs programs for some."""


def opened(path: Path) -> Image.Image:
    """Return a picture whose pixels are not read yet.

    Raises
    ------
    GeodataError
        If it is no picture in the format of its name, or has too many pixels.
    """
    made = FORMATS.get(path.suffix)
    if made is None:
        hint = f"one of {', '.join(FORMATS)}"
        raise GeodataError(f"{path.suffix!r} is not a picture's name", Where(path), hint)
    try:
        image = Image.open(path, formats=(made,))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as reason:
        raise GeodataError(f"is not a picture in {made}: {reason}", Where(path)) from None
    if (pixels := image.width * image.height) > (most := settings().max_picture):
        image.close()
        raise GeodataError(f"the picture has {pixels} pixels", Where(path), f"at most {most}")
    return image


def check(path: Path) -> None:
    """Read a picture to its end.

    Raises
    ------
    GeodataError
        If it is no picture, too large, or damaged.
    """
    with opened(path) as image:
        try:
            image.load()
        except (OSError, ValueError, SyntaxError) as reason:
            raise GeodataError(f"the picture is damaged: {reason}", Where(path)) from None
