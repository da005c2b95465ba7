"""Frames of one shape: the columns every layer has, its screen geometry, its measures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry as Geometry

BOX = (50.0, 18.0, 85.0, 48.0)
"""West, south, east, north (degrees) of everything but the world layer."""

COMMON = (
    "id",
    "name",
    "name_ur",
    "name_ps",
    "name_prs",
    "names_unconfirmed",
    "source",
    "as_of",
    "confirmed",
    "note",
)
"""Columns that every layer has, in this order, before its own."""

SCREEN_STEP = 0.002
"""Tolerance of the screen geometry, degrees (about 200 m)."""

_DEFAULTS: Mapping[str, Any] = {
    "name_ur": None,
    "name_ps": None,
    "name_prs": None,
    "names_unconfirmed": "",
    "confirmed": True,
    "note": "",
}
_GEOD = Geod(ellps="WGS84")

Simplify = Callable[["np.ndarray[Any, Any]"], "np.ndarray[Any, Any]"]


def length_km(geometry: Geometry) -> float:
    """Geodesic length on WGS84, km."""
    return float(_GEOD.geometry_length(geometry)) / 1000


def area_km2(geometry: Geometry) -> float:
    """Geodesic area on WGS84, km²."""
    return abs(float(_GEOD.geometry_area_perimeter(geometry)[0])) / 1e6


def slug(text: str) -> str:
    """A kebab-case id of Latin letters and digits."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text).lower()).strip("-")


def plain(text: str) -> str:
    """The text without diacritics or modifier letters, as English maps print it."""
    folded = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in folded if not unicodedata.combining(c) and c not in "ʻʼʿʾ‘’`")
    return re.sub(r"\s+", " ", kept).strip()


def simplify_lines(step: float = SCREEN_STEP) -> Simplify:
    """Douglas-Peucker for lines, each for itself; the ends stay."""
    return lambda geometries: np.asarray(shapely.simplify(geometries, step))


def simplify_coverage(step: float = SCREEN_STEP) -> Simplify:
    """Polygons simplified together, so that neighbours keep their shared edge."""

    def simplify(geometries: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(shapely.coverage_simplify(list(geometries), step))

    return simplify


def keep(geometries: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The geometry itself (points, and what is coarse already)."""
    return geometries


def frame(rows: Iterable[Mapping[str, Any]], simplify: Simplify = keep) -> gpd.GeoDataFrame:
    """A layer, sorted by id, with ``geometry`` in full and ``display`` for the screen.

    Parameters
    ----------
    rows : mappings with the common columns (those with a default may be left out), the layer's
        own, and ``geometry`` (lon, lat in degrees, EPSG:4326; None where not located).
    simplify : from an array of geometries to the array drawn on the screen.

    Raises
    ------
    ValueError
        When an id occurs twice, a source is empty or a geometry is not valid.
    """
    filled = [{**_DEFAULTS, **row} for row in sorted(rows, key=lambda row: str(row["id"]))]
    own = [c for c in filled[0] if c not in (*COMMON, "geometry")]
    table = {c: [row.get(c) for row in filled] for c in (*COMMON, *own)}
    geometries = np.array([row["geometry"] for row in filled], dtype=object)
    _refuse_faults(table, geometries)
    out = gpd.GeoDataFrame(table, geometry=geometries, crs=4326)
    out["display"] = gpd.GeoSeries(simplify(geometries), index=out.index, crs=4326)
    return out[[*COMMON, *own, "geometry", "display"]]


def _refuse_faults(table: Mapping[str, list[Any]], geometries: np.ndarray[Any, Any]) -> None:
    ids = table["id"]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}")
    for column in ("source", "as_of"):
        empty = [i for i, value in zip(ids, table[column], strict=True) if not value]
        if empty:
            raise ValueError(f"no {column}: {empty}")
    for i, geometry in zip(ids, geometries, strict=True):
        if geometry is not None and (geometry.is_empty or not geometry.is_valid):
            raise ValueError(f"{i}: geometry is empty or not valid")


def write(layer: gpd.GeoDataFrame, path: Path) -> None:
    """GeoParquet beside the file, then renamed; the same frame gives the same bytes."""
    beside = path.with_suffix(".part")
    layer.to_parquet(beside, index=False, compression="zstd", compression_level=12)
    beside.replace(path)
