"""MapSpec -> data: what the map draws, with its sources, as GeoJSON or as a GeoPackage.

Both hold the features of the map and no others, in its names, classes and colours; what has no
place on the map stands in them without geometry, and says why. GeoJSON is for the web and has
the outlines of the screen; the GeoPackage has them in full, and a style that QGIS opens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobrief.cards import Card, card
from geobrief.layers import RECORD, Layer
from geobrief.render import geopackage as package
from geobrief.render.chrome import kinds
from geobrief.spec import FeatureSpec, MapSpec
from geobrief.style import Symbol

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

DECIMALS = 5
"""Decimals of a degree in GeoJSON: 0.00001 degrees are about a metre."""

CRS = "EPSG:4326"
_MARKERS = ((3.0, "small"), (5.0, "medium"))
"""Radius up to which a point has this size in simplestyle; beyond it is large."""


def geojson(atlas: Atlas, spec: MapSpec, marking: str = "") -> bytes:
    """Return the map as a FeatureCollection after RFC 7946, coloured by simplestyle keys.

    `marking` is a handling line that goes with it.
    """
    symbols = dict(spec.symbols)
    features = []
    for table in tables(atlas, spec):
        rows = table.plain()
        for feature, row, shape in zip(table.features, rows, table.shapes("display"), strict=True):
            style = _simplestyle(symbols.get(feature.symbol)) if shape is not None else {}
            features.append(
                {
                    "type": "Feature",
                    "id": feature.id,
                    "properties": {"layer": table.id, **row, **style},
                    "geometry": _geometry(shape),
                }
            )
    head = about(atlas, spec, marking)
    whole = {"type": "FeatureCollection", **head, "features": features}
    return (json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n").encode()


def geopackage(atlas: Atlas, spec: MapSpec, marking: str = "") -> bytes:
    """Return the map as a GeoPackage: a table for each layer, its style, and the sheet's words.

    `marking` is a handling line that goes with it.
    """
    found = []
    for table in tables(atlas, spec):
        frame = table.frame()
        if table.kind != RECORD:
            frame = gpd.GeoDataFrame(frame, geometry=table.shapes("geometry"), crs=CRS)
        found.append(
            package.Table(
                table.id,
                table.source.title,
                f"{table.source.source}. Licence: {table.source.licence}. "
                f"{table.source.attribution}. As of {table.source.as_of}.",
                table.kind,
                frame,
                table.symbols(),
                next((f.label_style for f in table.features if f.label), ""),
            )
        )
    text = json.dumps(about(atlas, spec, marking), ensure_ascii=False, allow_nan=False)
    return package.write(found, text, spec.as_of)


def about(atlas: Atlas, spec: MapSpec, marking: str = "") -> dict[str, Any]:
    """Return what the sheet says beside its features, as values of JSON."""
    shown = [atlas.layers[layer.id] for layer in spec.layers]
    shown += [atlas.layers[id] for id in _layers_of(spec.records)]
    return {
        **({"marking": marking} if marking else {}),
        "title": spec.title,
        "subtitle": spec.subtitle,
        "sheet": spec.sheet,
        "language": atlas.language(spec.lang).tag,
        "translation_reviewed": not spec.unreviewed,
        "policy": {"id": spec.policy, "name": spec.policy_name},
        "disclaimer": spec.disclaimer,
        "date": spec.date,
        "as_of": spec.as_of,
        "extent": list(spec.extent),
        "passages": [
            {"id": p.id, "paragraph": p.paragraph, "quote": p.text, "features": list(p.features)}
            for p in spec.passages
        ],
        "legend": [{"label": e.label, "symbol": e.symbol, "layer": e.layer} for e in spec.legend],
        "credits": [str(credit) for credit in spec.credits],
        "sources": [
            {
                "layer": layer.id,
                "title": layer.title,
                "source": layer.source,
                "licence": layer.licence,
                "attribution": layer.attribution,
                "as_of": layer.as_of.isoformat(),
                "digest": layer.digest,
            }
            for layer in shown
        ],
        "left_out": [
            *({"layer": s.id, "why": "a picture, not features"} for s in shown if _picture(s)),
            *({"layer": id, "why": "switched off"} for id, _ in spec.hidden_layers),
        ],
        "digest": spec.digest(),
    }


def _picture(layer: Layer) -> bool:
    return layer.kind == "raster"


@dataclass(frozen=True)
class DataTable:
    """The features of one layer that the map draws or lists."""

    atlas: Atlas
    spec: MapSpec
    source: Layer
    features: tuple[FeatureSpec, ...]

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.source.id

    @property
    def kind(self) -> str:
        """Kind of the layer."""
        return self.source.kind

    @cached_property
    def _keys(self) -> list[str]:
        return [feature.id.partition("/")[2] for feature in self.features]

    def shapes(self, column: str) -> list[Any]:
        """Return the geometries, None where there is none; `display` where a layer has one."""
        frame = self.source.frame
        found = frame.loc[self._keys, column if column in frame.columns else "geometry"]
        return [None if shape is None or shape.is_empty else shape for shape in found]

    def symbols(self) -> list[tuple[str, str, Symbol]]:
        """Return key, wording and symbol of each class that is drawn, in the legend's order."""
        named = kinds(self.atlas, self.spec)
        drawn = dict(self.spec.symbols)
        order = [entry.symbol for entry in self.spec.legend if entry.layer == self.id]
        order += [feature.symbol for feature in self.features]
        used = {feature.symbol for feature in self.features}
        title = self.atlas.text(self.spec.lang, self.source.title)
        keys = (key for key in dict.fromkeys(order) if key in used and key in drawn)
        return [(key, named.get(key, title), drawn[key]) for key in keys]

    def frame(self) -> pd.DataFrame:
        """Return the properties of the features; figures keep the type of their column."""
        named = kinds(self.atlas, self.spec)
        made = [
            _properties(f, card(self.atlas, f.id, self.spec.lang, self.spec.policy), named)
            for f in self.features
        ]
        found = pd.DataFrame(made)
        rows = self.source.frame.loc[self._keys]
        for language in self.atlas.languages[1:]:
            if (column := f"name_{language.id}") in rows.columns:
                found[column] = rows[column].to_numpy()
        for figure in self.source.figures:
            column = figure.column
            found[f"{column}_" if column in found.columns else column] = rows[column].to_numpy()
        return found

    def plain(self) -> list[dict[str, Any]]:
        """Return the properties as values of JSON; what has no value is left out."""
        rows: list[dict[str, Any]] = []
        for row in self.frame().to_dict("records"):
            rows.append({str(k): v for k, raw in row.items() if (v := _value(raw)) is not None})
        return rows


def tables(atlas: Atlas, spec: MapSpec) -> Iterator[DataTable]:
    """Yield the layers that have features, from the ground up, records last."""
    drawn: dict[str, list[FeatureSpec]] = {layer.id: list(layer.features) for layer in spec.layers}
    for feature in (*spec.unplaced, *spec.records):
        drawn.setdefault(feature.id.partition("/")[0], []).append(feature)
    for id, features in drawn.items():
        if features:
            yield DataTable(atlas, spec, atlas.layers[id], tuple(features))


def _layers_of(features: Iterable[FeatureSpec]) -> list[str]:
    return list(dict.fromkeys(feature.id.partition("/")[0] for feature in features))


def _properties(feature: FeatureSpec, made: Card, named: dict[str, str]) -> dict[str, Any]:
    return {
        "id": feature.id,
        "name": feature.name,
        "label": feature.label,
        "class": named.get(feature.symbol, ""),
        "symbol": feature.symbol,
        "uncertain": feature.uncertain,
        "uncertainty": made.uncertain,
        "confirmed": made.confirmed,
        "source": made.source,
        "as_of": made.as_of,
        "note": made.note,
        "missing": feature.missing,
        "parts": " ".join(feature.parts),
        "passages": " ".join(feature.passages),
    }


def _value(raw: Any) -> Any:
    """Return a cell as JSON has it, None where it is empty."""
    if isinstance(raw, bool | np.bool_):
        return bool(raw)
    if raw is None or raw == "" or pd.isna(raw):
        return None
    if isinstance(raw, int | np.integer):
        return int(raw)
    return float(raw) if isinstance(raw, float | np.floating) else str(raw)


def _geometry(shape: Any) -> dict[str, Any] | None:
    """Return a geometry of GeoJSON: degrees, outer rings against the clock."""
    if shape is None:
        return None
    rounded = shapely.transform(shape, lambda xy: np.round(xy, DECIMALS))
    turned = shapely.orient_polygons(rounded)
    found: dict[str, Any] = json.loads(shapely.to_geojson(turned))
    return found


def _simplestyle(symbol: Symbol | None) -> dict[str, Any]:
    """Return how a feature is drawn, in the keys of simplestyle 1.1; dashes in those of SVG."""
    if symbol is None:
        return {}
    dash = [round(part * symbol.width, 2) for part in symbol.dash]
    line: dict[str, Any] = {
        "stroke": symbol.stroke or symbol.fill,
        "stroke-width": symbol.width,
        "stroke-opacity": symbol.opacity if symbol.stroke and symbol.width else 0,
    }
    if dash:
        line["stroke-dasharray"] = dash
    if symbol.kind == "line":
        return line
    opacity = 0 if symbol.hollow else symbol.fill_opacity
    area = {**line, "fill": symbol.fill, "fill-opacity": opacity}
    if symbol.kind == "fill":
        return area
    size = next((name for most, name in _MARKERS if symbol.radius <= most), "large")
    return {**area, "marker-color": symbol.fill, "marker-size": size, "marker-shape": symbol.shape}
