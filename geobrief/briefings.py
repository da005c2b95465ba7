"""Briefings: slides in an order, each a map sheet with what is said to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

from geobrief.errors import ContentError, GeobriefError, Where
from geobrief.files import Report, parse_toml, read_text, table_lines
from geobrief.spec import Extent, View, checked_extent

KEYS = {"title", "lang", "policy", "marking", "slides"}
SLIDE_KEYS = {"sheet", "title", "notes", "date", "select", "bbox"}


@dataclass(frozen=True)
class Slide:
    """One sheet of a briefing. Without a title or notes of its own it has the sheet's."""

    sheet: str
    where: Where
    title: str = ""
    notes: str = ""
    date: str = ""
    select: tuple[str, ...] = ()
    bbox: Extent | None = None


@dataclass(frozen=True)
class Briefing:
    """Slides in their order. An empty language or policy is the atlas's default one."""

    id: str
    title: str
    slides: tuple[Slide, ...]
    where: Where
    lang: str = ""
    policy: str = ""
    marking: str = ""

    def view(self, slide: Slide) -> View:
        """Return what a slide shows of its sheet."""
        return View(self.lang, self.policy, slide.date, slide.select, slide.bbox)


def read_briefings(folder: Path, report: Report) -> dict[str, Briefing]:
    """Read briefings/*.toml in the order of their names; a broken one is reported and left out."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            found[path.stem] = parse_briefing(read_text(path, ContentError), path)
        except GeobriefError as problem:
            report(problem)
    return found


def parse_briefing(text: str, path: Path) -> Briefing:
    """Return the briefing that a TOML text describes; its id is the name of the file.

    Raises
    ------
    ContentError
        With the line, if the text is not TOML, or a key or a value is not known.
    """
    raw = parse_toml(text, path, ContentError)
    top = Where(path, 1)
    _check_keys(raw, KEYS, top, "briefing")
    if not isinstance(raw.get("title"), str) or not raw["title"].strip():
        raise ContentError("the briefing has no title", top, 'write title = "..."')
    rows = raw.get("slides", [])
    lines = table_lines(text, "slides")
    if not rows or not isinstance(rows, list) or len(lines) != len(rows):
        raise ContentError("the briefing has no slides", top, "write [[slides]] for each")
    for key in ("lang", "policy", "marking"):
        _check_text(raw, key, top)
    slides = (_slide(row, Where(path, line)) for row, line in zip(rows, lines, strict=True))
    values = {key: raw.get(key, "") for key in ("lang", "policy", "marking")}
    return Briefing(path.stem, raw["title"], tuple(slides), top, **values)


def _slide(raw: dict[str, Any], where: Where) -> Slide:
    _check_keys(raw, SLIDE_KEYS, where, "slide")
    if not raw.get("sheet"):
        raise ContentError("the slide names no sheet", where, 'write sheet = "..."')
    for key in ("sheet", "title", "notes"):
        _check_text(raw, key, where)
    when = raw.get("date", "")
    try:
        date = when.isoformat() if isinstance(when, Date) else str(when)
        if date:
            Date.fromisoformat(date)
        bbox = checked_extent(raw["bbox"]) if raw.get("bbox") else None
    except (TypeError, ValueError) as reason:
        hint = "a date is YYYY-MM-DD, a bbox is [west, south, east, north]"
        raise ContentError(f"the slide is not in order: {reason}", where, hint) from None
    select = raw.get("select", [])
    if not isinstance(select, list) or not all(isinstance(id, str) for id in select):
        raise ContentError("select is not a list of ids", where, 'write ["layer/id"]')
    texts = {key: raw.get(key, "") for key in ("title", "notes")}
    return Slide(raw["sheet"], where, date=date, select=tuple(select), bbox=bbox, **texts)


def _check_keys(raw: dict[str, Any], known: Iterable[str], where: Where, what: str) -> None:
    if unknown := sorted(set(raw) - set(known)):
        hint = f"one of {', '.join(sorted(known))}"
        raise ContentError(f"the {what} has an unknown key {unknown[0]!r}", where, hint)


def _check_text(raw: dict[str, Any], key: str, where: Where) -> None:
    if not isinstance(raw.get(key, ""), str):
        raise ContentError(f"{key} is not text", where, f'write {key} = "..."')
