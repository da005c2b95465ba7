"""What "some 50 million people" may count: eight definitions, their sums, the areas they light."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from sources import credits, names
from sources.border_districts import counted, seat
from sources.frames import frame

CLAIMED = 50.0
"""Million people, as the essay has it."""

_DISTRICTS = "districts"


def population_definitions() -> gpd.GeoDataFrame:
    """The definitions, each with the areas that show it; sums in million people."""
    rows = names.fact_rows("population_definitions")
    spans = {row["id"]: (total(row["low_terms"], "low"), total(row["high_terms"], "high"))
             for row in rows}  # fmt: skip
    nearest = min(spans, key=lambda id: abs(distance(*spans[id])))
    return frame([_row(row, *spans[row["id"]], row["id"] == nearest) for row in rows])


def figures() -> dict[str, dict[str, str]]:
    """The table of figures by id."""
    return {row["id"]: row for row in names.fact_rows("population_figures")}


def total(terms: str, end: str) -> float:
    """Sum of figures, million; ``end`` is the low or the high end of each."""
    return sum(float(figures()[term][f"{end}_million"]) for term in terms.split())


def distance(low: float, high: float) -> float:
    """Million people by which a span misses the claim; 0 where it holds it."""
    return low - CLAIMED if low > CLAIMED else min(high - CLAIMED, 0.0)


def parts(areas: str) -> str:
    """Feature ids of the areas; the word for the districts becomes those that have a point."""
    out = []
    for area in areas.split():
        if area != _DISTRICTS:
            out.append(area)
            continue
        rows = [r for r in names.fact_rows("districts_border") if counted(r) and seat(r)]
        out += [f"border_districts/{row['id']}" for row in rows]
    return " ".join(out)


def _row(row: dict[str, str], low: float, high: float, nearest: bool) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": f"{row['letter']}. {row['definition']}",
        "source": row["source"],
        "as_of": credits.READ_ON,
        "confirmed": row["confirmed"] == "yes",
        "note": _note(row),
        "definition": row["definition"],
        "sum": row["million"],
        "low": round(low, 3),
        "high": round(high, 3),
        "distance": round(distance(low, high), 3),
        "distance_words": row["distance_from_50"],
        "nearest": nearest,
        "counted": row["counted"],
        "reading": row["reading"],
        "parts": parts(row["areas"]),
        "geometry": None,
    }


def _note(row: dict[str, str]) -> str:
    terms = dict.fromkeys(f"{row['low_terms']} {row['high_terms']}".split())
    said = [f"{figures()[term]['counted']}: {figures()[term]['million']}" for term in terms]
    shown = [r for r in names.fact_rows("districts_border") if counted(r) and seat(r)]
    few = (
        f" Of the districts the map shows the {len(shown)} whose seat is known."
        if _DISTRICTS in row["areas"].split()
        else ""
    )
    return f"Sum, in million people, of {'; '.join(said)}.{few}"
