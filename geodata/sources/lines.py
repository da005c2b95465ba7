"""Shared edges: what two outlines have in common, vertex for vertex."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry as Geometry


def shared(a: Geometry, b: Geometry) -> Any:
    """The edges that stand in both geometries, merged; empty where there are none.

    Exact: an edge counts when both its ends are the same two coordinates in both. Outlines made
    from one topology (neighbouring OpenStreetMap outlines) need no tolerance and no overlay.
    """
    first, second = _edges(a), _edges(b)
    keys = {row.tobytes() for row in second}
    hit = np.array([row.tobytes() in keys for row in first], dtype=bool)
    return merge(shapely.linestrings(first[hit].reshape(-1, 2, 2)))


def merge(lines: Any) -> Any:
    """Line strings joined end to end; where they close on themselves, a closed line."""
    return shapely.line_merge(shapely.multilinestrings(lines))


def cut(line: LineString, at: list[tuple[float, float]]) -> list[LineString]:
    """The line cut at its vertices nearest to the given points (lon, lat), in its own order."""
    coords = shapely.get_coordinates(line)
    where = sorted({int(np.hypot(*(coords - np.array(point)).T).argmin()) for point in at})
    stops = [0, *[i for i in where if 0 < i < len(coords) - 1], len(coords) - 1]
    return [LineString(coords[i : j + 1]) for i, j in itertools.pairwise(stops)]


def parts(geometry: Geometry, kind: str) -> list[Any]:
    """The parts of a geometry that are of one kind ("LineString", "Polygon")."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == kind]


def _edges(geometry: Geometry) -> np.ndarray[Any, Any]:
    """Edges as rows (x0, y0, x1, y1), the smaller end first. Shape (n, 4), float64."""
    found = []
    for part in shapely.get_parts(geometry):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            c = shapely.get_coordinates(ring)
            found.append(np.hstack([c[:-1], c[1:]]))
    rows = np.concatenate(found) if found else np.empty((0, 4))
    swap = (rows[:, 0] > rows[:, 2]) | ((rows[:, 0] == rows[:, 2]) & (rows[:, 1] > rows[:, 3]))
    rows[swap] = rows[swap][:, [2, 3, 0, 1]]
    return np.ascontiguousarray(rows)
