"""A belt along a line by geodesic distance (WGS84), and distances to a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry as Geometry

STEP = 0.005
"""Degrees (about 500 m) between points put on the long straight edges of the line."""

STRETCH_KM = 2.0
"""The line is cut into stretches of this length; each is replaced by its convex hull. A point
160 km away sees the hull at most ``STRETCH_KM² / (8 * 160)`` km, some 3 m, nearer than it."""

QUARTER = 180
"""Edges in a quarter circle: the chords of a circle of 161 km stay within 2 m of it."""

_GEOD = Geod(ellps="WGS84")
_Array = np.ndarray[Any, Any]


def belt(line: Geometry, km: float) -> Geometry:
    """Everything within a geodesic distance of the line (lon, lat): polygon in EPSG:4326.

    No planar buffer in degrees, and no single plane for the whole line: each stretch is widened in
    the azimuthal equidistant plane around its own middle, where distances are geodesic, and the
    stretches are united on the ellipsoid.
    """
    return shapely.union_all([_around(part, km) for part in _stretches(dense(line))])


def dense(line: Geometry, step: float = STEP) -> _Array:
    """Vertices (n, 2) of the line, with points added so that no edge is longer than ``step``."""
    return shapely.get_coordinates(shapely.segmentize(line, step))


def distance_km(x: float, y: float, coords: _Array) -> float:
    """Least geodesic distance of a point from dense vertices, km.

    A sphere tells which vertices can be nearest (it errs by less than 1 %), the ellipsoid decides.
    """
    half = np.radians([y, 1.0])[0] / 2 - np.radians(coords[:, 1]) / 2
    turn = np.radians(x - coords[:, 0]) / 2
    far = np.sin(half) ** 2 + np.cos(np.radians(y)) * np.cos(np.radians(coords[:, 1])) * (
        np.sin(turn) ** 2
    )
    near = coords[far <= far.min() * 1.03 + 1e-12]
    lons, lats = np.full(len(near), x), np.full(len(near), y)
    return float(_GEOD.inv(lons, lats, near[:, 0], near[:, 1])[2].min()) / 1000


def _stretches(coords: _Array) -> list[_Array]:
    """The vertices in groups of at most ``STRETCH_KM`` along the line, ends shared."""
    steps = _GEOD.inv(*coords[:-1].T, *coords[1:].T)[2]
    along = np.concatenate([[0.0], np.cumsum(steps)]) / 1000
    cuts = np.unique(np.searchsorted(along, np.arange(0, along[-1], STRETCH_KM)))
    ends = [*cuts[1:], len(coords) - 1]
    return [coords[i : j + 1] for i, j in zip(cuts, ends, strict=True) if j > i]


def _around(part: _Array, km: float) -> Geometry:
    """One stretch, widened in the plane around its middle."""
    lon, lat = (part.min(axis=0) + part.max(axis=0)) / 2
    azimuth, _, metres = _GEOD.inv(
        np.full(len(part), lon), np.full(len(part), lat), part[:, 0], part[:, 1]
    )
    turn = np.radians(azimuth)
    hull = shapely.convex_hull(
        shapely.multipoints(np.column_stack([metres * np.sin(turn), metres * np.cos(turn)]))
    )
    ring = shapely.get_coordinates(shapely.buffer(hull, km * 1000, quad_segs=QUARTER))
    lons, lats, _ = _GEOD.fwd(
        np.full(len(ring), lon),
        np.full(len(ring), lat),
        np.degrees(np.arctan2(ring[:, 0], ring[:, 1])),
        np.hypot(ring[:, 0], ring[:, 1]),
    )
    return shapely.make_valid(shapely.Polygon(np.column_stack([lons, lats])))
