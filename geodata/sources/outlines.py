"""Country outlines: OpenStreetMap through time zones, Natural Earth's coast, Natural Earth's world.

The zones of one country, put together, are its outline as OpenStreetMap draws it de facto.
Coastal zones include the territorial sea, so every outline is cut at one coast.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry as Geometry

from sources import credits, names
from sources.archives import Archives
from sources.frames import BOX, area_km2, frame, simplify_coverage
from sources.lines import parts

ZONES: dict[str, list[str]] = {
    "AE": ["Asia/Dubai"],
    "AF": ["Asia/Kabul"],
    "BH": ["Asia/Bahrain"],
    "CN": ["Asia/Shanghai"],
    "IN": ["Asia/Kolkata"],
    "IR": ["Asia/Tehran"],
    "KG": ["Asia/Bishkek"],
    "KZ": [
        "Asia/Almaty",
        "Asia/Aqtau",
        "Asia/Aqtobe",
        "Asia/Atyrau",
        "Asia/Oral",
        "Asia/Qostanay",
        "Asia/Qyzylorda",
    ],
    "NP": ["Asia/Kathmandu"],
    "OM": ["Asia/Muscat"],
    "PK": ["Asia/Karachi"],
    "QA": ["Asia/Qatar"],
    "SA": ["Asia/Riyadh"],
    "TJ": ["Asia/Dushanbe"],
    "TM": ["Asia/Ashgabat"],
    "UZ": ["Asia/Tashkent", "Asia/Samarkand"],
    "YE": ["Asia/Aden"],
    "AZ": ["Asia/Baku"],
}

OVERLAPS = {"NP": ("IN",)}
"""Zones that overlap in the source: the part is left to the country that administers it."""

DE_FACTO = {
    "AF": "The line with Pakistan (Durand Line) is not recognised by Afghan governments.",
    "CN": "De facto: Aksai Chin and the Shaksgam tract, which India claims, fall to China here.",
    "IN": "De facto: Kashmir is split at the Line of Control; the Siachen area falls to India.",
    "NP": "De facto: the Kalapani area, which Nepal claims and the source gives to both, falls to "
    "India here.",
    "PK": "De facto: Gilgit-Baltistan and Azad Jammu and Kashmir, administered by Pakistan and "
    "part of the disputed Kashmir region, are included.",
}


@cache
def zone_outline(code: str) -> Geometry:
    """The outline of one country with its territorial sea, full detail.

    Zones of one country are united; a single zone keeps its vertices exactly as they come, so
    that two neighbours share theirs.
    """
    from timezonefinder import TimezoneFinder

    finder, polygons = TimezoneFinder(), []
    for zone in ZONES[code]:
        for shell, *holes in finder.get_geometry(tz_name=zone, coords_as_pairs=True):
            polygons.append(Polygon(shell, holes))
    return shapely.union_all(polygons) if len(ZONES[code]) > 1 else MultiPolygon(polygons)


@cache
def land(archives: Archives) -> Geometry:
    """Land of the box, inland lakes included; the Caspian is not land."""
    table = gpd.read_file(archives.natural_earth / "physical/ne_10m_land.shp", bbox=BOX)
    return shapely.union_all(shapely.intersection(table.geometry.to_numpy(), shapely.box(*BOX)))


@cache
def country(archives: Archives, code: str) -> Geometry:
    """One country inside the box, cut at the coast."""
    whole = zone_outline(code)
    for other in OVERLAPS.get(code, ()):
        whole = shapely.difference(whole, zone_outline(other))
    inside = shapely.intersection(whole, shapely.box(*BOX))
    return MultiPolygon(parts(shapely.intersection(inside, land(archives)), "Polygon"))


def countries(archives: Archives) -> gpd.GeoDataFrame:
    """The countries of the box by ISO 3166-1 code, no overlap."""
    rows = []
    for code in sorted(ZONES):
        outline = country(archives, code)
        if outline.is_empty:
            continue
        rows.append(
            {
                "id": code,
                **names.country(code),
                "source": f"{credits.OSM.text}; coast: {credits.NE_LAND.text}",
                "as_of": credits.OSM.as_of,
                "note": " ".join(filter(None, [DE_FACTO.get(code, ""), _share(code, outline)])),
                "area_km2": round(area_km2(outline)) if _whole(code) else None,
                "geometry": outline,
            }
        )
    return frame(rows, simplify_coverage(0.004))


def _whole(code: str) -> bool:
    west, south, east, north = shapely.bounds(zone_outline(code))
    return bool(west > BOX[0] and south > BOX[1] and east < BOX[2] and north < BOX[3])


def _share(code: str, outline: Geometry) -> str:
    return "" if _whole(code) else "Cut at the edge of the region shown."


def land_layer(archives: Archives) -> gpd.GeoDataFrame:
    """One feature: the land of the box without a border in it."""
    row = {
        "id": "land",
        "name": "Land",
        "source": credits.NE_LAND.text,
        "as_of": credits.NE_LAND.as_of,
        "note": "No borders; inland lakes are a layer of their own.",
        "geometry": land(archives),
    }
    return frame([row], lambda g: np.asarray(shapely.simplify(g, 0.004)))


def world(archives: Archives) -> gpd.GeoDataFrame:
    """All countries at 1:50m, by ISO code; ``x-`` and Natural Earth's code where ISO has none."""
    path = archives.natural_earth / "cultural/ne_50m_admin_0_countries.shp"
    table = gpd.read_file(path)
    coded = (table["ISO_A2_EH"] != "-99").to_numpy()
    table["code"] = np.where(coded, table["ISO_A2_EH"], "x-" + table["ADM0_A3"].str.lower())
    rows = []
    for code, units in table.groupby("code"):
        first = units.iloc[shapely.area(units.geometry.to_numpy()).argmax()]
        rows.append(
            {
                "id": code,
                **names.country(str(code), otherwise=first["ADMIN"]),
                "source": f"{credits.NE_COUNTRIES.text}, 1:50m; names: {names.CLDR}",
                "as_of": credits.NE_COUNTRIES.as_of,
                "confirmed": not str(code).startswith("x-"),
                "note": "Fills only, de facto: for shading whole countries. No line is implied; "
                "boundaries are drawn from the layer of segments.",
                "continent": first["CONTINENT"],
                "geometry": shapely.union_all(shapely.make_valid(units.geometry.to_numpy())),
            }
        )
    return frame(rows, simplify_coverage(0.05))
