"""Labels on paper: each with what it names, above all where a contested line runs between."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render.paper.options import PrintOptions
from geobrief.render.paper.projection import Frame
from geobrief.render.print import PrintedSheet, layout
from geobrief.spec import FeatureSpec, LayerSpec, MapSpec, View

ROOT = Path(__file__).resolve().parents[2]
ATLAS = Atlas.load(ROOT / "content", ROOT / "geodata")

TOUCH = 0.05
"""Square points that two boxes may share by rounding."""

BESIDE = 30.0
"""Points within which the name of the subject line keeps from it: two lines of its type."""

SIZES = {
    "slide": PrintOptions(dpi=72),
    "a4": PrintOptions("a4", dpi=72),
    "portrait": PrintOptions("a4", "portrait", dpi=72),
}
SHEETS = [(sheet, "", size) for sheet in ATLAS.sheets for size in ("slide", "portrait")]
BORDER = [("border", language.id, size) for language in ATLAS.languages for size in ("slide", "a4")]
CASES = list(dict.fromkeys(SHEETS + BORDER))


class Drawn:
    """A printed sheet with the shapes of its features in sheet points."""

    def __init__(self, sheet: str, lang: str, size: str) -> None:
        self.spec: MapSpec = compose(ATLAS, sheet, View(lang=lang))
        self.sheet: PrintedSheet = layout(ATLAS, self.spec, SIZES[size])
        self.frame = Frame(self.spec.extent, self.sheet.frame.bounds)
        self.leaders = dict(self.sheet.leaders)
        self.labels: dict[str, Polygon] = dict(self.sheet.labels)
        self.features: dict[str, tuple[LayerSpec, FeatureSpec]] = {
            feature.id: (layer, feature) for layer in self.spec.layers for feature in layer.features
        }

    def shape(self, id: str) -> BaseGeometry:
        """Return a feature's unsimplified shape on the sheet."""
        layer, _, own = id.partition("/")
        shape = ATLAS.layers[layer].frame.loc[[own], "geometry"]
        found: BaseGeometry = self.frame.project(np.asarray(shape.array, dtype=object))[0]
        return found

    def kind(self, id: str) -> str:
        return self.features[id][0].kind

    def subject_lines(self) -> list[str]:
        """Return the ids of the lines that the sheet is about."""
        return [
            feature.id
            for layer, feature in self.features.values()
            if layer.kind == "line" and feature.interactive and style.is_subject(feature.symbol)
        ]


@cache
def drawn(sheet: str, lang: str, size: str) -> Drawn:
    return Drawn(sheet, lang, size)


def name(case: Any) -> str:
    return case or "default"


each_case = pytest.mark.parametrize(("sheet", "lang", "size"), CASES, ids=name)


@each_case
def test_the_label_of_an_area_stands_in_it_or_points_into_it(
    sheet: str, lang: str, size: str
) -> None:
    page = drawn(sheet, lang, size)
    lines = [page.shape(id) for id in page.subject_lines()]
    astray = []
    for id, box in page.labels.items():
        if page.kind(id) != "polygon":
            continue
        own = page.shape(id)
        leader = page.leaders.get(id)
        if leader is None:
            if not own.contains(box.centroid):
                astray.append(f"{id} stands outside")
            continue
        end = Point(leader.coords[-1])
        if not own.contains(end):
            astray.append(f"{id} points elsewhere")
        if any(LineString([box.centroid, end]).intersects(line) for line in lines):
            astray.append(f"{id} points across the subject line")
    assert astray == []


@each_case
def test_labels_stand_apart_within_the_frame(sheet: str, lang: str, size: str) -> None:
    page = drawn(sheet, lang, size)
    overlaps = [
        (one, two)
        for (one, a), (two, b) in combinations(page.labels.items(), 2)
        if shapely.intersection(a, b).area > TOUCH
    ]
    assert overlaps == []
    assert [id for id, box in page.labels.items() if not page.sheet.frame.contains(box)] == []


@each_case
def test_no_label_that_a_passage_names_is_dropped(sheet: str, lang: str, size: str) -> None:
    page = drawn(sheet, lang, size)
    named = {feature for passage in page.spec.passages for feature in passage.features}
    assert named.isdisjoint(page.sheet.dropped)


@each_case
def test_leaders_cross_no_label_no_symbol_and_not_the_subject_line(
    sheet: str, lang: str, size: str
) -> None:
    page = drawn(sheet, lang, size)
    lines = [page.shape(id) for id in page.subject_lines()]
    faults = []
    for id, leader in page.leaders.items():
        faults += [
            f"{id} crosses the label {other}"
            for other, box in page.labels.items()
            if other != id and leader.intersects(box)
        ]
        faults += [
            f"{id} crosses the leader of {other}"
            for other, one in page.leaders.items()
            if other < id and leader.intersects(one)
        ]
        end = Point(leader.coords[-1])
        way = LineString([page.labels[id].centroid, end])
        faults += [f"{id} crosses the subject line" for line in lines if way.intersects(line)]
        for other, place, radius in symbols(page):
            # A leader may end at symbols that lie on one another, or that cover its whole area.
            reached = place.distance(end) <= radius * 1.5 + 1
            if other != id and place.distance(leader) < radius * 0.9 and not reached:
                faults.append(f"{id} runs over {other}")
    assert faults == []


@each_case
def test_no_label_stands_nearest_to_another_symbol_of_its_kind(
    sheet: str, lang: str, size: str
) -> None:
    page = drawn(sheet, lang, size)
    found = [(id, place, radius) for id, place, radius in symbols(page)]
    misleading = []
    for id, box in page.labels.items():
        if page.kind(id) != "point":
            continue
        own, reach = next((place, r) for other, place, r in found if other == id)
        for other, place, radius in found:
            same = other.partition("/")[0] == id.partition("/")[0]
            stacked = own.distance(place) < radius + reach
            if not same or other == id or stacked:
                continue
            gap = max(0.0, box.distance(place) - radius)
            if gap < (4.0 if id in page.leaders else max(0.0, box.distance(own) - reach)):
                misleading.append(f"{id} beside {other}")
    assert misleading == []


@each_case
def test_the_subject_line_bears_its_name(sheet: str, lang: str, size: str) -> None:
    page = drawn(sheet, lang, size)
    for id in page.subject_lines():
        if id in page.labels:
            shape = page.shape(id)
            box = page.labels[id]
            assert box.distance(shape) < BESIDE / 2, id
            assert box.centroid.distance(shape) < BESIDE, id
            assert not box.intersects(shape), id


def symbols(page: Drawn) -> list[tuple[str, Point, float]]:
    """Return the place and the radius of every point symbol that is drawn."""
    scale = (page.sheet.width * page.sheet.height / (960 * 540)) ** 0.5
    found = []
    for id, (layer, feature) in page.features.items():
        if layer.kind == "point" and not (layer.quiet and not feature.selected):
            symbol = page.spec.symbol(feature.symbol)
            reach = symbol.radius * (1.25 if symbol.shape == "diamond" else 1.0)
            for x, y in shapely.get_coordinates(page.shape(id)).tolist():
                found.append((id, Point(x, y), (reach + symbol.width / 2) * scale))
    return found
