"""Rounds of mediation, arcs to where they were held, and the direct line between two capitals."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd

from sources import names
from sources.cities import City, cities
from sources.dates import is_confirmed, settled
from sources.frames import frame
from sources.geodesics import distance_km, geodesic


def rounds() -> list[dict[str, str]]:
    """Rows of the table that are mediation; the fighting between them stands in the table only."""
    return [row for row in names.fact_rows("mediation") if row["row_type"] == "mediation"]


def mediation_layer() -> gpd.GeoDataFrame:
    """Each round, contact and offer. A point that stands in for a place is uncertain."""
    return frame([_round(row) for row in rounds()])


def _round(row: dict[str, str]) -> dict[str, Any]:
    city = cities().get(row["place"])
    return {
        "id": row["id"],
        "name": f"{row['place']}, {row['when']}",
        "source": row["source"],
        "as_of": row["end_date"],
        "confirmed": is_confirmed(row["confidence"]),
        "note": _note(row, city),
        "when": row["when"],
        "date": settled(row["date"]),
        "track": row["track"],
        "place": row["place"],
        "mediator": row["mediator"],
        "parties": row["parties"],
        "level": row["level"],
        "outcome": row["outcome"],
        "result": row["result"],
        "result_class": row["result_class"],
        "confidence": row["confidence"],
        "uncertain": city is not None and (not city.checked or row["point"] != "here"),
        "missing": "" if city else "no single point",
        "geometry": city.point if city else None,
    }


def _note(row: dict[str, str], city: City | None) -> str:
    said = [f"Confidence: {row['confidence']}."]
    if row["point"] == "stand-in":
        said.append("No meeting place: the point stands in for the capital that is named.")
    elif row["point"] == "offer made here":
        said.append("The point is where the offer was made; no round followed.")
    elif row["point"] == "reported here":
        said.append("The place is as reported.")
    if city:
        said.append(f"{city.position}.")
    if row["correction"]:
        said.append(f"{row['correction']}.")
    return " ".join(said)


def arc_layer() -> gpd.GeoDataFrame:
    """One arc for each capital of a party and each place where that party was met."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rounds():
        for capital in filter(None, row["capitals_of_parties"].split("; ")):
            if capital != row["place"]:
                found.setdefault((capital, row["place"]), []).append(row)
    return frame([_arc(ends, held) for ends, held in found.items()])


def _arc(ends: tuple[str, str], held: list[dict[str, str]]) -> dict[str, Any]:
    start, end = (cities()[name] for name in ends)
    held = sorted(held, key=lambda row: row["date"])
    sources = [source for row in held for source in row["source"].split("; ")]
    return {
        "id": f"{start.name}-{end.name}".lower().replace(" ", "-"),
        "name": f"{start.name} to {end.name}",
        "source": "; ".join(dict.fromkeys(sources)),
        "as_of": held[-1]["end_date"],
        "confirmed": all(is_confirmed(row["confidence"]) for row in held),
        "note": "The shortest line from a party's capital to the place of the talks: no route.",
        "stroke": "solid" if start.name == "Kabul" else "dashed",
        "place": end.name,
        "rounds": len(held),
        "first_round": held[0]["when"],
        "last_round": held[-1]["when"],
        "date": settled(held[0]["date"]),
        "tracks": "; ".join(dict.fromkeys(row["track"] for row in held)),
        "results": "; ".join(f"{row['when']}: {row['result']}" for row in held),
        "length_km": round(distance_km(start.point, end.point), 1),
        "uncertain": False,
        "missing": "",
        "geometry": geodesic(start.point, end.point),
    }


def direct_line_layer() -> gpd.GeoDataFrame:
    """Lines between capitals by the dated level of relations; not drawn where none was checked."""
    return frame([_line(row) for row in names.fact_rows("direct_line")])


def _line(row: dict[str, str]) -> dict[str, Any]:
    start, end = cities()[row["from"]], cities()[row["to"]]
    steps = [step for step in names.fact_rows("relations_steps") if step["line"] == row["id"]]
    states = [[settled(step["date"]), step["level"]] for step in steps]
    return {
        "id": row["id"],
        "name": row["name"],
        "source": "; ".join(
            dict.fromkeys(s for r in (*steps, row) for s in r["source"].split("; "))
        ),
        "as_of": row["as_of"],
        "confirmed": bool(steps) and is_confirmed(steps[-1]["confidence"]),
        "note": f"{row['note']}. The shortest line between the two capitals: no route.",
        "level": LEVELS[steps[-1]["level"] if steps else "unchecked"],
        "history": "; ".join(f"{step['when']}: {step['step']}" for step in steps),
        "length_km": round(distance_km(start.point, end.point), 1),
        "states": json.dumps(states),
        "uncertain": False,
        "missing": "" if steps else "level of relations not checked",
        "geometry": geodesic(start.point, end.point) if steps else None,
    }


LEVELS = {
    "ambassador": "ambassador level in at least one direction",
    "charge": "chargé level",
    "unconfirmed": "not confirmed",
    "unchecked": "not checked",
}
"""Levels of relations in words."""


def direct_meeting_layer() -> gpd.GeoDataFrame:
    """Meetings of the two sides alone, in one of the two capitals."""
    return frame([_direct(row) for row in names.fact_rows("direct_meetings")])


def _direct(row: dict[str, str]) -> dict[str, Any]:
    city = cities()[row["place"]]
    return {
        "id": row["id"],
        "name": f"{row['place']}, {row['when']}",
        "source": row["source"],
        "as_of": row["date"],
        "confirmed": is_confirmed(row["confidence"]),
        "note": f"{city.position}.",
        "when": row["when"],
        "date": row["date"],
        "place": row["place"],
        "level": row["level"],
        "outcome": row["outcome"],
        "uncertain": False,
        "missing": "",
        "geometry": city.point,
    }
