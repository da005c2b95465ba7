"""Where the label of an area or a line may stand, best place first."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geobrief.spec import Extent

Anchor = tuple[float, float, float]
"""Longitude and latitude in degrees, and the angle of the text, clockwise in degrees."""

GRID = 24
AREA_ANCHORS = 6
FRACTIONS = (0.5, 0.36, 0.64, 0.22, 0.78, 0.1, 0.9)


def anchors(geometry: BaseGeometry, kind: str, extent: Extent) -> list[Anchor]:
    """Return the anchors of an area or a line; none for points, which are labelled around.

    Parameters
    ----------
    geometry
        In degrees, longitude first.
    kind
        "polygon", "line" or "point".
    extent
        The part that is seen first; places within it are preferred.
    """
    if kind == "point" or geometry.is_empty:
        return []
    seen = shapely.intersection(geometry, shapely.box(*extent))
    parts = [seen, geometry] if not seen.is_empty else [geometry]
    found: list[Anchor] = []
    for part in parts:
        found += _in_area(part) if kind == "polygon" else _along(part)
    return list(dict.fromkeys(found))


def _in_area(geometry: BaseGeometry) -> list[Anchor]:
    """Points of a grid that lie deep inside, well apart from each other."""
    rings = shapely.simplify(geometry, 0.02)
    west, south, east, north = rings.bounds
    step = max(east - west, north - south) / GRID
    if not step:
        return []
    x, y = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(rings)
    inside = points[shapely.contains(rings, points)]
    if not len(inside):
        inside = np.array([rings.representative_point()])
    depth = shapely.distance(inside, rings.boundary)
    order = np.argsort(-depth, kind="stable")
    chosen: list[list[float]] = []
    for place in shapely.get_coordinates(inside[order]).tolist():
        if all(math.dist(place, other) > 3 * step for other in chosen):
            chosen.append(place)
        if len(chosen) == AREA_ANCHORS:
            break
    return [(round(x, 3), round(y, 3), 0.0) for x, y in chosen]


def _along(geometry: BaseGeometry) -> list[Anchor]:
    """Places on the longest part, with the direction of the line there."""
    merged = shapely.line_merge(geometry) if geometry.geom_type != "LineString" else geometry
    lines = [g for g in shapely.get_parts(merged) if g.geom_type == "LineString"]
    if not lines:
        return []
    longest = max(lines, key=lambda line: float(line.length))
    found = []
    for fraction in FRACTIONS:
        ends = shapely.line_interpolate_point(
            longest, [max(fraction - 0.04, 0), fraction, min(fraction + 0.04, 1)], normalized=True
        )
        start, middle, end = shapely.get_coordinates(ends)
        found.append((round(float(middle[0]), 3), round(float(middle[1]), 3), _angle(start, end)))
    return found


def _angle(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Angle on a Mercator map, turned so that the text is never upside down."""
    latitude = math.radians((start[1] + end[1]) / 2)
    dx, dy = end[0] - start[0], (end[1] - start[1]) / math.cos(latitude)
    angle = -math.degrees(math.atan2(dy, dx))
    return round((angle + 90) % 180 - 90, 1)
