"""The column beside the map: title, passages, legend, and what could not be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from matplotlib.lines import Line2D
from matplotlib.path import Path
from shapely.geometry import Polygon, box

from geobrief import style
from geobrief.render.paper.drawing import Brush
from geobrief.render.paper.lettering import (
    Type,
    draw,
    evenly,
    measure,
    wrap,
)
from geobrief.spec import MapSpec
from geobrief.style import Symbol
from geobrief.wording import filled, isolated, runs_right_to_left, with_dates, wording

Say = Callable[[str], str]

LISTED = 8
"""Most features without a position that a sheet names one by one; of more it gives the number."""

SWATCH = 26.0
"""Width of a legend's symbol in points at scale 1."""


@dataclass(frozen=True)
class Hand:
    """The types of a sheet in one language; sizes are points on a slide-sized sheet."""

    scale: float
    script: str = "latin"
    rtl: bool = False

    def type(self, size: float, *, essay: bool = False, **more: object) -> Type:
        """Return a type in the sheet's language, or in the essay's."""
        kind = replace(Type(size * self.scale), **more)  # type: ignore[arg-type]
        if essay:
            return kind
        # Arabic letters have tall strokes below and above: more room between the lines.
        leading = kind.leading * (1.16 if self.script == "arabic" else 1.0)
        return replace(
            kind, script=self.script, rtl=self.rtl, flush_right=self.rtl, leading=leading
        )


Row = tuple[float, Callable[[Brush, float, float, float], list[Polygon]]]
"""Height in points, and how to draw it between left and right, below a top."""


@dataclass
class Column:
    """Rows that flow from top to bottom within a width."""

    width: float
    rows: list[Row] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Height of all rows in points."""
        return sum(height for height, _ in self.rows)

    def halves(self) -> tuple[Column, Column]:
        """Return the rows as two columns of nearly the same height."""
        whole, above, cut = self.height, 0.0, 0
        for height, _ in self.rows:
            if above + height / 2 >= whole / 2:
                break
            above, cut = above + height, cut + 1
        return Column(self.width, self.rows[:cut]), Column(self.width, self.rows[cut:])

    def gap(self, height: float) -> None:
        """Leave room."""
        self.rows.append((height, lambda brush, left, right, top: []))

    def text(self, text: str, kind: Type, *, even: bool = False) -> None:
        """Set a paragraph; flush right where the sheet's language runs from right to left.

        `even` lines are nearly of one length, as those of a title should be.
        """
        text, kind = with_dates(text), _by_script(text, kind)
        for line in (evenly if even else wrap)(text, kind, self.width):
            self.rows.append((kind.leading * kind.size, _line(line, kind, 0.0)))

    def rule(self, scale: float, colour: str = style.GREY_SOFT) -> None:
        """Draw a thin line across."""

        def paint(brush: Brush, left: float, right: float, top: float) -> list[Polygon]:
            line = Line2D([left, right], [top, top], color=colour, linewidth=0.6 * scale)
            brush.axes.add_artist(line)
            return []

        self.rows.append((0.6 * scale, paint))

    def legend(self, gid: str, label: str, symbol: Symbol, kind: Type, scale: float) -> None:
        """Add a legend entry: its symbol, then its label."""
        room = (SWATCH + 8) * scale
        label, kind = with_dates(label), _by_script(label, kind)
        lines = wrap(label, kind, self.width - room)
        step = kind.leading * kind.size
        height = max(step * len(lines), 13.5 * scale) + 2.2 * scale

        def paint(brush: Brush, left: float, right: float, top: float) -> list[Polygon]:
            first = top - (height - step * len(lines)) / 2
            boxes: list[Polygon] = []
            for row, line in enumerate(lines):
                boxes += _line(line, kind, room)(brush, left, right, first - row * step)
            start = right - SWATCH * scale if kind.flush_right else left
            middle = first - step / 2 if len(lines) > 1 else top - height / 2
            _swatch(brush, gid, symbol, start, middle, scale)
            return boxes

        self.rows.append((height, paint))

    def draw(self, brush: Brush, left: float, top: float) -> list[Polygon]:
        """Draw the rows and return the boxes of their lines of text."""
        boxes: list[Polygon] = []
        for height, paint in self.rows:
            boxes += paint(brush, left, left + self.width, top)
            top -= height
        return boxes


def _by_script(text: str, kind: Type) -> Type:
    """Return the type for a text: what no one has translated keeps its own script's font."""
    if kind.script == "latin" or runs_right_to_left(text):
        return kind
    return replace(kind, script="latin", rtl=False)


def _line(
    text: str, kind: Type, indent: float
) -> Callable[[Brush, float, float, float], list[Polygon]]:
    def paint(brush: Brush, left: float, right: float, top: float) -> list[Polygon]:
        step = kind.leading * kind.size
        baseline = top - step / 2 - 0.33 * kind.size
        width, ascent, descent = measure(text, kind)
        start = right - indent - width if kind.flush_right else left + indent
        draw(brush.axes, start, baseline, text, kind)
        return [box(start, baseline - descent, start + width, baseline + ascent)] if width else []

    return paint


def _swatch(brush: Brush, gid: str, symbol: Symbol, x: float, y: float, scale: float) -> None:
    """Draw a symbol as it stands on the map."""
    width = SWATCH * scale
    free = Brush(brush.axes, None, scale)
    if symbol.kind == "point":
        free.point(gid, x + width / 2, y, symbol, 950)
    elif symbol.kind == "line":
        # The round end of a whole line reaches farther than the line.
        end = 0.0 if symbol.dash else symbol.width * scale / 2
        free.line(gid, Path([(x + end, y), (x + width - end, y)]), symbol, 950)
    else:
        left, right, half = x + 2 * scale, x + width - 2 * scale, 4.8 * scale
        corners = [(left, y - half), (right, y - half), (right, y + half), (left, y + half)]
        shown = symbol if symbol.width else replace(symbol, stroke=style.GREY, width=0.5)
        free.area(gid, Path([*corners, corners[0]], closed=True), shown, 950)


def title_rows(column: Column, spec: MapSpec, hand: Hand) -> None:
    """Add title and subtitle."""
    column.text(spec.title, hand.type(21, serif=True, weight=600, leading=1.14), even=True)
    if spec.subtitle:
        column.gap(4 * hand.scale)
        kind = hand.type(10.4, colour=style.INK_SOFT, leading=1.3)
        column.text(spec.subtitle, kind, even=True)


def passage_rows(column: Column, spec: MapSpec, hand: Hand, say: Say) -> None:
    """Add the passages, quoted exactly, in the essay's language and direction."""
    for number, passage in enumerate(spec.passages):
        if number:
            column.gap(7 * hand.scale)
        quote = hand.type(11, essay=True, serif=True, leading=1.36)
        column.text(f"\u201c{passage.text}\u201d", quote)
        column.gap(1.5 * hand.scale)
        cite = filled(say("paragraph {number}"), number=passage.paragraph)
        column.text(cite, hand.type(8.2, colour=style.INK_SOFT))


def legend_rows(column: Column, spec: MapSpec, hand: Hand, say: Say) -> None:
    """Add the legend and, below it, the features whose position is not known."""
    kind = hand.type(8.8, leading=1.2)
    for number, entry in enumerate(spec.legend):
        column.legend(f"legend/{number}", entry.label, spec.symbol(entry.symbol), kind, hand.scale)
    by_reason: dict[str, list[str]] = defaultdict(list)
    for feature in spec.unplaced:
        by_reason[feature.missing].append(feature.name)
    for reason, names in by_reason.items():
        column.gap(5 * hand.scale)
        words = wording("Not drawn, {reason}: {names}")
        if len(names) > LISTED:
            words = wording("Not drawn, {reason}: {count}, in the list")
        listed = _comma(hand).join(_kept(name, hand) for name in names)
        text = filled(say(words), reason=reason, count=len(names), names=listed)
        column.text(text, hand.type(7.6, colour=style.INK_SOFT))


def inset_rows(column: Column, spec: MapSpec, hand: Hand) -> None:
    """Add what explains the small map of another sheet."""
    if spec.inset is None or not spec.inset.legend:
        return
    symbols = dict(spec.inset.symbols)
    column.gap(6 * hand.scale)
    column.text(spec.inset.title, hand.type(8.2, weight=600, leading=1.2))
    column.gap(2 * hand.scale)
    kind = hand.type(8.2, leading=1.2)
    for number, entry in enumerate(spec.inset.legend):
        gid = f"inset/legend/{number}"
        column.legend(gid, entry.label, symbols[entry.symbol], kind, hand.scale * 0.9)


def _kept(name: str, hand: Hand) -> str:
    """Keep a left-to-right name in one piece in a line that runs from right to left."""
    return isolated(name) if hand.rtl and not runs_right_to_left(name) else name


def _comma(hand: Hand) -> str:
    return "\u060c " if hand.script == "arabic" else ", "
