"""Files that leave: an SVG, a PDF and a PPTX could be made to act, and none of ours can."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, Slide
from geobrief.compose import compose
from geobrief.deck.make import file_name as deck_name
from geobrief.deck.make import make
from geobrief.deck.slides import Deck, assemble
from geobrief.errors import Where
from geobrief.export import export, file_name
from geobrief.render import chart
from geobrief.render.paper.options import PrintOptions
from geobrief.spec import MapSpec, View
from tests.hostile_atlas import Made, hostile
from tests.payloads import PAYLOADS

ACTIONS = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/SubmitForm", "/URI"}
TEX = next(text for text in PAYLOADS if text.startswith("$"))
LANG = f"x{PAYLOADS.index(TEX):02}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return hostile(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def atlas(made: Made) -> Atlas:
    return made.load()


@pytest.fixture(scope="module")
def spec(atlas: Atlas, made: Made) -> MapSpec:
    """A map with a payload for every name, in the language of the first."""
    return compose(atlas, made.sheet, View(lang="x00", policy="p01"))


@pytest.fixture(scope="module")
def deck(atlas: Atlas, made: Made) -> Deck:
    where = Where(made.content)
    slide = Slide(made.small, where, PAYLOADS[0], PAYLOADS[1])
    return assemble(atlas, Briefing(made.sheet, PAYLOADS[2], (slide,), where, LANG))


def faults(svg: bytes) -> Iterator[str]:
    """Yield what could run or lead away in an SVG."""
    for element in ElementTree.fromstring(svg).iter():
        name = element.tag.rpartition("}")[2]
        if name in ("script", "foreignObject", "a", "iframe", "animate", "set", "handler"):
            yield name
        for key, value in element.attrib.items():
            short = key.rpartition("}")[2]
            leads = short == "href" and not value.startswith(("#", "data:image/png;base64,"))
            if short.startswith("on") or leads or (short == "style" and "evil" in value):
                yield f"{short}={value}"


@pytest.mark.parametrize("text", ["paths", "text"])
def test_an_svg_draws_and_does_nothing_else(atlas: Atlas, spec: MapSpec, text: str) -> None:
    svg = export(atlas, spec, "svg", PrintOptions(marking=PAYLOADS[0], text=text))
    assert PAYLOADS[0] in "".join(ElementTree.fromstring(svg).itertext())
    assert list(faults(svg)) == []


def test_a_chart_draws_and_does_nothing_else(atlas: Atlas, made: Made) -> None:
    for lang in ("en", LANG):
        assert list(faults(chart.svg(atlas, atlas.sheets[made.sheet].charts[0], lang))) == []


def actions(pdf: bytes) -> set[str]:
    """Return the keys of a PDF that make a reader act, wherever in it."""
    reader, found = PdfReader(BytesIO(pdf)), set()

    def walk(value: Any) -> None:
        if isinstance(value, DictionaryObject):
            found.update(ACTIONS & set(value))
            for one in dict.values(value):
                walk(one)
        elif isinstance(value, ArrayObject):
            for one in list.__iter__(value):
                walk(one)

    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1):
        walk(reader.get_object(number))
    walk(reader.trailer)
    return found


def test_a_pdf_acts_on_nothing(atlas: Atlas, spec: MapSpec, deck: Deck) -> None:
    for pdf in (export(atlas, spec, "pdf"), make(atlas, deck, "pdf")):
        assert PdfReader(BytesIO(pdf)).pages
        assert actions(pdf) == set()


def test_a_pptx_refers_to_nothing_outside(atlas: Atlas, deck: Deck) -> None:
    with zipfile.ZipFile(BytesIO(make(atlas, deck, "pptx"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    slide = ElementTree.fromstring(parts["ppt/slides/slide1.xml"])
    assert TEX in "".join(slide.itertext()), "what is said is text"
    for name, body in parts.items():
        if name.endswith(".rels"):
            for link in ElementTree.fromstring(body):
                assert link.get("TargetMode") != "External", (name, link.attrib)
        elif name.endswith(".xml"):
            tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(body).iter()}
            assert not tags & {"hlinkClick", "hlinkHover", "oleObj", "control"}, name


def test_the_names_of_files_are_letters_alone(atlas: Atlas, spec: MapSpec, deck: Deck) -> None:
    assert "<" in spec.sheet and "<" in deck.id
    assert re.fullmatch(r"[\w-]+\.png", file_name(atlas, spec, "png"), re.ASCII)
    assert re.fullmatch(r"[\w-]+\.pdf", deck_name(atlas, deck, "pdf"), re.ASCII)
