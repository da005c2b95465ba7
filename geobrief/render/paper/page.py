"""The plan of a sheet: its size, where the map stands, and where the words stand."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

from geobrief import style
from geobrief.axis import Axis
from geobrief.render.paper.inset import Place, placed
from geobrief.render.paper.options import SIZES
from geobrief.render.paper.panel import (
    Column,
    Hand,
    inset_rows,
    legend_rows,
    passage_rows,
    title_rows,
)
from geobrief.render.paper.projection import Box, Frame, degrees, is_world
from geobrief.render.paper.timeline import strip_height
from geobrief.spec import InsetSpec, MapSpec
from geobrief.wording import filled, isolated

Say = Callable[[str], str]
Without = tuple[str, ...]
"""Parts of the sheet that are left out, as in `options.PARTS`."""

MARGIN, GUTTER, TICKS = 22.0, 18.0, 11.0
"""Points around the sheet, between map and words, and for the degrees beside the neat line."""

INSET_PART = 0.17
"""Part of the sheet's width that a small map among the words takes."""

TYPE_STEPS = tuple(n / 100 for n in range(118, 58, -4))
"""Sizes of the panel's type that are tried, largest first."""

PANEL_STEPS = (0.235, 0.28, 0.34, 0.42)
"""Parts of the sheet that the panel may take, smallest first."""


@dataclass(frozen=True)
class Plan:
    """Where everything stands: the neat line's box, and columns with their left and top."""

    width: float
    height: float
    scale: float
    frame: Box
    columns: tuple[tuple[Column, float, float], ...]
    inset: Place | None = None
    """Where the small map stands, if it stands among the words."""
    strip: Box | None = None
    """Where the time axes stand."""


@dataclass(frozen=True)
class Matter:
    """What a sheet shows beside its map; `inset` only where it shall stand among the words."""

    spec: MapSpec
    hand: Hand
    say: Say
    without: Without = ()
    axes: tuple[Axis, ...] = ()
    inset: InsetSpec | None = None
    alone: bool = False
    """Whether sources and disclaimer stand elsewhere: the map is a picture on a slide."""

    def at(self, scale: float) -> Matter:
        """Return the same with another size of type."""
        return replace(self, hand=replace(self.hand, scale=scale))


def plan(matter: Matter, size: tuple[float, float], marked: bool) -> Plan:
    """Lay out a sheet: words beside the map where the sheet is wide, below it where it is not.

    A map of the world is wide itself and has them below.
    """
    width, height = size
    scale = matter.hand.scale
    band = 13 * scale if marked else 0.0
    margin = (3.0 if matter.alone else MARGIN) * scale
    area = (margin, margin * 0.8 + band, width - margin, height - margin - band)
    beside = width / height >= 1.2 and not is_world(matter.spec.extent)
    return (_beside if beside else _below)(matter, size, area)


def sheet_scale(size: tuple[float, float]) -> float:
    """Factor for type and symbols: 1 on a slide, by the square root of the area elsewhere."""
    slide = SIZES["slide"]
    return max(0.45, math.sqrt(size[0] * size[1] / (slide[0] * slide[1])))


def _beside(matter: Matter, size: tuple[float, float], area: Box) -> Plan:
    left, bottom, right, top = area
    hand, scale = matter.hand, matter.hand.scale
    ticks = TICKS * scale
    inner = (left + ticks * (not hand.rtl), bottom, right - ticks * hand.rtl, top)
    footers = _footers(matter, size, (inner[2] - inner[0] - GUTTER * scale) / 2)
    foot = max(column.height for column in footers)
    base = bottom + (foot + 10 * scale if foot else 0.0)
    small = _among_words(matter, INSET_PART * size[0])
    reserved = small.plate[3] - small.plate[1] + 8 * scale if small else 0.0
    panel, share = _fitted(matter, size[0], top - base - reserved)
    gutter = GUTTER * scale if share else 0.0
    across = right - left - share - gutter
    map_left = left if not hand.rtl else left + share + gutter
    panel_left = left + across + gutter if not hand.rtl else left
    strip = (map_left + ticks, base, map_left + across - ticks, base)
    strip = _raised(strip, matter)
    frame = (strip[0], strip[3] + ticks, strip[2], top - ticks)
    words = [(panel, panel_left, top - ticks + 4 * scale)]
    columns = (*words, *_footer_places(footers, hand, inner))
    if matter.inset and small:
        width = small.plate[2] - small.plate[0]
        at = panel_left + share - width if hand.rtl else panel_left
        roof = base + ticks + reserved - 8 * scale
        small = placed(matter.inset, at, roof, INSET_PART * size[0], hand)
    return Plan(*size, scale, frame, columns, small, strip)


def _raised(strip: Box, matter: Matter) -> Box:
    """Return the strip below the map as high as its time axes; of no height without them."""
    high = strip_height(matter.axes, strip[2] - strip[0], matter.hand)
    return strip[0], strip[1], strip[2], strip[3] + (high + 6 * matter.hand.scale if high else 0)


def _among_words(matter: Matter, width: float) -> Place | None:
    """Return the small map at no place yet."""
    return placed(matter.inset, 0.0, 0.0, width, matter.hand) if matter.inset else None


def _fitted(matter: Matter, sheet_width: float, height: float) -> tuple[Column, float]:
    """Return the panel at the largest type that fits, in the narrowest width that allows it."""
    if {"title", "passage", "legend"} <= set(matter.without):
        return Column(0.0), PANEL_STEPS[0] * sheet_width if matter.inset else 0.0
    for part in PANEL_STEPS:
        width = part * sheet_width

        def set_at(step: float, width: float = width) -> Column:
            return _panel(matter.at(matter.hand.scale * step), width)

        step = _largest(lambda step: set_at(step).height <= height)
        if step is not None and (step >= 0.8 or part == PANEL_STEPS[-1]):
            break
    return set_at(step or TYPE_STEPS[-1]), width


def _largest(fits: Callable[[float], bool]) -> float | None:
    """Return the largest of the `TYPE_STEPS` that fits, None where none does."""
    number = bisect_left(TYPE_STEPS, True, key=fits)
    return TYPE_STEPS[number] if number < len(TYPE_STEPS) else None


def _panel(matter: Matter, width: float) -> Column:
    """Return title, passages and legend below one another, with a rule between them."""
    scale = matter.hand.scale
    column = Column(width)
    for fill in (_title, _passages, _legend):
        part = Column(width)
        fill(part, matter)
        if part.rows and column.rows:
            column.gap(10 * scale)
            column.rule(scale)
            column.gap(8 * scale)
        column.rows += part.rows
    return column


def _title(column: Column, matter: Matter) -> None:
    if "title" not in matter.without:
        title_rows(column, matter.spec, matter.hand)


def _passages(column: Column, matter: Matter) -> None:
    if "passage" not in matter.without:
        passage_rows(column, matter.spec, matter.hand, matter.say)


def _legend(column: Column, matter: Matter) -> None:
    if "legend" not in matter.without:
        legend_rows(column, matter.spec, matter.hand, matter.say)
        if "inset" not in matter.without:
            inset_rows(column, matter.spec, matter.hand)


def _below(matter: Matter, size: tuple[float, float], area: Box) -> Plan:
    hand, scale = matter.hand, matter.hand.scale
    ticks = TICKS * scale
    left, bottom, right, top = area[0] + ticks, area[1], area[2] - ticks, area[3]
    footer = _footers(matter, size, right - left)
    stacked = Column(right - left, [*footer[0].rows, *footer[1].rows])
    half = (right - left - GUTTER * scale) / 2
    small = _among_words(matter, min(half * 0.8, INSET_PART * size[1]))
    room = (top - bottom) * 0.42 - strip_height(matter.axes, right - left, hand)
    words, key = _under_map(matter, half, room, small)
    head = Column(right - left)
    _title(head, matter)
    base = bottom + stacked.height + 9 * scale
    under = max(words.height, key.height)
    middle = base + (under + 8 * scale if under else 0.0)
    strip = _raised((left, middle, right, middle), matter)
    roof = top - (head.height + 8 * scale if head.rows else 0.0)
    frame = (left, strip[3] + ticks, right, roof - ticks)
    first, second = (left, left + half + GUTTER * scale)
    if hand.rtl:
        first, second = second, first
    columns = (
        (head, left, top),
        (words, first, middle - 4 * scale),
        (key, second, middle - 4 * scale),
        (stacked, left, bottom + stacked.height),
    )
    if matter.inset and small:
        width, high = small.plate[2] - small.plate[0], small.plate[3] - small.plate[1]
        at = second + half - width if hand.rtl else second
        foot = middle - 4 * scale - key.height
        small = placed(matter.inset, at, foot + high, small.frame[2] - small.frame[0], hand)
    return Plan(*size, scale, frame, columns, small, strip)


def _under_map(
    matter: Matter, width: float, room: float, small: Place | None
) -> tuple[Column, Column]:
    """Return passages and legend at the largest type that fits the room, one column for each."""

    def set_at(step: float) -> tuple[Column, Column]:
        inner = matter.at(matter.hand.scale * min(step, 1.0))
        words, key = Column(width), Column(width)
        _passages(words, inner)
        _legend(key, inner)
        if small:
            key.gap(small.plate[3] - small.plate[1] + 8 * matter.hand.scale)
        elif not (words.rows and key.rows):
            words, key = Column(width, [*words.rows, *key.rows]).halves()
        return words, key

    fitting = _largest(lambda step: max(column.height for column in set_at(step)) <= room)
    return set_at(fitting or TYPE_STEPS[-1])


def _footers(matter: Matter, size: tuple[float, float], width: float) -> tuple[Column, Column]:
    """Return the source column and the policy column."""
    spec, hand, say = matter.spec, matter.hand, matter.say
    small = hand.type(6.9, colour=style.INK_SOFT, leading=1.32)
    strong = hand.type(6.9, colour=style.INK, weight=600, leading=1.32)
    sources, policy = Column(width), Column(width)
    if matter.alone:
        return sources, policy
    credits = " · ".join(_isolated(str(c), hand) for c in spec.credits)
    dated = say("Sources, data as of {date}: {credits}")
    sources.text(filled(dated, date=_isolated(spec.as_of, hand), credits=credits), small)
    frame = Frame(spec.extent, (0.0, 0.0, *size))
    values = {key: degrees(n, say(a), say(b)) for key, n, a, b in frame.projection.values}
    words = [filled(say(frame.projection.wording), **values)]
    if spec.date:
        words.append(filled(say("shown for {date}"), date=_isolated(spec.date, hand)))
    sources.text(" · ".join([*words, _isolated(spec.digest(), hand)]), small)
    policy.text(spec.policy_name, strong)
    policy.text(spec.disclaimer, small)
    if spec.unreviewed:
        policy.text(say("The translation on this sheet has not been reviewed."), small)
    return sources, policy


def _footer_places(
    footers: tuple[Column, Column], hand: Hand, area: Box
) -> tuple[tuple[Column, float, float], ...]:
    left, bottom = area[:2]
    top = bottom + max(column.height for column in footers)
    other = left + footers[0].width + GUTTER * hand.scale
    first, second = (other, left) if hand.rtl else (left, other)
    return (footers[0], first, top), (footers[1], second, top)


def _isolated(text: str, hand: Hand) -> str:
    return isolated(text) if hand.rtl else text
