"""A time axis on paper, below the map: the events with their symbols, a row per class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.patches import Rectangle
from shapely.geometry import Polygon, box

from geobrief import style
from geobrief.axis import Axis, Span
from geobrief.render.paper.drawing import Brush
from geobrief.render.paper.lettering import Type, draw, measure
from geobrief.render.paper.panel import Column, Hand
from geobrief.render.paper.projection import Box
from geobrief.spec import FeatureSpec, MapSpec
from geobrief.style import Symbol
from geobrief.wording import runs_right_to_left

ROW, HEAD, SMALL = 7.4, 9.5, 0.52
"""Points of a row, points of the years and of the moments' names, and size of the symbols."""

MOST = 0.9
"""Part of the axis that a moment's name may take."""


def strip_height(axes: Sequence[Axis], width: float, hand: Hand) -> float:
    """Return the height in points of all axes, with their notes."""
    rows = sum(len(axis.rows) * ROW + 2 * HEAD + 7 for axis in axes)
    return rows * hand.scale + sum(_note(axis, width, hand).height for axis in axes)


def draw_axes(
    brush: Brush, axes: Sequence[Axis], spec: MapSpec, place: Box, hand: Hand
) -> list[Polygon]:
    """Draw the axes one below another; return the boxes of their words."""
    top, boxes = place[3], []
    for axis in axes:
        height = strip_height([axis], place[2] - place[0], hand)
        boxes += _draw(brush, axis, spec, (place[0], top - height, place[2], top), hand)
        top -= height
    return boxes


def _note(axis: Axis, width: float, hand: Hand) -> Column:
    column = Column(width)
    kind = hand.type(6.9, colour=style.INK_SOFT, leading=1.3)
    column.text(f"{axis.note} {axis.end}.", kind)
    return column


def _draw(brush: Brush, axis: Axis, spec: MapSpec, place: Box, hand: Hand) -> list[Polygon]:
    left, _, right, top = place
    scale, width = hand.scale, right - left
    symbols = dict(spec.symbols)
    field = top - 2 * HEAD * scale
    foot = field - len(axis.rows) * ROW * scale
    boxes = [_moment(brush, span, place, (foot, field), hand) for span in axis.spans]
    kind = Type(6.9 * scale, colour=style.INK_SOFT)
    apart = 1.5 * measure("0000", kind).width / width
    for year, at in axis.years(apart):
        boxes.append(_written(brush, left + at * width, field + 3 * scale, year, kind))
    small = Brush(brush.axes, None, scale * SMALL)
    for number, (entry, events) in enumerate(axis.rows):
        y = field - (number + 0.5) * ROW * scale
        rule = Rectangle((left, y), width, 0, edgecolor=style.GREY_SOFT, linewidth=0.5 * scale)
        rule.set_zorder(860)
        brush.axes.add_artist(rule)
        for event in events:
            drawn = _symbol(event.feature, symbols[entry.symbol])
            gid = f"axis/{event.feature.id}"
            x = left + event.at * width
            small.point(gid, x, y, drawn, 870, selected=event.feature.selected)
    return [*boxes, *_note(axis, width, hand).draw(brush, left, foot - 3 * scale)]


def _symbol(feature: FeatureSpec, symbol: Symbol) -> Symbol:
    """Return the event's symbol, hollow where its place is uncertain or not known."""
    if feature.uncertain or feature.missing:
        return replace(symbol, hollow=True, stroke=symbol.fill, width=1.6)
    return symbol


def _moment(brush: Brush, span: Span, place: Box, rows: tuple[float, float], hand: Hand) -> Polygon:
    """Draw a band over the rows, and its name above, within the axis."""
    left, _, right, top = place
    width, scale = right - left, hand.scale
    x = left + span.start * width
    reach = max((span.end - span.start) * width, 1.2 * scale)
    band = Rectangle((x, rows[0]), reach, top - HEAD * scale - rows[0], zorder=855)
    band.set(facecolor=(style.SELECT, 0.2), edgecolor=style.SELECT, linewidth=0.4 * scale)
    brush.axes.add_artist(band)
    script = hand.script if runs_right_to_left(span.title) else "latin"
    kind = Type(7.2 * scale, weight=600, script=script, rtl=script != "latin")
    kind = kind.scaled(min(1.0, MOST * width / measure(span.title, kind).width))
    half = measure(span.title, kind).width / 2
    middle = min(max(x + reach / 2, left + half), right - half)
    return _written(brush, middle, top - HEAD * scale + 3 * scale, span.title, kind)


def _written(brush: Brush, x: float, y: float, text: str, kind: Type) -> Polygon:
    draw(brush.axes, x, y, text, kind, align="center")
    width, ascent, descent = measure(text, kind)
    return box(x - width / 2, y - descent, x + width / 2, y + ascent)
