"""What is made from an atlas is made once, and forgotten with the atlas."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from geobrief import kept
from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import NotFoundError
from geobrief.kept import Kept
from geobrief.settings import settings
from geobrief.spec import View


def test_what_is_kept_is_made_once(atlas: Atlas) -> None:
    made: Kept[list[str]] = Kept()
    first = made.of(atlas, "a", list)
    assert made.of(atlas, "a", list) is first
    assert made.of(atlas, "b", list) is not first
    made.clear()
    assert len(made) == 0


def test_the_oldest_leave_first(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "settings", lambda: replace(settings(), map_cache=2))
    made: Kept[object] = Kept()
    a = made.of(atlas, "a", object)
    b = made.of(atlas, "b", object)
    assert made.of(atlas, "a", object) is a, "asked again, it is the newest"
    made.of(atlas, "c", object)
    assert len(made) == 2
    assert made.of(atlas, "a", object) is a
    assert made.of(atlas, "b", object) is not b


def test_another_atlas_has_its_own_and_takes_it_along(atlas: Atlas) -> None:
    made: Kept[object] = Kept()
    other = replace(atlas)
    mine = made.of(atlas, "a", object)
    assert made.of(other, "a", object) is not mine
    del other
    gc.collect()
    assert len(made) == 1


def test_a_failure_is_not_kept(atlas: Atlas) -> None:
    made: Kept[int] = Kept()
    with pytest.raises(ZeroDivisionError):
        made.of(atlas, "a", lambda: 1 // 0)
    assert made.of(atlas, "a", lambda: 1) == 1


def test_a_map_is_composed_once_whatever_is_selected(atlas: Atlas) -> None:
    plain = compose(atlas, "border", View())
    assert compose(atlas, "border", View(lang="en", policy=atlas.policies[0].id)) is plain
    chosen = compose(atlas, "border", View(select=("crossings/torkham",)))
    assert [f.id for f in chosen.features() if f.selected] == ["crossings/torkham"]
    assert chosen.select == ("crossings/torkham",)
    assert not any(feature.selected for feature in plain.features())
    assert compose(atlas, "border", View()) is plain


def test_what_is_not_on_the_sheet_cannot_be_selected(atlas: Atlas) -> None:
    compose(atlas, "border", View())
    with pytest.raises(NotFoundError, match="no feature 'places/nowhere'"):
        compose(atlas, "border", View(select=("places/nowhere",)))
