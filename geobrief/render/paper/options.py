"""What a printed sheet may be asked for: its size, its resolution, what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from geobrief.errors import RequestError
from geobrief.settings import settings
from geobrief.spec import checked_marking

MM = 72 / 25.4
SIZES = {
    "slide": (960.0, 540.0),
    "a4": (297 * MM, 210 * MM),
    "a3": (420 * MM, 297 * MM),
    "square": (540.0, 540.0),
}
"""Width and height in points, landscape."""

MIN_MM, MAX_MM = 80, 2000
LEAST_DPI = 36

PARTS = ("title", "passage", "legend", "inset")
"""What a sheet can leave out; source line, disclaimer, dates and digest always stay."""

LOOKS = ("colour", "greyscale", "contrast")
BACKGROUNDS = ("paper", "transparent")
TEXTS = ("paths", "text")


@dataclass(frozen=True)
class PrintOptions:
    """The choices for one printed sheet; the defaults give a slide.

    `size` is "slide" (13.333 by 7.5 inches), "a4", "a3", "square" or "WxHmm". `dpi` is pixels per
    inch of a PNG, and at most of the hillshade in the other formats. `marking` is a handling line
    at head and foot. `without` names the parts of `PARTS` that are left out, in their order there.
    `look` is one of `LOOKS`, `background` of `BACKGROUNDS`; `text` of `TEXTS` says how an SVG
    holds its words.
    """

    size: str = "slide"
    orientation: str = "landscape"
    dpi: int = 200
    marking: str = ""
    without: tuple[str, ...] = ()
    look: str = "colour"
    background: str = "paper"
    text: str = "paths"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> PrintOptions:
        """Read the options from URL parameters or the command line; unknown keys are left alone.

        Raises
        ------
        RequestError
            If an option is not known or out of its range.
        """
        return cls(
            size=query.get("size") or cls.size,
            orientation=query.get("orientation") or cls.orientation,
            dpi=_whole(query["dpi"]) if query.get("dpi") else cls.dpi,
            marking=query.get("marking", ""),
            without=_parts(query.get("without", "")),
            look=query.get("look") or cls.look,
            background=query.get("background") or cls.background,
            text=query.get("text") or cls.text,
        ).checked()

    def checked(self) -> PrintOptions:
        """Return the options themselves.

        Raises
        ------
        RequestError
            If an option is not known or out of its range.
        """
        limits = settings()
        for part in self.without:
            _among("without", part, PARTS)
        _among("look", self.look, LOOKS)
        _among("background", self.background, BACKGROUNDS)
        _among("text", self.text, TEXTS)
        checked_marking(self.marking)
        if not LEAST_DPI <= self.dpi <= limits.max_dpi:
            raise RequestError(
                f"dpi {self.dpi} is out of range", hint=f"{LEAST_DPI} to {limits.max_dpi}"
            )
        width, height = page_size(self.size, self.orientation)
        pixels = round(width / 72 * self.dpi) * round(height / 72 * self.dpi)
        if pixels > limits.max_pixels:
            raise RequestError(
                f"the image would have {pixels:,} pixels",
                hint=f"at most {limits.max_pixels:,}: choose a smaller size or dpi",
            )
        return self


SLIDE = PrintOptions()


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts in their order, each once, and what is not known after them."""
    named = dict.fromkeys(part.strip() for part in text.split(",") if part.strip())
    return (*(part for part in PARTS if part in named), *(n for n in named if n not in PARTS))


def _among(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise RequestError(f"{option} {value!r} is not known", hint=f"write {', '.join(known)}")


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise RequestError(f"dpi {text!r} is not a whole number", hint=f"write {LEAST_DPI} or more")
    return int(text)


def page_size(size: str, orientation: str) -> tuple[float, float]:
    """Return width and height in points.

    Raises
    ------
    RequestError
        If the size or the orientation is not known.
    """
    if orientation not in ("landscape", "portrait"):
        raise RequestError(
            f"orientation {orientation!r} is not known", hint="write landscape or portrait"
        )
    if size in SIZES:
        width, height = SIZES[size]
    elif found := re.fullmatch(r"(\d{2,4})x(\d{2,4})mm", size):
        millimetres = int(found[1]), int(found[2])
        if not all(MIN_MM <= side <= MAX_MM for side in millimetres):
            raise RequestError(
                f"size {size!r} is out of range", hint=f"sides from {MIN_MM} to {MAX_MM} mm"
            )
        return millimetres[0] * MM, millimetres[1] * MM
    else:
        raise RequestError(f"size {size!r} is not known", hint=f"write {', '.join(SIZES)} or WxHmm")
    return (width, height) if orientation == "landscape" else (height, width)
