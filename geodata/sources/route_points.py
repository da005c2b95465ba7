"""The waypoints that a reader must see named: ports, dry ports, crossings, capitals, route ends."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyproj import Geod
from shapely import Point

from sources import names
from sources.credits import READ_ON
from sources.frames import frame
from sources.routes import Row, waypoints

LAYERS = Path(__file__).resolve().parents[1] / "layers"

KINDS = {
    "sea port": "port",
    "Caspian port": "port",
    "port": "port",
    "dry port": "dry port",
    "dry port / border terminal": "dry port",
    "border crossing": "crossing",
    "crossing": "crossing",
    "capital": "capital",
}
"""What a place of the fact tables is on the map; other places only where a route ends."""

RANKS = {"port": 1, "capital": 1, "dry port": 2, "crossing": 2, "end of a route": 3}
TOWNS = {"spin_boldak"}
"""Towns that the tables call a crossing: the crossing itself stands in its own layer."""

SAME_PLACE_KM = 15.0
"""Within it, the city of that name in the layer of places is the same place."""

_GEOD = Geod(ellps="WGS84")


def route_point_layer() -> gpd.GeoDataFrame:
    """Points by node id; crossings that the layer of crossings holds are left to it."""
    passing: dict[str, list[str]] = defaultdict(list)
    found: dict[str, Row] = {}
    ends = set()
    titles = {row["id"]: row["name"] for row in names.fact_rows("routes")}
    for route, points in waypoints().items():
        ends |= {points[0]["place_id"], points[-1]["place_id"]}
        for point in points:
            found.setdefault(point["place_id"], point)
            passing[point["place_id"]].append(titles[route])
    for node in names.fact_rows("nodes"):
        if node["node_id"] not in found and KINDS.get(node["type"]) == "dry port":
            found[node["node_id"]] = _as_waypoint(node)
    crossings = {row["id"] for row in names.fact_rows("crossings")}
    remarks = {node["node_id"]: node for node in names.fact_rows("nodes")}
    cities = gpd.read_parquet(LAYERS / "places.parquet")
    cities = cities[cities["rank"] <= 2]
    return frame(
        [
            _row(point, kind, passing[id], remarks.get(id, {}), cities)
            for id, point in found.items()
            if id not in crossings and (kind := _kind(point, id in ends))
        ]
    )


def _as_waypoint(node: Row) -> Row:
    accuracy = "3" if "general knowledge" in node["coord_source"] else ""
    own = {"place_id": node["node_id"], "kind": node["type"], "source": node["coord_source"]}
    return {**node, **own, "accuracy_km": accuracy}


def _kind(point: Row, end: bool) -> str:
    kind = "" if point["place_id"] in TOWNS else KINDS.get(point["kind"], "")
    return kind or ("end of a route" if end else "")


def _row(
    point: Row, kind: str, routes: list[str], node: Row, cities: gpd.GeoDataFrame
) -> dict[str, Any]:
    place = Point(float(point["lon"]), float(point["lat"]))
    accuracy = float(point["accuracy_km"]) if point["accuracy_km"] else None
    said = (f"Position: {point['source']}", node.get("source", ""))
    return {
        "id": point["place_id"],
        "name": point["name"],
        **names.fact("city", point["name"]),
        "source": "; ".join(text for text in said if "://" in text or text == said[0]),
        "as_of": READ_ON,
        "confirmed": accuracy is None,
        "note": node.get("note", ""),
        "kind": kind,
        "country": point["country"],
        "routes": "; ".join(routes) or "none of the routes drawn",
        "rank": RANKS[kind],
        "accuracy_km": accuracy,
        "uncertain": accuracy is not None,
        "city": _city(point["name"], place, cities),
        "geometry": place,
    }


def _city(name: str, place: Point, cities: gpd.GeoDataFrame) -> bool:
    """Whether a capital or large city of the layer of places bears the name at the same spot."""
    return any(
        _GEOD.inv(place.x, place.y, city.x, city.y)[2] / 1000 <= SAME_PLACE_KM
        for city in cities.geometry[cities["name"] == name]
    )
