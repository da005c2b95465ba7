"""Text on paper: which font, how wide, where a line breaks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_pdf import RendererPdf
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D

from geobrief import style
from geobrief.fonts import FONTS, font_file
from geobrief.wording import END_ISOLATE, ISOLATE, runs_right_to_left

RIGHT_TO_LEFT_MARK = "\u200f"
"""Gives a line its base direction where its first letter would say otherwise."""

HAIR_SPACE = "\u200a"

_BREAK = re.compile(r"(?<!©) +(?!(?<=\d )(?:km|m)\b)")
"""Spaces where a line may break; a copyright sign stays with its owner, a figure with its unit."""

DOUBT = 0.06
"""Part of a width by which a line may differ from the sum of its words and spaces."""

RIM_OPACITY = 0.85
"""Opacity of the rim around letters."""

_ready = Lock()
_outlines = TextToPath()


@lru_cache(maxsize=1)
def _register() -> None:
    """Make the cut weights known to matplotlib; raises SetupError where one is missing."""
    known = {entry.fname for entry in fontManager.ttflist}
    for font in FONTS:
        path = str(font_file(font.family, font.weight, font.italic))
        if path not in known:
            fontManager.addfont(path)
    # Widths are measured without hinting, so they must be drawn without it.
    mpl.rcParams["text.hinting"] = "no_hinting"
    mpl.rcParams["svg.hashsalt"] = "geobrief"
    mpl.rcParams["svg.fonttype"] = "path"
    mpl.rcParams["pdf.fonttype"] = 42


def register() -> None:
    """Prepare matplotlib for our fonts, once in a process."""
    with _ready:
        _register()


@dataclass(frozen=True)
class Type:
    """A way of setting text. `size` is in points, `spacing` in ems between letters.

    `rtl` is the base direction of a line, `flush_right` where it stands: words that no
    one has translated yet stand at the right of such a sheet and run from left to right.
    """

    size: float
    serif: bool = False
    weight: int = 400
    italic: bool = False
    colour: str = style.INK
    spacing: float = 0.0
    upper: bool = False
    script: str = "latin"
    rtl: bool = False
    flush_right: bool = False
    leading: float = 1.3

    def scaled(self, factor: float) -> Type:
        """Return the same type, larger or smaller."""
        return replace(self, size=self.size * factor)

    @property
    def families(self) -> tuple[str, ...]:
        """The family, and the one of the other script."""
        latin = style.SERIF if self.serif else style.SANS
        return (style.ARABIC, latin) if self.script == "arabic" else (latin, style.ARABIC)

    @property
    def font(self) -> FontProperties:
        """The font as matplotlib asks for it, with a fallback for the other script."""
        italic = self.italic and self.script != "arabic"
        weight = 400 if italic else self.weight
        return FontProperties(
            family=list(self.families),
            size=self.size,
            weight=weight,
            style="italic" if italic else "normal",
        )

    def dress(self, text: str) -> str:
        """Return the text as it is drawn: capitals, letter spacing, base direction."""
        if self.rtl:
            text = RIGHT_TO_LEFT_MARK + text
        if self.script == "arabic":
            return text
        if self.upper:
            text = text.upper()
        if self.spacing:
            count = max(1, round(self.spacing / _hair_width()))
            text = (HAIR_SPACE * count).join(text)
        return text


class Size(NamedTuple):
    """Extent of a line of text in points; `ascent` and `descent` are of its ink."""

    width: float
    ascent: float
    descent: float


@lru_cache(maxsize=1)
def _hair_width() -> float:
    """Width of a hair space in ems."""
    plain = Type(100.0)
    return (measure(f"n{HAIR_SPACE}n", plain).width - measure("nn", plain).width) / 100


def measure(text: str, kind: Type) -> Size:
    """Return the extent of one line of text."""
    unit = _measure(kind.dress(text), kind.serif, kind.weight, kind.italic, kind.script)
    return Size(*(side * kind.size for side in unit))


@lru_cache(maxsize=16384)
def _measure(drawn: str, serif: bool, weight: int, italic: bool, script: str) -> Size:
    """Return the extent of a line at size 1; without hinting, extents grow with the size."""
    register()
    if not drawn.strip():
        return Size(0.0, 0.0, 0.0)
    font = Type(100.0, serif=serif, weight=weight, italic=italic, script=script).font
    width, height, descent = _outlines.get_text_width_height_descent(drawn, font, ismath=False)
    return Size(float(width) / 100, float(height - descent) / 100, float(descent) / 100)


def wrap(text: str, kind: Type, width: float) -> tuple[str, ...]:
    """Break text into lines no wider than `width` points; a longer word keeps its own line."""
    lines: list[str] = []
    space = measure("n n", kind).width - measure("nn", kind).width
    for paragraph in text.splitlines() or [""]:
        line, about = "", 0.0
        for word in _BREAK.split(paragraph.strip()):
            longer, own = f"{line} {word}" if line else word, measure(word, kind).width
            about += space + own
            if line and _exceeds(longer, kind, about, width):
                lines.append(line)
                line, about = word, own
            else:
                line = longer
        lines.append(line)
    return tuple(_reopened(lines))


def _exceeds(line: str, kind: Type, about: float, width: float) -> bool:
    """Whether a line is too wide; measured as a whole only where its words leave a doubt."""
    if about < (1 - DOUBT) * width or about > (1 + DOUBT) * width:
        return about > width
    return measure(line, kind).width > width


def evenly(text: str, kind: Type, width: float) -> tuple[str, ...]:
    """Break text into as many lines as `wrap` needs, with the longest as short as can be."""
    lines = wrap(text, kind, width)
    low, high = width / 2, width
    while len(lines) > 1 and high - low > kind.size / 2:
        middle = (low + high) / 2
        found = wrap(text, kind, middle)
        if len(found) == len(lines) and all(measure(x, kind).width <= middle for x in found):
            lines, high = found, middle
        else:
            low = middle
    return lines


def _reopened(lines: list[str]) -> Iterator[str]:
    """Carry an isolated left-to-right piece on to the next line where it is broken."""
    is_open = False
    for line in lines:
        yield f"{ISOLATE}{line}" if is_open else line
        is_open = line.rfind(ISOLATE) > line.rfind(END_ISOLATE) or (
            is_open and END_ISOLATE not in line
        )


class Line(Text):
    """A line of text that remembers what it says and how it is set.

    On pixels it is drawn as outlines that are kept from sheet to sheet; letter by letter, as
    matplotlib does it, takes seven times as long and looks the same. Other formats get letters; a
    PDF has outlines where the line has an effect.
    """

    said: str
    kind: Type

    def start(self) -> tuple[float, float]:
        """Return where its baseline begins at the left, in points, before it is turned."""
        (x, y), turn = self.get_position(), math.radians(self.get_rotation())
        back = (
            measure(self.said, self.kind).width / 2
            if self.get_horizontalalignment() == "center"
            else 0.0
        )
        return x - back * math.cos(turn), y - back * math.sin(turn)

    def draw(self, renderer: Any) -> None:
        """Draw the line."""
        writes = isinstance(getattr(renderer, "_renderer", None), RendererPdf)
        if not (writes or isinstance(renderer, RendererAgg)):
            super().draw(renderer)
            return
        if not self.get_visible():
            return
        kind = self.kind
        if writes and not self.get_path_effects():
            self._write(renderer)
            return
        outline = _outline(self.get_text(), kind.serif, kind.weight, kind.italic, kind.script)
        size = renderer.points_to_pixels(kind.size) / _outlines.FONT_SCALE
        x, y = self.get_transform().transform(self.start())
        place = Affine2D().scale(size).rotate_deg(self.get_rotation()).translate(x, y)
        gc = renderer.new_gc()
        gc.set_snap(False)
        self.paint(renderer, gc, outline, place)
        gc.restore()

    def _write(self, renderer: Any) -> None:
        """Write the letters where they are known to begin; matplotlib would lay them out again."""
        gc = renderer.new_gc()
        gc.set_foreground(to_rgba(self.get_color()), isRGBA=True)
        x, y = self.get_transform().transform(self.start())
        drawn, font, turn = self.get_text(), self.get_fontproperties(), self.get_rotation()
        renderer.draw_text(gc, x, y, drawn, font, turn, mtext=self)
        gc.restore()

    def paint(self, renderer: Any, gc: Any, outline: Path, place: Affine2D) -> None:
        """Fill the letters."""
        gc.set_linewidth(0)
        renderer.draw_path(gc, outline, place, to_rgba(self.get_color()))


class Halo(Line):
    """The light rim around a line of text, an artist of its own below it."""

    colour: Any
    rim: float

    def surround(self, colour: Any) -> None:
        """Draw the rim in a colour."""
        self.colour = colour
        effect = Stroke(linewidth=self.rim, foreground=colour, alpha=RIM_OPACITY, joinstyle="round")
        self.set_path_effects([effect])

    def paint(self, renderer: Any, gc: Any, outline: Path, place: Affine2D) -> None:
        """Fill the letters and draw around them."""
        gc.set_foreground(self.colour)
        gc.set_alpha(RIM_OPACITY)
        gc.set_joinstyle("round")
        gc.set_linewidth(self.rim)
        renderer.draw_path(gc, outline, place, to_rgba(self.get_color()))


class Words(Line):
    """A line of text, with its halo if it has one."""

    halo: Halo | None = None

    @property
    def is_plain(self) -> bool:
        """Whether its letters stand in the file one by one, in the order of reading."""
        return self.get_text() == self.said and not runs_right_to_left(self.said)


@lru_cache(maxsize=2048)
def _outline(drawn: str, serif: bool, weight: int, italic: bool, script: str) -> Path:
    """Return the outlines of a line at size FONT_SCALE, its baseline starting at the origin."""
    font = Type(100.0, serif=serif, weight=weight, italic=italic, script=script).font
    vertices, codes = _outlines.get_text_path(font, drawn)
    return Path(vertices, codes, readonly=True) if len(vertices) else Path(np.empty((0, 2)))


def draw(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    kind: Type,
    *,
    align: str = "left",
    angle: float = 0.0,
    halo: float = 0.0,
    gid: str = "",
    zorder: float = 1000.0,
) -> None:
    """Draw one line of text with its baseline at `y`.

    The halo is an artist of its own below the text: text with an effect would become an outline,
    and the words of a PDF could no longer be searched.
    """
    placed: dict[str, Any] = {
        "fontproperties": kind.font,
        "ha": align,
        "va": "baseline",
        "rotation": angle,
        "rotation_mode": "anchor",
        "parse_math": False,
    }
    drawn = kind.dress(text)
    words = Words(x, y, drawn, color=kind.colour, zorder=zorder, **placed)
    words.said, words.kind = text, kind
    words.set_gid(f"{gid}/label" if gid else None)
    if halo:
        under = Halo(x, y, drawn, zorder=zorder - 0.5, **placed)
        under.said, under.kind, under.rim = text, kind, halo
        under.surround(style.HALO)
        under.set_gid(f"{gid}/halo" if gid else None)
        words.halo = under
        axes.add_artist(under)
    axes.add_artist(words)
