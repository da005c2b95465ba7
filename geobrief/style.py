"""One palette and one symbol table for every output.

Widths and radii are CSS pixels on screen and points in print; dashes are multiples of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

INK = "#1f2933"
INK_SOFT = "#52606d"
PAPER = "#fbfaf6"
LAND = "#f7f5f0"
LAND_SUBJECT = "#f1ebdc"
WATER = "#dbe5ea"
WATER_INK = "#56788a"
WATER_SMALL = "#c3d3db"
"""Water of a small map: darker, so that its land stands out in greys too."""
GREY = "#9aa5b1"
GREY_SOFT = "#c9cdd0"
BORDER_RED = "#a8322a"
OCHRE = "#b7791f"
TEAL = "#1f7a72"
INDIGO = "#4c4f9e"
SELECT = "#d9822b"
HALO = "#fffdf8"

SERIF = "Geobrief Serif"
SANS = "Geobrief Sans"
ARABIC = "Geobrief Arabic"
"""Families as `fonts.py` names the static weights that it cuts."""

FALLBACKS = {
    SERIF: ("Source Serif 4", "Georgia", "Times New Roman"),
    SANS: ("Source Sans 3", "Segoe UI", "Helvetica", "Arial"),
    ARABIC: ("Noto Sans Arabic", "Segoe UI", "Tahoma", "Arial"),
}
"""What may stand in for a family in a file that does not carry its fonts."""


def font_stack(families: tuple[str, ...]) -> str:
    """Return families with their fallbacks as CSS writes them."""
    known = dict.fromkeys(name for one in families for name in (one, *FALLBACKS[one]))
    generic = "serif" if families[0] == SERIF else "sans-serif"
    return ", ".join([*(f"'{name}'" for name in known), generic])


Kind = Literal["line", "fill", "point", "raster"]


@dataclass(frozen=True)
class Symbol:
    """How one class of features is drawn.

    `casing` is a wider, paler line under a line; `halo` has it say that the line is schematic.
    `hollow` keeps the outline and drops the fill.
    """

    kind: Kind
    stroke: str = INK
    width: float = 1.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    fill: str = ""
    fill_opacity: float = 1.0
    radius: float = 0.0
    shape: Literal["circle", "square", "diamond"] = "circle"
    casing: str = ""
    casing_width: float = 0.0
    casing_opacity: float = 0.16
    halo: bool = False
    hollow: bool = False


def _line(stroke: str, width: float, dash: tuple[float, ...] = (), **more: object) -> Symbol:
    return replace(Symbol("line", stroke=stroke, width=width, dash=dash), **more)  # type: ignore[arg-type]


def _fill(fill: str, stroke: str = "", width: float = 0.0, **more: object) -> Symbol:
    return replace(Symbol("fill", fill=fill, stroke=stroke, width=width), **more)  # type: ignore[arg-type]


def _dot(fill: str, radius: float, **more: object) -> Symbol:
    base = Symbol("point", stroke=HALO, width=1.2, fill=fill, radius=radius)
    return replace(base, **more)  # type: ignore[arg-type]


LINE_CLASSES: dict[str, tuple[float, tuple[float, ...]]] = {
    "international": (1.3, ()),
    "disputed": (1.3, (6, 3)),
    "undetermined": (1.3, (6, 2.5, 1.2, 2.5)),
    "line-of-control": (1.3, (1.4, 2.4)),
    "claim": (1.0, (2.5, 4)),
    "administrative": (0.7, (3, 2)),
}
"""Width and dash of each boundary class; told apart by dash alone, so greyscale keeps them."""

SYMBOLS: dict[str, Symbol] = {
    "land": _fill(LAND),
    "country": _fill(LAND),
    "country.subject": _fill(LAND_SUBJECT),
    "lake": _fill(WATER, WATER_INK, 0.4),
    "river": _line(WATER_INK, 0.6, opacity=0.75),
    "river.1": _line(WATER_INK, 1.1, opacity=0.85),
    "river.2": _line(WATER_INK, 0.8, opacity=0.8),
    "province": _fill(LAND_SUBJECT, fill_opacity=0.0),
    "province.subject": _fill(BORDER_RED, fill_opacity=0.07),
    "province-line": _line(GREY, 0.7, (3, 2)),
    "band": _line(BORDER_RED, 9.0, opacity=0.22),
    "subject": _line(BORDER_RED, 2.4, casing=BORDER_RED, casing_width=9.0),
    "place": _dot(INK, 2.0),
    "place.1": _dot(INK, 4.2, shape="square"),
    "place.2": _dot(INK, 3.0),
    "place.3": _dot(INK, 2.4),
    "crossing": _dot(INK_SOFT, 4.6, shape="diamond"),
    "crossing.closed": _dot(BORDER_RED, 4.8, shape="diamond"),
    "crossing.limited": _dot(OCHRE, 5.2, shape="square"),
    "crossing.open": _dot(TEAL, 4.8),
    "crossing.unknown": _dot(GREY, 4.6),
    "locator": _fill("#f4f0e4"),
    "locator.subject": _fill("#c2b184"),
    "relief": Symbol("raster", opacity=0.8),
    "only-there": _line(SELECT, 1.0, (2, 3)),
}
SYMBOLS |= {f"boundary.{name}": _line(INK_SOFT, w, d) for name, (w, d) in LINE_CLASSES.items()}
SYMBOLS |= {f"subject.{name}": _line(BORDER_RED, 2.2, d) for name, (_, d) in LINE_CLASSES.items()}


def symbol(style: str, category: str = "", *, uncertain: bool = False) -> tuple[str, Symbol]:
    """Return the key and the symbol of a style, of its category where it has one.

    An uncertain feature keeps the colour of its class and loses its fill. An uncertain line is
    dashed, unless it has a halo: that says it already, and leaves the dash to the class.
    """
    key = f"{style}.{category}" if f"{style}.{category}" in SYMBOLS else style
    found = SYMBOLS.get(key, SYMBOLS["place"])
    if uncertain and found.kind == "point":
        ring = replace(found, hollow=True, stroke=found.fill, width=1.6)
        return f"{key}.uncertain", ring
    if uncertain and found.kind == "line":
        dash = found.dash or (() if found.halo else (4, 4))
        return f"{key}.uncertain", replace(found, dash=dash)
    if uncertain and found.kind == "fill":
        edge = {"stroke": INK_SOFT, "width": max(found.width, 1.1), "dash": (3, 2)}
        return f"{key}.uncertain", replace(found, **edge)  # type: ignore[arg-type]
    return key, found


SUBJECT_LINES = ("band", "subject")


def is_subject(key: str) -> bool:
    """Tell whether a symbol is that of the line a sheet is about."""
    return key.partition(".")[0] in SUBJECT_LINES


CHANGED = ".changed"
"""How the key of a symbol ends that marks a difference between two border policies."""


def changed(key: str, drawn: Symbol | None) -> tuple[str, Symbol]:
    """Return key and symbol of a feature that the compared policy draws or names otherwise.

    `drawn` is None for a line that only the other policy draws.
    """
    found = drawn or SYMBOLS["only-there"]
    if found.kind == "line":
        lit = replace(found, casing=SELECT, casing_width=10.0, casing_opacity=0.5)
        return f"{key}{CHANGED}", lit
    return f"{key}{CHANGED}", replace(found, stroke=SELECT, width=2.0)


LABELS: dict[str, dict[str, object]] = {
    "country": {"size": 15, "weight": 600, "spacing": 0.28, "colour": INK_SOFT, "upper": True},
    "province": {"size": 11, "weight": 600, "spacing": 0.06, "colour": INK_SOFT, "upper": False},
    "place": {"size": 11, "weight": 400, "spacing": 0.0, "colour": INK, "upper": False},
    "crossing": {"size": 11, "weight": 600, "spacing": 0.0, "colour": BORDER_RED, "upper": False},
    "water": {"size": 10, "weight": 400, "spacing": 0.03, "colour": WATER_INK, "upper": False},
    "line": {"size": 12, "weight": 600, "spacing": 0.04, "colour": BORDER_RED, "upper": False},
}
"""Label classes; sizes in CSS pixels, print scales them to points."""
ITALIC = "water"
"""The class of labels that is set in italics."""

# Dated events: the shape says what kind of thing happened (force, crossings, talks), dark or pale
# which of its two sides, so that greyscale keeps all six apart.
EVENT_PALE = {"ochre": "#d9a343", "teal": "#4aa39a", "indigo": "#9497d4"}
SYMBOLS |= {
    "event.war": _dot(BORDER_RED, 5.0, shape="diamond"),
    "event.displacement": _dot(EVENT_PALE["ochre"], 5.0, shape="diamond"),
    "event.closure": _dot(INK, 4.8, shape="square"),
    "event.trade": _dot(EVENT_PALE["teal"], 4.8, shape="square"),
    "event.diplomacy": _dot(INDIGO, 4.8),
    "event.mediation": _dot(EVENT_PALE["indigo"], 4.8),
    "force.strike": _dot(BORDER_RED, 5.6, shape="diamond"),
    "force.fighting": _dot(INK, 5.0, shape="square"),
    "force.attack": _dot(EVENT_PALE["ochre"], 5.2, stroke=INK_SOFT),
    "force.change": _dot(GREY, 4.6, shape="square", stroke=INK_SOFT),
}
SYMBOLS |= {
    f"event-place.{name}": _dot(HALO, 8.8, stroke=stroke, width=width)
    for name, stroke, width in (
        ("1", GREY, 0.7),
        ("2", GREY, 1.6),
        ("5", INK_SOFT, 2.4),
        ("10", INK, 3.2),
    )
}

# Development zones: what is standing is dark and square, what is only wished for is pale and round.
ZONE_DARK = "#5c3a08"
ZONE_PALE = "#d9a750"
SYMBOLS |= {
    "zone-area.country": _fill("#f3e3bd", OCHRE, 0.8, dash=(4, 3), fill_opacity=0.85),
    "zone-area.province": _fill("#dfb768", OCHRE, 0.8, dash=(4, 3), fill_opacity=0.85),
    "zone-area.tribal": _fill("#a9701c", OCHRE, 0.8, dash=(4, 3), fill_opacity=0.85),
    "zone-area.belt": _fill("#ecd092", OCHRE, 0.8, dash=(4, 3), fill_opacity=0.85),
    "zone-edge": _line(ZONE_DARK, 1.8, (5, 2.5)),
    "zone-test.inside": _dot(ZONE_DARK, 3.2),
    "zone-test.outside": _dot(GREY, 3.6, shape="square"),
    "zone-site.operating": _dot(ZONE_DARK, 6.0, shape="square"),
    "zone-site.pending": _dot("#9a6214", 5.2, shape="diamond"),
    "zone-site.proposed": _dot(ZONE_PALE, 4.8),
    "zone-site.lapsed": _dot(GREY_SOFT, 4.8),
    "zone-site.unsourced": _dot(GREY, 3.2),
    "zone-site.unknown": _dot(GREY, 3.4, shape="diamond"),
    "zone-model.joint": _dot(ZONE_DARK, 6.4, shape="diamond"),
    "zone-model.free": _dot("#9a6214", 5.6, shape="square"),
    "zone-model.market": _dot(OCHRE, 4.8),
    "zone-model.planned": _dot(GREY, 4.2),
    "zone-model.preference": _dot(ZONE_PALE, 5.4, shape="diamond"),
}
LABELS |= {
    "zone": {"size": 11, "weight": 600, "spacing": 0.0, "colour": ZONE_DARK, "upper": False},
}

NO_ROW = "#e6e6e2"
ENGAGEMENT = ("#c6c8e3", "#a0a3d0", "#7577b6", INDIGO, "#1b1d59")
"""From the loosest tie to the strongest: one hue whose lightness falls in even steps."""

SYMBOLS |= {
    "no-row": _fill(NO_ROW, GREY_SOFT, 0.6),
    "no-row.subject": _fill(LAND_SUBJECT, INK, 1.2),
    "engagement.none": _fill("#f6f5fa", ENGAGEMENT[2], 0.7, dash=(2, 2)),
    "engagement.unknown": _fill(NO_ROW, GREY, 0.7),
    "recognition.not": _fill(ENGAGEMENT[0], HALO, 0.6),
    "recognition.recognised": _fill(ENGAGEMENT[4], HALO, 0.6),
    "recognition.unknown": _fill(NO_ROW, GREY, 0.7),
    "member": _fill("#dfe0ef", HALO, 0.7),
    "member-ground": _fill(LAND, GREY_SOFT, 0.4),
    "member-ground.subject": _fill("#dfe0ef", HALO, 0.7),
    "parties": _fill(LAND, GREY_SOFT, 0.4),
    "parties.subject": _fill(LAND_SUBJECT, GREY, 0.8),
    "meeting-place": _dot(ENGAGEMENT[1], 5.4, opacity=0.6),
    "meeting": _dot(INDIGO, 4.6),
    "meeting.organisation": _dot(ENGAGEMENT[4], 5.0, shape="square"),
    "meeting.consultation": _dot(ENGAGEMENT[2], 5.2),
    "meeting.minilateral": _dot(INDIGO, 4.8, shape="diamond"),
    "meeting.mediation": _dot(HALO, 4.2, stroke=ENGAGEMENT[4], width=2.0),
    "round": _dot(INDIGO, 5.0),
    "round.truce": _dot(ENGAGEMENT[4], 5.6),
    "round.agreement": _dot(INDIGO, 5.4, shape="square"),
    "round.release": _dot(ENGAGEMENT[2], 5.4, shape="diamond"),
    "round.talks": _dot(ENGAGEMENT[2], 4.8),
    "round.none": _dot(INK_SOFT, 5.4, shape="diamond"),
    "round.offer": _dot(GREY, 4.6, shape="square"),
    "arc": _line(INDIGO, 1.6),
    "arc.solid": _line(INDIGO, 1.8),
    "arc.dashed": _line(INDIGO, 1.6, (5, 3)),
    "tie": _line(INDIGO, 2.6),
    "tie.ambassador": _line(INDIGO, 3.0, casing=INDIGO, casing_width=10.0),
    "tie.charge": _line(INDIGO, 2.2, (8, 4), casing=INDIGO, casing_width=7.0),
    "tie.unconfirmed": _line(INDIGO, 2.6, (2, 4), casing=INDIGO, casing_width=10.0),
    "tie.unknown": _line(GREY, 1.6, (2, 4)),
    "bond.ambassador": _line(INDIGO, 9.0, opacity=0.25),
    "bond.charge": _line(INDIGO, 5.0, opacity=0.18),
    "bond.unknown": _line(GREY, 3.0, opacity=0.2),
    "direct": _dot(INDIGO, 5.6, shape="square"),
}
SYMBOLS |= {
    f"engagement.{name}": _fill(tone, HALO, 0.6)
    for name, tone in zip(
        ("contacts", "partial", "mission", "ambassador", "recognised"), ENGAGEMENT, strict=True
    )
}
LABELS |= {
    "state": {"size": 10.5, "weight": 600, "spacing": 0.05, "colour": INK, "upper": False},
    "city": {"size": 10, "weight": 400, "spacing": 0.0, "colour": INK, "upper": False},
    "tie": {"size": 12, "weight": 600, "spacing": 0.04, "colour": INDIGO, "upper": False},
}

# Routes. The mode is told by shade and width, broad and pale below, narrow and dark above, so that
# routes which share a valley show side by side; the state by the dash, whose lengths are pixels.
# All are schematic: a soft halo says so, and leaves the dash to the state.
_MODES = {
    "pipeline": ("#a5cec7", 6.6),
    "power": ("#63a59c", 4.6),
    "rail": (TEAL, 3.0),
    "multimodal": ("#0e4a45", 1.5),
    "road": ("#0e4a45", 1.5),
    "air": ("#0e4a45", 1.2),
}
_AROUND = {"rail": ("#8b7d6b", 2.6), "road": ("#6f6354", 1.2), "sea": ("#6f6354", 1.2)}
"""Ways around: grey-brown and thinner."""
_STATES = {
    "existing": (),
    "construction": (11, 2.5),
    "planned": (6, 4),
    "suspended": (1.8, 2.6),
    "abandoned": (2, 7),
}
_OWN_DASH = {"sea": (9, 3, 1.5, 3), "air": (9, 3, 1.5, 3, 1.5, 3)}
"""Ways without a track on the ground: their dash tells the mode."""


def _route(mode: str, state: str, stroke: str, width: float) -> Symbol:
    pixels = _OWN_DASH.get(mode, _STATES[state])
    dash = tuple(round(pixel / width, 3) for pixel in pixels)
    return _line(stroke, width, dash, casing=stroke, casing_width=width + 4.0, halo=True)


SYMBOLS |= {
    f"route.{kind}{mode}-{state}": _route(mode, state, stroke, width)
    for kind, modes in (("", _MODES), ("around-", _AROUND))
    for mode, (stroke, width) in modes.items()
    for state in _STATES
}
SYMBOLS |= {f"route.corridor-{state}": _line("#d3e6e2", 10.0) for state in _STATES}
SYMBOLS |= {
    "route": _line(GREY, 1.0),
    "route.unknown": _line(GREY, 1.0),
    "route-point": _dot(INK_SOFT, 2.6),
    "route-point.port": _dot(TEAL, 4.6, shape="square"),
    "route-point.dry port": _dot(TEAL, 3.8, shape="diamond"),
    "route-point.crossing": _dot(TEAL, 3.4),
    "route-point.capital": _dot(INK, 4.2, shape="square"),
    "route-point.end of a route": _dot(INK_SOFT, 2.6),
}
LABELS |= {
    "route": {"size": 11, "weight": 600, "spacing": 0.02, "colour": TEAL, "upper": False},
    "route-point": {"size": 10, "weight": 400, "spacing": 0.0, "colour": INK_SOFT, "upper": False},
}

# Amounts by class: one warm hue, each step darker, so that greyscale keeps the order.
RAMP = ("#f8e3b8", "#ecc27d", "#d59a45", "#b1711f", "#864b14")
SYMBOLS |= {
    **{f"ramp.{n}": _fill(fill, PAPER, 0.6) for n, fill in enumerate(RAMP, 1)},
    "ramp.unknown": _fill(GREY_SOFT, GREY, 0.6, dash=(2, 2)),
    "tint": _fill(RAMP[1], RAMP[2], 0.6, fill_opacity=0.55),
    "district": _dot(RAMP[4], 4.0),
}
