"""The plan of an atlas: what atlas.toml says, and the wordings of its languages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from geobrief.errors import ContentError, Where
from geobrief.files import Report, parse_toml, read_text, toml_rows
from geobrief.typed import listed, typed


@dataclass(frozen=True)
class Language:
    """A language of names and wordings. `tag` is its BCP 47 tag."""

    id: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    tag: str = ""
    script: str = "latin"


@dataclass(frozen=True)
class Policy:
    """A border policy. `names` holds what it calls a feature, by feature id."""

    id: str
    name: str
    short: str
    after: str
    disclaimer: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of the dashboard and the sheets that it shows, the first one unless told.

    A page with a subtitle of its own is about no sheet; the first one lends it its map.
    """

    id: str
    title: str
    sheets: tuple[str, ...]
    where: Where
    subtitle: str = ""


@dataclass(frozen=True)
class Moment:
    """A time that every time axis marks. `start` and `end` are ISO dates."""

    title: str
    start: str
    end: str
    note: str = ""


@dataclass(frozen=True)
class Translation:
    """Wordings of one language; unreviewed until a named reviewer signs."""

    wordings: Mapping[str, str]
    reviewer: str


@dataclass(frozen=True)
class Plan:
    """What atlas.toml says. `essay` is the digest of the essay, `locator` still as it stands."""

    title: str
    subtitle: str
    as_of: datetime.date
    essay: str
    pages: tuple[Page, ...]
    languages: tuple[Language, ...]
    policies: tuple[Policy, ...]
    moments: tuple[Moment, ...]
    timeline: tuple[str, ...]
    locator: Mapping[str, Any] | None
    where: Where


def read_plan(path: Path) -> Plan:
    """Read atlas.toml.

    Raises
    ------
    ContentError
        If it cannot be read, lacks something, or holds a value of the wrong form.
    """
    text = read_text(path, ContentError)
    raw = parse_toml(text, path, ContentError)
    where = Where(path, 1)
    for key in ("title", "as_of", "languages", "policies"):
        if not raw.get(key):
            raise ContentError(f"the atlas has no {key}", where, "see CONTRIBUTING.md")
    if not isinstance(raw["as_of"], datetime.date):
        raise ContentError("as_of is not a date", where, "write YYYY-MM-DD")
    pages = toml_rows(raw, "pages", text, path, ContentError)
    try:
        made = {
            "title": raw["title"],
            "subtitle": raw.get("subtitle", ""),
            "as_of": raw["as_of"],
            "essay": raw.get("essay_sha256", ""),
            "pages": tuple(_page(entry, place) for entry, place in pages),
            "languages": tuple(_language(entry) for entry in raw["languages"]),
            "policies": tuple(_policy(entry) for entry in raw["policies"]),
            "moments": tuple(typed(Moment, entry) for entry in raw.get("moments", ())),
            "timeline": listed(raw.get("timeline", [])),
            "locator": raw.get("locator"),
            "where": where,
        }
        return typed(Plan, made)
    except (TypeError, KeyError, AttributeError) as reason:
        hint = "see CONTRIBUTING.md"
        raise ContentError(f"the atlas is not in order: {reason}", where, hint) from None


def _language(raw: dict[str, Any]) -> Language:
    return typed(Language, {"tag": raw["id"], **raw})


def _policy(raw: dict[str, Any]) -> Policy:
    names = {entry["feature"]: entry["name"] for entry in raw.get("names", ())}
    return typed(Policy, {**raw, "names": names})


def _page(raw: dict[str, Any], where: Where) -> Page:
    sheets = raw.get("sheets") or [raw["sheet"]]
    words = {key: raw.get(key, "") for key in ("id", "title", "subtitle")}
    return typed(Page, {**words, "sheets": listed(sheets), "where": where})


def read_translations(
    folder: Path, languages: Iterable[Language], report: Report
) -> dict[str, Translation]:
    """Read the wordings of each language; what is broken is reported and stays untranslated."""
    found = {}
    for language in languages:
        path = folder / f"{language.id}.toml"
        if not path.exists():
            continue
        try:
            raw = parse_toml(read_text(path, ContentError), path, ContentError)
            found[language.id] = _translation(raw, path, report)
        except ContentError as problem:
            report(problem)
    return found


def _translation(raw: dict[str, Any], path: Path, report: Report) -> Translation:
    wordings = raw.get("text", {})
    if not isinstance(wordings, dict):
        raise ContentError("text is not a table", Where(path, 1), "write [text]")
    texts = {}
    for key, value in wordings.items():
        if not isinstance(value, str):
            hint = "write it in quotation marks"
            report(ContentError(f"the translation of {key!r} is not text", Where(path), hint))
        else:
            texts[key] = value
    try:
        return typed(Translation, {"wordings": texts, "reviewer": raw.get("reviewer", "")})
    except TypeError as reason:
        message = f"the translation is not in order: {reason}"
        raise ContentError(message, Where(path), "see CONTRIBUTING.md") from None
