"""Symbols -> a style of QGIS (QML): a class for each symbol, in the colours of the map."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from geobrief.style import HALO, LABELS, Symbol

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
VERSION = "3.28.0-Firenze"
KINDS = {"point": "marker", "line": "line", "polygon": "fill"}
_PLACEMENTS = {"point": "6", "line": "2", "polygon": "4"}
"""Around points in a fixed order, beside lines, level within areas."""

_FROM_SYMBOL = "1"
"""Distances count from a point's symbol, not from its middle."""

_ABOVE_LINE = "10"
"""QGIS's flags: above the line (2), as the map stands (8)."""

_PRIORITIES = {"point": "8", "line": "5", "polygon": "2"}
"""Of ten: the name of a large area finds room anywhere in it."""
_POSITIONS = "TR,TL,BR,BL,R,L,TSR,BSR"


def qml(kind: str, symbols: Sequence[tuple[str, str, Symbol]], label_style: str = "") -> str:
    """Return the style of a layer.

    Parameters
    ----------
    kind
        "point", "line" or "polygon".
    symbols
        Value of the column `symbol`, wording and symbol of each class.
    label_style
        Style in `style.LABELS` of what stands in the column `label`; empty for none.
    """
    root = Element("qgis", version=VERSION, styleCategories="Symbology|Labeling")
    root.set("labelsEnabled", "1" if label_style else "0")
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr="symbol")
    renderer.attrib.update(enableorderby="0", forceraster="0", symbollevels="0")
    categories = SubElement(renderer, "categories")
    drawn = SubElement(renderer, "symbols")
    for number, (key, label, symbol) in enumerate(symbols):
        SubElement(
            categories, "category", value=key, label=label, symbol=str(number), render="true",
            type="string",
        )  # fmt: skip
        drawn.append(_symbol(str(number), KINDS[kind], symbol))
    if label_style:
        root.append(_labels(kind, label_style))
    ElementTree.indent(root)
    return DOCTYPE + ElementTree.tostring(root, encoding="unicode")


def _symbol(name: str, kind: str, symbol: Symbol) -> Element:
    found = Element("symbol", name=name, type=kind, alpha=f"{symbol.opacity:g}")
    found.attrib.update(clip_to_extent="1", force_rhr="0")
    make = {"marker": _marker, "line": _line, "fill": _area}[kind]
    for sort, options in make(symbol):
        layer = SubElement(found, "layer", enabled="1", locked="0")
        layer.attrib.update({"class": sort, "pass": "0"})
        bag = SubElement(layer, "Option", type="Map")
        for key, value in options.items():
            SubElement(bag, "Option", name=key, type="QString", value=value)
    return found


def _colour(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _marker(symbol: Symbol) -> list[tuple[str, dict[str, str]]]:
    # As on screen and in print: the shapes have about the same area, not the same width.
    size = symbol.radius * {"circle": 2.0, "square": 1.8, "diamond": 2.5}[symbol.shape]
    filled = _colour(HALO) if symbol.hollow else _colour(symbol.fill, symbol.fill_opacity)
    return [
        (
            "SimpleMarker",
            {
                "name": symbol.shape,
                "size": f"{size:g}",
                "size_unit": "Point",
                "color": filled,
                "outline_color": _colour(symbol.stroke or symbol.fill),
                "outline_style": "solid" if symbol.width else "no",
                "outline_width": f"{symbol.width:g}",
                "outline_width_unit": "Point",
            },
        )
    ]


def _stroke(colour: str, opacity: float, width: float, dash: Sequence[float]) -> dict[str, str]:
    found = {
        "line_color": _colour(colour, opacity),
        "line_style": "solid",
        "line_width": f"{width:g}",
        "line_width_unit": "Point",
        "capstyle": "flat" if dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if dash else "0",
    }
    if dash:
        found["customdash"] = ";".join(f"{part * width:g}" for part in dash)
        found["customdash_unit"] = "Point"
    return found


def _line(symbol: Symbol) -> list[tuple[str, dict[str, str]]]:
    found = []
    if symbol.casing:
        wide = _stroke(symbol.casing, symbol.casing_opacity, symbol.casing_width, ())
        found.append(("SimpleLine", wide))
    return [*found, ("SimpleLine", _stroke(symbol.stroke, 1.0, symbol.width, symbol.dash))]


def _area(symbol: Symbol) -> list[tuple[str, dict[str, str]]]:
    hidden = symbol.hollow or not symbol.fill
    fill = {
        "color": _colour(symbol.fill or HALO, symbol.fill_opacity),
        "style": "no" if hidden else "solid",
        "outline_style": "no",
    }
    edge = _stroke(symbol.stroke, 1.0, symbol.width, symbol.dash) if symbol.stroke else {}
    # A fill's own outline knows no dashes of any length: the edge is a line of its own.
    return [("SimpleFill", fill), *([("SimpleLine", edge)] if edge and symbol.width else [])]


def _labels(kind: str, style: str) -> Element:
    rule = LABELS[style]
    found = Element("labeling", type="simple")
    settings = SubElement(found, "settings", calloutType="simple")
    text = SubElement(
        settings, "text-style", fieldName="label", isExpression="0", fontSizeUnit="Point",
        fontSize=f"{rule['size']}", textColor=_colour(str(rule["colour"])), textOpacity="1",
        fontWeight="63" if int(str(rule["weight"])) >= 600 else "50",
        capitalization="1" if rule["upper"] else "0",
    )  # fmt: skip
    SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="1", bufferSizeUnits="Point",
        bufferColor=_colour(HALO), bufferOpacity="1",
    )  # fmt: skip
    SubElement(
        settings, "placement", placement=_PLACEMENTS[kind], predefinedPositionOrder=_POSITIONS,
        dist="2", distUnits="Point", priority=_PRIORITIES[kind],
        offsetType=_FROM_SYMBOL, placementFlags=_ABOVE_LINE,
    )  # fmt: skip
    # An area that counts as an obstacle keeps the names of all that lies in it away.
    SubElement(settings, "rendering", obstacle="1" if kind == "point" else "0", drawLabels="1")
    return found
