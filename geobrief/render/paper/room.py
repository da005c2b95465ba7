"""The room on a map: which places for a label are free, and what each of them costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief.render.paper.candidates import Candidate, Numbers, Spots

Shapes = NDArray[np.object_]

PADDING = 0.2
"""Room kept free around every label, in parts of its type size."""

NEAR, NEAR_LED = 0.6, 0.95
"""How far a label keeps from the symbols of others of its kind, in parts of its type size; beside
its own symbol it stands at 0.36. One with a leader keeps farther off: the nearest symbol would be
taken for its own."""

STRANGER = 2.0
"""Cost of standing that near to a symbol of another kind."""

HIDDEN = 8.0
"""Cost of a leader whose end a symbol hides."""

CLEAR = 1.0
"""Points that a leader keeps from what it must not touch."""

WIRE_CROSSING = 3.0
"""Cost of a leader for each line of the sheet's subject that it crosses."""

CHUNK = 24
"""Points of a line that are looked up as one piece."""

BEAD = 1.0
"""Points between the beads by which the length of a line under a label is counted."""


@dataclass(frozen=True)
class Mark:
    """A point symbol in sheet points; `group` is its kind, `owner` the feature it stands for."""

    owner: str
    group: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Ground:
    """What is on the map before any label.

    Parameters
    ----------
    frame
        The map's frame; no label leaves it.
    plate
        The box of scale bar and north arrow, which no label touches.
    marks
        Point symbols, which no label and no leader touches.
    lines
        Lines that labels cross only at a cost, with that cost.
    barriers
        The sheet's subject line, which no leader crosses.
    """

    frame: Polygon
    plate: BaseGeometry
    marks: tuple[Mark, ...] = ()
    lines: tuple[tuple[BaseGeometry, float], ...] = ()
    barriers: tuple[BaseGeometry, ...] = ()


@dataclass(frozen=True)
class Seat:
    """What the choice of a place depends on: the label's feature, its kind and its type size."""

    id: str
    group: str
    size: float
    is_point: bool
    limit: float
    """Cost above which the label is better left out."""


@dataclass(frozen=True)
class Options:
    """The places of one label that touch nothing drawn, cheapest first."""

    places: tuple[tuple[Spots, int], ...]
    costs: Numbers
    padded: Shapes
    wires: Shapes

    def candidate(self, number: int) -> Candidate:
        """Return one of them, ready to draw."""
        spots, index = self.places[number]
        return spots.candidate(index)


class Room:
    """A map's ground, and the labels on it so far."""

    def __init__(self, ground: Ground) -> None:
        self.frame = shapely.buffer(ground.frame, -2.5, join_style="mitre")
        shapely.prepare(self.frame)
        self.taken: dict[str, Candidate] = {}
        self._marks = ground.marks
        self._owners = np.array([mark.owner for mark in ground.marks], dtype=object)
        self._groups = np.array([mark.group for mark in ground.marks], dtype=object)
        self._at = np.array([(m.x, m.y, m.radius) for m in ground.marks]).reshape(-1, 3)
        at, radius = self._at[:, :2], self._at[:, 2]
        self._centres = np.asarray(shapely.points(at), dtype=object)
        self._solid = np.append(
            shapely.box(*(at.T - radius), *(at.T + radius)), np.array([ground.plate], dtype=object)
        )
        self._tree = shapely.STRtree(self._solid)
        self._barriers = shapely.STRtree(_chunks(ground.barriers)[0])
        self._lines, self._line = _chunks([line for line, _ in ground.lines])
        self._prices = np.array([cost for _, cost in ground.lines])
        self._ways = shapely.STRtree(self._lines)
        beads, piece = shapely.get_coordinates(
            shapely.segmentize(self._lines, BEAD), return_index=True
        )
        self._beads = shapely.STRtree(np.asarray(shapely.points(beads), dtype=object))
        self._bead_line = self._line[piece]
        self._steps = np.hypot(*np.diff(beads, axis=0, prepend=beads[:1]).T)
        self._steps[np.flatnonzero(np.diff(piece, prepend=-1))] = 0.0  # where a piece begins

    def options(self, seat: Seat, blocks: Iterable[Spots]) -> Options:
        """Return the places of a label that leave what is drawn in peace, cheapest first."""
        found = [spots for spots in blocks if len(spots.centres)]
        places = [(spots, number) for spots in found for number in range(len(spots.centres))]
        if not places:
            return Options((), np.empty(0), np.empty(0, dtype=object), np.empty(0, dtype=object))
        boxes = np.concatenate([spots.boxes() for spots in found])
        costs = np.concatenate([spots.costs for spots in found])
        leaders = np.concatenate([spots.leaders for spots in found])
        padding = PADDING * np.concatenate([np.full(len(s.centres), s.kind.size) for s in found])
        padded = shapely.buffer(boxes, padding, join_style="mitre")
        wires = np.full(len(places), None, dtype=object)
        led = ~np.isnan(leaders).any(axis=(1, 2))
        wires[led] = shapely.linestrings(leaders[led])
        good = shapely.contains(self.frame, boxes)
        own = np.append(self._own(seat), False)
        option, solid = self._tree.query(padded, predicate="intersects")
        good[option[~own[solid]]] = False
        option, solid = self._tree.query(boxes, predicate="intersects")
        good[option] = False
        blocked, hidden = self._blocked(seat, wires, led, shapely.centroid(boxes), own)
        good[blocked] = False
        near, strange = self._near(seat, boxes, led)
        good &= ~near
        costs = costs + STRANGER * strange + self._crossed(padded, wires)
        costs[hidden] += HIDDEN
        good &= costs <= seat.limit
        order = np.flatnonzero(good)[np.argsort(costs[good], kind="stable")]
        return Options(
            tuple(places[number] for number in order), costs[order], padded[order], wires[order]
        )

    def clashes(self, options: Options, but: str = "") -> list[tuple[int, str]]:
        """Return which option touches which label that has its place already."""
        ids: list[str] = []
        shapes: list[BaseGeometry] = []
        for id, taken in self.taken.items():
            if id == but:
                continue
            ids.append(id)
            shapes.append(taken.box)
            if taken.leader is not None:
                ids.append(id)
                shapes.append(taken.leader)
        if not ids or not len(options.costs):
            return []
        tree = shapely.STRtree(shapes)
        pairs = np.hstack(
            [
                tree.query(options.padded, predicate="intersects"),
                tree.query(options.wires, predicate="dwithin", distance=CLEAR),
            ]
        )
        return [(int(option), ids[other]) for option, other in pairs.T]

    def _blocked(
        self,
        seat: Seat,
        wires: Shapes,
        led: NDArray[np.bool_],
        centres: Shapes,
        own: NDArray[np.bool_],
    ) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """Return the numbers of the leaders that run over a symbol or the subject line.

        Then those whose end a symbol hides: of a short line or a small area nothing else may show.
        """
        none = np.empty(0, dtype=int)
        if not led.any():
            return none, none
        option, solid = self._tree.query(wires, predicate="dwithin", distance=CLEAR)
        option, solid = option[~own[solid]], solid[~own[solid]]
        ways, hidden = wires.copy(), none
        ends = shapely.get_point(wires, -1)
        if not seat.is_point:
            under = shapely.dwithin(self._solid[solid], ends[option], CLEAR)
            hidden, option = option[under], option[~under]
        # From the middle of the name, so that it too stands on its own side of the line.
        pairs = np.stack((centres[led], ends[led]), axis=1)
        ways[led] = shapely.linestrings(shapely.get_coordinates(pairs).reshape(-1, 2, 2))
        crossing = self._barriers.query(ways, predicate="intersects")[0]
        return np.concatenate((option, crossing)), hidden

    def _own(self, seat: Seat) -> NDArray[np.bool_]:
        """Tell the symbols of a feature, and those so close that nobody can tell them apart."""
        own = self._owners == seat.id
        for x, y, radius in self._at[own]:
            own = own | (np.hypot(self._at[:, 0] - x, self._at[:, 1] - y) < radius + self._at[:, 2])
        return np.asarray(own, dtype=bool)

    def _near(
        self, seat: Seat, boxes: Shapes, led: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which places could be read as the label of another symbol of the same kind.

        Then those that stand as near to a symbol of another kind.
        """
        none = np.zeros(len(boxes), dtype=bool)
        others = ~self._own(seat)
        if not others.any():
            return none, none
        gaps = shapely.distance(boxes[:, None], self._centres[None, others])
        gaps = gaps - self._at[others, 2]
        near = gaps < np.where(led | (not seat.is_point), NEAR_LED, NEAR)[:, None] * seat.size
        same = self._groups[others] == seat.group
        return (near & same).any(axis=1), (near & ~same).any(axis=1)

    def _crossed(self, boxes: Shapes, wires: Shapes) -> Numbers:
        """Return what each place costs for the lines under the label and under its leader."""
        costs = np.zeros(len(boxes))
        if not len(self._lines):
            return costs
        count = len(self._prices)
        option, bead = self._beads.query(boxes, predicate="intersects")
        keys, where = np.unique(option * count + self._bead_line[bead], return_inverse=True)
        covered = np.bincount(where, self._steps[bead], len(keys))
        price = self._prices[keys % count] * np.minimum(1.0, covered / 12 + 0.25)
        np.add.at(costs, keys // count, price)
        option, piece = self._ways.query(wires, predicate="intersects")
        keys = np.unique(option * count + self._line[piece])
        dear = self._prices[keys % count] >= self._prices.max()
        np.add.at(costs, keys // count, WIRE_CROSSING * np.where(dear, 1.0, 0.2))
        return costs


def _chunks(lines: Iterable[BaseGeometry]) -> tuple[Shapes, NDArray[np.int_]]:
    """Cut lines into short pieces, with the number of the line that each comes from."""
    pieces: list[BaseGeometry] = []
    numbers: list[int] = []
    for number, line in enumerate(lines):
        for part in shapely.get_parts(shapely.simplify(line, 0.25)):
            at = shapely.get_coordinates(part)
            for start in range(0, len(at) - 1, CHUNK):
                pieces.append(LineString(at[start : start + CHUNK + 1]))
                numbers.append(number)
    return np.array(pieces, dtype=object), np.array(numbers, dtype=int)
