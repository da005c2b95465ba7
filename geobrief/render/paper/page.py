"""The plan of a sheet: its size, where the map stands, and where the words stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from geobrief import style
from geobrief.render.paper.inset import Place, placed
from geobrief.render.paper.options import SIZES, PrintOptions
from geobrief.render.paper.panel import (
    Column,
    Hand,
    inset_rows,
    legend_rows,
    passage_rows,
    title_rows,
)
from geobrief.render.paper.projection import Box, Frame
from geobrief.spec import InsetSpec, MapSpec
from geobrief.wording import isolated

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


def plan(
    spec: MapSpec,
    size: tuple[float, float],
    hand: Hand,
    say: Say,
    options: PrintOptions,
    inset: InsetSpec | None = None,
) -> Plan:
    """Lay out a sheet: panel beside the map where it is wide, below it where it is not.

    `inset` is the small map, where it shall stand among the words.
    """
    width, height = size
    scale = hand.scale
    band = 13 * scale if options.marking else 0.0
    margin = MARGIN * scale
    area = (margin, margin * 0.8 + band, width - margin, height - margin - band)
    if width / height >= 1.2:
        return _beside(spec, size, hand, say, area, options.without, inset)
    return _below(spec, size, hand, say, area, options.without, inset)


def sheet_scale(size: tuple[float, float]) -> float:
    """Factor for type and symbols: 1 on a slide, by the square root of the area elsewhere."""
    slide = SIZES["slide"]
    return max(0.45, math.sqrt(size[0] * size[1] / (slide[0] * slide[1])))


def _beside(
    spec: MapSpec,
    size: tuple[float, float],
    hand: Hand,
    say: Say,
    area: Box,
    without: Without,
    inset: InsetSpec | None,
) -> Plan:
    left, bottom, right, top = area
    scale = hand.scale
    ticks = TICKS * scale
    inner = (left + ticks * (not hand.rtl), bottom, right - ticks * hand.rtl, top)
    footers = _footers(spec, hand, say, size, (inner[2] - inner[0] - GUTTER * scale) / 2)
    base = bottom + max(column.height for column in footers) + 10 * scale
    small = _among_words(inset, INSET_PART * size[0], hand)
    reserved = small.plate[3] - small.plate[1] + 8 * scale if small else 0.0
    panel, share = _fitted(spec, hand, say, size[0], top - base - reserved, without)
    if small and not panel.rows:
        panel.gap(0.0)
        share = PANEL_STEPS[0] * size[0]
    gutter = GUTTER * scale if panel.rows else 0.0
    share = share if panel.rows else 0.0
    across = right - left - share - gutter
    map_left = left if not hand.rtl else left + share + gutter
    panel_left = left + across + gutter if not hand.rtl else left
    frame = (map_left + ticks, base + ticks, map_left + across - ticks, top - ticks)
    words = [(panel, panel_left, top - ticks + 4 * scale)]
    columns = (*words, *_footer_places(footers, hand, inner))
    if inset and small:
        width = small.plate[2] - small.plate[0]
        at = panel_left + share - width if hand.rtl else panel_left
        small = placed(inset, at, base + ticks + reserved - 8 * scale, INSET_PART * size[0], hand)
    return Plan(*size, scale, frame, columns, small)


def _among_words(inset: InsetSpec | None, width: float, hand: Hand) -> Place | None:
    """Return the small map at no place yet."""
    return placed(inset, 0.0, 0.0, width, hand) if inset else None


def _fitted(
    spec: MapSpec, hand: Hand, say: Say, sheet_width: float, height: float, without: Without
) -> tuple[Column, float]:
    """Return the panel at the largest type that fits, in the narrowest width that allows it."""
    for part in PANEL_STEPS:
        width = part * sheet_width
        for step in TYPE_STEPS:
            inner = Hand(hand.scale * step, hand.script, hand.rtl)
            column = _panel(spec, inner, say, width, without)
            if column.height <= height:
                break
        else:
            continue
        if step >= 0.8 or part == PANEL_STEPS[-1]:
            return column, width
    return column, width


def _panel(spec: MapSpec, hand: Hand, say: Say, width: float, without: Without) -> Column:
    """Return title, passages and legend below one another, with a rule between them."""
    parts = {name: Column(width) for name in ("title", "passage", "legend") if name not in without}
    if "title" in parts:
        title_rows(parts["title"], spec, hand)
    if "passage" in parts:
        passage_rows(parts["passage"], spec, hand, say)
    if "legend" in parts:
        legend_rows(parts["legend"], spec, hand, say)
        if "inset" not in without:
            inset_rows(parts["legend"], spec, hand)
    column = Column(width)
    for part in parts.values():
        if part.rows and column.rows:
            column.gap(10 * hand.scale)
            column.rule(hand.scale)
            column.gap(8 * hand.scale)
        column.rows += part.rows
    return column


def _below(
    spec: MapSpec,
    size: tuple[float, float],
    hand: Hand,
    say: Say,
    area: Box,
    without: Without,
    inset: InsetSpec | None,
) -> Plan:
    scale, ticks = hand.scale, TICKS * hand.scale
    left, bottom, right, top = area[0] + ticks, area[1], area[2] - ticks, area[3]
    footer = _footers(spec, hand, say, size, right - left)
    stacked = Column(right - left, [*footer[0].rows, *footer[1].rows])
    half = (right - left - GUTTER * scale) / 2
    room = (top - bottom) * 0.42
    small = _among_words(inset, min(half * 0.8, INSET_PART * size[1]), hand)
    words, key = _under_map(spec, hand, say, half, room, without, small)
    head = Column(right - left)
    if "title" not in without:
        title_rows(head, spec, hand)
    base = bottom + stacked.height + 9 * scale
    under = max(words.height, key.height)
    middle = base + (under + 8 * scale if under else 0.0)
    roof = top - (head.height + 8 * scale if head.rows else 0.0)
    frame = (left, middle + ticks, right, roof - ticks)
    first, second = (left, left + half + GUTTER * scale)
    if hand.rtl:
        first, second = second, first
    columns = (
        (head, left, top),
        (words, first, middle - 4 * scale),
        (key, second, middle - 4 * scale),
        (stacked, left, bottom + stacked.height),
    )
    if inset and small:
        width, high = small.plate[2] - small.plate[0], small.plate[3] - small.plate[1]
        at = second + half - width if hand.rtl else second
        foot = middle - 4 * scale - key.height
        small = placed(inset, at, foot + high, small.frame[2] - small.frame[0], hand)
    return Plan(*size, scale, frame, columns, small)


def _under_map(
    spec: MapSpec,
    hand: Hand,
    say: Say,
    width: float,
    room: float,
    without: Without,
    small: Place | None,
) -> tuple[Column, Column]:
    """Return passages and legend at the largest type that fits the room, one column for each."""
    for step in TYPE_STEPS:
        inner = Hand(hand.scale * min(step, 1.0), hand.script, hand.rtl)
        words, key = Column(width), Column(width)
        if "passage" not in without:
            passage_rows(words, spec, inner, say)
        if "legend" not in without:
            legend_rows(key, spec, inner, say)
            if "inset" not in without:
                inset_rows(key, spec, inner)
        if small:
            key.gap(small.plate[3] - small.plate[1] + 8 * hand.scale)
        elif not (words.rows and key.rows):
            words, key = Column(width, [*words.rows, *key.rows]).halves()
        if max(words.height, key.height) <= room:
            break
    return words, key


def _footers(
    spec: MapSpec, hand: Hand, say: Say, size: tuple[float, float], width: float
) -> tuple[Column, Column]:
    """Return the source column and the policy column."""
    small = hand.type(6.9, colour=style.INK_SOFT, leading=1.32)
    strong = hand.type(6.9, colour=style.INK, weight=600, leading=1.32)
    sources, policy = Column(width), Column(width)
    credits = " · ".join(_isolated(str(c), hand) for c in spec.credits)
    dated = say("Sources, data as of {date}: {credits}")
    sources.text(dated.format(date=_isolated(spec.as_of, hand), credits=credits), small)
    frame = Frame(spec.extent, (0.0, 0.0, *size))
    values = {key: _isolated(text, hand) for key, text in frame.projection.values}
    words = [say(frame.projection.wording).format(**values)]
    if spec.date:
        words.append(say("shown for {date}").format(date=_isolated(spec.date, hand)))
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
