"""Routes of the fact table as lines through their named waypoints, and the programmes they serve.

Every alignment is schematic. How the state of a route is classed:

- what the table calls existing, under construction, agreed or proposed is existing, under
  construction, planned, planned;
- an existing route with waypoints in both countries of the closed border is suspended from the day
  on which its crossing closed to trade: the roads on either side stay in use;
- a line that the table calls stalled or closed is suspended, one that it calls superseded is
  abandoned.

The class stands in ``routes.csv``, its history in ``route_states.csv``.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from functools import cache
from typing import Any

import geopandas as gpd
from pyproj import Geod
from shapely import LineString

from sources import names
from sources.frames import frame, length_km

Row = dict[str, str]

STATUS_CLASSES = {
    "existing": "existing",
    "under construction": "construction",
    "planned or proposed": "planned",
    "suspended or closed": "suspended",
    "abandoned": "abandoned",
}
MODES = {"power line": "power"}
"""Modes whose name in a symbol differs from their name in the table."""

ODD_RATIO = (0.6, 1.4)
"""Below and above, a drawn length cannot stand for the published one."""

STEP_KM = 50.0
"""Distance between the points of a leg by sea or air."""

_GEOD = Geod(ellps="WGS84")


def route_layer() -> gpd.GeoDataFrame:
    """All routes, one line each; lengths are geodesic along the line."""
    programmes = defaultdict(list)
    for row in names.fact_rows("programmes"):
        for route in filter(None, row["routes"].split("; ")):
            programmes[route].append(row["name"])
    return frame([_route(row, programmes[row["id"]]) for row in names.fact_rows("routes")])


def programme_layer() -> gpd.GeoDataFrame:
    """Programmes and agreements: no geometry of their own, the routes in ``parts`` show them."""
    return frame([_programme(row) for row in names.fact_rows("programmes")])


@cache
def waypoints() -> dict[str, tuple[Row, ...]]:
    """The waypoints of each route, in order."""
    rows = sorted(names.fact_rows("route_waypoints"), key=lambda row: int(row["seq"]))
    by_route = itertools.groupby(
        sorted(rows, key=lambda row: row["route_id"]), key=lambda row: row["route_id"]
    )
    return {route: tuple(found) for route, found in by_route}


def line(route: str) -> LineString:
    """The waypoints joined in order; legs by sea or air follow the shortest way on the globe."""
    points = waypoints()[route]
    coords = [_lonlat(points[0])]
    for start, end in itertools.pairwise(points):
        (lon0, lat0), (lon1, lat1) = _lonlat(start), _lonlat(end)
        if start["leg"]:
            distance = _GEOD.inv(lon0, lat0, lon1, lat1)[2] / 1000
            coords += _GEOD.npts(lon0, lat0, lon1, lat1, int(distance // STEP_KM))
        coords.append((lon1, lat1))
    return LineString(coords)


def _lonlat(point: Row) -> tuple[float, float]:
    return float(point["lon"]), float(point["lat"])


def _route(row: Row, programmes: list[str]) -> dict[str, Any]:
    geometry = line(row["id"])
    drawn = round(length_km(geometry), 1)
    published = float(row["published_km"]) if row["published_km"] else None
    ratio = round(drawn / published, 2) if published else None
    mode = MODES.get(row["mode"], row["mode"])
    state = STATUS_CLASSES[row["status"]]
    points = waypoints()[row["id"]]
    unsure = sum(bool(point["accuracy_km"]) for point in points)
    shut = closure(row["id"]) if state == "suspended" else None
    return {
        "id": row["id"],
        "name": row["name"],
        "source": row["source"],
        "as_of": max(row["as_of"], shut["latest_status_date"]) if shut else row["as_of"],
        "confirmed": row["confirmed"] == "yes",
        "note": _note(row, len(points), unsure, ratio),
        "course": row["course"],
        "mode": row["mode"],
        "status": f"{row['status']}{_because(row['id'], shut)}",
        "status_as_stated": row["status_as_stated"],
        "status_class": state,
        "symbol_class": f"{mode}-{state}",
        "map_class": _map_class(row, mode, state),
        "states": _states(row, mode),
        "line_kind": row["line_kind"],
        "relation_to_afghanistan": row["relation_to_afghanistan"],
        "rival": row["goes_around_afghanistan"] == "yes",
        "programmes": "; ".join(programmes),
        "lead_organisations": row["lead_organisations"] or "none found",
        "published_length_km": published,
        "published_length_note": row["published_length_note"],
        "published_length_confirmed": row["published_length_confirmed"] == "yes"
        if published
        else None,
        "drawn_km": drawn,
        "ratio": ratio,
        "ratio_text": f"{ratio:.2f}" if ratio else None,
        "cost": "; ".join(filter(None, (row["published_cost"], row["cost_note"]))),
        "capacity": row["capacity"],
        "key_dates": row["key_dates"],
        "summary": row["summary"],
        "alignment_confidence": row["alignment_confidence"],
        "waypoints": " - ".join(point["name"] for point in points),
        "uncertain": row["alignment_confidence"] != "high" or unsure > 0,
        "geometry": geometry,
    }


def _map_class(row: Row, mode: str, state: str) -> str:
    """The class that is drawn: programme corridors and ways around apart from the others."""
    if row["line_kind"] == "programme corridor":
        return f"corridor-{state}"
    if row["goes_around_afghanistan"] == "yes":
        return f"around-{mode}-{state}"
    return f"{mode}-{state}"


def history(route: str) -> tuple[Row, ...]:
    """The states of a route, oldest first."""
    return tuple(row for row in names.fact_rows("route_states") if row["route_id"] == route)


def _states(row: Row, mode: str) -> str:
    drawn = [
        [state["since"], _map_class(row, mode, STATUS_CLASSES[state["status"]])]
        for state in history(row["id"])
    ]
    return json.dumps(drawn)


def closure(route: str) -> Row | None:
    """The row of the first trade crossing on a route that is closed to trade; None without one."""
    crossings = {row["id"]: row for row in names.fact_rows("crossings")}
    for point in waypoints()[route]:
        row = crossings.get(point["place_id"])
        if row and row["latest_status"].lower().startswith("closed to trade"):
            return row
    return None


def _because(route: str, shut: Row | None) -> str:
    if not shut:
        return ""
    since, seen = history(route)[-1]["since"], shut["latest_status_date"]
    return f": closed to trade at {shut['name']} since {since}, still so on {seen}"


def _note(row: Row, points: int, unsure: int, ratio: float | None) -> str:
    said = [
        f"Schematic: the line joins {points} named waypoints, {unsure} of them at positions that "
        "are not confirmed, and is no survey."
    ]
    if row["status"] == "suspended or closed" and closure(row["id"]):
        said.append("Only trade across the border is suspended: roads on either side stay in use.")
    if ratio is not None and not ODD_RATIO[0] <= ratio <= ODD_RATIO[1]:
        said.append(f"The drawn length is {ratio:g} times the published one: do not compare them.")
    said += [row["ratio_note"], row["note"]]
    return " ".join(filter(None, said))


def _programme(row: Row) -> dict[str, Any]:
    routes = list(filter(None, row["routes"].split("; ")))
    basis = f"Routes: {row['routes_basis']}" if row["routes_basis"] else ""
    return {
        "id": row["id"],
        "name": row["name"],
        "source": row["source"],
        "as_of": row["as_of"],
        "confirmed": row["confirmed"] == "yes",
        "note": " ".join(filter(None, (row["note"], basis))),
        "kind": row["kind"],
        "status": row["status"],
        "key_dates": row["key_dates"],
        "lead_organisations": row["lead_organisations"],
        "summary": row["summary"],
        "parts": " ".join(f"routes/{route}" for route in routes),
        "missing": row["missing"] or None,
        "geometry": None,
    }
