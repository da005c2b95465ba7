"""Label placement: by rank, each at the cheapest place that hides nothing.

Labels of selected features and of features that the passages name come first and search farther;
the others give way and are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import shapely
from matplotlib.lines import Line2D
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.render.paper.candidates import (
    RINGS,
    Candidate,
    along_line,
    around_point,
    in_area,
)
from geobrief.render.paper.drawing import Brush
from geobrief.render.paper.lettering import Type, draw
from geobrief.style import Symbol

PADDING = 0.2
"""Room kept free around every label, in parts of its type size."""

GIVE_UP = 11.0
"""Cost above which a label that is not of the sheet's subject is better left out."""

LAST_RESORT = 40.0
"""Cost of labelling an area or a line as if it were a point."""

SUBJECT_RINGS = 3
"""How many rings farther the labels of the sheet's subject may go."""

PIXEL = 0.82
"""Points that a CSS pixel of a label class becomes on a slide-sized sheet."""


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


@dataclass(frozen=True)
class Label:
    """A placed label."""

    id: str
    text: str
    kind: Type
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


def type_of(label_style: str, scale: float, script: str) -> Type:
    """Return the type of a label class at the sheet's scale."""
    found = style.LABELS.get(label_style, style.LABELS["place"])
    return Type(
        size=float(str(found["size"])) * PIXEL * scale * (0.94 if script == "arabic" else 1.0),
        weight=int(str(found["weight"])),
        italic=label_style == "water",
        colour=str(found["colour"]),
        spacing=float(str(found["spacing"])),
        upper=bool(found["upper"]),
        script=script,
    )


def place(
    wishes: Iterable[Wish],
    frame: Polygon,
    solid: list[Polygon],
    lines: list[tuple[BaseGeometry, float]],
    mirrored: bool,
) -> Placement:
    """Place labels.

    Parameters
    ----------
    wishes
        The labels that want a place.
    frame
        The map's frame; no label leaves it.
    solid
        Boxes that no label may touch: point symbols, scale bar, north arrow.
    lines
        Lines that labels cross only at a cost, with that cost.
    mirrored
        Whether the language runs from right to left.
    """
    room = _Room(shapely.buffer(frame, -2.5, join_style="mitre"), list(solid), lines)
    done = Placement()
    order = sorted(wishes, key=lambda w: (not w.required, w.priority, not w.radius, w.id))
    for wish in order:
        found = room.best(_candidates(wish, room.frame, mirrored), wish)
        if found is None:
            done.dropped.append(wish.id)
            continue
        room.taken.append(found.box)
        done.labels.append(Label(wish.id, wish.text, wish.kind, found))
    return done


def _candidates(wish: Wish, frame: Polygon, mirrored: bool) -> Iterator[Candidate]:
    if wish.symbol.kind == "point":
        x, y = shapely.get_coordinates(wish.geometry)[0]
        rings = len(RINGS) if wish.required else SUBJECT_RINGS if wish.subject else 0
        yield from around_point(
            wish.text, wish.kind, float(x), float(y), wish.radius, rings, mirrored
        )
    elif wish.symbol.kind == "line":
        clearance = 0.22 * wish.kind.size + max(wish.symbol.width, wish.symbol.casing_width / 2)
        yield from along_line(wish.text, wish.kind, wish.geometry, frame, clearance)
    else:
        yield from in_area(wish.text, wish.kind, wish.geometry, frame)
    if wish.required and wish.symbol.kind != "point":
        seen = shapely.intersection(wish.geometry, frame)
        if not seen.is_empty:
            x, y = _spot(seen, wish.symbol)
            for candidate in around_point(wish.text, wish.kind, x, y, 1.0, len(RINGS), mirrored):
                yield replace(candidate, cost=candidate.cost + LAST_RESORT)


def _spot(seen: BaseGeometry, symbol: Symbol) -> tuple[float, float]:
    """Return a point within an area, or the middle of a line's longest part."""
    point: BaseGeometry = seen.representative_point()
    if symbol.kind == "line":
        longest = max(shapely.get_parts(seen), key=lambda part: float(part.length))
        point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    x, y = shapely.get_coordinates(point)[0]
    return float(x), float(y)


class _Room:
    """What is taken so far."""

    def __init__(
        self, frame: Polygon, solid: list[Polygon], lines: list[tuple[BaseGeometry, float]]
    ) -> None:
        self.frame = frame
        self.taken: list[Polygon] = []
        self._solid = shapely.STRtree(solid)
        self._lines = [line for line, _ in lines]
        self._costs = [cost for _, cost in lines]
        self._tree = shapely.STRtree(self._lines)

    def best(self, candidates: Iterable[Candidate], wish: Wish) -> Candidate | None:
        """Return the cheapest candidate that touches nothing, None if there is none."""
        free: list[tuple[float, int, Candidate]] = []
        for number, candidate in enumerate(candidates):
            cost = candidate.cost + self._crossed(candidate.box)
            if cost <= GIVE_UP or wish.required or wish.subject:
                free.append((cost, number, candidate))
        for _, _, candidate in sorted(free, key=lambda item: item[:2]):
            if self._fits(candidate, wish):
                return candidate
        return None

    def _crossed(self, box: Polygon) -> float:
        cost = 0.0
        for index in self._tree.query(box, predicate="intersects"):
            length = float(shapely.intersection(self._lines[index], box).length)
            cost += self._costs[index] * min(1.0, length / 12 + 0.25)
        return cost

    def _fits(self, candidate: Candidate, wish: Wish) -> bool:
        if not shapely.contains(self.frame, candidate.box):
            return False
        padded = shapely.buffer(candidate.box, PADDING * wish.kind.size, join_style="mitre")
        if len(self._solid.query(padded, predicate="intersects")):
            return False
        if self.taken and bool(shapely.intersects(self.taken, padded).any()):
            return False
        if candidate.leader is None or not self.taken:
            return True
        return not bool(shapely.intersects(self.taken, shapely.LineString(candidate.leader)).any())


def draw_labels(brush: Brush, labels: Iterable[Label]) -> None:
    """Draw placed labels with their halos and leader lines."""
    for label in labels:
        if label.place.leader:
            (x0, y0), (x1, y1) = label.place.leader
            leader = Line2D([x0, x1], [y0, y1], color=label.kind.colour, zorder=700)
            leader.set(linewidth=0.5 * brush.scale, alpha=0.8)
            leader.set_gid(f"{label.id}/leader")
            brush.axes.add_artist(leader)
        for number, (text, x, y) in enumerate(label.place.lines):
            draw(
                brush.axes, x, y, text, label.kind,
                angle=label.place.angle, halo=2.6 * brush.scale, zorder=710,
                gid=label.id if not number else f"{label.id}/{number}",
            )  # fmt: skip
