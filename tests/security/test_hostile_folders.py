"""`check` on folders with a hostile file: each problem one line, exit 2, within bounds."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from geobrief.atlas import Atlas
from geobrief.errors import BrokenError
from tests.security.hostile_folders import FILES, MAY_BE_EMPTY, ONES, WAYS, Folders
from tests.security.measured import Told, check_cost, told

LINE = re.compile(r"\S+\.(toml|md|csv|parquet|png)(:\d+)?: \S.*")
MOST_LINES = 40


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return Folders.written(tmp_path_factory.mktemp("sound") / "atlas")


def command(atlas: Folders) -> list[str]:
    return ["check", "--content", str(atlas.content), "--geodata", str(atlas.geodata)]


def hold(name: str, found: Told, words: str) -> str:
    """Return what is wrong with the answer to a hostile atlas."""
    rows = found.said.splitlines()
    strange = [row for row in rows if not LINE.fullmatch(row)]
    if found.status != 2 or strange or not rows or not re.search(words, found.said):
        return f"{name}: {found.status}, not {words!r}: {found.said[-700:]}"
    check_cost(found, name)
    return "" if len(rows) <= MOST_LINES else f"{name}: {len(rows)} lines"


def test_the_sound_atlas_is_in_order(sound: Folders) -> None:
    found = told([command(sound)], warm=[])
    assert found[0].status == 0, found[0].said


def test_any_file_may_be_spoiled(sound: Folders, tmp_path: Path) -> None:
    spoiled = {}
    for number, (name, (way, spoil)) in enumerate(product(FILES, WAYS.items())):
        atlas = sound.copied(tmp_path / str(number))
        atlas.write(name, spoil(atlas.path(name).read_bytes()))
        spoiled[name, way] = atlas
    found = told([command(atlas) for atlas in spoiled.values()], warm=[command(sound)])
    wrong = []
    for ((name, way), _), one in zip(spoiled.items(), found, strict=True):
        harmless = way == "cut short" or (way == "empty" and name in MAY_BE_EMPTY)
        harmless |= way == "with a NUL" and name.endswith(".parquet")  # a number by another one
        if one.status == 0 and harmless:
            continue
        words = "" if way == "cut short" else re.escape(Path(name).stem)
        wrong.append(hold(f"{name} {way}", one, words))
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_one_hostile_thing_is_named(sound: Folders, tmp_path: Path) -> None:
    atlases = []
    for number, (spoil, _) in enumerate(ONES.values()):
        atlases.append(sound.copied(tmp_path / str(number)))
        spoil(atlases[-1])
    found = told([command(atlas) for atlas in atlases], warm=[command(sound)])
    rows = zip(ONES.items(), found, strict=True)
    wrong = [hold(name, one, words) for (name, (_, words)), one in rows]
    assert not any(wrong), "\n".join(filter(None, wrong))


ALL_SHEETS = {"ford", "whole"}
COSTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "a layer at /etc/passwd": ({"ground"}, ALL_SHEETS, set()),
    "a link out of geodata": ({"gates"}, ALL_SHEETS, set()),
    "cells that are lists": ({"gates"}, ALL_SHEETS, set()),
    "ids that are numbers": ({"gates"}, ALL_SHEETS, set()),
    "figures of numbers": ({"ground"}, ALL_SHEETS, set()),
    "another kind of picture": ({"relief"}, set(), set()),
    "a table at file:///etc/passwd": (set(), {"ford"}, set()),
    "many rows": (set(), {"ford"}, set()),
    "many columns": (set(), {"ford"}, set()),
    "a deep sheet": (set(), {"ford"}, set()),
    "a title that is a number": (set(), {"ford"}, set()),
    "a pattern that reaches in": (set(), {"ford"}, set()),
    "a slide at ../../etc/passwd": (set(), set(), {"lunch"}),
    "offsets as long as a line": (set(), set(), set()),
    "a link of lists": (set(), set(), set()),
    "an entity of numbers": (set(), set(), set()),
    "a translation of numbers": (set(), set(), set()),
    "a pipe": (set(), set(), set()),
}
"""Layers, sheets and briefings that a hostile thing costs."""


@pytest.mark.parametrize("name", COSTS)
def test_a_hostile_thing_costs_only_what_rests_on_it(
    name: str, sound: Folders, tmp_path: Path
) -> None:
    atlas = sound.copied(tmp_path / "atlas")
    ONES[name][0](atlas)
    read = Atlas.load(atlas.content, atlas.geodata)
    assert read.problems
    shelves = (read.layers, read.sheets, read.briefings)
    assert tuple(set(shelf.broken) for shelf in shelves) == COSTS[name]
    for shelf in shelves:
        for id, faults in shelf.broken.items():
            assert faults and all(fault.where for fault in faults), id
            with pytest.raises(BrokenError):
                shelf[id]


VITAL = ("a deep atlas", "a language of numbers", "a policy of lists", "a row cut short",
         "a link out of content")  # fmt: skip


@pytest.mark.parametrize("name", VITAL)
def test_what_nothing_can_be_shown_without_stops_the_atlas(
    name: str, sound: Folders, tmp_path: Path
) -> None:
    atlas = sound.copied(tmp_path / "atlas")
    ONES[name][0](atlas)
    with pytest.raises(BrokenError, match=ONES[name][1]):
        Atlas.load(atlas.content, atlas.geodata)


@pytest.mark.parametrize(
    ("name", "costs"),
    [
        ("sheets/ford.md", {"ford"}),
        ("sheets", None),
        ("links.toml", None),
        ("facts/claims.csv", None),
    ],
)
def test_a_link_out_of_the_folder_costs_its_sheet_or_all(
    name: str, costs: set[str] | None, sound: Folders, tmp_path: Path
) -> None:
    atlas = sound.copied(tmp_path / "atlas")
    path, outside = atlas.content / name, tmp_path / "outside"
    path.rename(outside)
    path.symlink_to(outside)
    if costs is None:
        with pytest.raises(BrokenError, match="leads out of its folder"):
            Atlas.load(atlas.content, atlas.geodata)
    else:
        assert set(Atlas.load(atlas.content, atlas.geodata).sheets.broken) == costs
