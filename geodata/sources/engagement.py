"""States and their dealings with the authorities in Kabul, with the dated classes of a replay."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from sources import credits, names
from sources.built import built
from sources.dates import is_confirmed, settled
from sources.frames import frame

CLASSES = ("none", "contacts", "partial", "mission", "ambassador", "recognised")
"""Class of each level of the table, 0 to 5."""

TAKEOVER = "2021-08-15"
"""Since when there is a government of the Taliban authorities to recognise or not."""

_ISLAND = 0.1
"""Square degrees below which an island of a country is not shaded on the screen."""
_STEP = 0.1
"""Tolerance of the screen geometry, degrees: the layer is drawn at the scale of a continent."""
_COLUMNS = ("name", "name_ur", "name_ps", "name_prs", "names_unconfirmed")


def engagement_layer() -> gpd.GeoDataFrame:
    """One feature for each row of the table; the row without a country has no geometry."""
    belongs = memberships()
    return frame([_row(row, belongs) for row in names.fact_rows("engagement")], light)


def memberships() -> dict[str, list[tuple[str, str]]]:
    """Short name and kind ("member", "partner") of the formats of each country."""
    short = {row["id"]: row["format"] for row in names.fact_rows("formats")}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in names.fact_rows("format_members"):
        found.setdefault(row["country"], []).append((short[row["format_id"]], row["belongs_as"]))
    return found


def _row(row: dict[str, str], belongs: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    code, world = row["id"], built("world")
    outline = world.loc[code] if code in world.index else None
    states, undated = engagement_states(row)
    formats = belongs.get(code, [])
    called = {"name": row["country"]} if outline is None else {c: outline[c] for c in _COLUMNS}
    return {
        "id": code,
        **called,
        "source": f"{row['source']}; outline: {credits.NE_COUNTRIES.text}, 1:50m",
        "as_of": row["as_of"],
        "confirmed": is_confirmed(row["confidence"]),
        "note": _note(row, undated),
        "rank": _rank(row),
        "engagement_level": int(row["engagement_level"]),
        "engagement_class": CLASSES[int(row["engagement_level"])],
        "level": row["level"],
        "embassy_in_kabul": _detailed(row["embassy_in_Kabul"], row["embassy_detail"]),
        "own_head_of_mission": _detailed(row["own_head_of_mission"], row["own_ambassador_detail"]),
        "afghan_mission_run_by": _detailed(
            row["afghan_mission_run_by"], row["afghan_mission_detail"]
        ),
        "taliban_named_ambassador": _detailed(
            row["taliban_named_ambassador"], row["taliban_named_ambassador_detail"]
        ),
        "formal_recognition": _detailed(row["formal_recognition"], row["recognition_date"]),
        "stance": row["stance"],
        "confidence": row["confidence"],
        "groups": row["groups"],
        "formats": "; ".join(f"{s} (partner)" if k == "partner" else s for s, k in formats),
        "in_formats": any(kind == "member" for _, kind in formats),
        "format_count": len([1 for _, kind in formats if kind == "member"]),
        "states": json.dumps(states),
        "recognition_states": json.dumps(recognition_states(row)),
        "missing": "" if outline is not None else "no country polygon",
        "geometry": None if outline is None else outline.geometry,
    }


def engagement_states(row: dict[str, str]) -> tuple[list[list[str]], bool]:
    """Dated classes of a row, ascending, and whether the newest one has no date of its own.

    From the dated columns alone: an Afghan mission run by appointees of the Taliban authorities is
    ``mission`` (``partial`` where the table counts no full handover), the earlier of an own
    ambassador and an accepted Taliban-named one is ``ambassador``, recognition is ``recognised``.
    Each counts from the last day of the date given, or from the date of the row where that is
    earlier. A class without a date of its own counts from the date of the row.
    """
    level, newest = int(row["engagement_level"]), settled(row["as_of"])
    dated = []
    if row["afghan_mission_date"]:
        dated.append((settled(row["afghan_mission_date"]), min(max(level, 2), 3)))
    posts = (row["own_ambassador_date"], row["taliban_named_ambassador_date"])
    if level >= 4 and any(posts):
        dated.append((min(settled(post) for post in posts if post), 4))
    if row["recognition_date"]:
        dated.append((settled(row["recognition_date"]), 5))
    undated = level not in [reached for _, reached in dated]
    dated = [(min(date, newest), reached) for date, reached in dated]
    if undated:
        dated.append((newest, level))
    best = {date: max(reached for day, reached in dated if day == date) for date, _ in dated}
    return [[date, CLASSES[best[date]]] for date in sorted(best)], undated


def recognition_states(row: dict[str, str]) -> list[list[str]]:
    """``not`` from the takeover on, since the first recognition is of 2025; then ``recognised``."""
    states = [[TAKEOVER, "not"]]
    if row["recognition_date"]:
        states.append([settled(row["recognition_date"]), "recognised"])
    return states


def _rank(row: dict[str, str]) -> int:
    """1 for neighbours and from ambassador level on, 2 for other ties, 3 for the rest."""
    level = int(row["engagement_level"])
    if level >= 4 or "neighbour" in row["groups"]:
        return 1
    return 2 if level >= 2 or row["sco_status"] != "none" else 3


def _detailed(value: str, detail: str) -> str:
    """A cell and what the table adds to it."""
    return f"{value} ({detail})" if detail else value


def _note(row: dict[str, str], undated: bool) -> str:
    said = [f"Confidence: {row['confidence']}."]
    if undated:
        said.append(f"The class has no date of its own: it appears at the row's, {row['as_of']}.")
    if row["correction"]:
        said.append(f"{row['correction']}.")
    return " ".join(said)


def light(geometries: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Outlines for the screen: small islands dropped, then simplified as one coverage."""
    drawn = [i for i, geometry in enumerate(geometries) if geometry is not None]
    coarse = shapely.coverage_simplify([_main(geometries[i]) for i in drawn], _STEP)
    out = np.full(len(geometries), None, dtype=object)
    out[drawn] = np.asarray(coarse)
    return out


def _main(geometry: Geometry) -> Geometry:
    """The largest part and every other one that is no small island."""
    parts = sorted(shapely.get_parts(geometry), key=lambda part: -float(part.area))
    return shapely.multipolygons([parts[0], *(p for p in parts[1:] if p.area >= _ISLAND)])
