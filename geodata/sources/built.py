"""Layers that stand already in ``layers/``: what a later layer copies geometry from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd

LAYERS = Path(__file__).resolve().parents[1] / "layers"


@cache
def built(name: str) -> gpd.GeoDataFrame:
    """A layer by id, as it stands."""
    return gpd.read_parquet(LAYERS / f"{name}.parquet").set_index("id", drop=False)
