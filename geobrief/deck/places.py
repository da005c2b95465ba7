"""Where the parts of a slide stand, in points, for any size of slide and either direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from geobrief.render.paper.lettering import Type, measure, wrap
from geobrief.wording import runs_right_to_left

Rows = Sequence[tuple[str, dict[str, Any]]]
"""Paragraphs, and how each looks: serif, bold, colour, essay, part of the size."""

LEAST = 11.0
"""The smallest type of a passage, in points."""

SLACK = 0.88
"""Part of a box that is filled: another program may set the same words a little wider."""


class Box(NamedTuple):
    """Left, top, width, height in points."""

    left: float
    top: float
    width: float
    height: float


class Places:
    """The parts of a slide of some width and height; mirrored where words run right to left."""

    def __init__(self, width: float, height: float, rtl: bool, marking: str) -> None:
        x, y = width / 960, height / 540
        band = 14 * y if marking else 0.0

        def at(left: float, top: float, wide: float, high: float) -> Box:
            start = 960 - left - wide if rtl else left
            return Box(start * x, top * y, wide * x, high * y)

        self.title = at(28, 14 + band / y, 904, 46)
        self.subtitle = at(28, 62 + band / y, 904, 20)
        self.map = at(28, 90 + band / y, 600, 376 - 2 * band / y)
        self.passage = at(648, 90 + band / y, 284, 376 - 2 * band / y)
        self.sources = at(28, 474 - band / y, 420, 52)
        self.disclaimer = at(464, 474 - band / y, 430, 52)
        self.number = at(904, 506 - band / y, 34, 18)
        ends = (at(28, 3, 904, 14), at(28, 523, 904, 14))
        self.markings = ends if marking else ()


def fitting(
    rows: Rows, box: Box, script: str, largest: float = 20.0, least: float = LEAST
) -> float:
    """Return the largest size of type in points at which paragraphs fit a box."""
    size = largest
    while size > least and _height(rows, box.width * SLACK, script, size) > box.height * SLACK:
        size -= 0.5
    return size


def _height(rows: Rows, width: float, script: str, size: float) -> float:
    total = 0.0
    for text, look in rows:
        own = "arabic" if script == "arabic" and runs_right_to_left(text) else "latin"
        kind = Type(
            size * look.get("part", 1.0),
            serif=look.get("serif", False),
            weight=600 if look.get("bold") else 400,
            script=own,
        )
        lines = wrap(text, kind, width)
        widest = max(measure(line, kind).width for line in lines)
        if widest > width:
            return float("inf")
        total += len(lines) * kind.size * (1.5 if own == "arabic" else 1.22)
        total += look.get("after", 0.0)
    return total
