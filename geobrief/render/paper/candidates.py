"""Where a label may stand: around a point, inside an area, along a line; each place has a cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief.render.paper.lettering import Type, measure

AROUND = {0: 0.0, 35: 0.4, -35: 0.5, 180: 0.6, 145: 1.0, 215: 1.1, 90: 1.3, 270: 1.4}
"""Directions around a point in degrees, counter-clockwise from east, with their costs."""

RINGS = ((10.0, 3.0), (20.0, 6.0), (34.0, 9.0), (52.0, 13.0), (76.0, 18.0), (104.0, 24.0))
"""Farther places for labels that must not be lost: distance in points, cost."""

LEADER = 8.0
"""Distance in points from which on a thin line leads from the label to its point."""

GRID = 15
OUTSIDE_LIMIT = 0.4
"""Part of a label that may stand outside its area."""


@dataclass(frozen=True)
class Candidate:
    """A place for a label: baselines of its lines, its box, what it costs."""

    lines: tuple[tuple[str, float, float], ...]
    angle: float
    box: Polygon
    cost: float
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


def block(text: str, kind: Type) -> tuple[tuple[str, ...], float, float]:
    """Return the lines of a text with its width and height in points."""
    lines = tuple(text.split("\n"))
    sizes = [measure(line, kind) for line in lines]
    leading = (len(lines) - 1) * kind.leading * kind.size * 0.9
    return lines, max(s.width for s in sizes), leading + sizes[0].ascent + sizes[-1].descent


def at(text: str, kind: Type, x: float, y: float, cost: float, angle: float = 0.0) -> Candidate:
    """Return the candidate whose box is centred at x, y, turned by `angle` degrees."""
    lines, width, height = block(text, kind)
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    step = kind.leading * kind.size * 0.9
    top = height / 2 - measure(lines[0], kind).ascent
    placed = []
    for number, line in enumerate(lines):
        across, up = -measure(line, kind).width / 2, top - number * step
        placed.append((line, x + across * cos - up * sin, y + across * sin + up * cos))
    w, h = width / 2, height / 2
    corners = [(-w, -h), (w, -h), (w, h), (-w, h)]
    box = Polygon([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners])
    return Candidate(tuple(placed), angle, box, cost)


def around_point(
    text: str, kind: Type, x: float, y: float, radius: float, rings: int, mirrored: bool
) -> Iterator[Candidate]:
    """Yield places around a point, and on the first `rings` rings with a leader line."""
    _, width, height = block(text, kind)
    gap = radius + 0.36 * kind.size
    for direction, cost in AROUND.items():
        seen = 180 - direction if mirrored else direction
        yield at(text, kind, *_beside(x, y, seen, gap, width, height), cost)
    for distance, cost in RINGS[:rings]:
        for direction in range(0, 360, 15):
            reach = radius + distance * kind.size / 9
            place = at(text, kind, *_beside(x, y, direction, reach, width, height), cost)
            leader = None
            if distance >= LEADER:
                near = shapely.shortest_line(place.box, shapely.Point(x, y))
                start, end = shapely.get_coordinates(near).tolist()
                leader = (tuple(start), _towards(end, start, radius))
            yield Candidate(place.lines, place.angle, place.box, place.cost, leader)


def _towards(end: list[float], start: list[float], radius: float) -> tuple[float, float]:
    length = math.dist(end, start) or 1.0
    part = min(radius / length, 1.0)
    return end[0] + (start[0] - end[0]) * part, end[1] + (start[1] - end[1]) * part


def _beside(
    x: float, y: float, direction: float, gap: float, width: float, height: float
) -> tuple[float, float]:
    """Centre of a box that touches the circle of radius `gap` in a direction."""
    cos, sin = math.cos(math.radians(direction)), math.sin(math.radians(direction))
    return x + gap * cos + _sign(cos) * width / 2, y + gap * sin + _sign(sin) * height / 2


def _sign(value: float) -> float:
    return 0.0 if abs(value) < 1e-9 else math.copysign(min(1.0, abs(value) * 1.6), value)


def in_area(text: str, kind: Type, area: BaseGeometry, frame: Polygon) -> Iterator[Candidate]:
    """Yield places inside the visible part of an area, central ones first in cost."""
    seen = shapely.intersection(shapely.make_valid(shapely.simplify(area, 0.7)), frame)
    parts = [
        part
        for part in shapely.get_parts(seen)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    if not parts:
        return
    part = max(parts, key=lambda piece: float(piece.area))
    deep = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, 1.0))[0]
    left, bottom, right, top = part.bounds
    x, y = np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID))
    grid = np.column_stack((x.ravel(), y.ravel()))
    points = np.vstack((deep, grid[shapely.contains_xy(part, grid[:, 0], grid[:, 1])]))
    reach = max(right - left, top - bottom, 1.0)
    for variant, extra in _variants(text):
        _, width, height = block(variant, kind)
        boxes = shapely.box(
            points[:, 0] - width / 2, points[:, 1] - height / 2,
            points[:, 0] + width / 2, points[:, 1] + height / 2,
        )  # fmt: skip
        inside = shapely.area(shapely.intersection(boxes, part)) / (width * height)
        off_centre = np.hypot(*(points - deep).T) / reach
        for (px, py), fit, away in zip(points, inside, off_centre, strict=True):
            if 1 - fit <= OUTSIDE_LIMIT:
                cost = 10 * (1 - fit) + 5 * away + extra
                yield at(variant, kind, float(px), float(py), float(cost))


def _variants(text: str) -> list[tuple[str, float]]:
    """A text on one line and, where it has several words, broken near its middle."""
    found = [(text, 0.0)]
    spaces = [i for i, letter in enumerate(text) if letter == " "]
    if spaces:
        middle = min(spaces, key=lambda i: abs(i - len(text) / 2))
        found.append((f"{text[:middle]}\n{text[middle + 1 :]}", 0.8))
    return found


def along_line(
    text: str, kind: Type, line: BaseGeometry, frame: Polygon, clearance: float
) -> Iterator[Candidate]:
    """Yield places beside straight stretches of a line, on either side of it.

    Windings smaller than the letters count as straight.
    """
    smooth = shapely.simplify(line, 0.5 * kind.size)
    clearance += 0.3 * kind.size
    seen = shapely.intersection(smooth, frame)
    merged = shapely.line_merge(seen) if seen.geom_type == "MultiLineString" else seen
    _, width, height = block(text, kind)
    for piece in shapely.get_parts(merged):
        if piece.geom_type != "LineString" or piece.length < width * 1.15:
            continue
        count = int(min(40, max(3, piece.length / (width * 0.25))))
        for middle in np.linspace(width / 2, piece.length - width / 2, count):
            yield from _stretch(text, kind, piece, float(middle), width, height, clearance)


def _stretch(
    text: str, kind: Type, piece: LineString, middle: float, width: float, height: float,
    clearance: float,
) -> Iterator[Candidate]:  # fmt: skip
    """Places above and below the stretch of a line around `middle`."""
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
    for side, bulge in ((1.0, float(away.max())), (-1.0, float(-away.min()))):
        offset = bulge + clearance + height / 2
        bend = (float(np.ptp(away)) / kind.size) * 2.2 + (1 - chord / width) * 12
        cost = bend + abs(angle) / 45 + off_middle * 2 + (0.2 if side < 0 else 0.0)
        place = (centre[0] + side * offset * normal[0], centre[1] + side * offset * normal[1])
        if bend < 9:
            yield at(text, kind, *place, cost, angle)
