"""The shortest line between two points of the globe."""

from __future__ import annotations

from pyproj import Geod
from shapely import LineString, Point

_GEOD = Geod(ellps="WGS84")
STEP_KM = 50.0
"""Distance between the vertices, so that a straight edge in degrees stays near the geodesic."""


def geodesic(start: Point, end: Point) -> LineString:
    """The geodesic on WGS84 between two points (lon, lat), with a vertex every 50 km or less."""
    _, _, metres = _GEOD.inv(start.x, start.y, end.x, end.y)
    between = max(int(metres / 1000 / STEP_KM), 1)
    inner = _GEOD.npts(start.x, start.y, end.x, end.y, between)
    middle = [(round(lon, 5), round(lat, 5)) for lon, lat in inner]
    return LineString([(start.x, start.y), *middle, (end.x, end.y)])


def distance_km(start: Point, end: Point) -> float:
    """Geodesic distance on WGS84, km."""
    return float(_GEOD.inv(start.x, start.y, end.x, end.y)[2]) / 1000
