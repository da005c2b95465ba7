"""The small map on a sheet: where it stands, and how it is drawn, there or alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from shapely.geometry import Polygon

from geobrief import style
from geobrief.render.paper import scene
from geobrief.render.paper.drawing import Brush, blank, path_of
from geobrief.render.paper.furniture import Noise
from geobrief.render.paper.lettering import register
from geobrief.render.paper.panel import Column, Hand
from geobrief.render.paper.projection import Box, Frame, aspect
from geobrief.spec import InsetSpec, MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

PARTS = (0.24, 0.21, 0.18, 0.155)
"""Parts of the map's width that a small map may take, largest first."""

TALLEST = 0.34
"""Part of the map's height that it may take."""

PAD, GAP = 2.5, 7.0
"""Points around the small map on its plate, and between the plate and the frame."""

SMALL = 0.62
"""Size of its symbols beside those of the large map."""

PREFIX = "inset/"
"""How the ids of what is drawn in it begin."""


@dataclass(frozen=True)
class Place:
    """Where a small map stands: its plate, its own frame, and its caption, in points."""

    plate: Box
    frame: Box
    caption: Column


def plan_inset(inset: InsetSpec, frame: Box, hand: Hand, noise: Noise) -> Place | None:
    """Return the quietest corner of the map that hides nothing that is pressing, or None."""
    left, bottom, right, top = frame
    gap = GAP * hand.scale
    for part in PARTS:
        width = min(part * (right - left), TALLEST * (top - bottom) * aspect(inset.extent))
        wide, high = size(inset, width, hand)
        places = [
            placed(inset, x, y + high, width, hand)
            for x in (right - gap - wide, left + gap)
            for y in (top - gap - high, bottom + gap)
        ]
        around = ((place, shapely.box(*place.plate).buffer(gap)) for place in places)
        free = [
            place
            for place, room in around
            if not len(noise.pressing.query(room, predicate="intersects"))
        ]
        if free:
            return min(free, key=lambda place: noise.at(place.plate))
    return None


def size(inset: InsetSpec, width: float, hand: Hand) -> tuple[float, float]:
    """Return width and height of the plate of a map that is `width` points wide."""
    pad = PAD * hand.scale
    caption = _caption(inset, width, hand).height
    return width + 2 * pad, width / aspect(inset.extent) + caption + 2 * pad


def placed(inset: InsetSpec, left: float, top: float, width: float, hand: Hand) -> Place:
    """Return a small map whose plate begins at the left and the top."""
    pad = PAD * hand.scale
    wide, high = size(inset, width, hand)
    roof = top - pad
    frame = (left + pad, roof - width / aspect(inset.extent), left + pad + width, roof)
    return Place((left, top - high, left + wide, top), frame, _caption(inset, width, hand))


def _caption(inset: InsetSpec, width: float, hand: Hand) -> Column:
    column = Column(width)
    if inset.title:
        column.gap(2.5 * hand.scale)
        column.text(inset.title, hand.type(6.6, leading=1.2))
    return column


def draw_inset(atlas: Atlas, spec: MapSpec, below: Axes, place: Place, hand: Hand) -> list[Polygon]:
    """Draw a sheet's small map over the large one; return the boxes of its words.

    Raises
    ------
    ValueError
        If the sheet has none.
    """
    if spec.inset is None:
        raise ValueError(f"the sheet {spec.sheet!r} has no small map")
    inset, axes = spec.inset, over(below)
    _plate(axes, place, hand.scale)
    frame = Frame(inset.extent, place.frame)
    own = replace(
        spec, layers=inset.layers, symbols=inset.symbols, extent=inset.extent, passages=()
    )
    clip = _rectangle(place.frame, facecolor=style.WATER_SMALL, zorder=0)
    axes.add_artist(clip)
    brush = Brush(axes, clip, hand.scale * SMALL)
    drawn = scene.collect(atlas, own, frame, 72)
    scene.draw_features(own, brush, drawn)
    if inset.box is not None:
        corners = shapely.segmentize(shapely.box(*inset.box), 1.0)
        outline = path_of(frame.project(np.array([corners]))[0])
        paint = {"facecolor": (style.BORDER_RED, 0.1), "edgecolor": style.BORDER_RED}
        brush.add(outline, "extent", 800, linewidth=1.1 * hand.scale, **paint)
    for artist in axes.get_children():
        if gid := artist.get_gid():
            artist.set_gid(f"{PREFIX}{gid}")
    neat = _rectangle(place.frame, fill=False, zorder=900, edgecolor=style.INK)
    neat.set_linewidth(0.6 * hand.scale)
    axes.add_artist(neat)
    return place.caption.draw(brush, place.frame[0], place.frame[1])


def over(below: Axes) -> Axes:
    """Return new axes over others, in the same units."""
    axes = below.figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=below.get_zorder() + 1)
    axes.set_axis_off()
    axes.set_xlim(*below.get_xlim())
    axes.set_ylim(*below.get_ylim())
    axes.set_autoscale_on(False)
    return axes


def _plate(axes: Axes, place: Place, scale: float) -> None:
    axes.add_artist(
        _rectangle(place.plate, facecolor=(style.HALO, 0.92), edgecolor="none", zorder=-1)
    )


def _rectangle(box: Box, **paint: object) -> Rectangle:
    rectangle = Rectangle(box[:2], box[2] - box[0], box[3] - box[1])
    rectangle.set(**paint)
    return rectangle


def inset_svg(atlas: Atlas, spec: MapSpec, width: float = 220.0) -> bytes:
    """Return the small map alone as SVG, `width` points wide, without its caption.

    Raises
    ------
    ValueError
        If the sheet has none.
    """
    if spec.inset is None:
        raise ValueError(f"the sheet {spec.sheet!r} has no small map")
    register()
    height = width / aspect(spec.inset.extent)
    figure, below = blank((width, height))
    hand = Hand(1.0)
    box = (0.0, 0.0, width, height)
    draw_inset(atlas, spec, below, Place(box, box, Column(width)), hand)
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    return buffer.getvalue()
