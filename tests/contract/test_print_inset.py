"""The small map of a sheet: in the spec, on paper and alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geobrief.atlas import Atlas, read_atlas
from geobrief.compose import compose
from geobrief.errors import GeobriefError
from geobrief.render.paper.inset import inset_svg
from geobrief.render.paper.options import PrintOptions
from geobrief.render.paper.projection import Frame
from geobrief.render.print import PrintedSheet, layout
from geobrief.spec import MapSpec, View, from_json
from tests.atlas_fixture import write_atlas

SVG = "{http://www.w3.org/2000/svg}"
LIGHT = ("line", "point")


def light(spec: MapSpec) -> MapSpec:
    """The sheet without its ground, which takes most of the time."""
    return replace(spec, layers=tuple(one for one in spec.layers if one.kind in LIGHT))


def subject(atlas: Atlas, spec: MapSpec, frame: Frame) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the sheet's own points and lines with their shapes on the sheet."""
    for layer in spec.layers:
        features = [f for f in layer.features if f.interactive and not layer.quiet]
        if layer.kind in LIGHT and features:
            ids = [feature.id.partition("/")[2] for feature in features]
            shapes = atlas.layers[layer.id].frame.loc[ids, "geometry"]
            found = frame.project(np.asarray(shapes.array, dtype=object))
            yield from zip((f.id for f in features), found, strict=True)


def drawn(sheet: PrintedSheet) -> set[str]:
    return {str(one.get_gid()) for one in sheet.figure.findobj() if one.get_gid()}


def test_the_locator_shows_the_extent_within_the_wider_region(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View())
    assert spec.inset is not None
    assert spec.inset.box == spec.extent
    assert shapely.box(*spec.inset.extent).contains(shapely.box(*spec.extent))
    assert not any(f.label for layer in spec.inset.layers for f in layer.features)
    near = compose(atlas, "border", View(bbox=(68.0, 33.0, 72.0, 36.0)))
    assert near.inset is not None
    assert near.inset.box == (68.0, 33.0, 72.0, 36.0)
    assert near.digest() != spec.digest()


def test_the_inset_is_part_of_the_spec(atlas: Atlas) -> None:
    for sheet in atlas.sheets:
        spec = compose(atlas, sheet, View())
        assert from_json(spec.to_json()) == spec
        if spec.inset is not None:
            assert replace(spec, inset=None).digest() != spec.digest()
            known = dict(spec.inset.symbols)
            assert all(f.symbol in known for one in spec.inset.layers for f in one.features)
            said = " ".join(str(credit) for credit in spec.credits)
            for layer in spec.inset.layers:
                assert atlas.layers[layer.id].attribution.split(";")[0] in said


def test_a_map_of_the_world_has_no_locator(atlas: Atlas) -> None:
    assert atlas.locator is not None
    for sheet in atlas.sheets.values():
        spec = compose(atlas, sheet.id, View())
        wide = sheet.extent[2] - sheet.extent[0]
        if wide > 0.55 * (atlas.locator.extent[2] - atlas.locator.extent[0]) and not sheet.inset:
            assert spec.inset is None, sheet.id
    assert any(compose(atlas, sheet, View()).inset is None for sheet in atlas.sheets)


def test_a_sheet_can_show_the_subject_of_another(atlas: Atlas) -> None:
    named = next(sheet for sheet in atlas.sheets.values() if sheet.inset)
    spec, other = compose(atlas, named.id, View()), compose(atlas, named.inset, View())
    assert spec.inset is not None
    assert (spec.inset.sheet, spec.inset.title) == (other.sheet, other.title)
    shown = {f.id: f.symbol for layer in spec.inset.layers for f in layer.features}
    points = {f.id for one in other.layers if one.kind == "point" for f in one.features}
    assert points <= set(shown)
    assert all(shown[f.id] == f.symbol for f in other.features() if f.id in shown)
    used = {e.symbol for e in spec.inset.legend}
    assert used == {e.symbol for e in other.legend if e.layer in {p.split("/")[0] for p in points}}


@pytest.mark.parametrize(
    ("orientation", "lang", "step"),
    [("landscape", 0, 1), ("portrait", 0, 4), ("landscape", 1, 6), ("portrait", 1, 8)],
)
def test_nothing_overlaps_the_inset_and_no_name_gives_way_to_it(
    atlas: Atlas, orientation: str, lang: int, step: int
) -> None:
    for name in list(atlas.sheets)[::step]:
        spec = compose(atlas, name, View(lang=atlas.languages[lang].id))
        spec = replace(spec, layers=tuple(one for one in spec.layers if one.kind != "raster"))
        sheet = layout(atlas, spec, PrintOptions("a4", orientation))
        named = {feature for passage in spec.passages for feature in passage.features}
        assert named.isdisjoint(sheet.dropped), name
        bar, *small = sheet.plates
        assert (len(small) == 1) == (spec.inset is not None), name
        for plate in small:
            assert not plate.intersects(bar), name
            inside = sheet.frame.contains(plate)
            assert inside or not plate.intersects(sheet.frame), name
            assert shapely.box(0, 0, sheet.width, sheet.height).contains(plate), name
            over = [id for id, box in sheet.labels if shapely.intersection(box, plate).area > 0.05]
            assert over == [], name
            frame = Frame(spec.extent, sheet.frame.bounds)
            assert [
                id for id, shape in subject(atlas, spec, frame) if shape.intersects(plate)
            ] == []
            if not inside:
                words = [b for b in sheet.texts if shapely.intersection(b, plate).area > 0.05]
                assert [b.bounds for b in words if not plate.contains(b)] == [], name


def test_every_feature_of_the_inset_is_drawn_under_its_own_id(atlas: Atlas) -> None:
    named = next(sheet for sheet in atlas.sheets.values() if sheet.inset)
    spec = light(compose(atlas, named.id, View()))
    assert spec.inset is not None
    ids = drawn(layout(atlas, spec, PrintOptions("a4")))
    wanted = {f"inset/{f.id}" for layer in spec.inset.layers for f in layer.features}
    wanted |= {f"inset/legend/{n}" for n in range(len(spec.inset.legend))}
    assert wanted <= ids
    without = drawn(layout(atlas, spec, PrintOptions("a4", without=("inset",))))
    assert not any(id.startswith("inset/") for id in without)


def test_the_inset_can_be_drawn_alone(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View())
    first = inset_svg(atlas, spec)
    assert first == inset_svg(atlas, spec)
    drawing = ElementTree.fromstring(first)
    ids = {element.get("id") for element in drawing.iter(f"{SVG}g")}
    assert spec.inset is not None
    assert {f"inset/{f.id}" for layer in spec.inset.layers for f in layer.features} <= ids
    assert "inset/extent" in ids
    assert drawing.get("width") == "220pt"


def problems(folder: Path, change: Mapping[str, str]) -> list[str]:
    content, geodata = write_atlas(folder)
    for name, (old, new) in ((n, c.split(" -> ")) for n, c in change.items()):
        path = content / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    found: list[GeobriefError] = []
    read_atlas(content, geodata, found.append)
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sheets/ford.md": 'title = -> inset = "moon"\ntitle ='}, "inset: no sheet 'moon'"),
        ({"atlas.toml": "as_of -> locator = { extent = [0, 1, 2] }\nas_of"}, "the locator is not"),
    ],
)
def test_what_an_inset_names_in_vain_is_reported(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    try:
        found = problems(tmp_path, change)
    except GeobriefError as problem:
        found = [str(problem)]
    assert any(message in one for one in found), found
