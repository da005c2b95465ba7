"""The whole essay on the map, held against a list of its mentions that was made by hand."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geobrief.atlas import Atlas
from geobrief.cards import card
from geobrief.compose import compose
from geobrief.coverage import NOT_MAPPABLE, ON_CARD, OUTCOMES, coverage, draws, outcome
from geobrief.spec import View

ROOT = Path(__file__).resolve().parents[2]


@cache
def yardstick() -> dict[str, Any]:
    """Return the mentions by hand: `[passage, start, end, entity, mappable]`, and the entities."""
    read: dict[str, Any] = json.loads((ROOT / "tests/data/mentions.json").read_text("utf-8"))
    return read


def test_every_mention_is_a_link(atlas: Atlas) -> None:
    wanted = Counter(tuple(mention[:4]) for mention in yardstick()["mentions"])
    found = Counter((link.passage, link.start, link.end, link.entity) for link in atlas.links)
    assert found == wanted
    assert sum(wanted.values()) == 219


def test_every_entity_is_there_with_its_mark(atlas: Atlas) -> None:
    assert {e.id: e.mappable for e in atlas.entities.values()} == yardstick()["entities"]
    assert len(atlas.entities) == 104


def test_every_sentence_with_something_to_map_has_a_feature_that_draws(atlas: Atlas) -> None:
    wanted = {p for p, _, _, _, mappable in yardstick()["mentions"] if mappable == "yes"}
    shown = {k.passage for k in atlas.links if any(draws(atlas, f) for f in k.features)}
    assert wanted - shown == set()
    assert len(wanted) > 30


def test_every_entity_resolves(atlas: Atlas) -> None:
    for entity in atlas.entities.values():
        how = outcome(atlas, entity)
        assert how in OUTCOMES
        assert (how == NOT_MAPPABLE) == (entity.mappable == "no"), entity.id
        assert entity.mappable != "yes" or how != ON_CARD or entity.features, entity.id


def test_a_card_without_a_map_is_dated_and_sourced(atlas: Atlas) -> None:
    for entity in atlas.entities.values():
        for feature in entity.features:
            if not draws(atlas, feature):
                made = card(atlas, feature)
                assert made.source and made.as_of, feature


def test_the_counts_add_up(atlas: Atlas) -> None:
    made = coverage(atlas)
    assert sum(made.outcomes.values()) == len(atlas.entities)
    assert made.sentences == len(atlas.essay.passages) == 35
    assert made.mentions == 219
    assert len(made.left_out) == made.outcomes[NOT_MAPPABLE] == 6
    assert all(entity.why for entity in made.left_out)


def test_the_whole_essay_is_on_one_sheet(atlas: Atlas) -> None:
    """Every feature that an entity names is known to the sheet beside the essay."""
    spec = compose(atlas, "essay", View())
    known = {f.id for f in (*spec.features(), *spec.records, *spec.unplaced)}
    spoken = {f for link in atlas.links for f in link.features}
    assert sorted(spoken - known) == []


def test_every_quote_is_the_essay(atlas: Atlas) -> None:
    for link in atlas.links:
        assert atlas.essay.passage(link.passage).text[link.start : link.end] == link.quote
    for claim in atlas.claims:
        assert atlas.essay.text[claim.start : claim.end] == claim.quote
    assert len(atlas.claims) == 38


def test_every_claim_names_a_passage_and_a_sheet_that_exist(atlas: Atlas) -> None:
    for claim in atlas.claims:
        passage = atlas.essay.passage(claim.passage)
        assert passage.start <= claim.start < passage.end, claim.id
        assert not claim.sheet or claim.sheet in atlas.sheets, claim.id
        assert claim.finding and claim.verdict and claim.source, claim.id
    assert {claim.id for claim in atlas.claims if claim.sheet}


def test_every_feature_has_a_source_and_a_date(atlas: Atlas) -> None:
    for layer in atlas.layers.values():
        if layer.kind == "raster":
            continue
        for column in ("source", "as_of"):
            empty = layer.frame[column].fillna("").astype(str).str.strip() == ""
            assert not empty.any(), (layer.id, column, layer.frame.loc[empty, "id"].tolist())


@pytest.mark.parametrize("name", ["essay", "claims"])
def test_what_is_quiet_is_never_in_the_legend(atlas: Atlas, name: str) -> None:
    spec = compose(atlas, name, View())
    quiet = {layer.id for layer in spec.layers if layer.quiet}
    assert quiet and not quiet & {entry.layer for entry in spec.legend}
