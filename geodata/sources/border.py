"""The subject line, and the table of its lengths in every source."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any

import geopandas as gpd
import shapely
from shapely import LineString

from sources import credits, names
from sources.frames import frame, length_km, simplify_lines
from sources.lines import shared
from sources.outlines import zone_outline

LEFT, RIGHT = "AF", "PK"
START, END = "tripoint with Iran", "tripoint with China"


@cache
def line() -> LineString:
    """The one line from the Iran tripoint to the China tripoint, full detail (lon, lat)."""
    found = shared(zone_outline(LEFT), zone_outline(RIGHT))
    if found.geom_type != "LineString":
        raise ValueError(f"the border is not one line but {len(shapely.get_parts(found))}")
    return oriented(found)


def oriented(found: LineString) -> LineString:
    """West end first: the western end is the tripoint with Iran."""
    return found if found.coords[0][0] < found.coords[-1][0] else found.reverse()


def border_layer() -> gpd.GeoDataFrame:
    """One feature, with its length, vertices and ends."""
    row = {
        "id": "afghanistan-pakistan",
        **_spelled(),
        "source": credits.OSM.text,
        "as_of": credits.OSM.as_of,
        "note": "Length at the resolution of this line; a coarser line is shorter. Pakistan "
        "regards it as a settled international border; Afghan governments have not recognised it.",
        "length_km": round(length_km(line()), 1),
        "vertices": len(line().coords),
        "start": START,
        "end": END,
        "geometry": line(),
    }
    return frame([row], simplify_lines())


def _spelled() -> dict[str, Any]:
    english = "Afghanistan-Pakistan border (Durand Line)"
    return {"name": english, **names.fact("border", english)}


def lengths_table(border: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> str:
    """CSV of every length: measured here (computed), and published (from the fact table)."""
    out = io.StringIO()
    head = [
        "kind",
        "name",
        "length_km",
        "vertices",
        "mean_step_m",
        "year",
        "confirmed",
        "source",
        "note",
    ]
    writer = csv.DictWriter(out, head, lineterminator="\n")
    writer.writeheader()
    measured = [
        ("OpenStreetMap 2026, full detail (the line of this atlas)", border.iloc[0], "2026"),
        *((row["name"], row, row["year"]) for _, row in others.iterrows()),
    ]
    for name, row, year in sorted(measured, key=lambda m: -m[1]["length_km"]):
        step = row["length_km"] * 1000 / (row["vertices"] - 1)
        writer.writerow(
            {
                "kind": "measured",
                "name": name,
                "length_km": row["length_km"],
                "vertices": row["vertices"],
                "mean_step_m": round(step),
                "year": year,
                "confirmed": "yes",
                "source": row["source"],
                "note": "Geodesic length on WGS84.",
            }
        )
    for claim in names.fact_rows("border_length_claims"):
        ours = claim["source"].startswith("measured by us")
        writer.writerow(
            {
                "kind": "measured" if ours else "published",
                "name": claim["claimant"].removeprefix("Measured: "),
                "length_km": claim["length_km"],
                "year": claim["year"],
                "confirmed": claim["confirmed"],
                "source": claim["source"],
                "note": claim["note"],
            }
        )
    return out.getvalue()
