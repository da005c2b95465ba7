"""What makes printing fast changes nothing that is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from shapely.geometry import Point, Polygon, box

from geobrief.render.paper import labels
from geobrief.render.paper.encode import pixels
from geobrief.render.paper.labels import Placement, Wish, place
from geobrief.render.paper.lettering import Type, draw
from geobrief.render.paper.places import PADDING, Places, Spots
from geobrief.render.paper.relief import Shade
from geobrief.render.paper.room import Ground, Mark
from geobrief.style import Symbol

WISH = Wish(
    id="towns/a",
    text="Somewhere",
    kind=Type(8.0),
    symbol=Symbol("point", radius=3.0),
    geometry=Point(100, 60),
    priority=1,
    required=True,
    radius=3.0,
    group="towns",
)
GROUND = Ground(box(0, 0, 200, 120), box(2, 2, 40, 20), (Mark("towns/a", "towns", 100, 60, 3),))


def where(placement: Placement) -> Polygon:
    return placement.labels[0].box


def test_a_placement_is_remembered_only_for_the_same_question() -> None:
    first = where(place([WISH], GROUND, False))
    middle = first.centroid
    stranger = Mark("towns/b", "towns", middle.x, middle.y, 3)
    free = replace(GROUND, lines=((first.exterior, 0.0),))
    assert where(place([WISH], free, False)).equals(first)
    others = [
        place([WISH], replace(GROUND, plate=first), False),
        place([WISH], replace(GROUND, lines=((first.exterior, 12.0),)), False),
        place([WISH], replace(GROUND, marks=(*GROUND.marks, stranger)), False),
        place([WISH], GROUND, True),
        place([replace(WISH, geometry=Point(40, 60))], GROUND, False),
        place([replace(WISH, text="Somewhere else")], GROUND, False),
    ]
    assert [where(one).equals(first) for one in others] == [False] * len(others)
    assert where(place([WISH], GROUND, False)).equals(first)


def test_remembered_placements_are_bounded_and_cannot_be_spoilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(labels, "KNOWN", 2)
    place([WISH], GROUND, False).labels.clear()
    assert len(place([WISH], GROUND, False).labels) == 1
    for x in range(60, 65):
        place([replace(WISH, geometry=Point(x, 60))], GROUND, False)
    assert len(labels._known) == 2


def test_boxes_as_arrays_are_the_boxes_as_shapes() -> None:
    spots = Spots(
        "Somewhere",
        WISH.kind,
        centres=np.array([[50.0, 40.0], [90.0, 70.0]]),
        costs=np.zeros(2),
        angles=np.array([0.0, 33.0]),
        leaders=np.full((2, 2, 2), np.nan),
    )
    places = Places.of([spots])
    assert shapely.equals_exact(places.boxes(), spots.boxes(), 1e-9).all()
    wider = shapely.buffer(spots.boxes(), PADDING * WISH.kind.size, join_style="mitre")
    assert (shapely.area(shapely.symmetric_difference(places.padded(), wider)) < 1e-6).all()
    assert spots.candidate(1).box.equals_exact(spots.boxes()[1], 1e-9)


@pytest.mark.parametrize("dpi", [72, 200, 300])
def test_the_shade_takes_the_pixels_that_matplotlib_takes(dpi: int) -> None:
    shade = np.random.default_rng(1).integers(0, 255, (90, 120, 4), dtype=np.uint8)
    shade[..., :3] = 58, 50, 40
    figure = Figure(figsize=(3, 2), dpi=dpi)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0, 216), ylim=(0, 144))
    image = Shade(axes, extent=(20.3, 190.1, 15.7, 130.2), interpolation="none")
    image.set_data(shade)
    axes.add_image(image)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    theirs, *at, _ = AxesImage.make_image(image, renderer)
    ours, *place_of_ours, _ = image.make_image(renderer)
    assert place_of_ours == at
    assert ours.shape == theirs.shape
    assert (ours[..., 3] != theirs[..., 3]).mean() < 0.02  # at the borders of pixels


@pytest.mark.parametrize(("align", "angle"), [("left", 0.0), ("center", 0.0), ("center", 33.0)])
def test_outlines_look_like_letters(align: str, angle: float) -> None:
    kind = Type(14.0, weight=600)
    pictures = []
    for kept in (True, False):
        figure = Figure(figsize=(3, 2), dpi=150)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0, 216), ylim=(0, 144))
        axes.set_axis_off()
        draw(axes, 100, 60, "Somewhere", kind, align=align, angle=angle, halo=2.0)
        for line in [] if kept else axes.texts:
            line.draw = lambda renderer, line=line: Text.draw(line, renderer)  # type: ignore[method-assign]
        pictures.append(255 - pixels(figure)[..., 1].astype(float))
    ours, theirs = pictures
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.01)
    for axis in (0, 1):
        middle = [(p.sum(axis) * np.arange(p.shape[1 - axis])).sum() / p.sum() for p in pictures]
        assert middle[0] == pytest.approx(middle[1], abs=0.75)
    assert np.abs(ours - theirs).mean() < 0.1 * theirs.mean()
