"""Later proposals for zones, markets and terminals, and models elsewhere: points of the tables."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import shapely

from sources import names
from sources.frames import frame

STANDING = {
    "operating": "Official, built or in use",
    "pending": "Official, decided or begun, not found in use",
    "proposed": "Proposed or announced",
    "lapsed": "Lapsed or without result",
    "unsourced": "In no source found as a zone",
}
"""Wording of each class of the table of proposals.

``operating``: adopted by a government, and said to be built or in use, and not idle.
``pending``: a government approved it, gave land, signed, tendered or began works; not found open,
or idle because the crossing is shut.
``proposed``: an idea, request, directive, study or announcement without such a step.
``lapsed``: said to have lapsed, or a request that came to nothing.
``unsourced``: no source names the place as a zone.
"""

MODELS = {
    "joint": "Zone across a border",
    "free": "Free zone on one side",
    "market": "Border market",
    "planned": "Border market, opening not confirmed",
    "preference": "Duty-free preference (the model cited for the ROZ)",
}


def proposals() -> gpd.GeoDataFrame:
    """All proposals; those without one place have no geometry: listed, never drawn."""
    return frame([_proposal(fact) for fact in names.fact_rows("zone_proposals")])


def models() -> gpd.GeoDataFrame:
    """Models elsewhere in the world."""
    return frame([_model(fact) for fact in names.fact_rows("zone_models")])


def _proposal(fact: dict[str, str]) -> dict[str, Any]:
    return {
        **_site(fact),
        "as_of": fact["status_as_of"],
        "status_class": fact["status_class"],
        "standing": STANDING[fact["status_class"]],
        "summary": fact["summary"],
        "known_since": fact["known_since"],
        "states": _states(fact),
        "rank": _rank(fact),
    }


def _rank(fact: dict[str, str]) -> int:
    """What is labelled first: what stands and what lies at a gate, then what was begun."""
    if fact["status_class"] == "operating" or fact["type"] == "border terminal":
        return 1
    return 2 if fact["status_class"] == "pending" else 3


def _states(fact: dict[str, str]) -> str:
    """The class from the date of the status on; before it, from first mention on, unknown."""
    held = [[fact["date"], fact["status_class"]]]
    if fact["known_since"] != fact["date"]:
        held.insert(0, [fact["known_since"], "unknown"])
    return json.dumps(held)


def _model(fact: dict[str, str]) -> dict[str, Any]:
    return {
        **_site(fact),
        "as_of": fact["date"],
        "model_class": fact["model_class"],
        "model": MODELS[fact["model_class"]],
        "lesson": fact["lesson"],
        "opened": fact["opened"] or None,
        "cost_usd": _number(fact["cost_usd"]),
        "targets": fact["targets"] or None,
        "claimed_results": fact["claimed_results"] or None,
    }


def _site(fact: dict[str, str]) -> dict[str, Any]:
    """What both tables have. Every position is general knowledge: none is certain."""
    located = bool(fact["longitude"])
    return {
        "id": fact["id"],
        "name": fact["short_name"],
        "source": fact["source"],
        "confirmed": fact["confirmed"] == "yes",
        "note": _note(fact, located),
        "full_name": fact["name"],
        "country": fact["country"],
        "type": fact["type"],
        "status": fact["status"],
        "official": fact["official"] == "yes",
        "date": fact["date"],
        "area_ha": _number(fact["area_ha"]),
        "accuracy_km": _number(fact["accuracy_km"]),
        "uncertain": "general knowledge" in fact["coord_note"] or not located,
        "missing": fact.get("missing") or None,
        "geometry": shapely.Point(float(fact["longitude"]), float(fact["latitude"]))
        if located
        else None,
    }


def _note(fact: dict[str, str], located: bool) -> str:
    said = [fact["note"], f"Area: {fact['area_note']}." if fact.get("area_note") else ""]
    if fact.get("official_note"):
        said.append(f"On its official standing: {fact['official_note']}.")
    said.append(
        f"Position: {fact['coord_note']}; the site or the nearest town."
        if located
        else "No single place: listed, not drawn."
    )
    return " ".join(filter(None, said))


def _number(text: str) -> float | None:
    return float(text) if text else None
