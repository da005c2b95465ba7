"""Layers: where things are, each feature with its source."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from geopandas.array import from_wkb
from pyproj import CRS

from geobrief import parquet, pictures
from geobrief.errors import GeodataError, Where
from geobrief.files import Report

DEGREES = ({"authority": "OGC", "code": "CRS84"}, {"authority": "EPSG", "code": 4326})
"""What a CRS in degrees says it is; https://geoparquet.org/releases/v1.1.0/ takes the first one
for that of a file that tells none."""
COLUMNS = ("id", "name", "source", "as_of", "confirmed", "note", "geometry")
"""Columns that every layer of features has."""
RECORD = "record"
"""Kind of a layer whose features have no geometry: others, named in `parts`, show them."""
PARTS = "parts"
"""Column of a record layer: ids of the features that show it, `layer/id`, parted by spaces."""
WEB_TWIN = "_web"
"""Ending of the id of a raster layer that the screen shows in the place of its namesake."""
DOUBT = "doubt"
"""Column that says what is uncertain of a feature, where it is not its position."""


@dataclass(frozen=True)
class Figure:
    """A column that a feature's card shows."""

    column: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Layer:
    """One entry of the catalogue; its features are read when they are first asked for."""

    id: str
    title: str
    kind: str
    path: Path
    source: str
    licence: str
    attribution: str
    attribution_url: str
    as_of: datetime.date
    digest: str
    figures: tuple[Figure, ...]
    where: Where
    declared_features: int | None = None
    declared_bounds: tuple[float, float, float, float] | None = None

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all features, without reading their geometry; empty for a raster."""
        if self.kind == "raster":
            return ()
        with self.reading():
            found = tuple(parquet.read(self.path, ("id",))["id"].to_pylist())
            if not all(isinstance(id, str) and id for id in found):
                raise TypeError("an id is not text")
            return found

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns; empty for a raster."""
        if self.kind == "raster":
            return ()
        with self.reading():
            return parquet.columns(self.path)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Features by id, EPSG:4326: `geometry` in full detail, `display` for the screen.

        Raises
        ------
        GeodataError
            If the file cannot be read.
        """
        with self.reading():
            return _read_features(self.path).set_index("id", drop=False)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Name the layer in what goes wrong while its file is read.

        Raises
        ------
        GeodataError
            Whatever a damaged file makes the libraries raise.
        """
        try:
            yield
        except GeodataError as reason:
            message = f"layer {self.id!r}: {self.path.name}: {reason.message}"
            raise GeodataError(message, self.where, reason.hint or "run make geodata") from None
        except Exception as reason:
            words = str(reason).replace(str(self.path), self.path.name) or type(reason).__name__
            message = f"layer {self.id!r}: {self.path.name} cannot be read: {words}"
            raise GeodataError(message, self.where, "run make geodata") from None

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Every feature by its id, as a mapping of its columns; not to be changed."""
        return {row["id"]: row for row in self.frame.to_dict("records")}

    @cached_property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Ids of the features that show each record; empty for a layer that is drawn."""
        if self.kind != RECORD or PARTS not in self.columns:
            return {}
        named = zip(self.frame["id"], self.frame[PARTS], strict=True)
        return {id: tuple(parts.split()) for id, parts in named if isinstance(parts, str)}

    @cached_property
    def doubt(self) -> str:
        """What is uncertain of its uncertain features; empty where it is their position."""
        said = self.frame[DOUBT].dropna() if DOUBT in self.columns else ()
        return next((str(text) for text in said if text), "")

    @cached_property
    def placed(self) -> frozenset[str]:
        """Ids of the features that have a geometry."""
        drawn = self.frame.geometry.notna()
        return frozenset(self.frame.loc[drawn, "id"])

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        if self.declared_bounds:
            return self.declared_bounds
        west, south, east, north = (float(v) for v in self.frame.total_bounds)
        return west, south, east, north


def _read_features(path: Path) -> gpd.GeoDataFrame:
    """Read a GeoParquet file; geopandas would make the CRS anew for each column of each file.

    The CRS is looked up by its code and never made from what the file tells, which may be a path.

    Raises
    ------
    GeodataError
        If it is no GeoParquet in degrees.
    """
    table = parquet.read(path)
    told = json.loads((table.schema.metadata or {})[b"geo"])
    for name, column in told["columns"].items():
        crs = column.get("crs", {"id": DEGREES[0]})
        if not isinstance(crs, dict) or crs.get("id") not in DEGREES:
            hint = "write EPSG:4326"
            raise GeodataError(f"the column {name!r} is not in degrees", Where(path), hint)
    shapes = {name: from_wkb(table[name].to_numpy(), crs=_crs()) for name in told["columns"]}
    frame = table.to_pandas().assign(**shapes)
    return gpd.GeoDataFrame(frame, geometry=told["primary_column"])


@lru_cache
def _crs() -> CRS:
    return CRS.from_epsg(4326)


def check_features(layer: Layer, report: Report) -> None:
    """Report duplicate ids, wrong or misplaced geometry, features without a source, and pictures.

    Raises
    ------
    GeodataError
        If the file cannot be read.
    """
    if layer.kind == "raster":
        with layer.reading():
            pictures.check(layer.path)
        return
    frame = layer.frame
    needed = (*COLUMNS, *(figure.column for figure in layer.figures))
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        report(GeodataError(f"layer {layer.id!r} lacks {', '.join(missing)}", layer.where))
        return
    if layer.declared_features not in (None, len(frame)):
        message = f"layer {layer.id!r} has {len(frame)} features, not {layer.declared_features}"
        report(GeodataError(message, layer.where, "run make geodata"))
    for id, count in Counter(frame["id"]).items():
        if count > 1:
            message = f"layer {layer.id!r} holds the id {id!r} {count} times"
            report(GeodataError(message, layer.where, "ids are unique within a layer"))
    if frame["confirmed"].dtype != bool:
        message = f"layer {layer.id!r}: confirmed is not true or false throughout"
        report(GeodataError(message, layer.where))
    _check_geometry(layer, report)
    for column in ("source", "as_of"):
        for id in frame.loc[frame[column].fillna("").astype(str).str.strip() == "", "id"]:
            report(GeodataError(f"{layer.id}/{id} has no {column}", layer.where))


SHAPES = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
"""Geometry of each kind of layer, or several of it in one."""


def _check_geometry(layer: Layer, report: Report) -> None:
    frame, own = layer.frame, SHAPES.get(layer.kind)
    drawn = frame[frame.geometry.notna()]
    for id, geometry in zip(drawn["id"], drawn.geometry, strict=True):
        if geometry.geom_type not in (own, f"Multi{own}"):
            message = f"{layer.id}/{id} is a {geometry.geom_type} in a layer of kind {layer.kind}"
            report(GeodataError(message, layer.where))
        elif not np.isfinite(shapely.get_coordinates(geometry)).all():
            message = f"{layer.id}/{id} has a coordinate that is no number"
            report(GeodataError(message, layer.where, "mend it in the build"))
        elif not shapely.is_valid(geometry):
            reason = shapely.is_valid_reason(geometry)
            message = f"{layer.id}/{id} has an invalid geometry: {reason}"
            report(GeodataError(message, layer.where, "mend it in the build"))
    if len(drawn):
        west, south, east, north = drawn.total_bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            report(GeodataError(f"layer {layer.id!r} leaves the globe", layer.where))
