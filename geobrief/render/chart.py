"""A chart as SVG: one row of bars or one line per series, and gaps where no figure was found."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geobrief import style
from geobrief.classes import number
from geobrief.render.paper.drawing import blank
from geobrief.render.paper.encode import sources
from geobrief.render.paper.lettering import draw, register
from geobrief.render.paper.notes import Page
from geobrief.render.paper.options import SIZES
from geobrief.render.paper.panel import Hand
from geobrief.sheets import Chart
from geobrief.spec import MapSpec
from geobrief.wording import filled, wording

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

WIDTH, ROW, AXIS, NAME, MARGIN = 691.0, 97.0, 22.0, 22.0, 12.0
"""Points: width, height of a series with its name, of the axis, of a name, margin at the sides."""

LEAST = 8
"""Places that the axis has at least, so that two bars stay bars."""

_YEAR = re.compile(r"\d{4}")


def svg(atlas: Atlas, chart: Chart, lang: str) -> bytes:
    """Return the chart, each series in a row of its own, so that no two are ever added up."""
    register()
    language = atlas.language(lang)
    hand = Hand(1.0, language.script, language.direction == "rtl")
    width, height = WIDTH, ROW * len(_names(chart)) + AXIS
    figure, ground = blank((width, height))
    _fill(ground, atlas, chart, lang, hand, (MARGIN, 0.0, width - MARGIN, height))
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": chart.title})
    return buffer.getvalue()


def page(atlas: Atlas, chart: Chart, spec: MapSpec, marking: str) -> Figure:
    """Return the chart as a slide, with its note, and the sources of its sheet."""
    title, note = atlas.text(spec.lang, chart.title), atlas.text(spec.lang, chart.note)
    slide = Page(atlas, atlas.language(spec.lang), SIZES["slide"], marking)
    slide.head(title)
    dated = atlas.text(spec.lang, wording("Sources, data as of {date}: {credits}"))
    words = filled(dated, date=spec.as_of, credits=sources(spec))
    box = slide.field([note, f"{words} · {spec.digest()}"])
    _fill(slide.brush.axes, atlas, chart, spec.lang, slide.hand, box)
    return slide.figure


def _names(chart: Chart) -> list[str]:
    return list(dict.fromkeys(chart.rows[chart.series])) if chart.series else [""]


def _fill(
    ground: Axes,
    atlas: Atlas,
    chart: Chart,
    lang: str,
    hand: Hand,
    box: tuple[float, float, float, float],
) -> None:
    """Draw the rows from top to bottom of a box in points, each below its name."""
    rows, names = chart.rows, _names(chart)
    places, highest = places_of(rows[chart.x]), float(rows[chart.y].max())
    left, bottom, right, top = box
    across, up = ground.get_xlim()[1], ground.get_ylim()[1]
    high = (top - bottom - AXIS) / len(names)
    kind = hand.type(9.5, weight=600)
    for row, name in enumerate(names):
        said = " · ".join(atlas.text(lang, words) for words in (name, chart.unit) if words)
        head = top - row * high - NAME
        place = (right, "right") if hand.rtl else (left, "left")
        draw(ground, place[0], head + 4, said, kind, align=place[1])
        foot = top - (row + 1) * high
        sides = (left / across, foot / up, (right - left) / across, (head - foot) / up)
        axes = ground.figure.add_axes(sides)
        own = rows[rows[chart.series] == name] if chart.series else rows
        _draw(axes, chart, own, places, highest)
        axes.tick_params(labelbottom=row == len(names) - 1)


def places_of(values: pd.Series[Any]) -> dict[str, int]:
    """Return the place of each value on the axis: years keep their distance, gaps and all."""
    kept = sorted(dict.fromkeys(values.astype(str)))
    years = [_YEAR.match(value) for value in kept]
    if all(years):
        first = int(kept[0][:4])
        return {value: int(value[:4]) - first for value in kept}
    return {value: place for place, value in enumerate(kept)}


def _drawn(name: str) -> str:
    """Return the letters of a name that can be seen: matplotlib writes no others into a PDF."""
    return "".join(letter for letter in name if unicodedata.category(letter) != "Cf")


def _draw(
    axes: Axes, chart: Chart, rows: pd.DataFrame, places: dict[str, int], highest: float
) -> None:
    x = [places[value] for value in rows[chart.x].astype(str)]
    y = rows[chart.y].astype(float).tolist()
    if chart.kind == "bar":
        axes.bar(x, y, width=0.68, color=style.TEAL)
    else:
        axes.plot(x, y, color=style.TEAL, marker="o", markersize=4, linewidth=1.4)
    for place, value in zip(x, y, strict=True):
        axes.annotate(
            number(round(value)), (place, value), (0, 3), textcoords="offset points",
            ha="center", fontsize=7.5, color=style.INK, fontfamily=style.SANS,
        )  # fmt: skip
    last = max(places.values())
    for gap in sorted(set(range(last + 1)) - set(x)):
        axes.annotate(
            "\u2013", (gap, 0), (0, 5), textcoords="offset points", ha="center",
            fontsize=11, color=style.INK_SOFT, fontfamily=style.SANS,
        )  # fmt: skip
    axes.set_xlim(-0.7, max(last, LEAST) + 0.7)
    axes.set_ylim(0, highest * 1.25)
    names = list(map(_drawn, places))
    axes.set_xticks(list(places.values()), names, fontsize=7.5, family=style.SANS, parse_math=False)
    axes.set_yticks([])
    axes.set_facecolor("none")
    axes.tick_params(length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(style.GREY)
