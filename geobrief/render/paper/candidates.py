"""Where a label may stand: around a point, inside an area, along a line; each place has a cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief.render.paper.lettering import Type
from geobrief.render.paper.places import Numbers, Spots, block

AROUND = {0: 0.0, 35: 0.4, -35: 0.5, 180: 0.6, 145: 1.0, 215: 1.1, 90: 1.3, 270: 1.4}
"""Directions around a point in degrees, counter-clockwise from east, with their costs."""

RINGS = ((10.0, 3.0), (20.0, 6.0), (34.0, 9.0), (52.0, 13.0), (76.0, 18.0), (104.0, 24.0))
"""Farther places for labels that must not be lost: distance in points, cost; a thin line leads
from such a label to its point."""

SMALLER = ((1.0, 0.0), (0.9, 1.0), (0.8, 2.2))
"""Sizes that the label of an area or a line may take, in parts of its own, with their costs."""

BROKEN = 0.8
"""Cost of breaking a text into two lines."""

GRID = 17
"""Places tried inside an area, across and up."""

EDGE = 1.5
"""Points that the centre of a label or the end of its leader keeps from its area's edge."""

OVERHANG = 0.62
"""Part of a label that may stand outside its area while its centre stays within."""

ANCHORS = 5
"""Places within an area that a leader may end at."""


def _spots(text: str, kind: Type, centres: Numbers, costs: Numbers, angle: float = 0.0) -> Spots:
    angles = np.full(len(centres), angle)
    return Spots(text, kind, centres, costs, angles, np.full((len(centres), 2, 2), np.nan))


class Setting(NamedTuple):
    """A text as it may be set, on one line or two, and what that costs."""

    text: str
    kind: Type
    cost: float


def settings(text: str, kind: Type) -> list[Setting]:
    """Return a text on one line and on two, in its own type and smaller, cheapest first."""
    found = [Setting(text, kind.scaled(factor), cost) for factor, cost in SMALLER]
    spaces = [i for i, letter in enumerate(text) if letter == " "]
    if spaces:
        middle = min(spaces, key=lambda i: abs(i - len(text) / 2))
        broken = f"{text[:middle]}\n{text[middle + 1 :]}"
        found += [Setting(broken, kind.scaled(factor), cost + BROKEN) for factor, cost in SMALLER]
    return sorted(found, key=lambda setting: setting.cost)


def around_point(text: str, kind: Type, x: float, y: float, radius: float, mirrored: bool) -> Spots:
    """Return the places that touch a point's symbol."""
    directions = np.array(list(AROUND), dtype=float)
    seen = 180 - directions if mirrored else directions
    gap = np.full(len(seen), radius + 0.36 * kind.size)
    centres = _beside(x, y, seen, gap, text, kind)
    return _spots(text, kind, centres, np.array(list(AROUND.values())))


def led_to(
    text: str, kind: Type, x: float, y: float, radius: float, ring: int, *, dot: bool = False
) -> Spots:
    """Return places on one of the `RINGS` around a point, with leaders to its symbol."""
    directions = np.arange(0.0, 360.0, 15.0)
    reach, cost = RINGS[ring]
    costs = np.full(len(directions), cost)
    gap = np.full(len(directions), radius + reach * kind.size / 9)
    centres = _beside(x, y, directions, gap, text, kind)
    _, width, height = block(text, kind)
    half = np.array([width / 2, height / 2])
    end = np.array([x, y])
    start = np.clip(end, centres - half, centres + half)
    length = np.maximum(np.hypot(*(start - end).T), 1e-6)[:, None]
    stop = end + (start - end) * np.minimum(radius / length, 1.0)
    leaders = np.stack((start, stop), axis=1)
    return Spots(text, kind, centres, costs, np.zeros(len(centres)), leaders, dot)


def _beside(
    x: float, y: float, directions: Numbers, gap: Numbers, text: str, kind: Type
) -> Numbers:
    """Centres of boxes that touch the circle of radius `gap` in each direction."""
    _, width, height = block(text, kind)
    cos, sin = np.cos(np.radians(directions)), np.sin(np.radians(directions))
    across, up = (np.sign(part) * np.minimum(1.0, np.abs(part) * 1.6) for part in (cos, sin))
    return np.column_stack((x + gap * cos + across * width / 2, y + gap * sin + up * height / 2))


@dataclass(frozen=True)
class Inside:
    """The visible part of an area: its outline, points within it, the one farthest from edges."""

    part: Polygon
    points: Numbers
    deep: Numbers


def inside(area: BaseGeometry, frame: Polygon) -> Inside | None:
    """Return the largest part of an area within the frame, None where there is none."""
    seen = shapely.intersection(shapely.make_valid(shapely.simplify(area, 0.7)), frame)
    parts = [p for p in shapely.get_parts(seen) if p.geom_type == "Polygon" and not p.is_empty]
    if not parts:
        return None
    part = max(parts, key=lambda piece: float(piece.area))
    deep = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, 1.0))[:1]
    left, bottom, right, top = part.bounds
    x, y = np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID))
    grid = np.column_stack((x.ravel(), y.ravel()))
    core = shapely.buffer(part, -EDGE)
    return Inside(part, np.vstack((deep, grid[shapely.contains_xy(core, *grid.T)])), deep)


def in_area(setting: Setting, found: Inside) -> Spots:
    """Return places whose centre stands inside an area, central ones first in cost."""
    left, bottom, right, top = found.part.bounds
    reach = max(right - left, top - bottom, 1.0)
    shapely.prepare(found.part)
    text, kind, extra = setting
    _, width, height = block(text, kind)
    half = np.array([width, height]) / 2
    # Where even the area's bounds leave too much outside, the area itself need not be asked.
    shared = np.minimum(found.points + half, (right, top))
    shared -= np.maximum(found.points - half, (left, bottom))
    may = found.points[shared.prod(axis=1) >= (1 - OVERHANG) * width * height]
    away = np.hypot(*(may - found.deep).T) / reach
    spots = _spots(text, kind, may, 5 * away + extra)
    boxes = spots.boxes()
    over = np.zeros(len(boxes))
    crossing = ~shapely.contains(found.part, boxes)
    # One by one it takes a fifth of the time of a general intersection of all.
    parts = [shapely.clip_by_rect(found.part, *box) for box in shapely.bounds(boxes[crossing])]
    over[crossing] = 1 - shapely.area(parts) / (width * height)
    good = over <= OVERHANG
    costs = spots.costs + 9 * over + 9 * over**2
    return _spots(text, kind, spots.centres[good], costs[good])


def to_area(text: str, kind: Type, found: Inside, ring: int) -> Iterator[Spots]:
    """Yield places outside an area, each with a leader that ends in a dot inside it."""
    spread = [found.deep[0]]
    while len(spread) < min(ANCHORS, len(found.points)):
        gaps = np.min([np.hypot(*(found.points - one).T) for one in spread], axis=0)
        spread.append(found.points[int(gaps.argmax())])
    for number, (x, y) in enumerate(spread):
        spots = led_to(text, kind, float(x), float(y), 0.0, ring, dot=True)
        yield dearer(spots, 2.0 * bool(number))


def dearer(spots: Spots, more: float | Numbers) -> Spots:
    """Return the same places at a higher cost."""
    return replace(spots, costs=spots.costs + more)


def along_line(
    setting: Setting, line: BaseGeometry, frame: Polygon, clearance: float
) -> Iterator[Spots]:
    """Yield places beside straight stretches of a line, on either side of it.

    Windings smaller than the letters count as straight.
    """
    text, kind, extra = setting
    smooth = shapely.simplify(line, 0.5 * kind.size)
    _, width, _ = block(text, kind)
    for piece in _pieces(shapely.intersection(smooth, frame)):
        if piece.length < width * 1.15:
            continue
        count = int(min(40, max(3, piece.length / (width * 0.25))))
        for middle in np.linspace(width / 2, piece.length - width / 2, count):
            gap = clearance + 0.3 * kind.size
            yield from _stretch(text, kind, piece, float(middle), gap, extra)


AWAY = 0.25
"""Cost of each point by which the middle of an upright label stands off its line."""


def beside_line(
    setting: Setting,
    line: BaseGeometry,
    frame: Polygon,
    clearance: float,
    mirrored: bool,
    pitch: float,
) -> Iterator[Spots]:
    """Yield upright places that touch a line, for a line that is nowhere straight enough.

    There is a place every two `pitch` points.
    """
    text, kind, extra = setting
    for piece in _pieces(shapely.intersection(line, frame)):
        steps = np.arange(0.0, piece.length, 2 * pitch)
        for x, y in shapely.get_coordinates(shapely.line_interpolate_point(piece, steps)):
            spots = around_point(text, kind, float(x), float(y), clearance, mirrored)
            away = shapely.distance(shapely.points(spots.centres), piece) - 2 * pitch
            yield dearer(spots, extra + AWAY * np.clip(away, 0, None))


def to_line(
    text: str, kind: Type, line: BaseGeometry, frame: Polygon, reach: float, ring: int
) -> Iterator[Spots]:
    """Yield places away from a line, each with a leader to within `reach` of it."""
    longest = max(
        _pieces(shapely.intersection(line, frame)), key=lambda p: float(p.length), default=None
    )
    if longest is not None:
        for part in (0.5, 0.35, 0.65, 0.2, 0.8):
            end = shapely.line_interpolate_point(longest, part, normalized=True)
            x, y = shapely.get_coordinates(end)[0].tolist()
            yield led_to(text, kind, x, y, reach, ring)


def _pieces(seen: BaseGeometry) -> list[LineString]:
    merged = shapely.line_merge(seen) if seen.geom_type == "MultiLineString" else seen
    return [p for p in shapely.get_parts(merged) if p.geom_type == "LineString" and p.length > 0]


def _stretch(
    text: str, kind: Type, piece: LineString, middle: float, clearance: float, extra: float
) -> Iterator[Spots]:
    """Places above and below the stretch of a line around `middle`."""
    _, width, height = block(text, kind)
    steps = np.linspace(middle - width / 2, middle + width / 2, 13)
    coordinates = shapely.get_coordinates(shapely.line_interpolate_point(piece, steps))
    (x0, y0), (x1, y1) = coordinates[0], coordinates[-1]
    chord = math.hypot(x1 - x0, y1 - y0)
    if chord < 0.8 * width:
        return
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    angle = (angle + 90) % 180 - 90
    if abs(angle) > 78:
        return
    normal = (-math.sin(math.radians(angle)), math.cos(math.radians(angle)))
    centre = ((x0 + x1) / 2, (y0 + y1) / 2)
    away = (coordinates[:, 0] - centre[0]) * normal[0] + (coordinates[:, 1] - centre[1]) * normal[1]
    off_middle = abs(middle / piece.length - 0.5)
    bend = (float(np.ptp(away)) / kind.size) * 2.2 + (1 - chord / width) * 12
    if bend >= 9:
        return
    for side, bulge in ((1.0, float(away.max())), (-1.0, float(-away.min()))):
        offset = bulge + clearance + height / 2
        cost = bend + abs(angle) / 45 + off_middle * 2 + (0.2 if side < 0 else 0.0) + extra
        place = (centre[0] + side * offset * normal[0], centre[1] + side * offset * normal[1])
        yield _spots(text, kind, np.array([place]), np.array([cost]), angle)
