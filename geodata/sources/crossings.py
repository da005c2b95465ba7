"""Crossings of the fact table: position, how sure it is, and what the status allows."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import shapely

from sources import credits, crossing_states, names
from sources.frames import frame

UNCERTAIN_KM = 2.0
"""A position is uncertain when its confirmation is not a plain yes, or from this accuracy on."""

_TAGS = {"urdu": "ur", "pashto": "ps", "dari": "prs"}


def crossing_layer() -> gpd.GeoDataFrame:
    """All crossings; those not located have no geometry: listed, never drawn."""
    return frame([_row(record) for record in names.fact_rows("crossings")])


def _row(record: dict[str, str]) -> dict[str, Any]:
    accuracy = accuracy_km(record["coord_accuracy"])
    located = bool(record["longitude"] and record["latitude"])
    present, status_date = status_class(record["latest_status"]), record["latest_status_date"]
    return {
        "id": record["id"],
        "name": record["name"],
        **local_names(record["names_local"]),
        "source": record["source"] if record["source"] else credits.FACTS.text,
        "as_of": status_date or credits.READ_ON,
        "confirmed": record["confirmed"] == "yes",
        "note": _note(record, located),
        "alt_names": record["alt_names"],
        "kind": record["type"],
        "status": record["latest_status"],
        "status_class": present,
        "status_date": status_date or None,
        "states": crossing_states.states(record["id"], present, status_date or None),
        "status_history": record["status_history"],
        "since": record["since"] or None,
        "trade_role": record["trade_role"],
        "rank": rank(record),
        "accuracy_km": accuracy,
        "uncertain": record["coord_confirmed"] != "yes" or (accuracy or 0) > UNCERTAIN_KM,
        "node_id": record["node_id"] or None,
        "afghan_side": f"{record['afghan_district']}, {record['afghan_province']}",
        "pakistani_side": f"{record['pakistan_district']}, {record['pakistan_province']}",
        "geometry": shapely.Point(float(record["longitude"]), float(record["latitude"]))
        if located
        else None,
    }


def rank(record: dict[str, str]) -> int:
    """1 for the two busiest, 2 for the other trade crossings, 3 for the rest."""
    if "busiest" in record["trade_role"].lower():
        return 1
    return 2 if "trade" in record["type"].split("; ") else 3


def accuracy_km(text: str) -> float | None:
    """Kilometres out of "about 1 km" or "uncertain, about 6 km"; None where not located."""
    found = re.search(r"([\d.]+) km", text)
    return float(found.group(1)) if found else None


def status_class(status: str) -> str:
    """closed, limited, open or unknown.

    ``limited`` is closed to trade but passed by returning people or aid. A place that is not a
    working crossing (not notified, no formal crossing, not working as far as found) is closed to
    trade as far as is known, and says so in its status; one whose status was not found is unknown.
    """
    said = status.lower()
    if "not found" in said:
        return "unknown"
    if "allowed" in said:
        return "limited"
    if said.startswith(("closed", "not working", "not a notified")):
        return "closed"
    if said.startswith("open"):
        return "open"
    return "unknown"


def local_names(text: str) -> dict[str, Any]:
    """Names by language out of "Urdu/Pashto a; Pashto/Dari b": Urdu a, Pashto b, Dari b.

    The later part wins: the tables name the Pakistani form first and the Afghan form after it.
    Of several spellings the first is taken. "(spelling unconfirmed)" marks the languages of its
    part.
    """
    out: dict[str, Any] = dict.fromkeys(names.COLUMNS.values())
    doubtful = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        tags, _, spelled = part.partition(" ")
        first = re.sub(r"\s*\(.*?\)", "", spelled).split("،")[0].strip()
        for language in (_TAGS[word] for word in tags.lower().split("/") if word in _TAGS):
            out[names.COLUMNS[language]] = first
            if "unconfirmed" in spelled:
                doubtful.append(language)
    out["names_unconfirmed"] = " ".join(doubtful)
    return out


def _note(record: dict[str, str], located: bool) -> str:
    position = f"Position: {record['coord_method']} ({record['coord_accuracy']})."
    return position if located else "Not located: listed, not drawn."
