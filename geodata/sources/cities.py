"""Cities where meetings were held: GeoNames where the layer of places has them, else the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import shapely

from sources import credits, names
from sources.built import built
from sources.dates import is_confirmed, settled
from sources.frames import frame, slug

_NAMES = ("name_ur", "name_ps", "name_prs", "names_unconfirmed")


@dataclass(frozen=True)
class City:
    """A city of the fact table: one point for the whole city, never for a venue."""

    name: str
    country: str
    point: shapely.Point
    position: str
    checked: bool
    source: str
    names: dict[str, Any]


@cache
def cities() -> dict[str, City]:
    """All cities of the table by name."""
    return {row["place"]: _city(row) for row in names.fact_rows("diplomacy_places")}


def _city(row: dict[str, str]) -> City:
    note = ". ".join(text for text in (row["position"], row["note"]) if text)
    if not row["places_id"]:
        point, called = shapely.Point(float(row["longitude"]), float(row["latitude"])), {}
    else:
        place = built("places").loc[row["places_id"]]
        point, called = place.geometry, {column: place[column] for column in _NAMES}
    checked, note = row["position_checked"] == "yes", note[0].upper() + note[1:]
    return City(row["place"], row["country"], point, note, checked, row["source"], called)


def meeting_places() -> gpd.GeoDataFrame:
    """Every city with what was held there, so that meetings at one point can all be reached."""
    return frame([_place(city) for city in cities().values()])


def _place(city: City) -> dict[str, Any]:
    meetings = _held(city.name, names.fact_rows("format_meetings"))
    mediation = [row for row in names.fact_rows("mediation") if row["row_type"] == "mediation"]
    rounds = _held(city.name, mediation)
    return {
        "id": slug(city.name),
        "name": city.name,
        **city.names,
        "source": city.source,
        "as_of": credits.READ_ON,
        "confirmed": city.checked,
        "note": f"{city.position}. The point stands for the city, not for a venue.",
        "country": city.country,
        "rank": 1 if any(map(_recent, [*meetings, *rounds])) else 2,
        "has_meetings": bool(meetings),
        "has_rounds": bool(rounds),
        "first_meeting": settled(meetings[0]["date"]) if meetings else None,
        "first_round": settled(rounds[0]["date"]) if rounds else None,
        "meetings": "; ".join(f"{r['when']}: {r['format']}, {r['level']}" for r in meetings),
        "rounds": "; ".join(f"{r['when']}: {r['track']}, {r['result']}" for r in rounds),
        "uncertain": not city.checked,
        "missing": "",
        "geometry": city.point,
    }


def _recent(row: dict[str, str]) -> bool:
    """Confirmed, and since the change of power in Kabul: labelled before the others."""
    return row["date"] > "2021-08-15" and is_confirmed(row["confidence"])


def _held(place: str, rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The rows at a place, oldest first."""
    return sorted((row for row in rows if row["place"] == place), key=lambda row: row["date"])
