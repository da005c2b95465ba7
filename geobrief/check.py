"""Validation of a whole atlas: every problem, not only the first."""

from __future__ import annotations

from pathlib import Path

from geobrief.atlas import read_atlas
from geobrief.compose import compose
from geobrief.errors import GeobriefError
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
        return [*found, problem]
    for layer in atlas.layers.values():
        try:
            check_features(layer, found.append)
        except GeobriefError as problem:
            found.append(problem)
    if found:
        return found
    for sheet in atlas.sheets:
        for policy in atlas.policies:
            for language in atlas.languages:
                try:
                    compose(atlas, sheet, View(lang=language.id, policy=policy.id))
                except GeobriefError as problem:
                    found.append(problem)
    return found
