"""What the essay speaks of: each entity, and the features that show it on a map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geobrief.errors import ContentError, Where
from geobrief.files import Report, parse_toml, read_text, toml_rows
from geobrief.typed import listed, typed

Mappable = Literal["yes", "indirect", "no"]


@dataclass(frozen=True)
class Entity:
    """A place, actor, mechanism, date, figure or event that the essay names.

    `features` are ids `layer/id`, or `layer/*` for a whole layer; `why` says why a map cannot
    carry an entity that is marked "no".
    """

    id: str
    name: str
    kind: str
    mappable: Mappable
    features: tuple[str, ...]
    why: str
    where: Where


def read_entities(path: Path, report: Report) -> dict[str, Entity]:
    """Read entities.toml; an atlas without the file has none. Faulty entries are left out.

    Raises
    ------
    ContentError
        If the file cannot be read.
    """
    if not path.is_file():
        return {}
    text = read_text(path, ContentError)
    found: dict[str, Entity] = {}
    whole = parse_toml(text, path, ContentError)
    for raw, where in toml_rows(whole, "entity", text, path, ContentError):
        try:
            entity = _entity(raw, where)
        except ContentError as problem:
            report(problem)
            continue
        if entity.id in found:
            report(ContentError(f"entity {entity.id!r} stands twice", entity.where))
        found[entity.id] = entity
    return found


def _entity(raw: dict[str, Any], where: Where) -> Entity:
    id, mappable = str(raw.get("id", "")), raw.get("mappable", "yes")
    if not id or not raw.get("name"):
        raise ContentError("an entity needs an id and a name", where)
    if mappable not in ("yes", "indirect", "no"):
        raise ContentError(f"entity {id!r}: mappable is yes, indirect or no", where)
    features, why = raw.get("features", []), raw.get("why", "")
    if bool(features) == (mappable == "no"):
        hint = 'features = ["layer/id", ...], or mappable = "no" and why'
        raise ContentError(f"entity {id!r} says neither where it is shown nor why not", where, hint)
    if mappable == "no" and not why:
        raise ContentError(f"entity {id!r} does not say why no map can carry it", where)
    values = {"kind": raw.get("kind", ""), "mappable": mappable, "why": why, "where": where}
    try:
        named = {"id": id, "name": raw["name"], "features": listed(features)}
        return typed(Entity, {**named, **values})
    except TypeError as reason:
        raise ContentError(f"entity {id!r} is not in order: {reason}", where) from None
