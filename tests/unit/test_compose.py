"""What a view changes on a map, and what it may not."""

from __future__ import annotations

import pytest

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import NotFoundError, RequestError
from geobrief.render.chrome import kinds, places
from geobrief.spec import MapSpec, View, from_json
from geobrief.style import CHANGED


def symbols(spec: MapSpec, layer: str) -> set[str]:
    return {f.symbol for f in spec.features() if f.id.startswith(f"{layer}/")}


def test_a_spec_survives_json(atlas: Atlas) -> None:
    for sheet in atlas.sheets:
        spec = compose(atlas, sheet, View())
        assert from_json(spec.to_json()) == spec


def test_what_is_seen_changes_the_digest(atlas: Atlas) -> None:
    views = [
        View(),
        View(lang=atlas.languages[1].id),
        View(policy=atlas.policies[-1].id),
        View(bbox=(66.0, 30.0, 70.0, 34.0)),
        View(layers=("crossings",)),
        View(select=("crossings/torkham",)),
        View(date="2020-01-01"),
    ]
    digests = [compose(atlas, "border", view).digest() for view in views]
    assert len(set(digests)) == len(views)


def test_a_contested_line_follows_the_policy(atlas: Atlas) -> None:
    drawn = {
        policy.id: {
            next(f.symbol for f in spec.features() if f.id == "boundaries/af-pk-main")
            for spec in [compose(atlas, "border", View(policy=policy.id))]
        }
        for policy in atlas.policies
    }
    assert drawn["afghanistan"] == {"subject.disputed"}
    assert drawn["pakistan"] == {"subject.international"}
    assert drawn["neutral"] == {"subject.disputed"}


def test_a_disputed_unit_is_named_as_disputed(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View())
    unit = next(f for f in spec.features() if f.id == "border_provinces/PK-GB")
    assert "disputed" in unit.name


def test_every_segment_is_drawn_or_hidden_on_purpose(atlas: Atlas) -> None:
    segments = set(atlas.layers["boundaries"].ids)
    for policy in atlas.policies:
        spec = compose(atlas, "border", View(policy=policy.id))
        drawn = {f.id.partition("/")[2] for f in spec.features() if f.id.startswith("boundaries/")}
        hidden = {s for s in segments if atlas.boundaries.class_of(s, policy.id) == "hidden"}
        assert drawn | hidden == segments
        assert not drawn & hidden


def test_layers_can_be_switched_off_one_by_one_or_all(atlas: Atlas) -> None:
    one = compose(atlas, "border", View(layers=("crossings",)))
    none = compose(atlas, "border", View(layers=("none",)))
    assert "crossings" in {layer.id for layer in one.layers}
    assert "places" in {id for id, _ in one.hidden_layers}
    assert not {"crossings", "places"} & {layer.id for layer in none.layers}
    assert {"border", "boundaries"} <= {layer.id for layer in none.layers}


def test_a_state_is_not_shown_before_its_date(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View(date="1999-01-01"))
    assert {name.split(".")[1] for name in symbols(spec, "crossings")} == {"unknown"}


def test_without_a_position_a_feature_is_listed_and_not_drawn(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View())
    unplaced = {f.id for f in spec.unplaced}
    assert len(unplaced) == 5
    assert not unplaced & {f.id for f in spec.features()}


@pytest.mark.parametrize(
    "view",
    [
        View(lang="xx"),
        View(policy="xx"),
        View(layers=("border",)),
        View(select=("crossings/nowhere",)),
    ],
)
def test_what_does_not_exist_is_refused(atlas: Atlas, view: View) -> None:
    with pytest.raises(NotFoundError):
        compose(atlas, "border", view)


@pytest.mark.parametrize(
    "query",
    [{"bbox": "1,2,3"}, {"bbox": "70,30,60,40"}, {"bbox": "nan,0,1,1"}, {"date": "yesterday"}],
)
def test_a_view_out_of_form_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(RequestError):
        View.from_query(query)


def test_an_uncertain_place_says_its_state_and_its_doubt(atlas: Atlas) -> None:
    # At the newest date every closed crossing of the sheet is one whose position is uncertain.
    spec = compose(atlas, "border", View())
    told = {row["id"]: row["kind"] for row in places(atlas, spec)}
    drawn = {feature.id: feature for feature in spec.features()}
    states = {entry.symbol: entry.label for entry in spec.legend if entry.layer == "crossings"}
    named = kinds(atlas, spec)
    unsure = [f for f in drawn.values() if f.uncertain and f.id.startswith("crossings/")]
    assert unsure
    for feature in unsure:
        state = states[feature.symbol.removesuffix(".uncertain")]
        assert told[feature.id] == named[feature.symbol] == f"{state} · Position uncertain"


def test_a_class_is_explained_by_its_certain_symbol(atlas: Atlas) -> None:
    """Hollow means uncertain: only the line that says so may look like it."""
    doubts = {"Position uncertain", "Schematic alignment", "Figure not confirmed"}
    doubts |= {layer.doubt for layer in atlas.layers.values() if layer.kind != "raster"}
    for sheet in atlas.sheets:
        for entry in compose(atlas, sheet, View()).legend:
            assert entry.symbol.endswith(".uncertain") == (entry.label in doubts), entry


def test_a_compared_place_keeps_its_state(atlas: Atlas) -> None:
    spec = compose(atlas, "border", View(compare=atlas.policies[-1].id))
    named = kinds(atlas, spec)
    changed = [f for f in spec.features() if f.symbol.endswith(CHANGED)]
    labels = {entry.symbol: entry.label for entry in spec.legend}
    known = [f for f in changed if f.symbol.removesuffix(CHANGED) in labels]
    assert known
    for feature in known:
        assert named[feature.symbol].startswith(labels[feature.symbol.removesuffix(CHANGED)])
