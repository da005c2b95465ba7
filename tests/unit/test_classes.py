"""Classes, dated states, records and comparisons, on an atlas small enough to see through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.classes import break_labels, class_of, state_at
from geobrief.compose import compose
from geobrief.dates import stops, whole
from geobrief.errors import NotFoundError
from geobrief.sheets import SheetLayer
from geobrief.spec import View, from_json
from geobrief.style import CHANGED
from tests.atlas_fixture import write_atlas

WITH_ALL = """\
+++
title = "All that an engine can do"
extent = [7.5, 49.5, 12.5, 53.5]
passages = ["p01.s2"]

[[layers]]
id = "realms"
style = "country"
by = "people"
breaks = [2000]
unit = "people"
interactive = true

[[layers]]
id = "lines"
style = "boundary"

[[layers]]
id = "gates"
style = "crossing"
states = "states"
dated = "opened"
later = "hidden"
interactive = true
legend = { open = "Open", closed = "Closed" }

[[layers]]
id = "leagues"
style = "place"
+++
"""


@pytest.fixture
def small(tmp_path: Path) -> Atlas:
    content, geodata = write_atlas(tmp_path)
    (content / "sheets" / "every.md").write_text(WITH_ALL, "utf-8")
    return Atlas.load(content, geodata)


def drawn(atlas: Atlas, **view: str) -> dict[str, str]:
    """Return the symbol of each drawn feature."""
    spec = compose(atlas, "every", View.from_query(view))
    return {feature.id: feature.symbol for feature in spec.features()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "1"), (10.0, "1"), (10.1, "2"), (20.0, "2"), (21.0, "3"), (None, "unknown")],
)
def test_a_number_falls_into_the_class_whose_upper_bound_it_does_not_exceed(
    value: float | None, expected: str
) -> None:
    layer = SheetLayer("x", "x", by="people", breaks=(10.0, 20.0))
    assert class_of(layer, {"id": "a", "people": value}, "") == expected


def test_break_labels_leave_the_ends_open() -> None:
    layer = SheetLayer("x", "x", by="people", breaks=(1000.0, 2500.5))
    assert break_labels(layer) == {
        "1": ("", "1,000"), "2": ("1,000", "2,500.5"), "3": ("2,500.5", "")
    }  # fmt: skip


def test_the_legend_names_the_breaks(small: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("1", "2"):
        monkeypatch.setitem(style.SYMBOLS, f"country.{number}", style.SYMBOLS["country"])
    labels = [entry.label for entry in compose(small, "every", View()).legend]
    assert "up to 2,000 people" in labels
    assert "over 2,000 people" in labels


@pytest.mark.parametrize(
    ("date", "state"),
    [("", "closed"), ("2020-05-01", "closed"), ("2020-04-30", "open"), ("1899-12-31", "unknown")],
)
def test_the_state_is_the_last_one_begun(date: str, state: str) -> None:
    assert state_at('[["1900", "open"], ["2020-05-01", "closed"]]', date) == state


def test_the_date_chooses_states_and_hides_what_came_later(small: Atlas) -> None:
    assert drawn(small)["gates/ford"] == "crossing.closed"
    assert drawn(small, date="2015-01-01")["gates/ford"] == "crossing.open"
    assert "gates/mill" in drawn(small, date="2015-01-01")
    assert "gates/mill" not in drawn(small, date="2009-01-01")


def test_a_feature_hidden_by_the_date_can_stay_selected(small: Atlas) -> None:
    assert "gates/mill" not in drawn(small, date="2009-01-01", select="gates/mill")


def test_stops_are_the_days_of_change(small: Atlas) -> None:
    assert stops(small, small.sheets["every"]) == ("1900-01-01", "2010-03-01", "2020-05-01")
    assert whole("2020-05-01T00") == "2020-05-01"


def test_a_feature_without_a_place_says_why(small: Atlas) -> None:
    (lost,) = compose(small, "every", View()).unplaced
    assert (lost.id, lost.missing) == ("gates/lost-gate", "its place is forgotten")


def test_a_record_is_shown_by_its_parts(small: Atlas) -> None:
    spec = compose(small, "every", View(select=("leagues/ferry",)))
    assert [record.id for record in spec.records] == ["leagues/ferry", "leagues/silent"]
    assert spec.records[0].parts == ("gates/ford", "gates/mill")
    assert {f.id for f in spec.features() if f.selected} == {"gates/ford", "gates/mill"}
    assert spec.select == ("leagues/ferry",)
    assert from_json(spec.to_json()) == spec
    assert "leagues" not in [layer.id for layer in spec.layers]


def test_selecting_changes_no_map_but_its_marks(small: Atlas) -> None:
    chosen = compose(small, "every", View(select=("leagues/ferry",)))
    assert chosen.base() == compose(small, "every", View()).base()


def test_a_comparison_marks_what_the_other_policy_draws_otherwise(small: Atlas) -> None:
    spec = compose(small, "every", View(policy="plain", compare="western"))
    (change,) = spec.changes
    assert change.feature == "lines/east-west"
    assert (change.here, change.there) == (
        "International boundary",
        "Boundary whose status is disputed",
    )
    symbols = {feature.id: feature.symbol for feature in spec.features()}
    assert symbols["lines/east-west"].endswith(CHANGED)
    assert spec.compared == "After Westland, not an official map"
    assert spec.legend[0].label.endswith(spec.compared)
    assert not compose(small, "every", View(policy="plain", compare="plain")).changes
    with pytest.raises(NotFoundError):
        compose(small, "every", View(compare="nobody"))


def test_a_comparison_names_what_is_called_otherwise(small: Atlas) -> None:
    plain, western = small.policies
    renamed = replace(western, names={"realms/west": "The Realm"})
    atlas = replace(small, policies=(plain, renamed))
    changes = compose(atlas, "every", View(compare="western")).changes
    assert ("realms/west", "Westland", "The Realm") in [
        (change.feature, change.here, change.there) for change in changes
    ]


def test_a_quiet_layer_says_so_in_the_spec(small: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "content" / "sheets" / "every.md"
    path.write_text(WITH_ALL.replace('style = "crossing"\n', 'style = "crossing"\nquiet = true\n'))
    atlas = Atlas.load(tmp_path / "content", tmp_path / "geodata")
    spec = compose(atlas, "every", View())
    assert [layer.id for layer in spec.layers if layer.quiet] == ["gates"]
    assert "Open" not in [entry.label for entry in spec.legend]


def test_a_record_that_names_no_feature_is_refused(tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path)
    entities = '[[entity]]\nid = "x"\nname = "X"\nfeatures = ["gates/nothing"]\n'
    (content / "entities.toml").write_text(entities, "utf-8")
    (problem,) = Atlas.load(content, geodata).problems
    assert "no such feature" in str(problem)
