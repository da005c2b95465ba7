"""Validation of a whole atlas: every problem, not only the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from geobrief.atlas import Atlas, read_atlas
from geobrief.compose import compose
from geobrief.errors import ContentError, GeobriefError
from geobrief.layers import check_features
from geobrief.spec import View


def problems(content: Path, geodata: Path) -> list[GeobriefError]:
    """Return all problems of the content and the geodata; an empty list means none.

    Every layer and table is read, and every sheet composed under every policy and in every
    language.
    """
    found: list[GeobriefError] = []
    try:
        atlas = read_atlas(content, geodata, found.append)
    except GeobriefError as problem:
        return _each_once([*found, problem])
    for layer in atlas.layers.values():
        try:
            check_features(layer, found.append)
        except GeobriefError as problem:
            found.append(problem)
    return _each_once(found or _not_composed(atlas))


def _each_once(found: Iterable[GeobriefError]) -> list[GeobriefError]:
    return list({str(problem): problem for problem in found}.values())


def _not_composed(atlas: Atlas) -> Iterator[GeobriefError]:
    """Yield why a sheet cannot be put together, under any policy and in any language."""
    for sheet in atlas.sheets.values():
        for policy in atlas.policies:
            for language in atlas.languages:
                try:
                    compose(atlas, sheet.id, View(lang=language.id, policy=policy.id))
                except GeobriefError as problem:
                    where = problem.where or sheet.where
                    yield type(problem)(problem.message, where, problem.hint)
                except Exception as reason:  # whatever values that no reader foresaw lead to
                    words = f"cannot be put together: {reason or type(reason).__name__}"
                    yield ContentError(words, sheet.where)
