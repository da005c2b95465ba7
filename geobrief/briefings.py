"""Briefings: slides in an order, each a map sheet with what is said to it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import tomli_w

from geobrief.errors import ContentError, GeobriefError, RequestError, Where
from geobrief.files import Report, parse_toml, read_text, toml_rows
from geobrief.settings import settings
from geobrief.spec import MARKING_LENGTH, Extent, View, checked_extent

LONGEST_LINK = 7_680
"""Characters that a briefing may take in an address; the rest of the query needs some too."""

LONGEST = {"title": 300, "marking": MARKING_LENGTH}
"""Characters of a text that is one line. Ids have as many as a title; notes fill the file."""

MOST_SELECTED = 500
"""Features that a slide may select."""

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


def parse_briefing(text: str, path: Path, *, empty: bool = False) -> Briefing:
    """Return the briefing that a TOML text describes; its id is the name of the file.

    One without slides is taken only where `empty` says so: while it is being written.

    Raises
    ------
    ContentError
        With the line, if the text is not TOML, or a key or a value is not known.
    """
    top = Where(path, 1)
    if (size := len(text.encode())) > (most := settings().max_briefing):
        raise ContentError(f"the briefing has {size} bytes", top, f"at most {most}")
    raw = parse_toml(text, path, ContentError)
    _check_keys(raw, KEYS, top, "briefing")
    if not isinstance(raw.get("title"), str) or not raw["title"].strip():
        raise ContentError("the briefing has no title", top, 'write title = "..."')
    rows = toml_rows(raw, "slides", text, path, ContentError)
    if not rows and not empty:
        raise ContentError("the briefing has no slides", top, "write [[slides]] for each")
    if len(rows) > (most := settings().max_slides):
        raise ContentError(f"the briefing has {len(rows)} slides", top, f"at most {most}")
    for key in ("title", "lang", "policy", "marking"):
        _check_text(raw, key, top)
    slides = (_slide(row, where) for row, where in rows)
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
    if len(select) > MOST_SELECTED:
        words = f"the slide selects {len(select)} features"
        raise ContentError(words, where, f"at most {MOST_SELECTED}")
    texts = {key: raw.get(key, "") for key in ("title", "notes")}
    return Slide(raw["sheet"], where, date=date, select=tuple(select), bbox=bbox, **texts)


def _check_keys(raw: dict[str, Any], known: Iterable[str], where: Where, what: str) -> None:
    if unknown := sorted(set(raw) - set(known)):
        hint = f"one of {', '.join(sorted(known))}"
        raise ContentError(f"the {what} has an unknown key {unknown[0]!r}", where, hint)


def _check_text(raw: dict[str, Any], key: str, where: Where) -> None:
    text = raw.get(key, "")
    if not isinstance(text, str):
        raise ContentError(f"{key} is not text", where, f'write {key} = "..."')
    most = LONGEST.get(key, LONGEST["title"])
    if key != "notes" and len(text) > most:
        raise ContentError(f"{key} has {len(text)} characters", where, f"at most {most}")


def to_toml(briefing: Briefing) -> str:
    """Write a briefing as the file that `parse_briefing` reads; what is empty is left out."""
    top = {key: getattr(briefing, key) for key in ("title", "lang", "policy", "marking")}
    slides = [
        _filled(
            {
                "sheet": slide.sheet,
                "title": slide.title,
                "notes": slide.notes,
                "date": Date.fromisoformat(slide.date) if slide.date else "",
                "select": list(slide.select),
                "bbox": list(slide.bbox) if slide.bbox else [],
            }
        )
        for slide in briefing.slides
    ]
    parts = [_dumped(_filled(top)), *(f"\n[[slides]]\n{_dumped(slide)}" for slide in slides)]
    return "".join(parts)


def _dumped(row: dict[str, Any]) -> str:
    """Write one table; left to itself, the writer puts short ones into one line as an array."""
    return tomli_w.dumps(row, multiline_strings=True)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value}


def to_link(briefing: Briefing) -> str:
    """Return a briefing as text for the parameter `b` of an address.

    Raises
    ------
    RequestError
        If it is too long for an address.
    """
    packed = zlib.compress(to_toml(briefing).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > LONGEST_LINK:
        raise RequestError(
            f"the briefing takes {len(text)} characters in a link",
            hint=f"at most {LONGEST_LINK}: save it as a file",
        )
    return text


def from_link(id: str, text: str, *, empty: bool = False) -> Briefing:
    """Return the briefing that `to_link` wrote; for `empty` see `parse_briefing`.

    Raises
    ------
    RequestError
        If the text is damaged, too long, or not a briefing.
    """
    try:
        letters = text.encode("ascii") + b"=" * (-len(text) % 4)
        packed = base64.b64decode(letters, altchars=b"-_", validate=True)
        stream = zlib.decompressobj()
        raw = stream.decompress(packed, settings().max_briefing + 1)
        if not stream.eof and len(raw) <= settings().max_briefing:
            raise RequestError("the briefing in the link is cut short", hint="copy the whole link")
        return parse_briefing(raw.decode(), Path(f"{id}.toml"), empty=empty)
    except ContentError as problem:
        message = f"the briefing in the link is not in order: {problem.message}"
        raise RequestError(message, hint=problem.hint) from None
    except RequestError:
        raise
    except (ValueError, zlib.error):  # of base64 and of UTF-8
        hint = "copy the whole link"
        raise RequestError("the briefing in the link is damaged", hint=hint) from None
