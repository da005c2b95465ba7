"""Printed sheets, read back: what a reader of the file would find in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image
from pypdf import PdfReader

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import RequestError
from geobrief.render.paper.options import PrintOptions
from geobrief.render.paper.projection import GEOD, Frame
from geobrief.render.print import PrintedSheet, layout, render
from geobrief.spec import MapSpec, View

SVG = "{http://www.w3.org/2000/svg}"
TOUCH = 0.05
"""Square points that two boxes may share by rounding."""


@pytest.fixture(scope="module")
def spec(atlas: Atlas) -> MapSpec:
    return richest(atlas)


def richest(atlas: Atlas, **view: Any) -> MapSpec:
    """The sheet with the most labels: the hardest to print."""
    specs = [compose(atlas, sheet, View(**view)) for sheet in atlas.sheets]
    return max(specs, key=lambda s: sum(bool(f.label) for f in s.features()))


@pytest.fixture(scope="module")
def sheet(atlas: Atlas, spec: MapSpec) -> PrintedSheet:
    return layout(atlas, spec, PrintOptions(marking="FOR BRIEFING ONLY"))


@pytest.fixture(scope="module")
def pdf(atlas: Atlas, spec: MapSpec) -> PdfReader:
    return PdfReader(BytesIO(render(atlas, spec, "pdf", PrintOptions(marking="FOR BRIEFING ONLY"))))


@pytest.fixture(scope="module")
def svg(atlas: Atlas, spec: MapSpec) -> ElementTree.Element:
    return ElementTree.fromstring(render(atlas, spec, "svg"))


def plain(text: str) -> str:
    """Words alone: line breaks and spaces of a layout carry no meaning."""
    return re.sub(r"\s+", "", text)


def test_a_slide_at_200_dpi_has_its_exact_size(atlas: Atlas, spec: MapSpec) -> None:
    image = Image.open(BytesIO(render(atlas, spec, "png", PrintOptions(size="slide", dpi=200))))
    assert image.size == (2667, 1500)
    assert [round(value) for value in image.info["dpi"]] == [200, 200]
    assert image.text["Title"] == spec.title
    assert image.text["Digest"] == spec.digest()


@pytest.mark.parametrize(
    ("size", "orientation", "pixels"),
    [
        ("a4", "landscape", (842, 595)),
        ("a4", "portrait", (595, 842)),
        ("square", "landscape", (540, 540)),
        ("160x90mm", "landscape", (454, 255)),
    ],
)
def test_other_sizes(
    atlas: Atlas, spec: MapSpec, size: str, orientation: str, pixels: tuple[int, int]
) -> None:
    found = render(atlas, spec, "png", PrintOptions(size, orientation, dpi=72))
    assert Image.open(BytesIO(found)).size == pixels


def test_the_pdf_holds_every_word_that_a_map_must_show(pdf: PdfReader, spec: MapSpec) -> None:
    words = plain(pdf.pages[0].extract_text())
    assert plain(spec.title) in words
    assert plain(spec.policy_name) in words
    assert plain(spec.disclaimer) in words
    assert spec.passages, "the sheet quotes nothing"
    for passage in spec.passages:
        assert plain(f"\u201c{passage.text}\u201d") in words
        assert f"paragraph{passage.paragraph}" in words
    for entry in spec.legend:
        assert plain(entry.label) in words
    for credit in spec.credits:
        assert plain(str(credit)) in words
    for feature in spec.unplaced:
        assert plain(feature.name) in words
    assert spec.as_of in words and spec.digest() in words
    assert words.count(plain("FOR BRIEFING ONLY")) == 2


def test_the_pdf_embeds_its_fonts_and_names_its_language(
    pdf: PdfReader, atlas: Atlas, spec: MapSpec
) -> None:
    page = pdf.pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert len(fonts) >= 3
    for font in fonts:
        holder = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        assert "/FontFile2" in holder["/FontDescriptor"], font["/BaseFont"]
    assert pdf.metadata is not None and pdf.metadata.title == spec.title
    assert "/CreationDate" not in pdf.metadata
    assert pdf.trailer["/Root"]["/Lang"] == atlas.language(spec.lang).tag  # type: ignore[index]
    assert [round(float(side), 2) for side in page.mediabox[2:]] == [960, 540]


def test_the_svg_has_every_feature_and_legend_entry_once(
    svg: ElementTree.Element, spec: MapSpec
) -> None:
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    wanted = {feature.id for feature in spec.features()}
    wanted |= {f"legend/{number}" for number in range(len(spec.legend))}
    assert wanted <= set(ids)
    assert sorted(i for i in ids if ids.count(i) > 1 and i in wanted) == []


def test_the_svg_carries_its_spec(svg: ElementTree.Element, atlas: Atlas, spec: MapSpec) -> None:
    found = {element.get("id"): element for element in svg.iter() if element.get("id")}
    assert json.loads(found["spec"].text or "") == json.loads(spec.to_json())
    assert found["title"].text == spec.title
    assert svg.get("{http://www.w3.org/XML/1998/namespace}lang") == atlas.language(spec.lang).tag
    assert spec.passages[0].text in (found["description"].text or "")


def test_the_colours_of_the_svg_are_those_of_the_symbols(
    svg: ElementTree.Element, spec: MapSpec
) -> None:
    groups = {element.get("id"): element for element in svg.iter(f"{SVG}g")}
    for feature in spec.features():
        symbol = spec.symbol(feature.symbol)
        paint = " ".join(path.get("style", "") for path in groups[feature.id].iter(f"{SVG}path"))
        if symbol.kind == "line" and paint.strip():
            assert f"stroke: {symbol.stroke}" in paint, feature.id
        elif symbol.kind == "point" and not symbol.hollow and paint.strip():
            assert f"fill: {symbol.fill}" in paint, feature.id


def overlaps(sheet: PrintedSheet) -> Iterator[tuple[str, str]]:
    for (one, a), (two, b) in combinations(sheet.labels, 2):
        if shapely.intersection(a, b).area > TOUCH:
            yield one, two


def outside(sheet: PrintedSheet) -> list[str]:
    return [name for name, box in sheet.labels if not sheet.frame.contains(box)]


@pytest.mark.parametrize("size", ["slide", "a4", "square", "160x90mm"])
def test_no_label_overlaps_another_or_leaves_the_frame(
    atlas: Atlas, spec: MapSpec, size: str
) -> None:
    sheet = layout(atlas, spec, PrintOptions(size=size))
    assert len(sheet.labels) > 10
    assert list(overlaps(sheet)) == []
    assert outside(sheet) == []


def test_every_language_prints_without_overlaps(atlas: Atlas) -> None:
    for language in atlas.languages:
        sheet = layout(atlas, richest(atlas, lang=language.id))
        assert (language.id, list(overlaps(sheet)), outside(sheet)) == (language.id, [], [])


def test_the_boxes_are_those_of_the_drawn_text(sheet: PrintedSheet) -> None:
    """The audit is worth nothing if matplotlib draws elsewhere than the layout says."""
    canvas = FigureCanvasAgg(sheet.figure)
    renderer = canvas.get_renderer()
    points = 72 / sheet.figure.dpi
    boxes = dict(sheet.labels)
    seen = 0
    for artist in sheet.figure.findobj(Text):
        gid = artist.get_gid() or ""
        feature = gid.removesuffix("/label")
        if not gid.endswith("/label") or feature not in boxes or artist.get_rotation():
            continue
        drawn = artist.get_window_extent(renderer)
        left, right = drawn.x0 * points, drawn.x1 * points
        box = boxes[feature].bounds
        assert left >= box[0] - 1 and right <= box[2] + 1, feature
        assert box[1] - 1 <= artist.get_position()[1] <= box[3] + 1, feature
        seen += 1
    assert seen > 5


def test_the_words_beside_the_map_stand_on_the_sheet_and_apart(sheet: PrintedSheet) -> None:
    assert_in_order(sheet)


@pytest.mark.parametrize("size", ["slide", "square", "160x90mm"])
def test_a_sheet_with_many_words_keeps_them_all_on_the_paper(
    atlas: Atlas, spec: MapSpec, size: str
) -> None:
    passages = tuple(replace(spec.passages[0], paragraph=number) for number in range(1, 6))
    long = replace(spec, title=f"{spec.title} " * 4, passages=passages)
    assert_in_order(layout(atlas, long, PrintOptions(size=size)))


def test_a_sheet_with_hardly_anything_on_it_prints(atlas: Atlas, spec: MapSpec) -> None:
    lines = tuple(layer for layer in spec.layers if layer.kind == "line")
    bare = replace(spec, layers=lines, legend=(), passages=(), credits=(), subtitle="", unplaced=())
    assert_in_order(layout(atlas, bare))
    assert render(atlas, bare, "svg").startswith(b"<?xml")


def assert_in_order(sheet: PrintedSheet) -> None:
    """No line of text leaves the paper, runs into the map or into another line."""
    page = shapely.box(0, 0, sheet.width, sheet.height)
    assert [box.bounds for box in sheet.texts if not page.contains(box)] == []
    assert [box.bounds for box in sheet.texts if box.intersects(sheet.frame)] == []
    for one, two in combinations(sheet.texts, 2):
        assert shapely.intersection(one, two).area <= TOUCH, (one.bounds, two.bounds)


def test_labels_that_the_passages_name_are_never_dropped(atlas: Atlas, spec: MapSpec) -> None:
    named = {feature for passage in spec.passages for feature in passage.features}
    assert named.isdisjoint(layout(atlas, spec).dropped)


def test_a_selected_feature_keeps_its_label_and_has_a_halo(atlas: Atlas, spec: MapSpec) -> None:
    crowded = layout(atlas, spec, PrintOptions(size="160x90mm"))
    lost = next(iter(crowded.dropped), spec.features()[-1].id)
    chosen = compose(atlas, spec.sheet, View(select=(lost,)))
    sheet = layout(atlas, chosen, PrintOptions(size="160x90mm"))
    assert lost not in sheet.dropped
    assert list(overlaps(sheet)) == []
    assert any(artist.get_gid() == f"{lost}/selected" for artist in sheet.figure.findobj())


def test_the_frame_holds_the_whole_extent_and_the_scale_is_true(spec: MapSpec) -> None:
    frame = Frame(spec.extent, (30.0, 40.0, 700.0, 500.0))
    west, south, east, north = spec.extent
    edge = shapely.get_coordinates(shapely.segmentize(shapely.box(west, south, east, north), 0.2))
    x, y = frame.to_sheet(edge).T
    assert x.min() >= 30 - 0.5 and x.max() <= 700 + 0.5
    assert y.min() >= 40 - 0.5 and y.max() <= 500 + 0.5
    (a, b), (c, d) = frame.to_degrees(frame.to_sheet(edge[:2]))
    assert GEOD.inv(a, b, *edge[0])[2] < 1 and GEOD.inv(c, d, *edge[1])[2] < 1
    across = frame.metres((265.0, 270.0), (465.0, 270.0))
    assert across / 200 == pytest.approx(frame.true_metres_per_point, rel=0.005)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_spec_gives_the_same_bytes(atlas: Atlas, spec: MapSpec, suffix: str) -> None:
    one, two = (render(atlas, spec, suffix, PrintOptions(dpi=100)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dpi": "9"}, "dpi 9"),
        ({"dpi": "many"}, "dpi 'many'"),
        ({"size": "a9"}, "size 'a9'"),
        ({"size": "9999x9999mm"}, "out of range"),
        ({"size": "1900x1900mm", "dpi": "300"}, "pixels"),
        ({"marking": "x" * 121}, "121 characters"),
        ({"orientation": "upside-down"}, "orientation"),
        ({"without": "title,source"}, "without 'source'"),
        ({"look": "sepia"}, "look 'sepia'"),
        ({"background": "black"}, "background 'black'"),
        ({"text": "runes"}, "text 'runes'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        PrintOptions.from_query(options)


def test_the_parts_left_out_are_read_in_one_order() -> None:
    found = PrintOptions.from_query({"without": " inset,title , inset"})
    assert found.without == ("title", "inset")
    assert found == PrintOptions.from_query({"without": "title,inset"})


def test_a_format_that_is_no_image_is_refused(atlas: Atlas, spec: MapSpec) -> None:
    with pytest.raises(RequestError, match="no image format"):
        render(atlas, spec, "gif")
