"""What makes a picture a map: neat line, graticule, scale bar, north arrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.render.paper.drawing import Brush, path_of
from geobrief.render.paper.lettering import Type, draw, measure
from geobrief.render.paper.projection import Box, Frame, degrees
from geobrief.wording import wording

STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
"""Degrees between the lines of a graticule."""

LENGTHS = tuple(n * 10.0**e for e in range(-1, 5) for n in (1, 2, 4))
"""Kilometres that a scale bar may stand for."""

UNIT = wording("km")
"""Unit of the scale bar; it stands after the last number, in every language."""

Say = Callable[[str], str]
"""A wording of the source, in the sheet's language."""


@dataclass(frozen=True)
class Plate:
    """Where scale bar and north arrow stand, and how many kilometres the bar is long."""

    box: Box
    kilometres: float
    bar: float


class Noise:
    """How much a plate would hide: what is pressing, then points, lines and areas."""

    def __init__(self, ground: Sequence[BaseGeometry], pressing: Sequence[BaseGeometry]) -> None:
        self.pressing = shapely.STRtree(pressing)
        kinds = shapely.get_dimensions(np.array(ground, dtype=object))
        shapes = np.array(ground, dtype=object)
        self._trees = [shapely.STRtree(shapes[kinds == kind]) for kind in (0, 1, 2)]

    def at(self, box: Box) -> tuple[int, int, float, int]:
        """Return how many pressing things, how many points, how long lines, how many areas."""
        plate = shapely.box(*box)
        points, lines, areas = (t.query(plate, predicate="intersects") for t in self._trees)
        under = shapely.intersection(self._trees[1].geometries[lines], plate)
        hidden = len(self.pressing.query(plate, predicate="intersects"))
        return hidden, len(points), round(float(shapely.length(under).sum()), 1), len(areas)


def draw_graticule(brush: Brush, frame: Frame, say: Say, zorder: float) -> None:
    """Draw meridians and parallels, quietly, and their degrees outside the neat line."""
    kind = Type(6.6 * brush.scale, colour=style.INK_SOFT)
    left, bottom, right, top = frame.box
    sides = {
        "bottom": LineString([(left, bottom), (right, bottom)]),
        "top": LineString([(left, top), (right, top)]),
        "left": LineString([(left, bottom), (left, top)]),
        "right": LineString([(right, bottom), (right, top)]),
    }
    for number, (value, is_meridian, line) in enumerate(_graticule(frame)):
        inside = shapely.intersection(line, frame.polygon)
        if inside.is_empty or inside.geom_type not in ("LineString", "MultiLineString"):
            continue
        brush.add(
            path_of(inside),
            f"graticule/{number}",
            zorder,
            fill=False,
            edgecolor=style.WATER_INK,
            linewidth=0.4 * brush.scale,
            alpha=0.3,
        )
        pair = ("N", "S") if not is_meridian else ("E", "W")
        text = degrees(value, *(say(letter) for letter in pair))
        for side in ("bottom", "top") if is_meridian else ("left", "right"):
            for x, y in shapely.get_coordinates(shapely.intersection(line, sides[side])):
                _degree_label(brush, side, x, y, text, kind, frame.box)


def _degree_label(
    brush: Brush, side: str, x: float, y: float, text: str, kind: Type, box: Box
) -> None:
    """Write degrees outside the frame, upright above and below, turned at the sides."""
    gap = 3.0 * brush.scale
    reach = measure(text, kind).width / 2 + 1
    along, low, high = (x, box[0], box[2]) if side in ("bottom", "top") else (y, box[1], box[3])
    if not low + reach < along < high - reach:
        return
    cap = 0.68 * kind.size
    places = {
        "bottom": (x, y - gap - cap, 0.0),
        "top": (x, y + gap, 0.0),
        "left": (x - gap, y, 90.0),
        "right": (x + gap + cap, y, 90.0),
    }
    at_x, at_y, angle = places[side]
    draw(brush.axes, at_x, at_y, text, kind, align="center", angle=angle)


def _graticule(frame: Frame) -> Iterator[tuple[float, bool, BaseGeometry]]:
    west, south, east, north = frame.bounds
    step = next((s for s in STEPS if max((east - west) / s, (north - south) / s) <= 10), STEPS[-1])
    for value in _multiples(west, east, step):
        line = np.column_stack((np.full(60, value), np.linspace(south, north, 60)))
        yield value, True, LineString(frame.to_sheet(line))
    for value in _multiples(south, north, step):
        line = np.column_stack((np.linspace(west, east, 90), np.full(90, value)))
        yield value, False, LineString(frame.to_sheet(line))


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def draw_neat_line(brush: Brush, frame: Frame) -> None:
    """Draw the frame of the map."""
    left, bottom, right, top = frame.box
    neat = Rectangle((left, bottom), right - left, top - bottom, fill=False, zorder=900)
    neat.set(edgecolor=style.INK, linewidth=0.9 * brush.scale, joinstyle="miter")
    brush.axes.add_artist(neat)


def plan_plate(
    frame: Frame,
    scale: float,
    noise: Noise,
    say: Say,
    taken: Box | None,
) -> Plate:
    """Choose the bar's length and the quietest corner; the lower left one where all are quiet.

    It keeps off the box that is `taken`, if any corner does.
    """
    left, bottom, right, top = frame.box
    wanted = 0.2 * (right - left) * frame.true_metres_per_point / 1000
    kilometres = max((length for length in LENGTHS if length <= wanted), default=LENGTHS[0])
    bar = kilometres * 1000 / frame.true_metres_per_point
    unit = measure(say(UNIT), _small(scale)).width
    width, height, gap = bar + 52 * scale + unit, 30 * scale, 7 * scale
    corners = [
        (left + gap, bottom + gap),
        (right - gap - width, bottom + gap),
        (left + gap, top - gap - height),
        (right - gap - width, top - gap - height),
    ]
    boxes = [(x, y, x + width, y + height) for x, y in corners]
    apart = shapely.box(*taken).buffer(gap / 2) if taken else shapely.Polygon()
    free = [box for box in boxes if not shapely.box(*box).intersects(apart)]
    best = min(free or boxes, key=noise.at)
    return Plate(best, kilometres, bar)


def draw_plate(brush: Brush, frame: Frame, plate: Plate, say: Say) -> None:
    """Draw the north arrow, turned to true north where it stands, and the scale bar."""
    scale, (left, bottom, right, top) = brush.scale, plate.box
    rounded = f"round,pad=0,rounding_size={2 * scale}"
    ground = FancyBboxPatch((left, bottom), right - left, top - bottom, boxstyle=rounded)
    ground.set(facecolor=(style.HALO, 0.82), edgecolor="none", zorder=910)
    brush.axes.add_artist(ground)
    _arrow(brush, frame, left + 13 * scale, (bottom + top) / 2, say("N"))
    x, y = left + 30 * scale, bottom + 8 * scale
    half, thick = plate.bar / 2, 3.2 * scale
    for number, colour in enumerate((style.INK, style.HALO)):
        part = Rectangle((x + number * half, y), half, thick, zorder=912)
        part.set(facecolor=colour, edgecolor=style.INK, linewidth=0.6 * scale)
        part.set_gid(f"scale-bar/{number}")
        brush.axes.add_artist(part)
    kind, last = _small(scale), _number(plate.kilometres)
    for at, text in ((0.0, "0"), (half, _number(plate.kilometres / 2)), (plate.bar, last)):
        draw(brush.axes, x + at, y + 6 * scale, text, kind, align="center")
    after = x + plate.bar + measure(last, kind).width / 2 + 2 * scale
    draw(brush.axes, after, y + 6 * scale, say(UNIT), kind)


def _small(scale: float) -> Type:
    return Type(7.2 * scale)


def _arrow(brush: Brush, frame: Frame, x: float, y: float, letter: str) -> None:
    turn = math.radians(frame.north(x, y))
    scale = brush.scale
    halves = (
        ([(0, 5), (3.2, -8), (0, -5.2)], style.INK),
        ([(0, 5), (-3.2, -8), (0, -5.2)], style.HALO),
    )
    for shape, colour in halves:
        turned = [
            (
                x + (px * math.cos(turn) + py * math.sin(turn)) * scale,
                y + (py * math.cos(turn) - px * math.sin(turn)) * scale - 2 * scale,
            )
            for px, py in shape
        ]
        patch = Polygon(turned, closed=True, zorder=912, facecolor=colour, edgecolor=style.INK)
        patch.set(linewidth=0.6 * scale, joinstyle="miter")
        patch.set_gid("north-arrow")
        brush.axes.add_artist(patch)
    tip_x = x + 8 * scale * math.sin(turn)
    tip_y = y + 8 * scale * math.cos(turn) - 2 * scale
    kind = Type(7.2 * scale, weight=600)
    draw(brush.axes, tip_x, tip_y - 2 * scale, letter, kind, align="center")


def _number(value: float) -> str:
    return f"{value:g}" if value < 1000 else f"{value:,.0f}"
