"""Words on paper can be searched: in a PDF by two readers, in every language of the atlas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO

import pytest
from matplotlib.figure import Figure
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render.paper import encode
from geobrief.render.paper.lettering import Type, Words, draw, register
from geobrief.render.paper.options import PrintOptions
from geobrief.render.print import layout
from geobrief.spec import MapSpec, View
from geobrief.wording import runs_right_to_left
from tests.pdf_words import found_words, plain


@dataclass(frozen=True)
class Document:
    """A sheet as PDF: the spec, the lines that were drawn, and what each reader finds."""

    spec: MapSpec
    file: bytes
    lines: tuple[str, ...]
    found: dict[str, str]


LANGUAGES = range(4)
"""Places of the languages in atlas.toml."""


@pytest.fixture(scope="module", params=LANGUAGES)
def document(request: pytest.FixtureRequest, atlas: Atlas) -> Document:
    language = atlas.languages[request.param].id
    spec = compose(atlas, "border", View(lang=language))
    # The ground has no words and takes most of the time.
    spec = replace(spec, layers=tuple(one for one in spec.layers if one.kind in ("line", "point")))
    sheet = layout(atlas, spec, PrintOptions(size="a4", dpi=72, marking="FOR BRIEFING ONLY"))
    lines = tuple(words.said for words in sheet.figure.findobj(Words))
    file = encode.pdf(sheet.figure, spec, atlas.language(language).tag)
    return Document(spec, file, lines, found_words(file))


@pytest.mark.parametrize("reader", ["PDFium", "pypdf"])
def test_every_line_of_the_sheet_is_found(document: Document, reader: str) -> None:
    assert len(document.lines) > 50
    assert [line for line in document.lines if plain(line) not in document.found[reader]] == []


@pytest.mark.parametrize("reader", ["PDFium", "pypdf"])
def test_what_a_map_must_say_is_found_whole(document: Document, reader: str) -> None:
    spec, words = document.spec, document.found[reader]
    for text in (spec.title, spec.subtitle, spec.policy_name, spec.disclaimer, spec.as_of):
        assert plain(text) in words
    for passage in spec.passages:
        assert plain(f"\u201c{passage.text}\u201d") in words
    for credit in spec.credits:
        assert plain(str(credit)) in words
    assert spec.digest() in words


def test_shaped_letters_stand_in_no_visible_text(document: Document) -> None:
    """Their glyphs would extract as rubbish beside the words."""
    turned = [line for line in document.lines if runs_right_to_left(line)]
    assert (len(turned) > 50) == (document.spec.direction == "rtl")
    page = PdfReader(BytesIO(document.file)).pages[0]
    contents = page["/Contents"]
    if isinstance(contents, ArrayObject):
        page[NameObject("/Contents")] = contents[0]
    assert not runs_right_to_left(page.extract_text())


def test_all_fonts_are_embedded(document: Document) -> None:
    page = PdfReader(BytesIO(document.file)).pages[0]
    fonts: list[DictionaryObject] = [
        font.get_object()
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    for font in fonts:
        holder = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert "/FontFile2" in holder["/FontDescriptor"], font["/BaseFont"]


NAME = "\u062f\u0631\u06c2 \u062f\u0648\u0631\u0627\u06c1"
AWKWARD = (
    "\u0633\u0631\u062d\u062f (\u0627\u0628\u062c) 2,600 \u06a9\u0644",
    "\u0627 \u0628 A B (C) \u062c 30.5\u00b0 N, 36\u00b0 N",
    "\u0645\u0622\u062e\u0630: Alpha (CC-BY-4.0) \u00b7 \u00a9 Beta contributors",
    "\u0646\u0642\u0637\u0647\u0654 \u0639\u0631\u0636\u200c\u0627\u0644 \u00b7 \u06f2\u06f6.",
    "(\u0627) \u060c [\u0628]",
    NAME,
)
"""Brackets, numbers, another script, combining marks and joiners between right-to-left words."""

TURNED = [*((text, 0.0) for text in AWKWARD), (NAME, 31.0), (NAME, -60.0), (NAME, 90.0)]


@pytest.mark.parametrize(("text", "angle"), TURNED)
def test_awkward_lines_are_found(atlas: Atlas, text: str, angle: float) -> None:
    register()
    kind = Type(9.0, script="arabic", rtl=True)
    figure = Figure((10, 10))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 720), ylim=(0, 720))
    axes.set_axis_off()
    for row in range(30):  # enough lines for a reader to see which way they run
        draw(axes, 60, 40 + 20 * row, "\u0627\u0628" * 40, kind)
    draw(axes, 300, 660, text, kind, angle=angle)
    found = found_words(encode.pdf(figure, compose(atlas, "border", View()), "en"))
    assert [reader for reader, words in found.items() if plain(text) not in words] == []
