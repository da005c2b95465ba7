"""Features on the sheet: every symbol as matplotlib artists, each named by its feature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.style import Symbol

DIAMOND, SQUARE = 1.25, 0.9
"""Half the width of these shapes in radii, so that all shapes look equally large."""

SELECTION_OPACITY = 0.85
_NOTHING = Path(np.empty((0, 2)))

SEAM = 0.25
"""Width of the edge in a fill's own colour that closes the hairline between neighbours."""


def blank(size: tuple[float, float], dpi: float = 72.0) -> tuple[Figure, Axes]:
    """Return a figure and axes over the whole of it; `size` and their units are points."""
    figure = Figure(figsize=(size[0] / 72, size[1] / 72), dpi=dpi, facecolor=style.PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])
    axes.set_autoscale_on(False)
    return figure, axes


@dataclass(frozen=True)
class Brush:
    """Draws on `axes`, within `clip`; widths and radii of symbols are scaled by `scale`."""

    axes: Axes
    clip: Rectangle | None
    scale: float

    def add(self, path: Path, gid: str, zorder: float, **paint: Any) -> None:
        """Add a path under the id `gid`."""
        patch = PathPatch(path, zorder=zorder, **paint)
        patch.set_gid(gid)
        self.axes.add_artist(patch)
        if self.clip is not None:
            patch.set_clip_path(self.clip)

    def feature(
        self, gid: str, geometry: BaseGeometry, symbol: Symbol, zorder: float, selected: bool
    ) -> None:
        """Draw one feature; below it the halo of a selection and the casing of a line.

        A feature outside the frame leaves an element with its paint and without a path, so that
        every id can be found.
        """
        if symbol.kind == "point":
            places = shapely.get_coordinates(geometry).tolist()
            for number, (x, y) in enumerate(places):
                self.point(gid if not number else f"{gid}/{number}", x, y, symbol, zorder, selected)
            if not places:
                self._symbol(gid, _NOTHING, symbol, zorder)
            return
        path = path_of(geometry)
        if symbol.kind == "line":
            self.line(gid, path, symbol, zorder, selected)
        else:
            self.area(gid, path, symbol, zorder, selected)

    def point(
        self, gid: str, x: float, y: float, symbol: Symbol, zorder: float, selected: bool = False
    ) -> None:
        """Draw a point symbol; hollow ones are filled with the paper's tone."""
        radius = symbol.radius * self.scale
        if selected:
            halo = _shape("circle", x, y, radius + 3.2 * self.scale)
            paint = {"facecolor": "none", "edgecolor": style.SELECT}
            self.add(halo, f"{gid}/selected", zorder - 0.3, linewidth=2.4 * self.scale, **paint)
        self._symbol(gid, _shape(symbol.shape, x, y, radius), symbol, zorder)

    def _symbol(self, gid: str, path: Path, symbol: Symbol, zorder: float) -> None:
        self.add(
            path,
            gid,
            zorder,
            facecolor=style.HALO if symbol.hollow else symbol.fill,
            edgecolor=symbol.stroke or "none",
            linewidth=symbol.width * self.scale,
            alpha=symbol.opacity,
        )

    def line(
        self, gid: str, path: Path, symbol: Symbol, zorder: float, selected: bool = False
    ) -> None:
        """Draw a line with its casing."""
        width = symbol.width * self.scale
        common = {"fill": False, "joinstyle": "round"}
        if symbol.casing:
            self.add(
                path,
                f"{gid}/casing",
                zorder - 0.6,
                edgecolor=symbol.casing,
                linewidth=symbol.casing_width * self.scale,
                alpha=symbol.casing_opacity,
                capstyle="butt",
                **common,
            )
        if selected:
            self.add(
                path,
                f"{gid}/selected",
                zorder - 0.3,
                edgecolor=style.SELECT,
                linewidth=width + 4.5 * self.scale,
                alpha=SELECTION_OPACITY,
                capstyle="round",
                **common,
            )
        self.add(
            path,
            gid,
            zorder,
            edgecolor=symbol.stroke,
            linewidth=width,
            linestyle=_linestyle(symbol),
            alpha=symbol.opacity,
            capstyle="butt" if symbol.dash else "round",
            **common,
        )

    def area(
        self, gid: str, path: Path, symbol: Symbol, zorder: float, selected: bool = False
    ) -> None:
        """Draw a fill and its outline."""
        filled = bool(symbol.fill) and not symbol.hollow and symbol.fill_opacity > 0
        outlined = bool(symbol.stroke) and symbol.width > 0
        closed = filled and symbol.fill_opacity == 1 and not outlined
        edge = symbol.stroke if outlined else symbol.fill if closed else "none"
        self.add(
            path,
            gid,
            zorder,
            facecolor=_with_alpha(symbol.fill, symbol.fill_opacity) if filled else "none",
            edgecolor=edge,
            linewidth=symbol.width * self.scale if outlined else SEAM if closed else 0,
            linestyle=_linestyle(symbol),
            joinstyle="round",
        )
        if selected:
            self.add(
                path,
                f"{gid}/selected",
                zorder + 0.3,
                facecolor=_with_alpha(style.SELECT, 0.16),
                edgecolor=_with_alpha(style.SELECT, SELECTION_OPACITY),
                linewidth=2.2 * self.scale,
                joinstyle="round",
            )


def path_of(geometry: BaseGeometry) -> Path:
    """Return lines and rings as one matplotlib path; holes keep their winding."""
    pieces: list[NDArray[np.float64]] = []
    codes: list[NDArray[np.uint8]] = []
    for ring, closed in _rings(shapely.get_parts(geometry)):
        coordinates = shapely.get_coordinates(ring)
        code = np.full(len(coordinates), Path.LINETO, np.uint8)
        code[0] = Path.MOVETO
        if closed:
            code[-1] = Path.CLOSEPOLY
        pieces.append(coordinates)
        codes.append(code)
    return Path(np.concatenate(pieces), np.concatenate(codes)) if pieces else _NOTHING


def _rings(parts: Iterable[BaseGeometry]) -> Iterable[tuple[BaseGeometry, bool]]:
    for part in parts:
        if part.geom_type == "Polygon":
            yield from ((ring, True) for ring in shapely.get_rings(shapely.orient_polygons(part)))
        elif part.geom_type == "LineString":
            yield part, False
        elif part.geom_type.startswith("Multi") or part.geom_type == "GeometryCollection":
            yield from _rings(shapely.get_parts(part))


def _shape(shape: str, x: float, y: float, radius: float) -> Path:
    if shape == "diamond":
        r = radius * DIAMOND
        corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y), (x, y - r)]
        return Path(corners, closed=True)
    if shape == "square":
        r = radius * SQUARE
        corners = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r), (x - r, y - r)]
        return Path(corners, closed=True)
    return Path.circle((x, y), radius)


def _linestyle(symbol: Symbol) -> str | tuple[float, tuple[float, ...]]:
    return (0.0, symbol.dash) if symbol.dash else "solid"


def _with_alpha(colour: str, alpha: float) -> tuple[str, float]:
    return colour, alpha
