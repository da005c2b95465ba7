"""Border districts. There are no outlines of them: a town of the same name stands for a few.

A district has a point only where the layer of places holds a town that bears its name, in its
country and inside its province. Every such point is uncertain; the others are listed, not drawn.
"""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import shapely

from sources import credits, names
from sources.border_provinces import COUNTRIES
from sources.built import built
from sources.frames import frame, slug

TOLERANCE = 0.02
"""Degrees (about 2 km) by which a seat may lie outside its province: inner lines are coarse."""

MISSING = "district outline not available"
SEAT_WORDS = ("Markaz-e Woluswali-ye ", "Alaqahdari ")
"""What GeoNames puts before a district's name for its seat: centre of the district, subdistrict."""

_CODES = {name: code for code, name in COUNTRIES.items()}
_GENERAL = "unconfirmed: general knowledge"


def border_districts() -> gpd.GeoDataFrame:
    """The districts of the fact table, with the point of their seat where there is one."""
    return frame([_row(record) for record in names.fact_rows("districts_border")])


def counted(record: dict[str, str]) -> bool:
    """Whether a district is one of those whose people the sum of border districts counts."""
    return (
        record["country"] == "Pakistan"
        and bool(record["population"])
        and not record["touches_border"].startswith("no")
        and "kept out of the border-district sum" not in record["notes"]
    )


def _row(record: dict[str, str]) -> dict[str, Any]:
    place = seat(record)
    return {
        "id": record["id"],
        "name": record["district"],
        **(names.fact("city", place["name"]) if place else {}),
        "source": "; ".join([record["source"], *([credits.GEONAMES.text] if place else [])]),
        "as_of": _as_of(record),
        "confirmed": record["confirmed"] == "yes",
        "note": _note(record, place),
        "country": _CODES[record["country"]],
        "province": record["province"],
        "province_id": province_id(record["province"]),
        "other_names": record["other_names"],
        "population": _number(record["population"]),
        "population_year": record["population_year"] or None,
        "area_km2": _number(record["area_km2"]),
        "touches_border": record["touches_border"],
        "faces": record["faces"],
        "border_km_measured": _number(record["border_km_measured"]),
        "counted": counted(record),
        "seat": place["id"] if place else None,
        "uncertain": True,
        "missing": None if place else MISSING,
        "geometry": place["geometry"] if place else None,
    }


def seat(record: dict[str, str]) -> dict[str, Any] | None:
    """The one place that bears the district's name, in its country and province.

    Raises
    ------
    ValueError
        When several places do.
    """
    unit = built("provinces").geometry[province_id(record["province"])]
    wanted = spellings(record)
    places = built("places")
    found = [
        place
        for place in places[places["country"] == _CODES[record["country"]]].to_dict("records")
        if slug(bare(place["name"])) in wanted
        and shapely.dwithin(unit, place["geometry"], TOLERANCE)
    ]
    if len(found) > 1:
        raise ValueError(f"{record['id']}: {[place['id'] for place in found]}")
    return found[0] if found else None


def spellings(record: dict[str, str]) -> set[str]:
    """Slugs of the district's name, without what stands in brackets, and of its other names."""
    plain = re.sub(r"\s*\(.*?\)", "", record["district"])
    return {slug(text) for text in (plain, *record["other_names"].split("; ")) if text}


def bare(name: str) -> str:
    """The name of a place without the word for a seat before it."""
    for words in SEAT_WORDS:
        name = name.removeprefix(words)
    return name


def province_id(province: str) -> str:
    """ISO 3166-2 code of a province of the fact table."""
    units = {row["name"]: row["iso_3166_2"] for row in names.fact_rows("provinces")}
    return units[province]


def _as_of(record: dict[str, str]) -> str:
    if record["source"] == _GENERAL:
        return credits.READ_ON
    return "2023" if record["country"] == "Pakistan" else "2024"


def _note(record: dict[str, str], place: dict[str, Any] | None) -> str:
    drawn = (
        f"The point is the town of {place['name']} and stands for the district: its outline is "
        "not available."
        if place
        else "Listed, not drawn: the outline is not available."
    )
    said = record["notes"]
    return f"{drawn} {said[:1].upper()}{said[1:]}{'.' * bool(said)}".strip()


def _number(text: str) -> float | None:
    return float(text) if text else None
