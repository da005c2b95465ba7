"""MapSpec -> a printed sheet: PNG, SVG or PDF.

Everything is placed in sheet points (1/72 inch) before matplotlib draws it, so that labels can
be checked against each other and against the frame. The same spec gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.axis import axes as axes_of
from geobrief.errors import NotFoundError, RequestError
from geobrief.render.paper import encode, scene
from geobrief.render.paper.drawing import Brush, blank
from geobrief.render.paper.furniture import (
    Noise,
    Plate,
    draw_graticule,
    draw_neat_line,
    draw_plate,
    plan_plate,
)
from geobrief.render.paper.inset import Place, draw_inset, inset_svg, plan_inset
from geobrief.render.paper.labels import Placement, draw_labels
from geobrief.render.paper.lettering import Type, draw, measure, register
from geobrief.render.paper.look import GROUND, LOOKS_BY_NAME, apply
from geobrief.render.paper.options import SLIDE, PrintOptions, page_size
from geobrief.render.paper.page import MARGIN, Matter, Plan, plan, sheet_scale
from geobrief.render.paper.panel import Hand
from geobrief.render.paper.projection import Frame
from geobrief.render.paper.timeline import draw_axes
from geobrief.spec import InsetSpec, MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

SUFFIXES = ("png", "svg", "pdf")
RELIEF_DPI = 200.0
"""The hillshade holds no more than this, whatever the sheet's resolution."""

LABEL_SIZES = (1.0, 0.88, 0.78, 0.7)
"""Parts of their usual size that names take where one that the sheet must show finds no room."""

_drawing = Lock()  # matplotlib's caches are shared between figures


@dataclass(frozen=True)
class PrintedSheet:
    """A sheet as it was laid out, all in points.

    `labels` are the ids and boxes of the labels on the map, `leaders` the ids and lines of those
    that stand away from what they name, `dropped` the ids of those that found no room, `texts` the
    boxes of all lines of text beside the map, `plates` those of scale bar and small map.
    """

    figure: Figure
    width: float
    height: float
    frame: Polygon
    labels: tuple[tuple[str, Polygon], ...]
    leaders: tuple[tuple[str, LineString], ...]
    dropped: tuple[str, ...]
    texts: tuple[Polygon, ...]
    plates: tuple[Polygon, ...]
    metres_per_point: float


def render(
    atlas: Atlas,
    spec: MapSpec,
    suffix: str,
    options: PrintOptions = SLIDE,
    pause: Callable[[], None] = lambda: None,
    unlabelled: Callable[[tuple[str, ...]], None] = lambda ids: None,
) -> bytes:
    """Return the sheet as a file; `suffix` is "png", "svg" or "pdf".

    `pause` is called before each step; what it raises ends the work. `unlabelled` is told which
    names found no room.

    Raises
    ------
    RequestError
        If an option is out of its range.
    SetupError
        If the fonts have not been cut.
    """
    if suffix not in SUFFIXES:
        raise RequestError(f"no image format {suffix!r}", hint=f"choose {', '.join(SUFFIXES)}")
    with _drawing:
        pause()
        sheet = layout(atlas, spec, options)
        unlabelled(sheet.dropped)
        pause()
        language = atlas.language(spec.lang).tag
        if suffix == "svg":
            return encode.svg(sheet.figure, spec, language, options.text == "text")
        if suffix == "pdf":
            return encode.pdf(sheet.figure, spec, language)
        pixels = encode.pixels(sheet.figure)
    return encode.png(pixels, spec, options.dpi)


def pages(
    atlas: Atlas,
    specs: Sequence[MapSpec],
    options: PrintOptions,
    title: str,
    pause: Callable[[], None] = lambda: None,
    unlabelled: Callable[[tuple[str, ...]], None] = lambda ids: None,
) -> bytes:
    """Return sheets of one language as the pages of a PDF, which share their fonts.

    `pause` is called before each sheet; what it raises ends the work. `unlabelled` is told of each
    sheet which names found no room.
    """
    figures = []
    for spec in specs:
        pause()
        with _drawing:
            sheet = layout(atlas, spec, options)
        unlabelled(sheet.dropped)
        figures.append(sheet.figure)
    with _drawing:
        return encode.pdf_of(figures, atlas.language(specs[0].lang).tag, title)


def picture(
    atlas: Atlas,
    spec: MapSpec,
    size: tuple[float, float],
    dpi: int,
    unlabelled: Callable[[tuple[str, ...]], None] = lambda ids: None,
) -> bytes:
    """Return the map and its legend as PNG, for a slide that bears the words itself.

    `size` is width and height in points; type and symbols are as on a whole slide. `unlabelled` is
    told which names found no room.
    """
    with _drawing:
        sheet = _drawn(atlas, spec, size, PrintOptions(dpi=dpi, without=("title", "passage")), True)
        unlabelled(sheet.dropped)
        pixels = encode.pixels(sheet.figure)
    return encode.png(pixels, spec, dpi)


def left_out(atlas: Atlas, spec: MapSpec, options: PrintOptions = SLIDE) -> tuple[str, ...]:
    """Return the ids of the features whose names find no room on the sheet."""
    with _drawing:
        return layout(atlas, spec, options).dropped


def layout(atlas: Atlas, spec: MapSpec, options: PrintOptions = SLIDE) -> PrintedSheet:
    """Lay out and draw the sheet; return it with the boxes of all its labels."""
    options.checked()
    page = page_size(options.size, options.orientation)
    return _drawn(atlas, spec, page, options)


def _drawn(
    atlas: Atlas,
    spec: MapSpec,
    page: tuple[float, float],
    options: PrintOptions,
    alone: bool = False,
) -> PrintedSheet:
    register()
    language = atlas.language(spec.lang)
    look = LOOKS_BY_NAME[options.look]
    scale = 1.0 if alone else sheet_scale(page) * look.scale
    hand = Hand(scale, language.script, spec.direction == "rtl")

    def say(wording: str) -> str:
        return atlas.text(spec.lang, wording)

    axes = () if alone else tuple(axes_of(atlas, spec))
    matter = Matter(spec, hand, say, options.without, axes, alone=alone)
    stage, placed = _staged(atlas, matter, page, options)
    laid, frame, drawn = stage.laid, stage.frame, stage.drawn
    figure, canvas = blank(page, options.dpi)
    clip = Rectangle(
        laid.frame[:2],
        laid.frame[2] - laid.frame[0],
        laid.frame[3] - laid.frame[1],
        facecolor=style.PAPER,
        zorder=0,
        gid=GROUND,
    )
    canvas.add_artist(clip)
    brush = Brush(canvas, clip, hand.scale)
    scene.draw_ground(atlas, spec, brush, frame, min(float(options.dpi), RELIEF_DPI))
    scene.draw_features(spec, brush, drawn)
    draw_graticule(brush, frame, say, scene.graticule_height(spec))
    draw_labels(brush, placed.labels)
    draw_plate(brush, frame, stage.plate, say)
    draw_neat_line(brush, frame)
    texts = [b for column, x, top in laid.columns for b in column.draw(brush, x, top)]
    if laid.strip and matter.axes:
        texts += draw_axes(Brush(canvas, None, hand.scale), matter.axes, spec, laid.strip, hand)
    if stage.small:
        words = draw_inset(atlas, spec, canvas, stage.small, hand)
        texts += words if laid.inset else []
    texts += _mark(canvas, options.marking, laid, hand)
    apply(figure, look, options.background == "transparent")
    labels = placed.labels
    return PrintedSheet(
        figure,
        *page,
        frame.polygon,
        tuple((label.id, label.box) for label in labels),
        tuple((one.id, one.place.leader) for one in labels if one.place.leader is not None),
        tuple(placed.dropped),
        tuple(texts),
        stage.plates,
        frame.true_metres_per_point,
    )


@dataclass(frozen=True)
class _Stage:
    """A plan, and what stands on its map before the names do."""

    laid: Plan
    frame: Frame
    drawn: list[scene.Drawn]
    plate: Plate
    small: Place | None
    plates: tuple[Polygon, ...]


def _staged(
    atlas: Atlas, matter: Matter, page: tuple[float, float], options: PrintOptions
) -> tuple[_Stage, Placement]:
    """Return the sheet with its small map on the map, or else among the words, or else without.

    The small map gives way to the names that the sheet must show, and so does the size of names.
    """
    spec = matter.spec
    must = {feature for passage in spec.passages for feature in passage.features}
    must |= {feature.id for feature in spec.features() if feature.selected}
    alone = replace(matter, without=(*matter.without, "inset"))
    ways: list[tuple[Matter, InsetSpec | None]] = [(alone, None)]
    if spec.inset is not None and "inset" not in options.without:
        ways = [(matter, spec.inset), (replace(matter, inset=spec.inset), spec.inset), *ways]
    stages: list[_Stage | None] = []
    tried: list[tuple[int, _Stage, Placement]] = []
    for size in LABEL_SIZES:
        for number, (way, inset) in enumerate(ways):
            if number == len(stages):
                stages.append(_stage(atlas, way, page, options, inset))
            if stage := stages[number]:
                over = shapely.union_all(stage.plates)
                placed = scene.label(spec, stage.drawn, stage.frame, matter.hand, over, size)
                lost = len(must.intersection(placed.dropped))
                if not lost:
                    return stage, placed
                tried.append((lost, stage, placed))
    return min(tried, key=lambda one: one[0])[1:]


def _stage(
    atlas: Atlas,
    matter: Matter,
    page: tuple[float, float],
    options: PrintOptions,
    inset: InsetSpec | None,
) -> _Stage | None:
    """Return one way of laying out the sheet; None where the map has no corner for its inset."""
    spec, hand = matter.spec, matter.hand
    laid = plan(matter, page, bool(options.marking))
    frame = Frame(spec.extent, laid.frame)
    drawn = scene.collect(atlas, spec, frame, options.dpi)
    noise = Noise([one.geometry for one in drawn], _pressing(drawn))
    small = laid.inset
    if inset and small is None:
        small = plan_inset(inset, frame.box, hand, noise)
        if small is None:
            return None
    plate = plan_plate(frame, hand.scale, noise, matter.say, small.plate if small else None)
    boxes = [plate.box, *([small.plate] if small else [])]
    plates = tuple(shapely.box(*box) for box in boxes)
    if len(plates) == 2 and plates[0].intersects(plates[1]):
        return None
    return _Stage(laid, frame, drawn, plate, small, plates)


def _pressing(drawn: list[scene.Drawn]) -> list[BaseGeometry]:
    """Return the points and lines of the sheet's subject, which nothing may hide."""
    kinds = ("point", "line")
    return [d.geometry for d in drawn if d.feature.interactive and d.layer.kind in kinds]


def _mark(axes: Axes, marking: str, laid: Plan, hand: Hand) -> list[Polygon]:
    """Write the handling line at head and foot, smaller where it is long."""
    marking = " ".join(marking.split())
    if not marking:
        return []
    kind = Type(9.5 * hand.scale, weight=600, spacing=0.04, script=hand.script)
    limit = laid.width - 2 * MARGIN * hand.scale
    kind = kind.scaled(min(1.0, limit / measure(marking, kind).width))
    boxes = []
    for y in (laid.height - 17 * hand.scale, 10.5 * hand.scale):
        draw(axes, laid.width / 2, y, marking, kind, align="center")
        width, ascent, descent = measure(marking, kind)
        boxes.append(
            shapely.box((laid.width - width) / 2, y - descent, (laid.width + width) / 2, y + ascent)
        )
    return boxes


def inset(atlas: Atlas, spec: MapSpec) -> bytes:
    """Return the sheet's small map alone as SVG.

    Raises
    ------
    NotFoundError
        If the sheet has none.
    """
    if spec.inset is None:
        raise NotFoundError(f"the sheet {spec.sheet!r} has no small map", hint="see /api/sheets")
    with _drawing:
        return inset_svg(atlas, spec)
