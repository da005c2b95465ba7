"""The screen and the print are one map: read back what each of them drew."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render import print as paper
from geobrief.spec import MapSpec, View, from_json

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = """() => [...document.querySelectorAll("#spec")].map((e) => e.textContent).concat(
  JSON.stringify([...document.querySelectorAll("path")].map((e) =>
    [e.dataset.id || "", e.getAttribute("stroke"), e.getAttribute("fill")])),
  JSON.stringify([...document.querySelectorAll("[data-symbol]")].map((e) => e.textContent.trim())),
  JSON.stringify([...document.querySelectorAll("[data-passage] button")].map((e) => e.textContent)),
  document.querySelector(".gb-sources").textContent.replace(/\\s+/g, " "))"""


@pytest.fixture(scope="module")
def printed(atlas: Atlas) -> dict[str, tuple[MapSpec, ElementTree.Element]]:
    specs = {id: compose(atlas, id, View()) for id in atlas.sheets}
    return {id: (spec, parse(paper.render(atlas, spec, "svg"))) for id, spec in specs.items()}


def parse(svg: bytes) -> ElementTree.Element:
    """Parse an SVG and keep its comments: there the words stand whose letters are paths."""
    builder = ElementTree.TreeBuilder(insert_comments=True)
    return ElementTree.fromstring(svg, ElementTree.XMLParser(target=builder))


def written(svg: ElementTree.Element) -> list[str]:
    """Return the lines of text on the sheet."""
    return [(node.text or "").strip() for node in svg.iter(ElementTree.Comment)]


def colours(group: ElementTree.Element) -> set[str]:
    """Return the colours of a group of the printed sheet."""
    paint = " ".join(path.get("style", "") for path in group.iter(f"{SVG}path"))
    return set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", paint))


def test_screen_and_print_hold_the_same_map(
    printed: dict[str, tuple[MapSpec, ElementTree.Element]], page: Any, server: str
) -> None:
    for id, (spec, svg) in printed.items():
        page.goto(f"{server}/map/{id}")
        page.locator("body[data-ready='1']").wait_for()
        raw, *told = page.evaluate(DRAWN)
        paths, legend, quotes = (json.loads(part) for part in told[:3])
        assert from_json(raw) == spec, "the page carries another spec"
        groups = {g.get("id"): g for g in svg.iter(f"{SVG}g")}
        on_paper = {f.id for f in spec.features() if f.id in groups}
        assert on_paper == {f.id for f in spec.features()}
        on_screen = {feature: {stroke, fill} for feature, stroke, fill in paths if feature}
        assert set(on_screen) == {f.id for f in spec.features() if f.interactive}
        strokes = {stroke for _, stroke, _ in paths}
        for feature, found in on_screen.items():
            symbol = spec.symbol(next(f.symbol for f in spec.features() if f.id == feature))
            if symbol.kind == "line":  # what is clicked is a wider, invisible line over it
                found = strokes & {symbol.stroke}
            drawn = colours(groups[feature])
            assert not drawn or drawn & found, f"{feature}: {found} on screen, {drawn} in print"
        assert sorted(legend) == sorted(entry.label for entry in spec.legend)
        numbers = {g for g in groups if re.fullmatch(r"legend/\d+", g or "")}
        assert len(numbers) == len(spec.legend)
        assert quotes == [f"“{passage.text}”" for passage in spec.passages]
        said = " ".join(written(svg))
        quoted = svg.findtext(f"{SVG}desc") or ""
        for passage in spec.passages:
            assert passage.text in quoted
        for credit in spec.credits:
            assert credit.text in told[3]
            assert str(credit) in said
