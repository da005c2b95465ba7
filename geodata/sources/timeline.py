"""Dated events of the fact table, the spans that the essay speaks of, and how new the newest is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import shapely

from sources import credits, names
from sources.crossings import UNCERTAIN_KM
from sources.frames import frame, slug

SEARCHED_TO = credits.READ_ON
"""The day to which the public record was searched; nothing later can be known."""

CLASSES = ((10, "10"), (5, "5"), (2, "2"), (1, "1"))
"""Least number of events at a place, and the class of its ring, heaviest first."""

LABELLED = 3
"""Places are labelled from this number of events on."""

Row = Mapping[str, str]


def event_layer() -> gpd.GeoDataFrame:
    """All events; those outside the map or without one place have no geometry."""
    return frame([_event(row) for row in names.fact_rows("timeline")])


def _event(row: Row) -> dict[str, Any]:
    accuracy = float(row["accuracy_km"]) if row["accuracy_km"] else None
    return {
        "id": row["id"],
        "name": row["title"],
        "source": row["source"],
        "as_of": credits.READ_ON,
        "confirmed": row["confirmed"] == "yes",
        "note": row["note"],
        "date": row["date"],
        "when": row["when"],
        "date_precision": row["date_precision"],
        "place": row["place"],
        "category": row["category"],
        "group": row["group"],
        "form": row["form"] or None,
        "summary": row["summary"],
        "attribution": row["attribution"] or None,
        "evidence": row["evidence"],
        "accuracy_km": accuracy,
        "uncertain": row["position"] == "indicative" or (accuracy or 0) > UNCERTAIN_KM,
        "missing": row["missing"] or None,
        "geometry": _point(row),
    }


def _point(row: Row) -> shapely.Point | None:
    return shapely.Point(float(row["lon"]), float(row["lat"])) if row["lat"] else None


def place_layer() -> gpd.GeoDataFrame:
    """One point for every place with drawn events, with their number at every date.

    Events at one place lie on top of each other; the ring around them says how many there are.
    ``states`` holds ``[[date, class], ...]``, ascending.
    """
    at: dict[tuple[str, str, str], list[Row]] = {}
    for row in names.fact_rows("timeline"):
        if row["lat"]:
            at.setdefault((row["place"], row["lat"], row["lon"]), []).append(row)
    return frame([_place(place, rows) for (place, _, _), rows in at.items()])


def _place(place: str, rows: list[Row]) -> dict[str, Any]:
    dates = sorted(row["date"] for row in rows)
    newest = max(rows, key=lambda row: row["date"])
    indicative = all(row["position"] == "indicative" for row in rows)
    states = [[date, _class(number)] for number, date in enumerate(dates, 1)]
    return {
        "id": slug(place),
        "name": place,
        "source": "content/facts/timeline.csv, sources named by event",
        "as_of": credits.READ_ON,
        "note": "The point stands for an area; its events are drawn hollow." if indicative else "",
        "events": len(rows),
        "first": dates[0],
        "newest": f"{newest['when']}: {newest['title']}",
        "states": json.dumps(states),
        "rank": 1 if len(rows) >= LABELLED else 2,
        "geometry": _point(newest),
    }


def _class(number: int) -> str:
    return next(name for least, name in CLASSES if number >= least)


def history_layer() -> gpd.GeoDataFrame:
    """Spans of time as records; an empty end means that it lasts."""
    events = names.fact_rows("timeline")
    return frame([_span(row, events) for row in names.fact_rows("history")])


def _span(row: Row, events: Iterable[Row]) -> dict[str, Any]:
    inside = [f"events/{event['id']}" for event in events if _shows(row, event)]
    return {
        "id": row["id"],
        "name": row["name"],
        "source": row["source"],
        "as_of": credits.READ_ON,
        "confirmed": row["confirmed"] == "yes",
        "note": row["note"],
        "begin": row["begin"],
        "end": row["end"] or None,
        "lasts": "" if row["end"] else "to the newest date found",
        "summary": row["summary"],
        "dating": row["dating"],
        "events": len([part for part in inside if part.startswith("events/")]),
        "parts": " ".join(dict.fromkeys([*row["shown_at"].split(), *inside])),
        "missing": None,
        "geometry": None,
    }


def _shows(span: Row, event: Row) -> bool:
    wanted = span["events"].split()
    chosen = wanted == ["all"] or event["category"] in wanted
    return chosen and within(event["date"], span["begin"], span["end"])


def within(date: str, begin: str, end: str) -> bool:
    """Whether a day lies in a span whose ends may be years or months; no end: it lasts."""
    return date >= begin and (not end or date[: len(end)] <= end)


def newest_table() -> str:
    """Newest confirmed event of each category and of all, as CSV."""
    rows = names.fact_rows("timeline")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "category", "newest_confirmed", "event", "found_since"])
    for category in ["all", *sorted({row["category"] for row in rows})]:
        writer.writerow(_newest(category, [r for r in rows if category in ("all", r["category"])]))
    return out.getvalue()


def _newest(category: str, rows: list[dict[str, str]]) -> list[str]:
    newest = max((r for r in rows if r["confirmed"] == "yes"), key=lambda row: row["date"])
    later = [row["when"] for row in rows if row["date"] > newest["date"]]
    if category == "all":
        since = f"nothing found after {newest['when']}, searched to {SEARCHED_TO}"
    else:
        since = f"nothing confirmed in the timeline after {newest['when']}"
    if later:
        since += f"; unconfirmed: {', '.join(later)}"
    return [newest["id"], category, newest["when"], newest["title"], since]
