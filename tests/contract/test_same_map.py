"""The screen and the print are one map: read back what each of them drew."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
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


SCREEN = """() => {
  const read = (e) => {
    const style = getComputedStyle(e);
    return {
      stroke: style.stroke, fill: style.fill, width: parseFloat(style.strokeWidth),
      opacity: parseFloat(style.fillOpacity), dash: style.strokeDasharray,
    };
  };
  const features = Array.from(document.querySelectorAll("[data-feature]"),
    (e) => [e.dataset.feature, read(e)]);
  const legend = Array.from(document.querySelectorAll("[data-symbol]"),
    (row) => [row.dataset.symbol, read(row.querySelector("svg").lastElementChild)]);
  return { features, legend };
}"""
"""How the screen draws every feature and every swatch, as the browser computes it."""


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


@dataclass(frozen=True)
class Paint:
    """How something is drawn: colours as hex or empty, dashes as multiples of the width."""

    stroke: str
    fill: str
    dash: tuple[float, ...]

    def agrees(self, other: Paint) -> bool:
        """Compare, with a twentieth of a dash allowed for rounding."""
        return (self.stroke, self.fill, len(self.dash)) == (
            other.stroke,
            other.fill,
            len(other.dash),
        ) and self.dash == pytest.approx(other.dash, rel=0.05)


def paint(stroke: str, fill: str, width: float, opacity: float, dash: str, kind: str) -> Paint:
    """Read the values of an SVG element, of either output."""
    line = "" if stroke == "none" or not width else _hex(stroke)
    area = "" if fill == "none" or not opacity or kind == "line" else _hex(fill)
    lengths = [] if dash in ("none", "") else re.findall(r"[\d.]+", dash)
    # An area's edge in its own colour closes the seams between neighbours: it is no outline.
    line = "" if kind == "fill" and line == area else line
    return Paint(line, area, tuple(float(part) / width for part in lengths) if line else ())


def _hex(colour: str) -> str:
    if colour.startswith("#"):
        return colour
    red, green, blue = (int(float(part)) for part in re.findall(r"[\d.]+", colour)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def on_screen(told: dict[str, Any], kind: str) -> Paint:
    """Return the paint of an element of the map page."""
    return paint(told["stroke"], told["fill"], told["width"], told["opacity"], told["dash"], kind)


def in_print(group: ElementTree.Element, kind: str) -> Paint:
    """Return the paint of a group of the printed sheet: of its last path, which lies on top."""
    path = list(group.iter(f"{SVG}path"))[-1]
    told = dict(re.findall(r"([\w-]+): ([^;]+)", path.get("style", "")))
    width = float(told.get("stroke-width", 1))
    opacity = float(told.get("fill-opacity", 1))
    stroke, fill = told.get("stroke", "none"), told.get("fill", "#000000")
    return paint(stroke, fill, width, opacity, told.get("stroke-dasharray", ""), kind)


def test_screen_and_print_draw_alike(
    printed: dict[str, tuple[MapSpec, ElementTree.Element]], page: Any, server: str
) -> None:
    for id, (spec, svg) in printed.items():
        page.goto(f"{server}/map/{id}")
        page.locator("body[data-ready='1']").wait_for()
        told = page.evaluate(SCREEN)
        groups = {g.get("id"): g for g in svg.iter(f"{SVG}g")}
        used = {feature.id: feature.symbol for feature in spec.features()}
        assert {feature for feature, _ in told["features"]} == set(used)
        for feature, drawn in told["features"]:
            kind = spec.symbol(used[feature]).kind
            screen, paper = on_screen(drawn, kind), in_print(groups[feature], kind)
            assert screen.agrees(paper), f"{id} {feature}: {screen} on screen, {paper} in print"
        rows = [(entry, spec.symbol(entry.symbol)) for entry in spec.legend]
        shown = dict(told["legend"])
        for number, (entry, symbol) in enumerate(rows):
            if symbol.kind == "raster":
                continue
            screen = on_screen(shown[entry.symbol], symbol.kind)
            paper = in_print(groups[f"legend/{number}"], symbol.kind)
            if symbol.kind == "fill" and not symbol.stroke:  # each frames a bare tint its own way
                screen, paper = replace(screen, stroke=""), replace(paper, stroke="")
            assert screen.agrees(paper), f"{id} {entry.label}: {screen}, {paper} in print"


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
