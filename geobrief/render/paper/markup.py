"""Words of an SVG as text, in the families of the sheet and what may stand in for them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from geobrief import style
from geobrief.render.paper.lettering import Words, measure


def text_elements(figure: Figure, words: Iterable[Words]) -> str:
    """Return the words as a group of <text> elements, each as long as it is on the sheet.

    A family that a reader does not have is replaced by another: the length keeps the line in its
    place.
    """
    height = float(figure.get_size_inches()[1]) * 72
    lines = "\n".join(_text(one, height) for one in words)
    return f'<g id="words" text-rendering="geometricPrecision">\n{lines}\n</g>\n'


def _text(words: Words, height: float) -> str:
    kind, angle = words.kind, words.get_rotation()
    width = measure(words.said, kind).width
    x, y = words.start()
    if kind.rtl:
        x += width * math.cos(math.radians(angle))
        y += width * math.sin(math.radians(angle))
    capitals = kind.upper and kind.script == "latin"
    values = {
        "id": words.get_gid() or "",
        "x": f"{x:.2f}",
        "y": f"{height - y:.2f}",
        "transform": f"rotate({-angle:.2f} {x:.2f} {height - y:.2f})" if angle else "",
        "direction": "rtl" if kind.rtl else "",
        "font-family": style.font_stack(kind.families),
        "font-size": f"{kind.size:.2f}",
        "font-weight": str(kind.weight) if kind.weight != 400 else "",
        "font-style": "italic" if kind.italic and kind.script == "latin" else "",
        "letter-spacing": f"{kind.spacing}em" if kind.spacing and kind.script == "latin" else "",
        "textLength": f"{width:.2f}",
        "lengthAdjust": "spacingAndGlyphs",
        "fill": to_hex(words.get_color()),
    }
    if words.halo is not None:
        values |= {
            "stroke": to_hex(words.halo.colour),
            "stroke-width": f"{words.halo.rim:.2f}",
            "stroke-opacity": "0.85",
            "stroke-linejoin": "round",
            "paint-order": "stroke",
        }
    named = " ".join(f"{key}={quoteattr(value)}" for key, value in values.items() if value)
    return f"<text {named}>{escape(words.said.upper() if capitals else words.said)}</text>"
