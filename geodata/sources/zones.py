"""The area that the bills on Reconstruction Opportunity Zones would have made eligible.

Computed from layers that are built before: provinces, former_fata, border, places.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry as Geometry

from sources import belt, credits, names
from sources.built import built as layer
from sources.frames import area_km2, frame, length_km, simplify_coverage, simplify_lines
from sources.lines import parts

MILES_100_KM = 160.9344
"""100 miles of 1,609.344 m."""

NAMED = {
    "quetta", "zhob", "nushki", "dalbandin", "taftan-crossing", "khuzdar", "panjgur", "gwadar-port",
}  # fmt: skip
"""Towns that are labelled before the others."""

CROWDED = {"pishin", "mastung", "mach", "dhadar"}
"""Towns too close to their neighbours for a label on a sheet of the whole region."""

STATUS = "Eligible area in bills of 2008 to 2021; never law, lapsed"
BILLS = "S. 2776, H.R. 6387 (2008); S. 496, H.R. 1318, H.R. 1886 (2009); S. 1481 (2021)"

PARTS = {
    "afghanistan": "country",
    "nwfp": "province",
    "fata": "tribal",
    "balochistan-belt": "belt",
    "earthquake-areas": "districts",
}
"""What kind of area a component is: the class that a sheet tints."""

_NUANCE = (
    "Eligible area only: a zone would have been a place inside it that the Afghan or Pakistani "
    "authorities opened to duty-free entry and the US President then designated. No place was "
    "ever designated."
)
_BALOCHISTAN, _PROVINCE = "PK-BA", "PK-KP"


@cache
def line() -> Geometry:
    """The Afghanistan-Pakistan line alone, in full detail."""
    return layer("border").geometry.iloc[0]


@cache
def hundred_miles() -> Geometry:
    """All that lies within 100 miles of the line, on both sides and beyond Balochistan."""
    return belt.belt(line(), MILES_100_KM)


@cache
def components() -> dict[str, Geometry]:
    """Outlines by id of the fact table, disjoint and without gaps; full detail."""
    provinces, fata = layer("provinces"), layer("former_fata").geometry["fata"]
    shapes = provinces.geometry
    afghan = shapes[provinces["country"] == "AF"].to_numpy()
    return {
        "afghanistan": _multi(shapely.coverage_union_all(afghan)),
        "nwfp": _multi(shapely.difference(shapes[_PROVINCE], fata)),
        "fata": _multi(fata),
        "balochistan-belt": _multi(shapely.intersection(shapes[_BALOCHISTAN], hundred_miles())),
    }


def roz() -> gpd.GeoDataFrame:
    """One feature per component; where no outline is to be had, without geometry."""
    rows, said = [], {row["id"]: row["text"] for row in names.fact_rows("roz_programme")}
    for fact in names.fact_rows("roz_components"):
        geometry = components().get(fact["id"])
        rows.append(
            {
                "id": fact["id"],
                "name": fact["name"],
                **(_fata_names() if fact["id"] == "fata" else {}),
                "source": f"{fact['source']}; outline: {credits.PROVINCES.text}",
                "as_of": fact["as_of"],
                "confirmed": fact["confirmed"] == "yes",
                "note": f"{_NUANCE} {fact['note']}",
                "part": PARTS[fact["id"]],
                "definition": fact["definition"],
                "today": fact["today"],
                "outline": fact["outline"],
                "status": STATUS,
                "bills": BILLS,
                "terms": said["terms"],
                "why_lapsed": said["why"],
                "area_km2": None if geometry is None else float(round(area_km2(geometry))),
                "uncertain": geometry is None,
                "missing": fact["missing"] or None,
                "geometry": geometry,
            }
        )
    return frame(rows, _simplify_drawn)


def belt_edge() -> gpd.GeoDataFrame:
    """The southern limit: where Balochistan lies exactly 100 miles from the line."""
    inside = shapely.intersection(
        shapely.boundary(hundred_miles()), layer("provinces").geometry[_BALOCHISTAN]
    )
    edge = shapely.line_merge(inside)
    row = {
        "id": "hundred-miles",
        "name": "100 miles from the border",
        "source": f"Computed on the layer of the border: {credits.OSM.text}; limit: "
        + _fact("balochistan-belt")["source"],
        "as_of": credits.OSM.as_of,
        "note": "Every point of it lies 160.9 km from the nearest point of the "
        "Afghanistan-Pakistan line, by geodesic distance on WGS84, good to 10 m on this line; "
        "the line with Iran does not count. Measured on a coarser line (Natural Earth 1:10m) the "
        "distances of the test towns differ by up to 3 km.",
        "distance_km": MILES_100_KM,
        "length_km": round(length_km(edge), 1),
        "geometry": edge,
    }
    return frame([row], simplify_lines())


def test_points() -> gpd.GeoDataFrame:
    """Towns that the limit includes or leaves out, with their distance on two lines."""
    coords, places = belt.dense(line(), 0.0005), layer("places")
    rows = []
    for fact in names.fact_rows("roz_test_points"):
        point = shapely.Point(float(fact["longitude"]), float(fact["latitude"]))
        km = round(belt.distance_km(point.x, point.y, coords), 1)
        inside = fact["inside_100_miles"] == "yes"
        rows.append(
            {
                "id": fact["id"],
                "name": fact["name"],
                **_place_names(places, fact["place_id"]),
                "source": f"{fact['source']}; distance computed on the layer of the border",
                "as_of": credits.OSM.as_of,
                "confirmed": bool(fact["place_id"]),
                "note": fact["note"],
                "province": fact["province"],
                "inside": inside,
                "side": "inside" if inside else "outside",
                "limit": "Within 100 miles" if inside else "Beyond 100 miles",
                "distance_km": km,
                "distance_coarse_km": float(fact["distance_coarse_km"]),
                "rank": 1 if fact["id"] in NAMED else 3 if fact["id"] in CROWDED else 2,
                "uncertain": not fact["place_id"],
                "geometry": point,
            }
        )
    return frame(rows)


def _fact(id: str) -> dict[str, str]:
    return next(row for row in names.fact_rows("roz_components") if row["id"] == id)


def _fata_names() -> dict[str, Any]:
    return names.fact("former unit", "Federally Administered Tribal Areas (FATA)")


def _place_names(places: gpd.GeoDataFrame, id: str) -> dict[str, Any]:
    """Names in other languages of the place that stands at the same position."""
    columns = [*names.COLUMNS.values(), "names_unconfirmed"]
    return {c: places.at[id, c] for c in columns} if id else {}


def _simplify_drawn(geometries: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One coverage of all components that have an outline."""
    out, drawn = geometries.copy(), geometries != None  # noqa: E711  (elementwise)
    out[drawn] = simplify_coverage()(geometries[drawn])
    return out


def _multi(geometry: Geometry) -> MultiPolygon:
    return MultiPolygon(parts(geometry, "Polygon"))
