"""A sheet's chart as a chart of the office program: its figures stay figures, its gaps gaps."""

from __future__ import annotations

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.util import Pt

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.deck.places import Box
from geobrief.deck.slides import Deck
from geobrief.render.chart import places_of
from geobrief.sheets import Chart

PAINTS = (style.TEAL, style.BORDER_RED, style.OCHRE, style.INDIGO, style.INK_SOFT)

GAP = "\u2013"
"""What stands on the axis for a year without figures, as in `render.chart`."""


def rgb(colour: str) -> RGBColor:
    """Return a colour of `style.py` as the office program names it."""
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]


class _Workbook(CategoryWorkbookWriter):
    """The workbook within a chart: a text stays text, also one that looks like a formula."""

    def _populate_worksheet(self, workbook: Any, worksheet: Any) -> None:
        worksheet.strings_to_formulas = worksheet.strings_to_urls = False
        super()._populate_worksheet(workbook, worksheet)  # type: ignore[no-untyped-call]


class _ChartData(CategoryChartData):
    @property
    def _workbook_writer(self) -> _Workbook:
        return _Workbook(self)  # type: ignore[no-untyped-call]


def add_chart(page: Any, atlas: Atlas, chart: Chart, deck: Deck, box: Box) -> None:
    """Add a chart in a box; figures that were not found stay gaps."""
    data: Any = _ChartData()  # type: ignore[no-untyped-call]
    rows = chart.rows
    places = {place: value for value, place in places_of(rows[chart.x]).items()}
    axis = [places.get(place, GAP) for place in range(max(places) + 1)]
    data.categories = axis
    names = list(dict.fromkeys(rows[chart.series])) if chart.series else [""]
    for name in names:
        own = rows[rows[chart.series] == name] if chart.series else rows
        found = dict(zip(own[chart.x].astype(str), own[chart.y].astype(float), strict=True))
        said = atlas.text(deck.language.id, str(name) or chart.unit)
        data.add_series(said, [found.get(value) for value in axis])
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED if chart.kind == "bar" else XL_CHART_TYPE.LINE_MARKERS
    shape = page.shapes.add_chart(kind, *(Pt(side) for side in box), data)
    title, note = (atlas.text(deck.language.id, words) for words in (chart.title, chart.note))
    shape._element.nvGraphicFramePr.cNvPr.set("descr", f"{title}. {note}")
    drawn = shape.chart
    drawn.has_title, drawn.has_legend = False, True
    drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    drawn.font.size = Pt(11)
    drawn.font.color.rgb = rgb(style.INK)
    drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.axis_title.text_frame.text = atlas.text(deck.language.id, chart.unit)
    for number, series in enumerate(drawn.plots[0].series):
        paint = rgb(PAINTS[number % len(PAINTS)])
        if chart.kind == "bar":
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = paint
        else:
            series.format.line.color.rgb = paint
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = paint
