"""Legend swatches: a symbol as a small inline SVG, drawn by the same rules as on the map."""

from __future__ import annotations

from markupsafe import Markup

from geobrief.style import HALO, Symbol

WIDTH, HEIGHT = 28, 16


def swatch(symbol: Symbol) -> Markup:
    """Return the symbol as SVG markup, 28 by 16 CSS pixels."""
    draw = {"line": _line, "fill": _area, "point": _point, "raster": _relief}[symbol.kind]
    head = f'<svg class="gb-swatch" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
    # Every value below is a number or a colour of style.py, none is text from a file.
    return Markup(f"{head}{draw(symbol)}</svg>")


def _dash(symbol: Symbol) -> str:
    if not symbol.dash:
        return ""
    lengths = " ".join(f"{part * symbol.width:g}" for part in symbol.dash)
    return f' stroke-dasharray="{lengths}"'


def _line(symbol: Symbol) -> str:
    y = HEIGHT / 2
    path = f'<path d="M1 {y:g}H{WIDTH - 1}" fill="none" '
    casing = (
        f'{path}stroke="{symbol.casing}" stroke-width="{symbol.casing_width:g}" '
        f'stroke-opacity="{symbol.casing_opacity:g}"/>'
        if symbol.casing
        else ""
    )
    return (
        f'{casing}{path}stroke="{symbol.stroke}" stroke-width="{symbol.width:g}" '
        f'stroke-opacity="{symbol.opacity:g}"{_dash(symbol)}/>'
    )


def _area(symbol: Symbol) -> str:
    edge = symbol.stroke or symbol.fill
    opacity = 0.0 if symbol.hollow else symbol.fill_opacity
    return (
        f'<rect x="3" y="2" width="22" height="12" fill="{symbol.fill or "none"}" '
        f'fill-opacity="{opacity:g}" stroke="{edge}" '
        f'stroke-width="{max(symbol.width, 0.6):g}"{_dash(symbol)}/>'
    )


def _point(symbol: Symbol) -> str:
    x, y, r = WIDTH / 2, HEIGHT / 2, symbol.radius
    fill = HALO if symbol.hollow else symbol.fill
    paint = f'fill="{fill}" stroke="{symbol.stroke}" stroke-width="{symbol.width:g}"'
    if symbol.shape == "diamond":
        d = r * 1.25
        corners = f"M{x:g} {y - d:g}L{x + d:g} {y:g}L{x:g} {y + d:g}L{x - d:g} {y:g}z"
        return f'<path d="{corners}" {paint}/>'
    if symbol.shape == "square":
        d = r * 0.9
        return f'<rect x="{x - d:g}" y="{y - d:g}" width="{2 * d:g}" height="{2 * d:g}" {paint}/>'
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {paint}/>'


def _relief(symbol: Symbol) -> str:
    return (
        '<path d="M2 14L10 4L14 9L18 6L26 14z" fill="none" stroke="'
        f'{symbol.stroke}" stroke-opacity="0.45"/>'
    )
