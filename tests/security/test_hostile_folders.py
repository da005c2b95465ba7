"""`check` on folders with a hostile file: each problem one line, exit 2, within bounds."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

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
