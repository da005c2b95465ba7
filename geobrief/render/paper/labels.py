"""Label placement: by rank, each at the cheapest place that hides nothing.

Labels of selected features and of features that the passages name come first, search farther, and
may move one another; the others give way and are counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.render.paper.candidates import (
    RINGS,
    Setting,
    along_line,
    around_point,
    beside_line,
    dearer,
    in_area,
    inside,
    led_to,
    settings,
    to_area,
    to_line,
)
from geobrief.render.paper.drawing import Brush
from geobrief.render.paper.lettering import Type, draw
from geobrief.render.paper.places import Candidate, Spots
from geobrief.render.paper.room import Choice, Ground, Group, Room, Seat
from geobrief.style import Symbol

GIVE_UP = 11.0
"""Cost above which the label of the ground, or of an area that is not required, is left out."""

SUBJECT_GIVE_UP = 18.0
"""The same for a point of the sheet's subject: rather no name than one across a line of it."""

UPRIGHT = 6.0
"""Cost of a line's label that cannot run along its line."""

LAST_RESORT = 18.0
"""Cost of a label that stands outside its area, or away from its line."""

SUBJECT_RINGS = 3
"""How many rings farther the labels of the sheet's subject may go."""

MOVE, MOVED = 4.0, 6.0
"""Cost of a place from which another label must move, and more for each time it has moved."""

PATIENCE = 6
"""How many moves a sheet may take, for each of its required labels."""

KNOWN = 64
"""Placements that are kept, the last ones asked for."""

PIXEL = 0.82
"""Points that a CSS pixel of a label class becomes on a slide-sized sheet."""

DOT = 1.3
"""Radius in points of the dot that ends a leader within an area."""


@dataclass(frozen=True)
class Wish:
    """A label that wants a place. `required` ones are placed first and never give way."""

    id: str
    text: str
    kind: Type
    symbol: Symbol
    geometry: BaseGeometry
    priority: int
    required: bool
    subject: bool = False
    """Whether the feature is one of those the sheet is about."""
    radius: float = 0.0
    """Radius of the point's symbol in points; 0 for lines and areas."""
    group: str = ""
    """Its kind: what a reader could take it for."""


@dataclass(frozen=True)
class Label:
    """A placed label."""

    id: str
    text: str
    place: Candidate

    @property
    def box(self) -> Polygon:
        """The label's box in sheet points, turned with its text."""
        return self.place.box


@dataclass
class Placement:
    """Labels that found a place, and the ids of those that did not."""

    labels: list[Label] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


_known: dict[bytes, Placement] = {}


def type_of(label_style: str, scale: float, script: str) -> Type:
    """Return the type of a label class at the sheet's scale."""
    found = style.LABELS.get(label_style, style.LABELS["place"])
    return Type(
        size=float(str(found["size"])) * PIXEL * scale * (0.94 if script == "arabic" else 1.0),
        weight=int(str(found["weight"])),
        italic=label_style == style.ITALIC,
        colour=str(found["colour"]),
        spacing=float(str(found["spacing"])),
        upper=bool(found["upper"]),
        script=script,
    )


def place(wishes: Iterable[Wish], ground: Ground, mirrored: bool) -> Placement:
    """Place labels on a map; `mirrored` where the language runs from right to left.

    The same question gets its answer of last time: a sheet is drawn again in another format, at
    another resolution, in another colouring.
    """
    asked = tuple(wishes)
    key = _digest(asked, ground, mirrored)
    done = _known.pop(key, None) or _place(asked, ground, mirrored)
    _known[key] = done
    while len(_known) > KNOWN:
        _known.pop(next(iter(_known)), None)
    return Placement(list(done.labels), list(done.dropped))


def _digest(wishes: tuple[Wish, ...], ground: Ground, mirrored: bool) -> bytes:
    """Return a digest over all that a placement depends on."""
    words = [(w.id, w.text, w.kind, w.symbol, w.priority, w.required) for w in wishes]
    more = [(w.subject, w.radius, w.group) for w in wishes]
    costs = [cost for _, cost in ground.lines]
    total = hashlib.sha256(repr((words, more, ground.marks, costs, mirrored)).encode())
    shapes = [wish.geometry for wish in wishes]
    shapes += [ground.frame, ground.plate, *(line for line, _ in ground.lines), *ground.barriers]
    for shape in shapely.to_wkb(shapes):
        total.update(shape)
    return total.digest()


def _place(wishes: tuple[Wish, ...], ground: Ground, mirrored: bool) -> Placement:
    room = Room(ground)
    known = {wish.id: wish for wish in wishes}
    choices = {wish.id: _choice(wish, room, mirrored) for wish in known.values()}
    # Of equals, the one with the fewest places to go first.
    order = sorted(
        known.values(), key=lambda w: (not w.required, w.priority, choices[w.id].ease, w.id)
    )
    dropped = _settle(order, choices, room)
    _tidy(order, choices, room)
    done = Placement(dropped=[id for id in dropped if id not in room.taken])
    done.labels += [Label(w.id, w.text, room.taken[w.id]) for w in order if w.id in room.taken]
    return done


def _choice(wish: Wish, room: Room, mirrored: bool) -> Choice:
    limit = GIVE_UP
    if wish.required or (wish.subject and wish.symbol.kind == "line"):
        limit = float("inf")
    elif wish.subject and wish.symbol.kind == "point":
        limit = SUBJECT_GIVE_UP
    seat = Seat(
        id=wish.id,
        group=wish.group,
        size=wish.kind.size,
        is_point=wish.symbol.kind == "point",
        limit=limit,
    )
    return Choice(room, seat, _groups(wish, room.frame, mirrored))


def _groups(wish: Wish, frame: Polygon, mirrored: bool) -> Iterator[Group]:
    """Yield the places of a label by groups, from cheap to dear."""
    kind, text = wish.kind, wish.text
    if wish.symbol.kind == "point":
        x, y = shapely.get_coordinates(wish.geometry)[0].tolist()
        yield 0.0, partial(_one, around_point, text, kind, x, y, wish.radius, mirrored)
        rings = len(RINGS) if wish.required else SUBJECT_RINGS if wish.subject else 0
        for ring in range(rings):
            yield RINGS[ring][1], partial(_one, led_to, text, kind, x, y, wish.radius, ring)
    elif wish.symbol.kind == "line":
        line, clearance = wish.geometry, 0.22 * kind.size
        clearance += max(wish.symbol.width, wish.symbol.casing_width) / 2
        yields = wish.required or wish.subject
        ways = settings(text, kind)
        for way in ways if yields else [Setting(text, kind, 0.0)]:
            yield way.cost, partial(along_line, way, line, frame, clearance)
        if wish.required:
            for way in ways:
                dear = way._replace(cost=way.cost + UPRIGHT)
                beside = partial(beside_line, dear, line, frame, clearance, mirrored, kind.size)
                yield dear.cost, beside
            reach = wish.symbol.width / 2 + 0.5
            yield from _far(partial(to_line, text, kind, line, frame, reach))
    elif found := inside(wish.geometry, frame):
        for way in settings(text, kind):
            yield way.cost, partial(_one, in_area, way, found)
        if wish.required:
            yield from _far(partial(to_area, text, kind, found))


def _one(make: Callable[..., Spots], *details: object) -> Iterator[Spots]:
    yield make(*details)


def _far(led: Callable[[int], Iterator[Spots]]) -> Iterator[Group]:
    """Yield the places outside an area or away from a line, ring by ring."""
    for ring, (_, cost) in enumerate(RINGS):
        yield LAST_RESORT + cost, partial(_last, led, ring)


def _last(led: Callable[[int], Iterator[Spots]], ring: int) -> Iterator[Spots]:
    for spots in led(ring):
        yield dearer(spots, LAST_RESORT)


def _settle(order: list[Wish], choices: dict[str, Choice], room: Room) -> list[str]:
    """Give every label a place; return the ids of those for which there is none.

    A required label may take a place from another one, which then looks for its next best.
    """
    waiting = deque(order)
    known = {wish.id: wish for wish in order}
    moved: Counter[str] = Counter()
    patience = PATIENCE * sum(wish.required for wish in order)
    dropped = []
    while waiting:
        wish = waiting.popleft()
        may_move = wish.required and moved.total() < patience

        def price(other: str, may_move: bool = may_move) -> float:
            may = may_move and known[other].required
            return MOVE + MOVED * moved[other] if may else float("inf")

        best = choices[wish.id].cheapest(price)
        if best is None:
            dropped.append(wish.id)
            continue
        place, in_the_way = best
        for other in sorted(in_the_way):
            del room.taken[other]
            moved[other] += 1
            waiting.appendleft(known[other])
        room.taken[wish.id] = place
    return dropped


def _tidy(order: list[Wish], choices: dict[str, Choice], room: Room) -> None:
    """Let every label look again: a better place may have come free."""
    for wish in order:
        if best := choices[wish.id].cheapest(lambda other: float("inf")):
            room.taken[wish.id] = best[0]


def draw_labels(brush: Brush, labels: Iterable[Label]) -> None:
    """Draw placed labels with their halos and leader lines."""
    for label in labels:
        kind = label.place.kind
        if label.place.leader is not None:
            x, y = shapely.get_coordinates(label.place.leader).T
            leader = Line2D(x, y, color=kind.colour, zorder=700)
            leader.set(linewidth=0.5 * brush.scale, alpha=0.8)
            leader.set_gid(f"{label.id}/leader")
            brush.axes.add_artist(leader)
            if label.place.dot:
                end = (float(x[-1]), float(y[-1]))
                dot = Circle(end, DOT * brush.scale, color=kind.colour, linewidth=0, zorder=701)
                dot.set_gid(f"{label.id}/dot")
                brush.axes.add_artist(dot)
        for number, (text, x, y) in enumerate(label.place.lines):
            draw(
                brush.axes, x, y, text, kind,
                angle=label.place.angle, halo=2.6 * brush.scale, zorder=710,
                gid=label.id if not number else f"{label.id}/{number}",
            )  # fmt: skip
