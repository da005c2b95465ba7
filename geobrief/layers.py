"""The catalogue and its layers: where things are, each with source, licence and digest."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import shapely
from geopandas.array import from_wkb
from PIL import Image
from pyproj import CRS

from geobrief.errors import GeobriefError, GeodataError, Where
from geobrief.files import Report, listed_tables, parse_toml, read_text, sha256
from geobrief.shelf import Problems, Shelf

KINDS = ("point", "line", "polygon", "raster", "record")
NEEDED = ("id", "file", "title", "kind", "source", "licence", "attribution", "as_of", "digest")
DEGREES = "OGC:CRS84"
"""CRS of a GeoParquet file that tells none; https://geoparquet.org/releases/v1.1.0/."""
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
        return tuple(pq.read_table(self.path, columns=["id"])["id"].to_pylist())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns; empty for a raster."""
        return () if self.kind == "raster" else tuple(pq.read_schema(self.path).names)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Features by id, EPSG:4326: `geometry` in full detail, `display` for the screen.

        Raises
        ------
        GeodataError
            If the file cannot be read.
        """
        try:
            return _read_features(self.path).set_index("id", drop=False)
        except (OSError, ValueError, KeyError) as reason:
            raise GeodataError(
                f"layer {self.id!r} cannot be read: {reason}", Where(self.path), "run make geodata"
            ) from None

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
    """Read a GeoParquet file; geopandas would make the CRS anew for each column of each file."""
    table = pq.read_table(path)
    told = json.loads((table.schema.metadata or {})[b"geo"])
    shapes = {
        name: from_wkb(table[name].to_numpy(), crs=_crs(json.dumps(column.get("crs", DEGREES))))
        for name, column in told["columns"].items()
    }
    frame = table.to_pandas().assign(**shapes)
    return gpd.GeoDataFrame(frame, geometry=told["primary_column"])


@lru_cache
def _crs(told: str) -> CRS:
    """Return the CRS that a file tells as PROJJSON, or by name."""
    return CRS.from_user_input(json.loads(told))


def read_catalogue(geodata: Path, report: Report) -> tuple[Shelf[Layer], dict[Path, Problems]]:
    """Read catalogue.toml and hold each file to its digest, of layers and of tables.

    Returns the layers, and the problem of each table that cannot be trusted, by its file.

    Raises
    ------
    GeodataError
        If the catalogue itself cannot be read.
    """
    path = geodata / "catalogue.toml"
    text = read_text(path, GeodataError)
    raw = parse_toml(text, path, GeodataError)
    layers = Shelf[Layer]("layer", {})
    for entry, line in listed_tables(raw, text, "layer", Where(path), GeodataError):
        faults: list[GeobriefError] = []
        where = Where(path, line)
        layer = _layer(entry, geodata, where, faults.append)
        id = str(entry.get("id", ""))
        if layers.names(id):
            faults.append(GeodataError(f"layer id {id!r} stands twice", where))
            layers.pop(id, None)
        if layer is not None and not faults:
            layers[id] = layer
        else:
            layers.broken[id] = (*layers.broken.get(id, ()), *faults)
        for fault in faults:
            report(fault)
    return layers, _untrusted_tables(geodata, raw, text, path, report)


def _untrusted_tables(
    geodata: Path, raw: dict[str, Any], text: str, path: Path, report: Report
) -> dict[Path, Problems]:
    """Hold each table that the build wrote to its digest."""
    found: dict[Path, Problems] = {}
    for entry, line in listed_tables(raw, text, "table", Where(path), GeodataError):
        name = str(entry.get("file", ""))
        where, digest = Where(path, line), str(entry.get("digest", ""))
        if fault := _distrust(geodata, name, digest, f"the table {name!r}", where):
            found[(geodata / name).resolve()] = (fault,)
            report(fault)
    return found


def _distrust(geodata: Path, name: str, digest: str, who: str, where: Where) -> GeodataError | None:
    """Return why a file of the folder cannot be trusted; None where it can."""
    remedy = "run make geodata, or restore the file"
    path = (geodata / name).resolve()
    if not path.is_relative_to(geodata.resolve()):
        return GeodataError(f"{who}: {name} lies outside the folder", where, "name one within it")
    try:
        if sha256(path) != digest:
            return GeodataError(f"{who}: the digest of {name} does not match", where, remedy)
    except FileNotFoundError:
        return GeodataError(f"{who}: {name} is missing", where, remedy)
    except OSError as reason:
        words = f"{who}: {name} cannot be read: {reason.strerror}"
        return GeodataError(words, where, remedy)
    return None


def _layer(raw: dict[str, Any], geodata: Path, where: Where, report: Report) -> Layer | None:
    name = f"layer {raw.get('id', '?')!r}"
    for key in NEEDED:
        if not raw.get(key):
            report(GeodataError(f"{name} has no {key}", where, f"add {key} = ..."))
    if not raw.get("id") or not raw.get("file") or raw.get("kind") not in KINDS:
        report(GeodataError(f"{name} needs id, file and a kind of {', '.join(KINDS)}", where))
        return None
    licence = raw.get("licence", "")
    if licence and not (geodata / "licences" / f"{licence}.txt").is_file():
        hint = f"add licences/{licence}.txt"
        report(GeodataError(f"{name}: the text of licence {licence!r} is missing", where, hint))
    digest = str(raw.get("digest", ""))
    if digest and (fault := _distrust(geodata, str(raw["file"]), digest, name, where)):
        report(fault)
        return None
    bounds = raw.get("bounds")
    try:
        figures = tuple(Figure(**figure) for figure in raw.get("figures", ()))
    except TypeError as reason:
        report(GeodataError(f"{name}: a figure is not in order: {reason}", where))
        figures = ()
    as_of = raw.get("as_of")
    if not isinstance(as_of, datetime.date):
        report(GeodataError(f"{name}: as_of is not a date", where, "write YYYY-MM-DD"))
        as_of = datetime.date.min
    layer = Layer(
        id=raw["id"],
        title=raw.get("title", raw["id"]),
        kind=raw["kind"],
        path=(geodata / str(raw["file"])).resolve(),
        source=raw.get("source", ""),
        licence=licence,
        attribution=raw.get("attribution", ""),
        attribution_url=_page(raw, name, where, report),
        as_of=as_of,
        digest=raw.get("digest", ""),
        figures=figures,
        where=where,
        declared_features=raw.get("features"),
        declared_bounds=(bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None,
    )
    _check_opens(layer, report)
    return layer


def _check_opens(layer: Layer, report: Report) -> None:
    """Report a file that holds its digest and is not what it says: ids and columns are read."""
    try:
        if layer.kind == "raster":
            Image.open(layer.path).close()
        elif not {"id", "geometry"} <= set(layer.columns):
            raise ValueError("it has no column id or no geometry")
        else:
            len(layer.ids)
    except (OSError, ValueError, KeyError, SyntaxError) as reason:
        words = " ".join(str(reason).replace(str(layer.path), layer.path.name).split())
        message = f"layer {layer.id!r}: {layer.path.name} cannot be read: {words}"
        report(GeodataError(message, layer.where, "run make geodata"))


def _page(raw: dict[str, Any], name: str, where: Where, report: Report) -> str:
    """Return where the credit of a layer leads: to a page, as a reader may click it."""
    url = str(raw.get("attribution_url", ""))
    if not url or url.startswith(("https://", "http://")):
        return url
    hint = "write https://... or leave it out"
    report(GeodataError(f"{name}: attribution_url {url!r} is no page", where, hint))
    return ""


def check_features(layer: Layer, report: Report) -> None:
    """Report duplicate ids, invalid or misplaced geometry, and features without a source."""
    if layer.kind == "raster":
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
    _check_geometry(layer, report)
    for column in ("source", "as_of"):
        for id in frame.loc[frame[column].fillna("").astype(str).str.strip() == "", "id"]:
            report(GeodataError(f"{layer.id}/{id} has no {column}", layer.where))


def _check_geometry(layer: Layer, report: Report) -> None:
    frame = layer.frame
    drawn = frame[frame.geometry.notna()]
    for id, geometry in zip(drawn["id"], drawn.geometry, strict=True):
        if not shapely.is_valid(geometry):
            reason = shapely.is_valid_reason(geometry)
            message = f"{layer.id}/{id} has an invalid geometry: {reason}"
            report(GeodataError(message, layer.where, "mend it in the build"))
    if len(drawn):
        west, south, east, north = drawn.total_bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            report(GeodataError(f"layer {layer.id!r} leaves the globe", layer.where))
