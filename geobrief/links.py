"""Links between passages and features; each is resolved to exact words or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geobrief.entities import Entity
from geobrief.errors import ContentError, Where
from geobrief.essay import Essay, Passage
from geobrief.files import Report, parse_toml, read_text, toml_rows


@dataclass(frozen=True)
class Link:
    """A phrase and the features it speaks of. `start` and `end` are offsets in the passage."""

    passage: str
    quote: str
    start: int
    end: int
    features: tuple[str, ...]
    theme: str
    where: Where
    entity: str = ""
    """Id of the entity that the phrase names, where links name entities."""


def read_links(
    path: Path, essay: Essay, entities: Mapping[str, Entity], report: Report
) -> tuple[Link, ...]:
    """Read links.toml; a link that cannot be resolved is reported and left out.

    Raises
    ------
    ContentError
        If the file cannot be read.
    """
    text = read_text(path, ContentError)
    whole = parse_toml(text, path, ContentError)
    links = []
    for raw, where in toml_rows(whole, "link", text, path, ContentError):
        try:
            links.append(_resolve(raw, essay, entities, where))
        except ContentError as problem:
            report(problem)
    return tuple(links)


def _resolve(
    raw: Mapping[str, Any], essay: Essay, entities: Mapping[str, Entity], where: Where
) -> Link:
    words = ("passage", "quote", "entity", "prefix", "suffix", "theme")
    if wrong := [key for key in words if not isinstance(raw.get(key, ""), str)]:
        raise ContentError(f"{wrong[0]} of a link is not text", where)
    id, quote, named = raw.get("passage", ""), raw.get("quote", ""), raw.get("entity", "")
    if id not in essay:
        raise ContentError(f"no passage {id!r} in the essay", where, "see `list passages`")
    if named and named not in entities:
        raise ContentError(f"no entity {named!r}", where, "see entities.toml")
    features = entities[named].features if named else raw.get("features")
    listed = isinstance(features, tuple | list) and all(isinstance(f, str) for f in features)
    if not quote or not (named or features) or not listed:
        hint = 'features = ["layer/id", ...] or entity = "id"'
        raise ContentError("a link needs a quote and what it speaks of", where, hint)
    start = _find(essay.passage(id), quote, raw.get("prefix", ""), raw.get("suffix", ""), where)
    theme, end = raw.get("theme", ""), start + len(quote)
    return Link(id, quote, start, end, tuple(features or ()), theme, where, named)


def _find(passage: Passage, quote: str, prefix: str, suffix: str, where: Where) -> int:
    whole = prefix + quote + suffix
    count = passage.text.count(whole)
    if count == 0:
        hint = "quote the essay character for character"
        raise ContentError(f"{passage.id} does not hold the quote {whole!r}", where, hint)
    if count > 1:
        hint = "add prefix or suffix: the words just before or after it"
        raise ContentError(f"{passage.id} holds {whole!r} {count} times", where, hint)
    return passage.text.index(whole) + len(prefix)
