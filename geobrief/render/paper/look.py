"""How a whole sheet looks: in colour, in greys, in high contrast, with or without its ground.

A look changes the artists of a finished layout, so that every format draws the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from numpy.typing import NDArray

from geobrief.render.paper.lettering import Halo, Words

Colour = tuple[float, float, float, float]
Change = Callable[[Colour], Colour]

GROUND = "ground"
"""Id of the paper below the map."""

SYMBOL = 26.0
"""Points that the largest point symbol measures."""

_WEIGHTS = np.array((0.2126, 0.7152, 0.0722))
_LIGHT, _DARK = 0.82, 0.1
"""Luminance from which on a colour is paper; and down to which ink is darkened, seven to one."""


def _linear(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encoded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def luminance(colour: Colour) -> float:
    """Return the relative luminance, from 0 for black to 1 for white."""
    return float(_linear(np.array(colour[:3])) @ _WEIGHTS)


def grey(colour: Colour) -> Colour:
    """Return the grey of the same luminance."""
    value = round(float(_encoded(np.array(luminance(colour)))), 4)
    return value, value, value, colour[3]


def dark_ink(colour: Colour) -> Colour:
    """Return ink as dark as high contrast wants it: greys are black, hues keep their hue."""
    shine = luminance(colour)
    if shine > 0.6:
        return 1.0, 1.0, 1.0, colour[3]
    if max(colour[:3]) - min(colour[:3]) < 0.16:
        return 0.0, 0.0, 0.0, colour[3]
    kept = _linear(np.array(colour[:3])) * min(1.0, _DARK / max(shine, 1e-6))
    red, green, blue = (round(float(value), 4) for value in _encoded(kept))
    return red, green, blue, colour[3]


def white_ground(colour: Colour) -> Colour:
    """Return white for what is nearly white, and other fills as they are."""
    return (1.0, 1.0, 1.0, colour[3]) if luminance(colour) > _LIGHT else colour


def black(colour: Colour) -> Colour:
    """Return black for every rule and leader."""
    return 0.0, 0.0, 0.0, colour[3]


def _same(colour: Colour) -> Colour:
    return colour


@dataclass(frozen=True)
class Look:
    """What happens to inks, fills and rules; `scale` is of type and symbols, `lines` of widths."""

    ink: Change = _same
    fill: Change = _same
    rule: Change = _same
    scale: float = 1.0
    lines: float = 1.0
    relief: bool = True


LOOKS_BY_NAME = {
    "colour": Look(),
    "greyscale": Look(grey, grey, grey),
    "contrast": Look(dark_ink, white_ground, black, scale=1.08, lines=1.3, relief=False),
}


def apply(figure: Figure, look: Look, transparent: bool) -> None:
    """Give a finished sheet its look; a transparent one has nothing below its features."""
    if look != Look():
        for artist in figure.findobj():
            _change(artist, look)
    if transparent:
        figure.patch.set_visible(False)
        for artist in figure.findobj(lambda one: one.get_gid() == GROUND):
            artist.set_visible(False)


def _opaque(pixel: NDArray[np.uint8]) -> Colour:
    red, green, blue = (int(part) / 255 for part in pixel[:3])
    return red, green, blue, 1.0


def _is_small(patch: Patch) -> bool:
    """Tell whether a patch is a point symbol: small, and as wide as it is high."""
    if not isinstance(patch, PathPatch):
        return False
    extents = patch.get_path().get_extents()
    return 0 < extents.width < SYMBOL and abs(extents.width - extents.height) < 1


def _change(artist: Any, look: Look) -> None:
    if isinstance(artist, AxesImage):
        if not look.relief:
            artist.set_visible(False)
            return
        image = np.asarray(artist.get_array()).copy()
        # The shade is one colour; its opacity alone differs from place to place.
        shade = _opaque(image.reshape(-1, 4)[0])
        image[..., :3] = np.rint(np.array(look.ink(shade)[:3]) * 255)
        artist.set_data(image)
    elif isinstance(artist, Halo):
        artist.surround(look.fill(to_rgba(artist.colour)))
    elif isinstance(artist, Words):
        artist.set_color(look.ink(to_rgba(artist.get_color())))
    elif isinstance(artist, Line2D):
        artist.set_color(look.rule(to_rgba(artist.get_color())))
        artist.set_linewidth(artist.get_linewidth() * look.lines)
    elif isinstance(artist, Patch):
        face, edge = to_rgba(artist.get_facecolor()), to_rgba(artist.get_edgecolor())
        # An edge in the colour of its fill closes seams: it stays with the fill.
        seam = face[3] > 0 and face[:3] == edge[:3]
        artist.set_facecolor(look.ink(face) if _is_small(artist) else look.fill(face))
        artist.set_edgecolor(look.fill(edge) if seam else look.ink(edge))
        if not seam and look.lines != 1.0:
            dash = artist.get_linestyle()
            artist.set_linewidth(artist.get_linewidth() * look.lines)
            if not isinstance(dash, str) and dash[1]:
                # Dashes are multiples of the width: their lengths stay.
                artist.set_linestyle((dash[0], [part / look.lines for part in dash[1]]))
