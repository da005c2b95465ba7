"""The map page: whole, of this host alone, without inline script, and true to its spec."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
import shapely

from geobrief import kept
from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import NotFoundError
from geobrief.render import leaflet, screen
from geobrief.render.anchors import anchors
from geobrief.render.assets import STATIC, asset_file
from geobrief.render.swatch import swatch
from geobrief.settings import settings
from geobrief.spec import MapSpec, View, from_json
from geobrief.style import SYMBOLS, Symbol
from geobrief.web import current_atlas


class _Reader(HTMLParser):
    """Collects the elements that load something, and the inline scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.inline: list[tuple[str, str]] = []
        self.handlers: list[str] = []
        self.data: dict[str, str] = {}
        self._block = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.handlers += [name for name in values if name.startswith("on")]
        if tag == "a":
            self.anchors.append(values.get("href", ""))
        elif "src" in values or "href" in values:
            self.links.append(values.get("src") or values.get("href", ""))
        if tag == "script" and "src" not in values:
            self.inline.append((values.get("type", ""), values.get("id", "")))
            self._block = values.get("id", "")

    def handle_data(self, data: str) -> None:
        if self._block:
            self.data[self._block] = data
            self._block = ""


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return current_atlas()


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    leaflet._compiled.clear()
    yield
    leaflet._compiled.clear()


def _spec(atlas: Atlas, **view: object) -> MapSpec:
    return compose(atlas, next(iter(atlas.sheets)), View(**view))  # type: ignore[arg-type]


def _some_feature(spec: MapSpec) -> str:
    return next(feature.id for feature in spec.features() if feature.interactive)


def test_every_sheet_gives_a_page_of_this_host(atlas: Atlas) -> None:
    for sheet in atlas.sheets:
        made = screen.page(atlas, compose(atlas, sheet, View()))
        read = _Reader(made.html)
        assert all(link.startswith(("/", "data:")) for link in read.links), sheet
        assert {kind for kind, _ in read.inline} == {"application/json"}, sheet
        assert not read.handlers, sheet
        assert "http" not in made.script.replace("http://www.w3.org/2000/svg", ""), sheet


def test_outside_links_are_licences_alone(atlas: Atlas) -> None:
    spec = _spec(atlas)
    outside = {a for a in _Reader(screen.page(atlas, spec).html).anchors if a.startswith("http")}
    assert outside == {credit.url for credit in spec.credits if credit.url}


def test_page_holds_the_spec_whole(atlas: Atlas) -> None:
    spec = _spec(atlas)
    spec = _spec(atlas, select=(_some_feature(spec),))
    read = _Reader(screen.page(atlas, spec).html)
    assert from_json(read.data["spec"]) == spec
    assert json.loads(read.data["page"])["select"] == list(spec.select) != []


def test_script_draws_every_feature_of_the_spec(atlas: Atlas) -> None:
    spec = _spec(atlas)
    script = screen.page(atlas, spec).script
    calls = re.findall(r"^geobrief\.vector\((.*)\);$", script, re.M)
    drawn = {key for call in calls for key in json.loads(f"[{call}]")[3]}
    assert drawn == {feature.id for feature in spec.features()}
    rasters = re.findall(r'^geobrief\.raster\("([^"]+)"', script, re.M)
    assert rasters == [layer.id for layer in spec.layers if layer.kind == "raster"]


def unpacked(lines: list[Any], units: int = leaflet.FINEST) -> Any:
    """Return the nested coordinates of packed lines, in degrees."""
    if isinstance(lines[0], list):
        return [unpacked(line, units) for line in lines]
    return np.cumsum(np.reshape(lines, (-1, 2)), axis=0) / units


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (61.5 -29.25)",
        "LINESTRING (60 30, 60.5 30.5, 61 30)",
        "MULTILINESTRING ((60 30, 61 31), (-10 5, -11 5))",
        "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 3 2, 3 0.5, 1 0.5))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    ],
)
def test_packed_geometry_is_the_geometry(wkt: str) -> None:
    shape = shapely.from_wkt(wkt)
    kind, lines = leaflet.packed(shape)
    plain = json.loads(shapely.to_geojson(shape))
    assert kind == plain["type"]
    flat = np.vstack([np.reshape(part, (-1, 2)) for part in flattened(unpacked(lines))])
    assert np.array_equal(flat, shapely.get_coordinates(shape))
    assert depth(lines) == max(depth(plain["coordinates"]) - 1, 1)


def test_points_of_one_place_are_packed_once() -> None:
    line = shapely.LineString([(60, 30), (60.00001, 30), (61, 30)])
    assert leaflet.packed(line) == ["LineString", [600000, 300000, 10000, 0]]


def test_a_page_begins_with_lines_near_the_finest_and_can_ask_for_these(atlas: Atlas) -> None:
    for id in (min(atlas.sheets, key=_longest), max(atlas.sheets, key=_longest)):
        spec = compose(atlas, id, View())
        script = screen.page(atlas, spec).script
        units = int(re.findall(r"^geobrief\.begin\(.*, (\d+)\);$", script, re.M)[0])
        asked = re.fullmatch(
            r"geobrief\.refine\((\d+), (.*)\);\n", leaflet.refined(atlas, spec).script
        )
        assert asked and int(asked[1]) == leaflet.FINEST > units
        finest = json.loads(asked[2])
        for call in re.findall(r"^geobrief\.vector\((.*)\);$", script, re.M):
            layer, _, kind, drawn, _ = json.loads(f"[{call}]")
            assert (layer in finest) == (kind != "point")
            for key, (_, lines) in drawn.items() if kind != "point" else ():
                parts = [np.repeat(p, 2, 0) for p in flattened(unpacked(lines, units))]
                rough = shapely.multilinestrings([shapely.linestrings(p) for p in parts])
                fine = shapely.points(np.vstack(flattened(unpacked(finest[layer][key][1]))))
                assert shapely.distance(rough, fine).max() <= (1 + 0.5**0.5) / units + 1e-4, key


def _longest(sheet: str) -> float:
    west, south, east, north = current_atlas().sheets[sheet].extent
    return max(east - west, north - south)


def test_no_page_begins_with_more_than_300_kilobytes(atlas: Atlas) -> None:
    for id in atlas.sheets:
        script = screen.page(atlas, compose(atlas, id, View())).script
        assert len(gzip.compress(script.encode(), 6)) < 300_000, id


def flattened(nested: Any) -> list[Any]:
    return [nested] if isinstance(nested, np.ndarray) else [x for n in nested for x in flattened(n)]


def depth(nested: Any) -> int:
    return 1 + depth(nested[0]) if isinstance(nested, list) else 0


def test_selecting_and_moving_compile_nothing_new(atlas: Atlas, fresh_cache: None) -> None:
    spec = _spec(atlas)
    west, south, east, north = spec.extent
    first = screen.page(atlas, spec)
    closer = (west + 1, south + 1, east - 1, north - 1)
    second = screen.page(atlas, _spec(atlas, select=(_some_feature(spec),), bbox=closer))
    assert first.digest == second.digest
    assert first.script == second.script
    assert len(leaflet._compiled) == 1


def test_same_spec_same_bytes(atlas: Atlas, fresh_cache: None) -> None:
    spec = _spec(atlas)
    first = screen.page(atlas, spec)
    leaflet._compiled.clear()
    assert screen.page(atlas, spec) == first


def test_cache_is_bounded(atlas: Atlas, fresh_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "settings", lambda: replace(settings(), map_cache=1))
    spec = _spec(atlas)
    screen.page(atlas, spec)
    screen.page(atlas, replace(spec, layers=spec.layers[:2]))
    assert len(leaflet._compiled) == 1


def test_text_of_files_is_data(atlas: Atlas) -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    spec = _spec(atlas)
    layers = tuple(
        replace(layer, features=tuple(replace(f, name=evil, label=evil) for f in layer.features))
        for layer in spec.layers
    )
    legend = tuple(replace(entry, label=evil) for entry in spec.legend)
    credits = tuple(replace(credit, text=evil) for credit in spec.credits)
    passages = tuple(replace(passage, text=evil) for passage in spec.passages)
    hostile = replace(
        spec, title=evil, subtitle=evil, disclaimer=evil, policy_name=evil,
        layers=layers, legend=legend, credits=credits, passages=passages,
    )  # fmt: skip
    made = screen.page(atlas, hostile)
    read = _Reader(made.html)
    assert "<img" not in made.html
    assert not read.handlers
    assert from_json(read.data["spec"]) == hostile
    assert "</script" not in made.script


def test_colours_come_from_style_alone() -> None:
    for name in ("map.css", "map.js", "labels.js", "furniture.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)\"'])", text), name


def test_scripts_never_write_html_from_data() -> None:
    for path in STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{path.name}: {word}"


@pytest.mark.parametrize("key", sorted(SYMBOLS))
def test_swatch_shows_the_symbol(key: str) -> None:
    symbol = SYMBOLS[key]
    drawn = str(swatch(symbol))
    assert (symbol.fill if symbol.kind in ("point", "fill") else symbol.stroke) in drawn
    assert ("stroke-dasharray" in drawn) == bool(symbol.dash)


def test_hollow_swatch_loses_its_fill() -> None:
    ring = Symbol("point", fill="#123456", stroke="#654321", radius=4, hollow=True)
    assert "#123456" not in swatch(ring)


def test_area_anchors_lie_inside_and_first_in_the_extent() -> None:
    area = shapely.box(0, 0, 20, 4).difference(shapely.box(3, 1, 4, 4))
    found = anchors(area, "polygon", (15, 0, 30, 4))
    assert all(area.contains(shapely.Point(x, y)) for x, y, _ in found)
    assert found[0][0] >= 15


def test_line_anchors_are_never_upside_down() -> None:
    line = shapely.LineString([(10, 0), (0, 5)])
    found = anchors(line, "line", (-1, -1, 11, 6))
    assert found
    assert all(-90 <= angle <= 90 for _, _, angle in found)
    assert anchors(shapely.Point(0, 0), "point", (-1, -1, 1, 1)) == []


@pytest.mark.parametrize(
    "name", ["../screen.py", "map.html", "/etc/passwd", "fonts/../map.js", "", "leaflet/", ".js"]
)
def test_only_named_assets_are_served(name: str) -> None:
    with pytest.raises(NotFoundError):
        asset_file(name)
