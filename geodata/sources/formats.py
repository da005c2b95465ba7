"""Regional formats: who belongs to them, what place Afghanistan has, and where they met."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from sources import names
from sources.cities import cities
from sources.dates import is_confirmed, settled
from sources.frames import frame


def format_layer() -> gpd.GeoDataFrame:
    """The formats: records shown by their members and their meetings."""
    listed = {row["id"] for row in names.fact_rows("engagement")}
    return frame([_format(row, listed) for row in names.fact_rows("formats")])


def _format(row: dict[str, str], listed: set[str]) -> dict[str, Any]:
    sources = [*row["source"].split("; "), *row["place_of_Afghanistan_source"].split("; ")]
    notes = [row["membership_note"], row["place_of_Afghanistan_detail"], row["notes"]]
    return {
        "id": row["id"],
        "name": row["name"],
        "source": "; ".join(dict.fromkeys(sources)),
        "as_of": row["as_of"],
        "note": " ".join(note for note in notes if note),
        "short": row["format"],
        "type": row["type"],
        "kind": row["kind"],
        "since": row["since"],
        "members": row["members"],
        "partners": row["partners"],
        "place_of_afghanistan": row["place_of_Afghanistan"],
        "pakistan_in": row["Pakistan_in"],
        "meetings_listed": int(row["meetings_listed"]),
        "parts": " ".join([*_members(row["id"], listed), *_meetings(row["id"])]),
        "missing": "shown by its members and its meetings",
        "geometry": None,
    }


def _members(format: str, listed: set[str]) -> list[str]:
    """Feature ids of the member countries, in the order of the table."""
    codes = [
        row["country"]
        for row in names.fact_rows("format_members")
        if row["format_id"] == format and row["belongs_as"] == "member"
    ]
    return [f"engagement/{code}" if code in listed else f"world/{code}" for code in codes]


def _meetings(format: str) -> list[str]:
    rows = names.fact_rows("format_meetings")
    return [f"format_meetings/{row['id']}" for row in rows if row["format_id"] == format]


def meeting_layer() -> gpd.GeoDataFrame:
    """The meetings; those at one city share its point, and one held by video has none."""
    kinds = {row["id"]: row["kind"] for row in names.fact_rows("formats")}
    return frame([_meeting(row, kinds) for row in names.fact_rows("format_meetings")])


def _meeting(row: dict[str, str], kinds: dict[str, str]) -> dict[str, Any]:
    city = cities().get(row["place"])
    position = f" {city.position}." if city else ""
    return {
        "id": row["id"],
        "name": f"{row['format']}: {row['place']}, {row['when']}",
        "source": row["source"],
        "as_of": row["end_date"],
        "confirmed": is_confirmed(row["confidence"]),
        "note": f"Confidence: {row['confidence']}.{position}",
        "format": row["format_id"],
        "short": row["format"],
        "kind": kinds[row["format_id"]],
        "number": int(row["n"]) if row["n"] else None,
        "when": row["when"],
        "date": settled(row["date"]),
        "place": row["place"],
        "level": row["level"],
        "outcome": row["outcome"],
        "confidence": row["confidence"],
        "uncertain": city is not None and (not city.checked or _doubtful(row["confidence"])),
        "missing": "" if city else "held by video",
        "geometry": city.point if city else None,
    }


def _doubtful(remark: str) -> bool:
    """Whether the remark leaves the place itself open."""
    return remark.startswith("unconfirmed") or "place unconfirmed" in remark
