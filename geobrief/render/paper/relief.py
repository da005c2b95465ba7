"""Hillshade multiplied over the colours of the ground."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from geobrief.render.paper.projection import Frame
from geobrief.spec import Extent

STRENGTH = 0.62
SHADE = (58, 50, 40)
"""A warm dark; a neutral one makes mud of paper-coloured land."""

_GRID = 12
"""Pixels between the points that are projected exactly; between them positions are linear."""


def draw_relief(
    axes: Axes, frame: Frame, path: Path, bounds: Extent, digest: str, dpi: float, zorder: float
) -> None:
    """Draw the hillshade of an EPSG:4326 image as a shade whose opacity is its darkness.

    On grey values that is the same as multiplying, and every backend can do it.
    """
    pixels = _shade(path, bounds, digest, frame.extent, frame.box, dpi)
    left, bottom, right, top = frame.box
    image = axes.imshow(
        pixels, extent=(left, right, bottom, top), interpolation="none", zorder=zorder
    )
    image.set_gid("relief")


@lru_cache(maxsize=4)
def _shade(
    path: Path, bounds: Extent, digest: str, extent: Extent, box: tuple[float, ...], dpi: float
) -> NDArray[np.uint8]:
    frame = Frame(extent, (box[0], box[1], box[2], box[3]))
    width = round((box[2] - box[0]) / 72 * dpi)
    height = round((box[3] - box[1]) / 72 * dpi)
    columns, rows = _positions(frame, width, height, bounds, _source(path, digest).shape)
    value = _bilinear(_source(path, digest), columns, rows)
    alpha = np.clip((255.0 - value) * STRENGTH, 0, 255)
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., :3] = SHADE
    rgba[..., 3] = np.rint(alpha)
    return rgba


@lru_cache(maxsize=2)
def _source(path: Path, digest: str) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def _positions(
    frame: Frame, width: int, height: int, bounds: Extent, shape: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return column and row in the source, as floats, of every pixel of the map."""
    coarse_x = np.linspace(0.5, width - 0.5, max(2, width // _GRID))
    coarse_y = np.linspace(0.5, height - 0.5, max(2, height // _GRID))
    x, y = np.meshgrid(coarse_x, coarse_y)
    left, bottom, right, top = frame.box
    sheet = np.column_stack(
        (left + x.ravel() / width * (right - left), top - y.ravel() / height * (top - bottom))
    )
    lon, lat = frame.to_degrees(sheet).T
    west, south, east, north = bounds
    column = (lon - west) / (east - west) * shape[1] - 0.5
    row = (north - lat) / (north - south) * shape[0] - 0.5
    fine = [_stretch(a.reshape(x.shape), coarse_x, coarse_y, width, height) for a in (column, row)]
    return fine[0], fine[1]


def _stretch(
    grid: NDArray[np.float64],
    coarse_x: NDArray[np.float64],
    coarse_y: NDArray[np.float64],
    width: int,
    height: int,
) -> NDArray[np.float32]:
    """Interpolate a coarse grid to every pixel."""
    at_x = np.interp(np.arange(width) + 0.5, coarse_x, np.arange(len(coarse_x)))
    at_y = np.interp(np.arange(height) + 0.5, coarse_y, np.arange(len(coarse_y)))
    i = np.minimum(at_x.astype(int), len(coarse_x) - 2)
    j = np.minimum(at_y.astype(int), len(coarse_y) - 2)
    across = grid[:, i] + (grid[:, i + 1] - grid[:, i]) * (at_x - i)
    down = across[j] + (across[j + 1] - across[j]) * (at_y - j)[:, None]
    return np.asarray(down, dtype=np.float32)


def _bilinear(
    source: NDArray[np.uint8], columns: NDArray[np.float32], rows: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Sample the source; white, which shades nothing, outside it."""
    height, width = source.shape
    inside = (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)
    i = np.clip(columns.astype(int), 0, width - 2)
    j = np.clip(rows.astype(int), 0, height - 2)
    u, v = columns - i, rows - j
    upper = source[j, i] * (1 - u) + source[j, i + 1] * u
    lower = source[j + 1, i] * (1 - u) + source[j + 1, i + 1] * u
    return np.where(inside, upper * (1 - v) + lower * v, 255.0).astype(np.float32)
