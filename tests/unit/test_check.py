"""`check` finds what is broken, in which file and line, and says so in one line each."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from shapely import Polygon

from geobrief.cli import main
from geobrief.essay import read_essay
from geobrief.files import sha256
from tests.atlas_fixture import layers, write_atlas, write_geodata

ROOT = Path(__file__).resolve().parents[2]
PROBLEM = re.compile(r"^(?P<file>.+?):(?P<line>\d+): (?P<said>.+)$")


def check(content: Path, geodata: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a reader would."""
    command = [sys.executable, "-m", "geobrief", "--content", content, "--geodata", geodata]
    return subprocess.run(
        [*map(str, command), "check"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


class Broken:
    """A copy of the tiny atlas with one fault, and the lines in which it may be reported."""

    def __init__(self, folder: Path) -> None:
        self.content, self.geodata = write_atlas(folder)
        self.file = Path()
        self.lines = range(0)

    def swap(self, file: Path, old: str, new: str) -> None:
        """Put `new` in the place of the first `old`; the fault stands in that block."""
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        self.point(file, text[: text.index(old)].count("\n") + 1)

    def point(self, file: Path, line: int) -> None:
        """Expect the fault in the table of `file` that holds `line`."""
        rows = file.read_text("utf-8").splitlines()
        starts = [n for n, row in enumerate(rows, 1) if row.startswith("[[")]
        first = max((n for n in starts if n <= line), default=line)
        after = min((n for n in starts if n > line), default=len(rows) + 1)
        self.file, self.lines = file, range(first, after)

    def point_at_layer(self, id: str) -> None:
        """Expect the fault at the catalogue's entry of a layer."""
        catalogue = self.geodata / "catalogue.toml"
        before, _, _ = catalogue.read_text("utf-8").partition(f'id = "{id}"')
        self.point(catalogue, before.count("\n") + 1)


def a_quote_that_is_not_in_the_essay(atlas: Broken) -> str:
    atlas.swap(atlas.content / "links.toml", 'quote = "the ford"', 'quote = "the bridge"')
    return "the bridge"


def a_link_to_a_missing_feature(atlas: Broken) -> str:
    atlas.swap(atlas.content / "links.toml", '"gates/ford"', '"gates/bridge"')
    return "gates/bridge"


def a_link_to_a_missing_layer(atlas: Broken) -> str:
    atlas.swap(atlas.content / "links.toml", '"brook/brook"', '"rills/brook"')
    return "rills/brook"


def a_duplicate_id(atlas: Broken) -> str:
    _, rows = layers()["gates"]
    write_geodata(atlas.geodata, {"gates": [*rows, rows[0]]})
    atlas.point_at_layer("gates")
    return "ford"


def an_invalid_geometry(atlas: Broken) -> str:
    _, rows = layers()["realms"]
    bow_tie = Polygon([(8, 50), (10, 53), (10, 50), (8, 53)])
    write_geodata(atlas.geodata, {"realms": [{**rows[0], "geometry": bow_tie}, rows[1]]})
    atlas.point_at_layer("realms")
    return "east"


def a_feature_without_source(atlas: Broken) -> str:
    _, rows = layers()["gates"]
    write_geodata(atlas.geodata, {"gates": [{**rows[0], "source": ""}, *rows[1:]]})
    atlas.point_at_layer("gates")
    return "ford"


def a_layer_without_licence(atlas: Broken) -> str:
    atlas.swap(atlas.geodata / "catalogue.toml", 'licence = "CC0-1.0"\n', "")
    return "licence"


def a_licence_without_its_text(atlas: Broken) -> str:
    atlas.swap(atlas.geodata / "catalogue.toml", 'licence = "CC0-1.0"', 'licence = "CC9-1.0"')
    return "CC9-1.0"


def a_layer_without_source(atlas: Broken) -> str:
    atlas.swap(atlas.geodata / "catalogue.toml", 'source = "made for this test"\n', "")
    return "source"


def a_digest_that_does_not_match(atlas: Broken) -> str:
    with (atlas.geodata / "layers/brook.parquet").open("r+b") as file:
        file.seek(8)
        file.write(b"\xff")
    atlas.point_at_layer("brook")
    return "digest"


def an_extent_of_three_numbers(atlas: Broken) -> str:
    sheet = atlas.content / "sheets/ford.md"
    atlas.swap(sheet, "extent = [9.5, 50.5, 10.8, 51.5]", "extent = [9.5, 50.5, 10.8]")
    return "extent"


def an_extent_from_east_to_west(atlas: Broken) -> str:
    sheet = atlas.content / "sheets/ford.md"
    atlas.swap(sheet, "extent = [9.5, 50.5, 10.8, 51.5]", "extent = [10.8, 50.5, 9.5, 51.5]")
    return "extent"


def a_style_that_does_not_exist(atlas: Broken) -> str:
    atlas.swap(atlas.content / "sheets/ford.md", 'style = "land"', 'style = "sand"')
    return "sand"


def a_column_that_does_not_exist(atlas: Broken) -> str:
    sheet = atlas.content / "sheets/ford.md"
    atlas.swap(sheet, 'style = "land"', 'style = "land"\nwhere = { size = 3 }')
    return "size"


def features_that_are_no_list(atlas: Broken) -> str:
    atlas.swap(atlas.content / "links.toml", '["gates/ford"]', '"gates/ford"')
    return "features"


def a_date_that_is_none(atlas: Broken) -> str:
    atlas.swap(atlas.content / "atlas.toml", "as_of = 2026-01-31", 'as_of = "soon"')
    atlas.point(atlas.content / "atlas.toml", 1)
    return "as_of"


def a_page_without_its_sheet(atlas: Broken) -> str:
    atlas.swap(atlas.content / "atlas.toml", 'sheet = "ford"', 'sheet = "fjord"')
    return "fjord"


def a_file_outside_the_folder(atlas: Broken) -> str:
    (atlas.geodata.parent / "out.parquet").write_bytes(b"x")
    catalogue = atlas.geodata / "catalogue.toml"
    atlas.swap(catalogue, 'file = "layers/ground.parquet"', 'file = "../out.parquet"')
    return "outside"


def a_table_of_classes_without_its_head(atlas: Broken) -> str:
    atlas.swap(atlas.geodata / "boundary_classes.csv", "segment,policy", "piece,policy")
    return "segment"


TABLE = """
[[tables]]
title = "Gates"
file = "facts/gates.csv"
columns = ["name", "opened"]
feature = "gates/{id}"
"""
CHART = """
[[charts]]
title = "Gates"
file = "facts/gates.csv"
x = "name"
y = "opened"
"""
GATES = 'id,name,opened\nford,"The\nFord",1900\nmill,The Mill,2010\n'


def with_table(atlas: Broken, part: str = TABLE, rows: str = GATES) -> Path:
    """Show a table of facts on a sheet; its second row has a line break in a cell."""
    table = atlas.content / "facts/gates.csv"
    table.parent.mkdir()
    table.write_text(rows, "utf-8")
    sheet = atlas.content / "sheets/ford.md"
    sheet.write_text(sheet.read_text("utf-8").replace("\n+++\nThe ford", f"{part}+++\nThe ford"))
    assert part in sheet.read_text("utf-8")
    return table


def a_word_of_the_essay(atlas: Broken) -> str:
    digest = hashlib.sha256(read_essay(atlas.content / "essay.md", print).text.encode()).hexdigest()
    settings = atlas.content / "atlas.toml"
    settings.write_text(f'essay_sha256 = "{digest}"\n{settings.read_text("utf-8")}', "utf-8")
    assert check(atlas.content, atlas.geodata).returncode == 0
    atlas.swap(atlas.content / "essay.md", "Nobody knows", "No one knows")
    atlas.point(atlas.content / "essay.md", 1)
    return "essay_sha256"


def a_figure_of_a_built_table(atlas: Broken) -> str:
    table, catalogue = atlas.geodata / "lengths.csv", atlas.geodata / "catalogue.toml"
    table.write_text("name,length_km\nbrook,330\n", "utf-8")
    entry = f'\n[[table]]\nfile = "lengths.csv"\ndigest = "{sha256(table)}"\n'
    catalogue.write_text(catalogue.read_text("utf-8") + entry, "utf-8")
    assert check(atlas.content, atlas.geodata).returncode == 0
    table.write_text("name,length_km\nbrook,331\n", "utf-8")
    atlas.point(catalogue, catalogue.read_text("utf-8").count("\n"))
    return "lengths.csv"


def a_row_of_a_missing_feature(atlas: Broken) -> str:
    atlas.swap(with_table(atlas), "mill,", "mil,")
    atlas.lines = range(4, 5)
    return "'mill'"


def a_row_of_a_missing_layer(atlas: Broken) -> str:
    table = with_table(atlas, TABLE.replace("gates/{id}", "gate/{id}"), GATES[:-19])
    atlas.file, atlas.lines = table, range(3, 4)
    return "'gates'"


def a_fact_that_stands_twice(atlas: Broken) -> str:
    table = with_table(atlas, "\n", f"{GATES}ford,The Ford again,1901\n")
    atlas.file, atlas.lines = table, range(5, 6)
    return "ford"


def a_column_that_the_table_lacks(atlas: Broken) -> str:
    with_table(atlas)
    sheet = atlas.content / "sheets/ford.md"
    atlas.swap(sheet, '"name", "opened"', '"name", "opend"')
    return "'opened'"


def a_column_that_the_pattern_lacks(atlas: Broken) -> str:
    with_table(atlas)
    atlas.swap(atlas.content / "sheets/ford.md", "gates/{id}", "gates/{ident}")
    return "ident"


def a_column_that_the_choice_of_rows_lacks(atlas: Broken) -> str:
    with_table(atlas, f"{TABLE}where = {{ kind = 'gate' }}\n")
    atlas.swap(atlas.content / "sheets/ford.md", "kind = 'gate'", "kinds = 'gate'")
    return "kinds"


def a_column_that_the_chart_lacks(atlas: Broken) -> str:
    with_table(atlas, CHART)
    atlas.swap(atlas.content / "sheets/ford.md", 'y = "opened"', 'y = "closed"')
    return "closed"


def a_table_that_is_none(atlas: Broken) -> str:
    table = with_table(atlas, TABLE, f"{GATES}lost-gate,The Gate,1,2,3\n")
    atlas.file, atlas.lines = table, range(5, 6)
    return "CSV"


FAULTS = [
    a_quote_that_is_not_in_the_essay,
    a_link_to_a_missing_feature,
    a_link_to_a_missing_layer,
    a_duplicate_id,
    an_invalid_geometry,
    a_feature_without_source,
    a_layer_without_licence,
    a_licence_without_its_text,
    a_layer_without_source,
    a_digest_that_does_not_match,
    an_extent_of_three_numbers,
    an_extent_from_east_to_west,
    a_style_that_does_not_exist,
    a_column_that_does_not_exist,
    features_that_are_no_list,
    a_date_that_is_none,
    a_page_without_its_sheet,
    a_file_outside_the_folder,
    a_table_of_classes_without_its_head,
    a_word_of_the_essay,
    a_figure_of_a_built_table,
    a_row_of_a_missing_feature,
    a_row_of_a_missing_layer,
    a_fact_that_stands_twice,
    a_column_that_the_table_lacks,
    a_column_that_the_pattern_lacks,
    a_column_that_the_choice_of_rows_lacks,
    a_column_that_the_chart_lacks,
    a_table_that_is_none,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_found_where_it_stands(fault: Callable[[Broken], str], tmp_path: Path) -> None:
    atlas = Broken(tmp_path / "atlas")
    word = fault(atlas)
    found = check(atlas.content, atlas.geodata)
    told = f"{found.stdout}\n{found.stderr}"
    assert found.returncode == 2, told
    assert "Traceback" not in told
    problems = [match for row in told.splitlines() if (match := PROBLEM.match(row))]
    assert len(problems) == 1, told
    assert Path(problems[0]["file"]).name == atlas.file.name, told
    assert int(problems[0]["line"]) in atlas.lines, f"{atlas.lines}: {told}"
    assert word in problems[0]["said"], told


def test_every_problem_has_its_line(tmp_path: Path) -> None:
    atlas = Broken(tmp_path / "atlas")
    a_quote_that_is_not_in_the_essay(atlas)
    atlas.swap(atlas.content / "links.toml", '"gates/lost-gate"', '"gates/bridge"')
    a_layer_without_licence(atlas)
    found = check(atlas.content, atlas.geodata)
    told = f"{found.stdout}\n{found.stderr}"
    assert found.returncode == 2
    assert len([row for row in told.splitlines() if PROBLEM.match(row)]) == 3, told


def test_the_tiny_atlas_itself_is_in_order(tmp_path: Path) -> None:
    atlas = Broken(tmp_path / "atlas")
    found = check(atlas.content, atlas.geodata)
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"


def test_a_table_of_facts_may_stand_on_a_sheet(tmp_path: Path) -> None:
    atlas = Broken(tmp_path / "atlas")
    with_table(atlas, TABLE + CHART)
    found = check(atlas.content, atlas.geodata)
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"


def test_a_missing_feature_and_a_missing_layer_get_their_remedy(tmp_path: Path) -> None:
    atlas = Broken(tmp_path / "atlas")
    a_link_to_a_missing_feature(atlas)
    a_link_to_a_missing_layer(atlas)
    told = check(atlas.content, atlas.geodata).stdout
    assert "no such feature (ids of gates: ford, lost-gate, mill)" in told
    assert "no such layer (layers: ground, realms, brook, lines, gates ...)" in told
    atlas.swap(atlas.content / "links.toml", '"gates/bridge"', '"gates/frod"')
    assert "no such feature (is 'ford' meant?)" in check(atlas.content, atlas.geodata).stdout


def test_this_atlas_is_in_order() -> None:
    found = check(ROOT / "content", ROOT / "geodata")
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"


def test_this_atlas_holds_its_essay_and_its_tables() -> None:
    assert (
        len(tomllib.loads((ROOT / "content/atlas.toml").read_text("utf-8"))["essay_sha256"]) == 64
    )
    catalogue = tomllib.loads((ROOT / "geodata/catalogue.toml").read_text("utf-8"))
    held = {entry["file"] for entry in catalogue["table"]}
    assert held == {path.name for path in (ROOT / "geodata").glob("*.csv")}


@pytest.mark.parametrize("after", [True, False])
def test_the_folders_may_stand_before_and_after_the_verb(
    tmp_path: Path, after: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    content, geodata = write_atlas(tmp_path / "atlas")
    folders = ["--content", str(content), "--geodata", str(geodata)]
    for verb in (["check"], ["list", "sheets"], ["export", "ford", "--dpi", "40", "-o", "m.png"]):
        given = [str(tmp_path / word) if word == "m.png" else word for word in verb]
        assert main([*given, *folders] if after else [*folders, *given]) == 0
    assert "ford\tThe ford" in capsys.readouterr().out
    assert (tmp_path / "m.png").stat().st_size > 1000
    mixed = ["--content", str(content), "list", "sheets", "--geodata", str(geodata)]
    assert main(mixed) == 0
    assert "The ford" in capsys.readouterr().out
