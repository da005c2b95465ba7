"""The room on a map: which places for a label are free, and what each of them costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief.render.paper.places import Candidate, Numbers, Places, Shapes, Spots

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


Group = tuple[float, Callable[[], Iterable[Spots]]]
"""The least that any of some places costs, and what makes them."""


@dataclass(frozen=True)
class Options:
    """Places of one label that touch nothing drawn."""

    places: tuple[tuple[Spots, int], ...]
    costs: Numbers
    padded: Shapes
    wires: Shapes

    @cached_property
    def trees(self) -> tuple[shapely.STRtree, shapely.STRtree]:
        """The boxes with their room, and the leaders, ready to be looked up."""
        return shapely.STRtree(self.padded), shapely.STRtree(self.wires)

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
        """Return those of the places of a label that leave what is drawn in peace."""
        found = [spots for spots in blocks if len(spots.centres)]
        if not found:
            return Options((), np.empty(0), np.empty(0, dtype=object), np.empty(0, dtype=object))
        # Cheap questions first: each leaves fewer places for the next, and no cost ever falls.
        all_places = Places.of(found)
        places = self._within(all_places.only(all_places.costs <= seat.limit))
        own = np.append(self._own(seat), False)
        option, solid = self._tree.query(places.padded(), predicate="intersects")
        places = places.but(option[~own[solid]])
        places = places.but(self._tree.query(places.boxes(), predicate="intersects")[0])
        near, strange = self._near(seat, places)
        places.costs[strange] += STRANGER
        places = places.only(~near & (places.costs <= seat.limit))
        blocked, hidden = self._blocked(seat, places, own)
        places.costs[hidden] += HIDDEN
        places = places.but(blocked)
        places = places.only(places.costs <= seat.limit)
        costs = places.costs + self._crossed(places)
        good = costs <= seat.limit
        best = places.only(good)
        starts = np.cumsum([0, *(len(spots.centres) for spots in found)])
        blocks_of = np.searchsorted(starts, best.numbers, side="right") - 1
        return Options(
            tuple(
                (found[block], int(number - starts[block]))
                for block, number in zip(blocks_of, best.numbers, strict=True)
            ),
            costs[good],
            best.padded(),
            best.wires(),
        )

    def clashes(self, options: Options, but: str) -> list[tuple[int, str]]:
        """Return which option touches which label, `but` one, that has its place already."""
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
        boxes, wires = options.trees
        pairs = np.hstack(
            [
                boxes.query(shapes, predicate="intersects"),
                wires.query(shapes, predicate="dwithin", distance=CLEAR),
            ]
        )
        return sorted({(int(option), ids[other]) for other, option in pairs.T})

    def _within(self, places: Places) -> Places:
        """Return the places whose box stands within the frame."""
        at = places.corners()
        left, bottom, right, top = self.frame.bounds
        low, high = at.min(axis=1), at.max(axis=1)
        return places.only((low >= (left, bottom)).all(axis=1) & (high <= (right, top)).all(axis=1))

    def _blocked(
        self, seat: Seat, places: Places, own: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """Return the numbers of the leaders that run over a symbol or the subject line.

        Then those whose end a symbol hides: of a short line or a small area nothing else may show.
        """
        none = np.empty(0, dtype=int)
        led = np.flatnonzero(places.led)
        if not len(led):
            return none, none
        wires = shapely.linestrings(places.leaders[led])
        option, solid = self._tree.query(wires, predicate="dwithin", distance=CLEAR)
        option, solid = option[~own[solid]], solid[~own[solid]]
        hidden = none
        if not seat.is_point:
            ends = shapely.points(places.leaders[led[option], 1])
            under = shapely.dwithin(self._solid[solid], ends, CLEAR)
            hidden, option = option[under], option[~under]
        # From the middle of the name, so that it too stands on its own side of the line.
        ways = np.stack((places.centres[led], places.leaders[led, 1]), axis=1)
        crossing = self._barriers.query(shapely.linestrings(ways), predicate="intersects")[0]
        return led[np.concatenate((option, crossing))], np.unique(led[hidden])

    def _own(self, seat: Seat) -> NDArray[np.bool_]:
        """Tell the symbols of a feature, and those so close that nobody can tell them apart."""
        own = self._owners == seat.id
        for x, y, radius in self._at[own]:
            own = own | (np.hypot(self._at[:, 0] - x, self._at[:, 1] - y) < radius + self._at[:, 2])
        return np.asarray(own, dtype=bool)

    def _near(self, seat: Seat, places: Places) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which places could be read as the label of another symbol of the same kind.

        Then those that stand as near to a symbol of another kind.
        """
        others = ~self._own(seat)
        x, y = (self._at[None, others, axis] - places.centres[:, axis, None] for axis in (0, 1))
        turn = np.radians(places.angles)[:, None]
        if turn.any():
            x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        beyond = np.maximum(np.abs(x) - places.halves[:, :1], 0.0)
        above = np.maximum(np.abs(y) - places.halves[:, 1:], 0.0)
        gaps = np.hypot(beyond, above) - self._at[others, 2]
        far = places.led | (not seat.is_point)
        near = gaps < np.where(far, NEAR_LED, NEAR)[:, None] * seat.size
        same = self._groups[others] == seat.group
        return (near & same).any(axis=1), (near & ~same).any(axis=1)

    def _crossed(self, places: Places) -> Numbers:
        """Return what each place costs for the lines under the label and under its leader."""
        costs = np.zeros(len(places.costs))
        if not len(self._lines):
            return costs
        count = len(self._prices)
        # What is within the bounds of an upright box is within the box.
        boxes, turned = places.padded(), places.angles.any()
        option, bead = self._beads.query(boxes, predicate="intersects" if turned else None)
        keys, where = np.unique(option * count + self._bead_line[bead], return_inverse=True)
        covered = np.bincount(where, self._steps[bead], len(keys))
        price = self._prices[keys % count] * np.minimum(1.0, covered / 12 + 0.25)
        np.add.at(costs, keys // count, price)
        option, piece = self._ways.query(places.wires(), predicate="intersects")
        keys = np.unique(option * count + self._line[piece])
        dear = self._prices[keys % count] >= self._prices.max()
        np.add.at(costs, keys // count, WIRE_CROSSING * np.where(dear, 1.0, 0.2))
        return costs


class Choice:
    """All places of one label. A group of them is looked at when no cheaper one has the best."""

    def __init__(self, room: Room, seat: Seat, groups: Iterable[Group]) -> None:
        self._room, self._seat = room, seat
        self._groups = [group for group in groups if group[0] <= seat.limit]
        self._seen: list[Options] = []

    @property
    def ease(self) -> int:
        """How many of the cheapest places are free of what is drawn."""
        return len(self._options(0).costs) if self._groups else 0

    def cheapest(self, price: Callable[[str], float]) -> tuple[Candidate, set[str]] | None:
        """Return the best place, and the labels it would take room from; None if there is none.

        `price` is the cost of taking room from another label, infinite where that must not be.
        """
        least, found = float("inf"), None
        for number, (floor, _) in enumerate(self._groups):
            if floor >= least:
                break
            options = self._options(number)
            scores = options.costs.copy()
            clashes = self._room.clashes(options, self._seat.id)
            for place, other in clashes:
                scores[place] += price(other)
            if len(scores) and scores.min() < least:
                best = int(scores.argmin())
                least, others = scores[best], {other for place, other in clashes if place == best}
                found = options.candidate(best), others
        return found

    def _options(self, number: int) -> Options:
        """Return a group's free places; all before it have been looked at."""
        if number == len(self._seen):
            self._seen.append(self._room.options(self._seat, self._groups[number][1]()))
        return self._seen[number]


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
