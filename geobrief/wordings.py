"""Every wording that a translation has to give: those of the content, and those of the engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from geobrief.atlas import Atlas
from geobrief.boundaries import CLASSES
from geobrief.sheets import Sheet

CALLS = {"say", "text", "wording"}
"""Names of the functions that turn a wording into the reader's language, or mark it for that."""

_HERE = Path(__file__).parent
_IN_TEMPLATE = re.compile(r"\btext\(\s*(['\"])(.+?)\1\s*\)")


def wordings(atlas: Atlas) -> tuple[str, ...]:
    """Return titles, legends, disclaimers, labels and controls, each once, in reading order."""
    found = dict.fromkeys(_of_content(atlas))
    return tuple(word for word in (*found, *engine_wordings()) if word)


def untranslated(atlas: Atlas, lang: str) -> tuple[str, ...]:
    """Return the wordings that a language does not have yet."""
    known = atlas.translations[lang].wordings if lang in atlas.translations else {}
    return tuple(word for word in wordings(atlas) if word not in known)


def _of_content(atlas: Atlas) -> Iterator[str]:
    yield atlas.title
    for page in atlas.pages:
        yield from (page.title, page.subtitle)
    for policy in atlas.policies:
        yield from (policy.name, policy.short, policy.disclaimer, *policy.names.values())
    for moment in atlas.moments:
        yield from (moment.title, moment.note)
    for sheet in atlas.sheets.values():
        yield from _of_sheet(sheet)
    for briefing in atlas.briefings.values():
        yield from (briefing.title, *(slide.title for slide in briefing.slides))
    for layer in atlas.layers.values():
        yield layer.title
        for figure in layer.figures:
            yield figure.label
        if "missing" in layer.columns:
            yield from sorted(layer.frame["missing"].dropna().unique())
    yield from dict.fromkeys(claim.verdict for claim in atlas.claims)


def _of_sheet(sheet: Sheet) -> Iterator[str]:
    yield from (sheet.title, sheet.subtitle, sheet.hint, sheet.tab)
    for layer in sheet.layers:
        yield from (*layer.legend.values(), layer.unit)
    for table in sheet.tables:
        yield from (table.title, table.note, *map(heading, table.rows.columns))
    for chart in sheet.charts:
        yield from (chart.title, chart.note, chart.unit)
        if chart.series:
            yield from dict.fromkeys(chart.rows[chart.series])


UNITS = ("_km", "_km2", "_m")
"""Endings of the names of columns that hold quantities."""


def heading(column: str) -> str:
    """Return the name of a column as a reader sees it: `length_km` is "Length (km)"."""
    stem, _, unit = column.rpartition("_")
    if stem and f"_{unit}" in UNITS:
        return f"{stem.replace('_', ' ').capitalize()} ({unit.replace('2', '²')})"
    return column.replace("_", " ").capitalize()


@lru_cache(maxsize=1)
def engine_wordings() -> tuple[str, ...]:
    """Return the wordings that stand in the engine, its templates and the pages."""
    found = dict.fromkeys(CLASSES.values())
    for path in sorted([*_HERE.rglob("*.py"), *(_HERE.parent / "pages").glob("*.py")]):
        found |= dict.fromkeys(_in_code(path.read_text(encoding="utf-8")))
    for path in sorted(_HERE.rglob("*.html")):
        matches = _IN_TEMPLATE.finditer(path.read_text(encoding="utf-8"))
        found |= dict.fromkeys(match[2] for match in matches)
    return tuple(word for word in found if word)


def _in_code(source: str) -> Iterator[str]:
    """Yield the texts that are handed to one of the calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS:
            for argument in node.args:
                yield from _texts(argument)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
