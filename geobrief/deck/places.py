"""Where the parts of a slide stand, in points, for any size of slide and either direction."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from geobrief.render.paper.lettering import Type, measure, wrap
from geobrief.wording import runs_right_to_left

Rows = Sequence[tuple[str, dict[str, Any]]]
"""Paragraphs, and how each looks: serif, bold, colour, essay, part of the size."""

WIDE = (960.0, 540.0)
"""A slide of 16:9, in points."""

LEAST = 11.0
"""The smallest type of a passage, in points."""

SLACK = 0.94
"""Part of a box's width and height that is filled: another program may set the words wider."""


class Box(NamedTuple):
    """Left, top, width, height in points."""

    left: float
    top: float
    width: float
    height: float


class Places:
    """The parts of a slide of some width and height; mirrored where words run right to left."""

    def __init__(self, width: float, height: float, rtl: bool, marking: str) -> None:
        x, y = width / WIDE[0], height / WIDE[1]
        band = 14 * y if marking else 0.0

        def at(left: float, top: float, wide: float, high: float) -> Box:
            start = WIDE[0] - left - wide if rtl else left
            return Box(start * x, top * y, wide * x, high * y)

        self.title = at(24, 10 + band / y, 912, 42)
        self.subtitle = at(24, 53 + band / y, 912, 20)
        self.map = at(24, 78 + band / y, 628, 384 - 2 * band / y)
        self.passage = at(668, 78 + band / y, 268, 384 - 2 * band / y)
        self.sources = at(24, 468 - band / y, 346, 62)
        self.disclaimer = at(386, 468 - band / y, 508, 62)
        self.number = at(904, 512 - band / y, 34, 18)
        ends = (at(24, 2, 912, 14), at(24, 524, 912, 14))
        self.markings = ends if marking else ()


def fitting(
    rows: Rows, box: Box, script: str, largest: float = 20.0, least: float = LEAST
) -> float:
    """Return the largest size of type in points at which paragraphs fit a box."""
    sizes = [least + step / 2 for step in range(1, round(2 * (largest - least)) + 1)]

    def too_large(size: float) -> bool:
        return _height(rows, box.width * SLACK, script, size) > box.height * SLACK

    return [least, *sizes][bisect_left(sizes, True, key=too_large)]


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
