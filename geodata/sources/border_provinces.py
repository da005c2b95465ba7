"""The first-level units that touch the border: people, density and length of border.

Outlines are those of the layer of provinces; figures are those of the fact table. A figure that
looks like a slip in its source is flagged, never mended: the density made from it is as doubtful.
"""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Any

import geopandas as gpd

from sources import credits, names
from sources.built import built
from sources.frames import COMMON, frame

AREAS_DIFFER = 0.05
"""Share by which the area on the map may differ from the published one without a remark."""

DOUBT = "Figure not confirmed"
"""What is uncertain of a flagged unit: not where it lies."""

COUNTRIES = {"AF": "Afghanistan", "PK": "Pakistan"}
_SUSPECT = "suspect"
_REMEMBERED = re.compile(r"remembered as (about [\d.,]+(?: million)?) \(not confirmed\)")


def border_provinces() -> gpd.GeoDataFrame:
    """The 14 units, with the ids, names and outlines of the layer of provinces."""
    facts = {row["iso_3166_2"]: row for row in names.fact_rows("provinces")}
    units = built("provinces")
    touching = units[units["touches_border"]].sort_index()
    whole = float(built("border")["length_km"].iloc[0])
    rows = [_row(unit, facts[unit["id"]], whole) for unit in touching.to_dict("records")]
    return frame(rows, lambda _: touching["display"].to_numpy())


def _row(unit: dict[str, Any], fact: dict[str, str], whole_km: float) -> dict[str, Any]:
    people, area = float(fact["population"]), float(unit["area_km2"])
    flagged = fact["population_quality"].startswith(_SUSPECT)
    coarse = fact["border_with_other_country_km_measured"]
    return {
        **{column: unit[column] for column in COMMON},
        "source": f"Population: {fact['population_source']}; outline: {credits.PROVINCES.text}; "
        f"published area: {fact['area_source']}",
        "as_of": fact["population_year"][:4],
        "confirmed": fact["confirmed"] == "yes",
        "note": " ".join(filter(None, [unit["note"], _area_note(people, area, fact)])),
        "country": unit["country"],
        "unit_type": unit["unit_type"],
        "capital": unit["capital"],
        "population": people,
        "population_year": fact["population_year"],
        "population_flagged": flagged,
        "population_note": fact["population_quality"],
        "flag": flag(fact["population_quality"]),
        "density": round(people / area, 1),
        "area_km2": unit["area_km2"],
        "area_published_km2": float(fact["area_km2"]),
        "border_km": unit["border_km"],
        "border_share": round(100 * unit["border_km"] / whole_km, 1),
        "border_km_coarse": float(coarse) if coarse else None,
        "disputed": unit["disputed"],
        "facing": fact["notes"],
        "uncertain": flagged,
        "doubt": DOUBT if flagged else None,
        "geometry": unit["geometry"],
    }


def flag(quality: str) -> str:
    """Plain words for a figure that looks like a slip; empty where there is nothing to say."""
    if not quality.startswith(_SUSPECT):
        return ""
    found = _REMEMBERED.search(quality)
    other = f"; {found[1]} is remembered, not confirmed" if found else ""
    return f"doubtful: looks like a digit slip in the source{other}"


def _area_note(people: float, area: float, fact: dict[str, str]) -> str:
    published = float(fact["area_km2"])
    if abs(area / published - 1) <= AREAS_DIFFER:
        return ""
    return (
        f"The area on this map, {area:,.0f} km², differs from the {published:,.0f} km² of another "
        f"source, by which there would be {people / published:,.0f} people per km²."
    )


def table() -> str:
    """The figures as a table for reading, CSV."""
    out = io.StringIO()
    rows = [_table_row(unit) for unit in border_provinces().to_dict("records")]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _table_row(unit: dict[str, Any]) -> dict[str, Any]:
    coarse = unit["border_km_coarse"]
    return {
        "id": unit["id"],
        "province": unit["name"] + (" (disputed)" if unit["disputed"] else ""),
        "country": "administered by " * unit["disputed"] + COUNTRIES[unit["country"]],
        "people": int(unit["population"]),
        "of_year": unit["population_year"],
        "kind_of_figure": kind_of_figure(unit["population_note"]),
        "flag": unit["flag"],
        "area_km2": int(unit["area_km2"]),
        "people_per_km2": unit["density"],
        "border_km": unit["border_km"],
        "percent_of_the_line": unit["border_share"],
        "border_km_on_coarser_outlines": "" if math.isnan(coarse) else coarse,
    }


def kind_of_figure(quality: str) -> str:
    """Census or estimate, in a word."""
    if not quality.startswith("census"):
        return "estimate"
    return "census" if "Wikipedia" not in quality else "census, second-hand"
