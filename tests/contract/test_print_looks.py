"""The looks of a printed sheet, and what it can leave out."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image
from pypdf import PdfReader

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render.paper.lettering import Words
from geobrief.render.paper.look import GROUND, dark_ink, grey, luminance
from geobrief.render.paper.options import PARTS, PrintOptions
from geobrief.render.print import PrintedSheet, layout, render
from geobrief.spec import MapSpec, View
from geobrief.style import FALLBACKS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def spec(atlas: Atlas) -> MapSpec:
    return compose(atlas, "border", View())


@pytest.fixture(scope="module")
def light(spec: MapSpec) -> MapSpec:
    """The same sheet without its ground, which takes most of the time."""
    return replace(spec, layers=tuple(one for one in spec.layers if one.kind in ("line", "point")))


def png(atlas: Atlas, spec: MapSpec, **options: Any) -> Image.Image:
    return Image.open(BytesIO(render(atlas, spec, "png", PrintOptions(dpi=50, **options))))


def test_greyscale_has_no_colour_in_any_format(atlas: Atlas, spec: MapSpec) -> None:
    assert png(atlas, spec, look="greyscale").mode == "L"
    assert png(atlas, spec).mode == "RGB"
    drawing = render(atlas, spec, "svg", PrintOptions(dpi=50, look="greyscale"))
    coloured = [
        found
        for element in ElementTree.fromstring(drawing).iter()
        for found in element.get("style", "").replace(";", " ").split()
        if len(found) == 7 and found[0] == "#" and len({found[1:3], found[3:5], found[5:]}) > 1
    ]
    assert coloured == []
    page = PdfReader(BytesIO(render(atlas, spec, "pdf", PrintOptions(dpi=50, look="greyscale"))))
    content = page.pages[0]["/Contents"][0].get_object().get_data()  # type: ignore[index]
    assert b" rg\n" not in content and b" RG\n" not in content


def test_grey_keeps_the_luminance() -> None:
    for colour in ((0.66, 0.2, 0.16, 1.0), (0.12, 0.48, 0.45, 0.5), (1.0, 1.0, 1.0, 1.0)):
        assert luminance(grey(colour)) == pytest.approx(luminance(colour), abs=1e-3)
        assert grey(colour)[3] == colour[3]


def test_high_contrast_has_dark_ink_on_white_and_no_relief(atlas: Atlas, spec: MapSpec) -> None:
    plain, strong = (layout(atlas, spec, PrintOptions(look=k)) for k in ("colour", "contrast"))
    for words in strong.figure.findobj(Words):
        assert 1.05 / (luminance(_rgba(words.get_color())) + 0.05) >= 6.9, words.said
    assert [one.get_visible() for one in strong.figure.findobj(AxesImage)] == [False]
    assert all(one.get_visible() for one in plain.figure.findobj(AxesImage))
    assert luminance(strong.figure.get_facecolor()) == 1
    assert _size(strong, spec.title) > _size(plain, spec.title) * 0.9
    assert dark_ink((0.6, 0.65, 0.7, 0.5)) == (0.0, 0.0, 0.0, 0.5)


def _rgba(colour: Any) -> Any:
    from matplotlib.colors import to_rgba

    return to_rgba(colour)


def _size(sheet: PrintedSheet, text: str) -> float:
    return next(w.kind.size for w in sheet.figure.findobj(Words) if text.startswith(w.said))


def test_a_transparent_sheet_has_nothing_below_its_features(atlas: Atlas, light: MapSpec) -> None:
    image = np.asarray(png(atlas, light, background="transparent"))
    assert image.shape[2] == 4
    assert image[0, 0, 3] == 0
    assert (image[..., 3] == 255).any()
    sheet = layout(atlas, light, PrintOptions(background="transparent"))
    assert not sheet.figure.patch.get_visible()
    assert [one.get_visible() for one in _grounds(sheet.figure)] == [False]
    whole = render(atlas, light, "svg", PrintOptions(background="transparent"))
    assert b'id="ground"' not in whole
    assert b'id="ground"' in render(atlas, light, "svg")


def _grounds(figure: Figure) -> list[Any]:
    return list(figure.findobj(lambda one: one.get_gid() == GROUND))


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("without", [("title",), ("passage",), ("legend",), PARTS])
def test_the_map_takes_the_room_of_what_is_left_out(
    atlas: Atlas, light: MapSpec, without: tuple[str, ...], orientation: str
) -> None:
    whole = layout(atlas, light, PrintOptions("a4", orientation))
    less = layout(atlas, light, PrintOptions("a4", orientation, without=without))
    words = " ".join(one.said for one in less.figure.findobj(Words))
    assert (light.title[:12] in words) == ("title" not in without)
    assert ("\u201c" in words) == ("passage" not in without)
    assert any(one.get_gid() == "legend/0" for one in less.figure.findobj()) == (
        "legend" not in without
    )
    if without == PARTS:
        assert less.frame.area > 1.2 * whole.frame.area
    else:
        assert less.frame.area >= whole.frame.area - 1
    always = (light.policy_name, light.as_of, light.digest(), "Boundaries", "Sources")
    assert [one for one in always if one not in words] == []


def test_the_words_of_an_svg_can_be_text(atlas: Atlas, light: MapSpec) -> None:
    outlines = ElementTree.fromstring(render(atlas, light, "svg"))
    assert list(outlines.iter(f"{SVG}text")) == []
    drawing = ElementTree.fromstring(render(atlas, light, "svg", PrintOptions(text="text")))
    texts = list(drawing.iter(f"{SVG}text"))
    said = "".join(text.text or "" for text in texts).replace(" ", "")
    for wanted in (light.title, light.disclaimer, light.passages[0].text):
        assert wanted.replace(" ", "") in said
    for text in texts:
        stack = text.get("font-family", "")
        assert any(names[0] in stack for names in FALLBACKS.values())
        assert stack.endswith("serif")
        assert 0 < float(text.get("x", "")) < 960
        assert 0 < float(text.get("y", "")) < 540


def test_right_to_left_text_begins_at_the_right(atlas: Atlas) -> None:
    language = next(one for one in atlas.languages if one.direction == "rtl")
    spec = compose(atlas, "border", View(lang=language.id))
    spec = replace(spec, layers=())
    drawing = ElementTree.fromstring(render(atlas, spec, "svg", PrintOptions(text="text")))
    texts = [text for text in drawing.iter(f"{SVG}text") if text.get("direction") == "rtl"]
    first = next(text for text in texts if spec.title.startswith(text.text or "-"))
    assert float(first.get("x", "")) > float(first.get("textLength", "")) > 0
