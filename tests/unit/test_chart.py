"""A chart draws what its table holds: a row a series, a gap where no figure was found."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from geobrief.atlas import Atlas
from geobrief.classes import number
from geobrief.render.chart import svg
from geobrief.sheets import Chart


def words(drawn: bytes) -> list[str]:
    """Return the texts of a chart: they stand as comments beside their outlines."""
    builder = ElementTree.TreeBuilder(insert_comments=True)
    root = ElementTree.fromstring(drawn, ElementTree.XMLParser(target=builder))
    return [(node.text or "").strip() for node in root.iter(ElementTree.Comment)]


def charts(atlas: Atlas) -> list[Chart]:
    return [chart for sheet in atlas.sheets.values() for chart in sheet.charts]


def test_every_figure_and_series_is_written(atlas: Atlas) -> None:
    assert len(charts(atlas)) >= 3
    for chart in charts(atlas):
        told = words(svg(atlas, chart, atlas.default_language.id))
        for value in chart.rows[chart.y]:
            assert number(round(value)) in told, (chart.title, value)
        for name in set(chart.rows[chart.series]):
            assert any(text.startswith(name) for text in told), name


def test_a_missing_year_is_a_dash_and_keeps_its_place(atlas: Atlas) -> None:
    chart = charts(atlas)[0]
    years = {int(period[:4]) for period in chart.rows[chart.x]}
    series = chart.rows.groupby(chart.series).size()
    gaps = len(series) * (max(years) - min(years) + 1) - len(chart.rows)
    assert gaps > 0
    assert words(svg(atlas, chart, "en")).count("\u2013") == gaps


def test_no_chart_mixes_two_sources_in_a_row(atlas: Atlas) -> None:
    for chart in charts(atlas):
        for _, rows in chart.rows.groupby(chart.series):
            assert rows["basis"].nunique() == 1
            assert rows["unit"].nunique() == 1 and rows["period_type"].nunique() == 1


def test_the_same_chart_has_the_same_bytes(atlas: Atlas) -> None:
    chart = charts(atlas)[0]
    assert svg(atlas, chart, "en") == svg(atlas, chart, "en")
    assert not re.search(rb"<dc:date>", svg(atlas, chart, "en"))


@pytest.mark.parametrize("lang", ["ur", "ps"])
def test_a_chart_speaks_the_reader_s_language(atlas: Atlas, lang: str) -> None:
    chart = charts(atlas)[0]
    name = next(iter(chart.rows[chart.series]))
    assert atlas.text(lang, name) != name
    assert any(atlas.text(lang, name) in text for text in words(svg(atlas, chart, lang)))
