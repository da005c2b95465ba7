"""The atlas: one pair of folders, read and held together."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from geobrief.boundaries import TABLE, Boundaries, read_boundaries
from geobrief.briefings import Briefing, read_briefings
from geobrief.catalogue import read_catalogue
from geobrief.claims import Claim, read_claims
from geobrief.entities import Entity, read_entities
from geobrief.errors import (
    BrokenError,
    ContentError,
    GeobriefError,
    GeodataError,
    NotFoundError,
    Where,
)
from geobrief.essay import Essay, read_essay
from geobrief.files import Report, check_inside, sha256
from geobrief.layers import Layer
from geobrief.links import Link, read_links
from geobrief.plan import Language, Moment, Page, Policy, Translation, read_plan, read_translations
from geobrief.resolve import (
    broken_sheets,
    check_briefings,
    check_named,
    check_sheets,
    check_tables,
    near,
    of_files,
    problems_by_file,
)
from geobrief.sheets import Sheet, locator_sheet, read_sheets
from geobrief.shelf import Problems, Shelf

_Item = TypeVar("_Item", Language, Policy)


@dataclass(frozen=True, eq=False)
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
    layers: Shelf[Layer]
    boundaries: Boundaries
    sheets: Shelf[Sheet]
    briefings: Shelf[Briefing]
    translations: dict[str, Translation]
    moments: tuple[Moment, ...]
    claims: tuple[Claim, ...]
    timeline: tuple[str, ...]
    """Ids of the layers that are entries of a timeline."""
    digest: str
    locator: Sheet | None = None
    """The wider region, in which small maps show where a sheet lies."""
    problems: Problems = ()
    """All that is not in order; what can be told apart is on the shelf of its kind as broken."""
    vital: Problems = ()
    """Those of the problems without whose remedy nothing can be shown that is true."""

    @classmethod
    def load(cls, content: Path, geodata: Path) -> Atlas:
        """Read an atlas; what is broken costs only what rests on it.

        Raises
        ------
        BrokenError
            If that is everything: the essay, atlas.toml, the catalogue or the border policies.
        """
        found: list[GeobriefError] = []
        try:
            atlas = read_atlas(content, geodata, found.append)
        except (ContentError, GeodataError) as problem:
            raise BrokenError("the atlas", [problem, *found]) from None
        if atlas.vital:
            others = [problem for problem in found if problem not in atlas.vital]
            raise BrokenError("the atlas", [*atlas.vital, *others])
        return atlas

    def holds(self, feature: str) -> bool:
        """Say whether there is a feature of this id, `layer/id`, in a layer that is in order."""
        layer, _, id = feature.partition("/")
        return layer in self.layers and id in self.layers[layer].ids

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
    problems: list[GeobriefError] = []
    said: set[str] = set()

    def told(problem: GeobriefError) -> None:
        if str(problem) not in said:  # two may read the same table
            said.add(str(problem))
            problems.append(problem)
            report(problem)

    led = check_inside(content, ContentError, told) + check_inside(geodata, GeodataError, told)

    plan = read_plan(content / "atlas.toml")
    essay = read_essay(content / "essay.md", told, plan.essay)
    layers, untrusted = read_catalogue(geodata, told)
    boundaries = read_boundaries(geodata, [policy.id for policy in plan.policies], told)
    entities, links = _links(content, essay, layers, told)
    sheets = read_sheets(content, geodata, told)
    briefings = read_briefings(content / "briefings", told)
    locator = locator_sheet(plan.locator, plan.where) if plan.locator else None
    ids = {path.stem for path in (content / "sheets").glob("*.md")}
    drawn = [*sheets.values(), *([locator] if locator else ())]
    check_sheets(drawn, ids, essay, layers, told)
    check_tables(content / "facts", sheets.values(), layers, told)
    languages, policies = {x.id for x in plan.languages}, {x.id for x in plan.policies}
    check_briefings(briefings.values(), ids, languages, policies, told)
    check_named(_named(links, entities, briefings, layers), layers, told)
    claims = read_claims(content / "facts" / "claims.csv", essay, ids, told)
    translations = read_translations(content / "i18n", plan.languages, told)
    by_file = problems_by_file(problems, untrusted)
    absent = _absent_sheets(plan.pages, ids, told)  # costs its page, not all of atlas.toml
    unread = of_files(content / "sheets", ".md", ids - set(sheets), by_file)
    fallen = {**broken_sheets(sheets, layers, by_file), **unread, **absent}
    named = {path.stem for path in (content / "briefings").glob("*.toml")}
    vital = (content / "essay.md", geodata / TABLE, plan.where.file)
    # what leads out costs its item where one can be told, and else all: nothing from it is shown
    apart = {content / "sheets", content / "briefings", geodata / "layers"}
    astray = [
        p for p in led if p.where and (p.where.file.parent not in apart or p.where.file.is_dir())
    ]
    return Atlas(
        title=plan.title,
        subtitle=plan.subtitle,
        as_of=plan.as_of,
        pages=plan.pages,
        languages=plan.languages,
        policies=plan.policies,
        essay=essay,
        entities=entities,
        links=links,
        layers=layers,
        boundaries=boundaries,
        sheets=Shelf("sheet", sheets, fallen),
        briefings=Shelf(
            "briefing", briefings, of_files(content / "briefings", ".toml", named, by_file)
        ),
        translations=translations,
        moments=plan.moments,
        claims=claims,
        timeline=plan.timeline,
        digest=_digest(content, geodata),
        locator=locator,
        problems=tuple(problems),
        vital=(*(p for file in vital for p in by_file.get(file.resolve(), ())), *astray),
    )


def _links(
    content: Path, essay: Essay, layers: Shelf[Layer], report: Report
) -> tuple[dict[str, Entity], tuple[Link, ...]]:
    """Read entities and links; where one of the files cannot be read, there are none of both."""
    try:
        entities = {
            entity.id: replace(entity, features=_expanded(entity.features, layers))
            for entity in read_entities(content / "entities.toml", report).values()
        }
        links = read_links(content / "links.toml", essay, entities, report)
    except ContentError as problem:
        report(problem)
        return {}, ()
    return entities, tuple(replace(one, features=_expanded(one.features, layers)) for one in links)


def _expanded(features: tuple[str, ...], layers: Shelf[Layer]) -> tuple[str, ...]:
    """Return the ids with each `layer/*` replaced by the ids of all features of the layer."""
    found: list[str] = []
    for feature in features:
        layer, _, id = feature.partition("/")
        whole = id == "*" and layer in layers
        found += [f"{layer}/{one}" for one in layers[layer].ids] if whole else [feature]
    return tuple(dict.fromkeys(found))


def _named(
    links: Iterable[Link],
    entities: Mapping[str, Entity],
    briefings: Mapping[str, Briefing],
    layers: Mapping[str, Layer],
) -> Iterator[tuple[str, tuple[str, ...], Where]]:
    """Yield who names which features, and where."""
    for link in links:
        yield f"link in {link.passage}", link.features, link.where
    for entity in entities.values():
        yield f"entity {entity.id!r}", entity.features, entity.where
    for briefing in briefings.values():
        for slide in briefing.slides:
            yield f"a slide of {briefing.id!r}", slide.select, slide.where
    for layer in layers.values():
        for id, parts in layer.parts.items():
            yield f"{layer.id}/{id}", parts, layer.where


def _absent_sheets(
    pages: Iterable[Page], ids: Collection[str], report: Report
) -> dict[str, Problems]:
    """Report and return the sheets that a page names and that do not exist."""
    found: dict[str, Problems] = {}
    for page in pages:
        for sheet in page.sheets:
            if sheet not in ids:
                hint = near(sheet, sorted(ids), "sheets")
                problem = ContentError(f"page {page.id!r}: no sheet {sheet!r}", page.where, hint)
                report(problem)
                found[sheet] = (*found.get(sheet, ()), problem)
    return found


def _digest(content: Path, geodata: Path) -> str:
    """Return 16 hex digits over the content and the catalogue, which names all layers."""
    total = hashlib.sha256()
    files = [p for p in content.rglob("*") if p.suffix in {".md", ".toml", ".csv"}]
    for path in [*sorted(files), *sorted(geodata.glob("*.toml")), *sorted(geodata.glob("*.csv"))]:
        total.update(path.name.encode() + b"\0")
        with suppress(OSError):  # reported by whoever needs the file
            total.update(sha256(path).encode())
    return total.hexdigest()[:16]
