"""Records out of the essay: its actors and concepts, and its recommendations item by item."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from sources import credits, names
from sources.frames import frame


def actor_layer() -> gpd.GeoDataFrame:
    """Actors, institutions and concepts without geometry of their own."""
    return frame([_actor(row) for row in names.fact_rows("actors")])


def _actor(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "source": row["source"],
        "as_of": credits.READ_ON,
        "confirmed": row["confirmed"] == "yes",
        "note": row["note"],
        "kind": row["kind"],
        "summary": row["summary"],
        "known": row["known"],
        "outcome": row["outcome"],
        "parts": row["parts"],
        "missing": row["missing"] or None,
        "geometry": None,
    }


def recommendation_layer() -> gpd.GeoDataFrame:
    """The outline of what the essay advises, one record for every item."""
    return frame([_item(row) for row in names.fact_rows("recommendations")])


def _item(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": f"{row['item']}: {row['what']}",
        "source": row["source"],
        "as_of": credits.READ_ON,
        "note": row["note"],
        "heading": f"{row['ordinal']}: {row['label']}",
        "who": row["who"],
        "mechanism": row["mechanism"],
        "aim": row["aim"],
        "status_check": row["status_check"] or None,
        "parts": row["features"],
        "missing": None,
        "geometry": None,
    }
