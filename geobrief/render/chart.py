"""A chart as SVG: one row of bars or one line per series, and gaps where no figure was found."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geobrief import style
from geobrief.classes import number
from geobrief.render.paper.encode import pdf_of, sources
from geobrief.render.paper.lettering import register
from geobrief.render.paper.notes import Page
from geobrief.render.paper.options import SIZES
from geobrief.sheets import Chart
from geobrief.spec import MapSpec
from geobrief.wording import wording

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

WIDTH, ROW = 9.6, 1.35
"""Inches: of the chart, and of one series."""

LEAST = 8
"""Places that the axis has at least, so that two bars stay bars."""

FONTS = [style.SANS, style.ARABIC]
_YEAR = re.compile(r"\d{4}")


def svg(atlas: Atlas, chart: Chart, lang: str) -> bytes:
    """Return the chart, each series in a row of its own, so that no two are ever added up."""
    register()
    figure = Figure(figsize=(WIDTH, ROW * _series(chart) + 0.35), facecolor=style.PAPER)
    _fill(figure, atlas, chart, lang)
    figure.tight_layout(h_pad=0.6)
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": chart.title})
    return buffer.getvalue()


def pdf(atlas: Atlas, chart: Chart, spec: MapSpec, marking: str) -> bytes:
    """Return the chart as a slide of a PDF, with its note, and the sources of its sheet."""
    title, note = atlas.text(spec.lang, chart.title), atlas.text(spec.lang, chart.note)
    page = Page(atlas, atlas.language(spec.lang), SIZES["slide"], marking)
    page.head(title)
    dated = atlas.text(spec.lang, wording("Sources, data as of {date}: {credits}"))
    words = dated.format(date=spec.as_of, credits=sources(spec))
    left, bottom, right, top = page.field([note, f"{words} · {spec.digest()}"])
    width, height = SIZES["slide"]
    _fill(page.figure, atlas, chart, spec.lang)
    page.figure.subplots_adjust(
        left / width, bottom / height + 0.05, right / width, top / height - 0.04, hspace=0.55
    )
    return pdf_of([page.figure], page.language.tag, title, note)


def _series(chart: Chart) -> int:
    return chart.rows[chart.series].nunique() if chart.series else 1


def _fill(figure: Figure, atlas: Atlas, chart: Chart, lang: str) -> None:
    rows = chart.rows
    names = list(dict.fromkeys(rows[chart.series])) if chart.series else [""]
    places = places_of(rows[chart.x])
    highest = float(rows[chart.y].max())
    shared: Axes | None = None
    for row, name in enumerate(names):
        axes = figure.add_subplot(len(names), 1, row + 1, sharex=shared)
        shared = shared or axes
        own = rows[rows[chart.series] == name] if chart.series else rows
        _draw(axes, chart, own, places, highest)
        words = [atlas.text(lang, wording) for wording in (str(name), chart.unit) if wording]
        axes.set_title(
            " · ".join(words), loc="left", fontsize=9.5, fontweight=600,
            color=style.INK, fontfamily=FONTS,
        )  # fmt: skip
        axes.tick_params(labelbottom=row == len(names) - 1)


def places_of(values: pd.Series[Any]) -> dict[str, int]:
    """Return the place of each value on the axis: years keep their distance, gaps and all."""
    kept = sorted(dict.fromkeys(values.astype(str)))
    years = [_YEAR.match(value) for value in kept]
    if all(years):
        first = int(kept[0][:4])
        return {value: int(value[:4]) - first for value in kept}
    return {value: place for place, value in enumerate(kept)}


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
            ha="center", fontsize=7.5, color=style.INK, fontfamily=FONTS,
        )  # fmt: skip
    last = max(places.values())
    for gap in sorted(set(range(last + 1)) - set(x)):
        axes.annotate(
            "\u2013", (gap, 0), (0, 5), textcoords="offset points", ha="center",
            fontsize=11, color=style.INK_SOFT, fontfamily=FONTS,
        )  # fmt: skip
    axes.set_xlim(-0.7, max(last, LEAST) + 0.7)
    axes.set_ylim(0, highest * 1.18)
    axes.set_xticks(list(places.values()), list(places), fontsize=7.5, family=FONTS)
    axes.set_yticks([])
    axes.set_facecolor("none")
    axes.tick_params(length=0)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(style.GREY)
