"""The atlas: one pair of folders, read and held together."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from geobrief.boundaries import Boundaries, read_boundaries
from geobrief.briefings import Briefing, read_briefings
from geobrief.claims import Claim, read_claims
from geobrief.entities import Entity, read_entities
from geobrief.errors import ContentError, GeobriefError, NotFoundError, Where
from geobrief.essay import Essay, read_essay
from geobrief.files import Report, parse_toml, read_text
from geobrief.layers import Layer, read_catalogue
from geobrief.links import Link, read_links
from geobrief.resolve import check_briefings, check_named, check_sheets
from geobrief.sheets import Sheet, locator_sheet, read_sheets


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


_Item = TypeVar("_Item", Language, Policy)


@dataclass(frozen=True)
class Page:
    """A page of the dashboard and the sheets that it shows, the first one unless told.

    A page with a subtitle of its own is about no sheet; the first one lends it its map.
    """

    id: str
    title: str
    sheets: tuple[str, ...]
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
class Atlas:
    """Everything that an output draws from. The first language and policy are the default."""

    title: str
    subtitle: str
    as_of: datetime.date
    pages: tuple[Page, ...]
    languages: tuple[Language, ...]
    policies: tuple[Policy, ...]
    essay: Essay
    entities: dict[str, Entity]
    links: tuple[Link, ...]
    layers: dict[str, Layer]
    boundaries: Boundaries
    sheets: dict[str, Sheet]
    briefings: dict[str, Briefing]
    translations: dict[str, Translation]
    moments: tuple[Moment, ...]
    claims: tuple[Claim, ...]
    timeline: tuple[str, ...]
    """Ids of the layers that are entries of a timeline."""
    digest: str
    locator: Sheet | None = None
    """The wider region, in which small maps show where a sheet lies."""

    @classmethod
    def load(cls, content: Path, geodata: Path) -> Atlas:
        """Read an atlas.

        Raises
        ------
        ContentError, GeodataError
            The first problem that is found.
        """

        def refuse(problem: GeobriefError) -> None:
            raise problem

        return read_atlas(content, geodata, refuse)

    @property
    def default_language(self) -> Language:
        """The language of the essay and of the column `name`."""
        return self.languages[0]

    def language(self, id: str) -> Language:
        """Return a language; the empty id means the default one.

        Raises
        ------
        NotFoundError
            If the atlas has no such language.
        """
        return _pick(self.languages, id, "language")

    def policy(self, id: str) -> Policy:
        """Return a border policy; the empty id means the default one.

        Raises
        ------
        NotFoundError
            If the atlas has no such policy.
        """
        return _pick(self.policies, id, "policy")

    def text(self, lang: str, wording: str) -> str:
        """Return a wording in a language, or as it is where it has not been translated."""
        translation = self.translations.get(lang)
        return translation.wordings.get(wording, wording) if translation else wording

    def unreviewed(self, lang: str) -> bool:
        """Say whether wordings of this language still wait for a named reviewer."""
        return lang in self.translations and not self.translations[lang].reviewer

    @cached_property
    def _passages_by_feature(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for link in self.links:
            for feature in link.features:
                found[feature].append(link.passage)
        return {feature: tuple(sorted(set(ids))) for feature, ids in found.items()}

    def passages_of(self, feature: str) -> tuple[str, ...]:
        """Return the ids of the passages that speak of a feature."""
        return self._passages_by_feature.get(feature, ())

    def features_of(self, passage: str) -> tuple[str, ...]:
        """Return the ids of the features that a passage speaks of, each once, in its order."""
        linked = [link for link in self.links if link.passage == passage]
        return tuple(dict.fromkeys(feature for link in linked for feature in link.features))


def _pick(items: tuple[_Item, ...], id: str, kind: str) -> _Item:
    if not id:
        return items[0]
    for item in items:
        if item.id == id:
            return item
    known = ", ".join(item.id for item in items)
    raise NotFoundError(f"no {kind} {id!r}", hint=f"one of {known}")


def read_atlas(content: Path, geodata: Path, report: Report) -> Atlas:
    """Read an atlas and hand every problem to `report`.

    Raises
    ------
    ContentError, GeodataError
        If a file without which nothing can be checked cannot be read.
    """
    path = content / "atlas.toml"
    text = read_text(path, ContentError)
    raw = parse_toml(text, path, ContentError)
    where = Where(path, 1)
    for key in ("title", "as_of", "languages", "policies"):
        if not raw.get(key):
            raise ContentError(f"the atlas has no {key}", where, "see CONTRIBUTING.md")
    if not isinstance(raw["as_of"], datetime.date):
        raise ContentError("as_of is not a date", where, "write YYYY-MM-DD")
    for language in raw["languages"]:
        if language.get("direction", "ltr") not in ("ltr", "rtl"):
            raise ContentError(f"direction {language['direction']!r} is neither ltr nor rtl", where)
    try:
        languages = tuple(Language(**{"tag": v["id"], **v}) for v in raw["languages"])
        policies = tuple(_policy(v) for v in raw["policies"])
        pages = tuple(_page(v) for v in raw.get("pages", ()))
        moments = tuple(Moment(**v) for v in raw.get("moments", ()))
    except (TypeError, KeyError) as reason:
        raise ContentError(f"the atlas is not in order: {reason}", where) from None
    essay = read_essay(content / "essay.md", report, raw.get("essay_sha256", ""))
    layers, left_out = read_catalogue(geodata, report)
    entities = {
        entity.id: replace(entity, features=_expanded(entity.features, layers))
        for entity in read_entities(content / "entities.toml", report).values()
    }
    links = tuple(
        replace(link, features=_expanded(link.features, layers))
        for link in read_links(content / "links.toml", essay, entities, report)
    )
    sheets = read_sheets(content, geodata, report)
    briefings = read_briefings(content / "briefings", report)
    named = [(f"link in {link.passage}", link.features, link.where) for link in links]
    named += [(f"entity {e.id!r}", e.features, e.where) for e in entities.values()]
    named += [
        (f"a slide of {briefing.id!r}", slide.select, slide.where)
        for briefing in briefings.values()
        for slide in briefing.slides
    ]
    named += [
        (f"{layer.id}/{id}", parts, layer.where)
        for layer in layers.values()
        for id, parts in layer.parts.items()
    ]
    check_named(named, layers, left_out, report)
    locator = locator_sheet(raw["locator"], where) if "locator" in raw else None
    drawn = sheets | ({"locator": locator} if locator else {})
    check_sheets(drawn, essay, layers, left_out, report)
    _check_pages(pages, content, where, report)
    check_briefings(briefings, sheets, {x.id for x in languages}, {x.id for x in policies}, report)
    return Atlas(
        title=raw["title"],
        subtitle=raw.get("subtitle", ""),
        as_of=raw["as_of"],
        pages=_shown(pages, sheets),
        languages=languages,
        policies=policies,
        essay=essay,
        entities=entities,
        links=links,
        layers=layers,
        boundaries=read_boundaries(geodata, [policy.id for policy in policies], report),
        sheets=sheets,
        briefings=briefings,
        translations=_translations(content, languages),
        moments=moments,
        claims=read_claims(content / "facts" / "claims.csv", essay, report),
        timeline=tuple(raw.get("timeline", ())),
        digest=_digest(content, geodata),
        locator=locator,
    )


def _policy(raw: dict[str, Any]) -> Policy:
    names = {entry["feature"]: entry["name"] for entry in raw.get("names", ())}
    return Policy(**{**raw, "names": names})


def _page(raw: dict[str, Any]) -> Page:
    sheets = raw.get("sheets") or [raw["sheet"]]
    return Page(raw["id"], raw["title"], tuple(sheets), raw.get("subtitle", ""))


def _check_pages(pages: tuple[Page, ...], content: Path, where: Where, report: Report) -> None:
    for page in pages:
        for sheet in page.sheets:
            if not (content / "sheets" / f"{sheet}.md").is_file():
                report(ContentError(f"page {page.id!r}: no sheet {sheet!r}", where))


def _shown(pages: tuple[Page, ...], sheets: dict[str, Sheet]) -> tuple[Page, ...]:
    """Return the pages with the sheets that could be read; one without any does not appear."""
    kept = (replace(p, sheets=tuple(s for s in p.sheets if s in sheets)) for p in pages)
    return tuple(page for page in kept if page.sheets)


def _expanded(features: tuple[str, ...], layers: dict[str, Layer]) -> tuple[str, ...]:
    """Return the ids with each `layer/*` replaced by the ids of all features of the layer."""
    found: list[str] = []
    for feature in features:
        layer, _, id = feature.partition("/")
        whole = id == "*" and layer in layers
        found += [f"{layer}/{one}" for one in layers[layer].ids] if whole else [feature]
    return tuple(dict.fromkeys(found))


def _translations(content: Path, languages: tuple[Language, ...]) -> dict[str, Translation]:
    found = {}
    for language in languages:
        path = content / "i18n" / f"{language.id}.toml"
        if path.is_file():
            raw = parse_toml(read_text(path, ContentError), path, ContentError)
            wordings = raw.get("text", {})
            if wrong := [key for key, value in wordings.items() if not isinstance(value, str)]:
                raise ContentError(f"the translation of {wrong[0]!r} is not text", Where(path))
            found[language.id] = Translation(wordings, raw.get("reviewer", ""))
    return found


def _digest(content: Path, geodata: Path) -> str:
    """Return 16 hex digits over the content and the catalogue, which names all layers."""
    total = hashlib.sha256()
    files = [p for p in content.rglob("*") if p.suffix in {".md", ".toml", ".csv"}]
    for path in [*sorted(files), *sorted(geodata.glob("*.toml")), *sorted(geodata.glob("*.csv"))]:
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]
