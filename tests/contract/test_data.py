"""The data of a map: its features and no others, in its names and colours, the same every time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.export import export
from geobrief.render.data import tables
from geobrief.render.geopackage import DRIVER
from geobrief.render.paper.options import PrintOptions
from geobrief.spec import MapSpec, View
from tests.atlas_fixture import write_atlas

SHEET = "security"
"""A sheet with points, lines, areas, records and a feature without a place."""
MARKED = PrintOptions(marking="For official use")


@pytest.fixture(scope="module")
def spec(atlas: Atlas) -> MapSpec:
    language = atlas.languages[1].id
    return compose(atlas, SHEET, View(lang=language, policy=atlas.policies[-1].id))


@pytest.fixture(scope="module")
def collection(atlas: Atlas, spec: MapSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export(atlas, spec, "geojson", MARKED))
    return found


@pytest.fixture(scope="module")
def package(
    atlas: Atlas, spec: MapSpec, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, bytes]:
    body = export(atlas, spec, "gpkg", MARKED)
    path = tmp_path_factory.mktemp("data") / "map.gpkg"
    path.write_bytes(body)
    return path, body


def _all(spec: MapSpec) -> dict[str, Any]:
    return {f.id: f for f in (*spec.features(), *spec.unplaced, *spec.records)}


@pytest.mark.parametrize("sheet", ["essay", "formats", "zones-roz", SHEET])
def test_nothing_is_dropped_and_nothing_added(atlas: Atlas, sheet: str) -> None:
    spec = compose(atlas, sheet, View())
    made = [feature.id for table in tables(atlas, spec) for feature in table.features]
    assert sorted(made) == sorted(_all(spec))


def test_geojson_holds_each_feature_with_what_is_known(
    atlas: Atlas, spec: MapSpec, collection: dict[str, Any]
) -> None:
    known, symbols = _all(spec), dict(spec.symbols)
    found = {feature["id"]: feature for feature in collection["features"]}
    assert set(found) == set(known) and len(found) == len(collection["features"])
    placed = {feature.id for feature in spec.features()}
    assert spec.records and spec.unplaced
    for id, feature in found.items():
        told, drawn = feature["properties"], known[id]
        layer, _, row = id.partition("/")
        record = atlas.layers[layer].frame.loc[row]
        assert told["name"] == drawn.name
        assert told["source"] == record["source"] and told["as_of"] == str(record["as_of"])
        assert told["confirmed"] == bool(record["confirmed"])
        assert told["uncertain"] == drawn.uncertain
        assert (feature["geometry"] is not None) == (id in placed)
        if id not in placed:
            assert told.get("missing") or told.get("parts")
            continue
        symbol = symbols[drawn.symbol]
        if symbol.kind == "point":
            assert told["marker-color"] == symbol.fill
            assert told["fill-opacity"] == (0 if drawn.uncertain else symbol.fill_opacity)
        elif symbol.kind == "line":
            assert told["stroke"] == symbol.stroke
            assert bool(told.get("stroke-dasharray")) == bool(symbol.dash)
    names = {f"name_{language.id}" for language in atlas.languages[1:]}
    assert names <= {key for feature in found.values() for key in feature["properties"]}


def test_geojson_follows_its_standard(collection: dict[str, Any]) -> None:
    for feature in collection["features"]:
        if feature["geometry"] is None:
            continue
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        west, south, east, north = shape.bounds
        assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw, feature["id"]
                assert not any(ring.is_ccw for ring in part.interiors)


def test_geojson_says_what_the_sheet_says(spec: MapSpec, collection: dict[str, Any]) -> None:
    assert collection["type"] == "FeatureCollection"
    assert collection["title"] == spec.title
    assert [p["quote"] for p in collection["passages"]] == [p.text for p in spec.passages]
    assert collection["credits"] == [str(credit) for credit in spec.credits]
    assert collection["disclaimer"] == spec.disclaimer
    assert collection["policy"] == {"id": spec.policy, "name": spec.policy_name}
    assert collection["digest"] == spec.digest()
    assert collection["marking"] == MARKED.marking
    assert all(source["licence"] for source in collection["sources"])
    assert [left["layer"] for left in collection["left_out"]] == ["relief"]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_the_same_map_gives_the_same_bytes(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Atlas.load(*write_atlas(tmp_path))
    spec = compose(second, "whole", View())
    first = export(second, spec, suffix)
    monkeypatch.setenv("OGR_CURRENT_DATE", "2001-01-01T00:00:00.000Z")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2001-01-01T00:00:00.000Z"})
    try:
        assert export(second, spec, suffix) == first, "a clock stands in the file"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    assert export(second, compose(second, "ford", View()), suffix) != first


def test_the_package_keeps_its_bytes_and_no_clock(
    atlas: Atlas, spec: MapSpec, package: tuple[Path, bytes]
) -> None:
    assert export(atlas, spec, "gpkg", MARKED) == package[1]
    with _base(package[0]) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        moments = base.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
        assert moments == [(f"{spec.as_of}T00:00:00.000Z",)]


def _base(path: Path) -> Any:
    return closing(sqlite3.connect(path))


def _layers(path: Path) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    for name, _ in pyogrio.list_layers(path):
        if name != "layer_styles":
            yield name, pyogrio.read_dataframe(path, layer=name)


def test_the_package_has_a_table_for_each_layer_in_full_detail(
    atlas: Atlas, spec: MapSpec, package: tuple[Path, bytes]
) -> None:
    known, seen = _all(spec), set()
    placed = {feature.id for feature in spec.features()}
    for name, rows in _layers(package[0]):
        source = atlas.layers[name].frame
        shapes = rows.geometry if "geometry" in rows.columns else [None] * len(rows)
        for id, label, shape in zip(rows["id"], rows["name"], shapes, strict=True):
            assert label == known[id].name
            assert (shape is not None) == (id in placed)
            if shape is not None:
                full = source.loc[id.partition("/")[2], "geometry"]
                assert shape.normalize().equals_exact(_multi(full, shape).normalize(), 0)
            seen.add(id)
    assert seen == set(known)


def _multi(full: Any, like: Any) -> Any:
    return full if full.geom_type == like.geom_type else type(like)([full])


def test_the_package_opens_styled(spec: MapSpec, package: tuple[Path, bytes]) -> None:
    symbols, legend = dict(spec.symbols), {e.symbol: e.label for e in spec.legend}
    with _base(package[0]) as base:
        styles = dict(
            base.execute(
                "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1 "
                "AND f_table_schema = '' AND f_geometry_column = 'geom'"
            ).fetchall()
        )
    drawn = {layer.id for layer in spec.layers if layer.features}
    assert set(styles) == drawn
    for layer in spec.layers:
        if not layer.features:
            continue
        style = ElementTree.fromstring(styles[layer.id])
        classes = {c.get("value"): c for c in style.iter("category")}
        assert {f.symbol for f in layer.features} == set(classes)
        for key, category in classes.items():
            if key in legend:
                assert str(category.get("label")).endswith(legend[key])
            made = style.find(f".//symbol[@name='{category.get('symbol')}']")
            assert made is not None
            text = ElementTree.tostring(made, encoding="unicode")
            symbol = symbols[str(key)]
            assert ("customdash" in text.replace("use_custom_dash", "")) == bool(symbol.dash)
            if symbol.kind == "point":
                assert f'value="{symbol.shape}"' in text
        # QGIS keeps labels off every obstacle, and the ground is one unless told otherwise.
        for rule in style.iter("rendering"):
            assert rule.get("obstacle") == str(int(layer.kind == "point"))


def test_the_package_says_what_the_sheet_says(
    spec: MapSpec, package: tuple[Path, bytes], collection: dict[str, Any]
) -> None:
    with _base(package[0]) as base:
        (text,) = base.execute("SELECT metadata FROM gpkg_metadata").fetchone()
        references = base.execute("SELECT reference_scope FROM gpkg_metadata_reference").fetchall()
    told = json.loads(text)
    assert references == [("geopackage",)]
    for key, value in told.items():
        assert collection[key] == value
    assert told["digest"] == spec.digest()


def test_one_driver_writes() -> None:
    assert DRIVER == "GPKG"
