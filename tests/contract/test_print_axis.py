"""The time axis: one model for the screen and for paper."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from geobrief.atlas import Atlas
from geobrief.axis import Axis, axes
from geobrief.compose import compose
from geobrief.render.paper.lettering import Words
from geobrief.render.paper.options import PrintOptions
from geobrief.render.print import PrintedSheet, layout
from geobrief.spec import MapSpec, View
from geobrief.web.axis import axis as on_screen


@pytest.fixture(scope="module")
def spec(atlas: Atlas) -> MapSpec:
    spec = compose(atlas, "timeline", View())
    return replace(spec, layers=tuple(one for one in spec.layers if one.kind != "raster"))


@pytest.fixture(scope="module")
def axis(atlas: Atlas, spec: MapSpec) -> Axis:
    (found,) = axes(atlas, spec)
    return found


@pytest.fixture(scope="module")
def sheet(atlas: Atlas, spec: MapSpec) -> PrintedSheet:
    return layout(atlas, spec, PrintOptions("a4"))


def test_events_stand_in_their_order_at_even_distances(axis: Axis, spec: MapSpec) -> None:
    events = sorted((e for _, row in axis.rows for e in row), key=lambda e: e.at)
    known = [f for f in (*spec.features(), *spec.unplaced) if f.id.startswith("events/")]
    assert {e.feature.id for e in events} == {f.id for f in known}
    assert [e.day for e in events] == sorted(e.day for e in events)
    steps = [b.at - a.at for a, b in pairwise(events)]
    assert max(steps) == pytest.approx(min(steps))
    assert 0 < events[0].at < events[-1].at < 1
    for span in axis.spans:
        assert 0 <= span.start < span.end <= 1
    assert spec.as_of in axis.end


def test_a_sheet_without_entries_has_no_axis(atlas: Atlas) -> None:
    assert axes(atlas, compose(atlas, "border", View())) == []


def test_paper_and_screen_show_the_same_axis(
    axis: Axis, spec: MapSpec, sheet: PrintedSheet, atlas: Atlas
) -> None:
    markup = on_screen(axis, spec, lambda words: words)
    left, _, right, _ = sheet.frame.bounds
    drawn = {one.get_gid(): one for one in sheet.figure.findobj() if one.get_gid()}
    dot = re.compile(r'left:([\d.]+)%" title="[^"]*" aria-label="[^"]*" data-features="([^"]*)"')
    shown = dict(dot.findall(markup))
    assert len(shown) == sum(len(row) for _, row in axis.rows) > 50
    for at, ids in shown.items():
        id = next(f for f in re.findall(r"events/[\w.-]+", ids))
        extents = drawn[f"axis/{id}"].get_path().get_extents()  # type: ignore[attr-defined]
        middle = (extents.x0 + extents.x1) / 2
        assert (middle - left) / (right - left) == pytest.approx(float(at) / 100, abs=1e-3), id
    words = " ".join(one.said for one in sheet.figure.findobj(Words))
    assert axis.note in words and axis.end in words
    for span in axis.spans:
        assert span.title in words


def test_the_axis_stands_below_the_map_and_apart_from_other_words(sheet: PrintedSheet) -> None:
    bottom = sheet.frame.bounds[1]
    tops = [
        one.get_path().get_extents().y1  # type: ignore[attr-defined]
        for one in sheet.figure.findobj()
        if (one.get_gid() or "").startswith("axis/")
    ]
    assert tops and max(tops) < bottom
    for box in sheet.texts:
        assert sum(box.intersection(other).area for other in sheet.texts) <= box.area + 0.05
