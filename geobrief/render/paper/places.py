"""Places for labels: one ready to draw, those of a text, and many as arrays for quick questions."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from geobrief.render.paper.lettering import Type, measure

Numbers = NDArray[np.float64]
Shapes = NDArray[np.object_]

PADDING = 0.2
"""Room kept free around every label, in parts of its type size."""


@dataclass(frozen=True)
class Candidate:
    """A place for a label: its type, baselines of its lines, its box, its leader line."""

    kind: Type
    lines: tuple[tuple[str, float, float], ...]
    angle: float
    box: Polygon
    leader: LineString | None = None
    dot: bool = False
    """Whether the leader ends in a dot: within an area, where there is no symbol to end at."""


@dataclass(frozen=True)
class Spots:
    """Places for one text in one type: centres (n, 2), angles in degrees, costs.

    `leaders` are their lines as (n, 2, 2), from the label to what it names; not a number where
    there is none.
    """

    text: str
    kind: Type
    centres: Numbers
    costs: Numbers
    angles: Numbers
    leaders: Numbers
    dot: bool = False

    def boxes(self) -> NDArray[np.object_]:
        """Return the boxes of the text at all places."""
        return shapes(self._corners(), self.angles)

    def _corners(self, chosen: slice = slice(None)) -> Numbers:
        _, width, height = block(self.text, self.kind)
        halves = np.array([[width / 2, height / 2]])
        return corners(self.centres[chosen], halves, self.angles[chosen])

    def candidate(self, number: int) -> Candidate:
        """Return one place with the baselines of its lines."""
        lines, _, height = block(self.text, self.kind)
        x, y = self.centres[number]
        angle = float(self.angles[number])
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        step = self.kind.leading * self.kind.size * 0.9
        top = height / 2 - measure(lines[0], self.kind).ascent
        placed = []
        for row, line in enumerate(lines):
            across, up = -measure(line, self.kind).width / 2, top - row * step
            placed.append(
                (line, float(x + across * cos - up * sin), float(y + across * sin + up * cos))
            )
        leader = self.leaders[number]
        wire = None if np.isnan(leader).any() else LineString(leader)
        box = Polygon(self._corners(slice(number, number + 1))[0])
        return Candidate(self.kind, tuple(placed), angle, box, wire, self.dot)


@dataclass(frozen=True)
class Places:
    """Places for a label as arrays: centres, half sizes, angles, room to keep free, leaders."""

    numbers: NDArray[np.int_]
    centres: Numbers
    halves: Numbers
    angles: Numbers
    padding: Numbers
    leaders: Numbers
    costs: Numbers

    @classmethod
    def of(cls, found: list[Spots]) -> Places:
        """Join the places of a label's texts and types; `numbers` counts them."""
        counts = [len(spots.centres) for spots in found]
        blocks = [block(spots.text, spots.kind) for spots in found]
        return cls(
            np.arange(sum(counts)),
            np.concatenate([spots.centres for spots in found]),
            np.repeat(
                np.array([(width / 2, height / 2) for _, width, height in blocks]), counts, 0
            ),
            np.concatenate([spots.angles for spots in found]),
            np.repeat([PADDING * spots.kind.size for spots in found], counts),
            np.concatenate([spots.leaders for spots in found]),
            np.concatenate([spots.costs for spots in found]),
        )

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.int_]) -> Places:
        """Return the chosen ones."""
        return Places(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def but(self, barred: NDArray[np.int_]) -> Places:
        """Return all but those with these numbers."""
        good = np.ones(len(self.costs), dtype=bool)
        good[barred] = False
        return self.only(good)

    def corners(self) -> Numbers:
        """Return the corners of the boxes, (n, 4, 2)."""
        return corners(self.centres, self.halves, self.angles)

    def boxes(self) -> Shapes:
        """Return the boxes."""
        return shapes(self.corners(), self.angles)

    def padded(self) -> Shapes:
        """Return the boxes with the room that labels keep free around them."""
        halves = self.halves + self.padding[:, None]
        return shapes(corners(self.centres, halves, self.angles), self.angles)

    @property
    def led(self) -> NDArray[np.bool_]:
        """Which places have a leader."""
        return ~np.isnan(self.leaders[:, 0, 0])

    def wires(self) -> Shapes:
        """Return the leaders, None where a place has none."""
        wires = np.full(len(self.costs), None, dtype=object)
        wires[self.led] = shapely.linestrings(self.leaders[self.led])
        return wires


def corners(centres: Numbers, halves: Numbers, angles: Numbers) -> Numbers:
    """Return the corners (n, 4, 2) of boxes around centres, turned by angles in degrees."""
    across, up = halves[:, :1] * (-1, 1, 1, -1), halves[:, 1:] * (-1, -1, 1, 1)
    turn = np.radians(angles)[:, None]
    cos, sin = np.cos(turn), np.sin(turn)
    x = centres[:, :1] + across * cos - up * sin
    y = centres[:, 1:] + across * sin + up * cos
    return np.stack((x, y), axis=-1)


def shapes(at: Numbers, angles: Numbers) -> Shapes:
    """Return the boxes with these corners (n, 4, 2)."""
    if angles.any():
        return np.asarray(shapely.polygons(at), dtype=object)
    return np.asarray(shapely.box(*at[:, 0].T, *at[:, 2].T), dtype=object)


@lru_cache(maxsize=1024)
def block(text: str, kind: Type) -> tuple[tuple[str, ...], float, float]:
    """Return the lines of a text with its width and height in points."""
    lines = tuple(text.split("\n"))
    sizes = [measure(line, kind) for line in lines]
    leading = (len(lines) - 1) * kind.leading * kind.size * 0.9
    return lines, max(s.width for s in sizes), leading + sizes[0].ascent + sizes[-1].descent
