"""Lengths and areas on the WGS84 ellipsoid, always of the geometry as it is."""

from __future__ import annotations

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

GEOD = Geod(ellps="WGS84")


def length_km(shape: BaseGeometry) -> float:
    """Return the geodesic length of lines, or of the rings of areas; EPSG:4326 in, km out.

    Between two vertices the line is the geodesic (Karney 2013, as in PROJ).
    """
    parts = shapely.get_parts(shape)
    parts = shapely.get_rings(parts) if _has_areas(shape) else parts
    return sum(GEOD.line_length(*shapely.get_coordinates(p).T) for p in parts) / 1000


def area_km2(shape: BaseGeometry) -> float:
    """Return the geodesic area of polygons less their holes; EPSG:4326 in, square km out.

    Edges are geodesics (Karney 2013, as in PROJ). What is not an area has none.
    """
    total = 0.0
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type == "Polygon" and not polygon.is_empty:
            area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(polygon))
            total += abs(area)
    return total / 1e6


def _has_areas(shape: BaseGeometry) -> bool:
    return shape.geom_type in ("Polygon", "MultiPolygon")
