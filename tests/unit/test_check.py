"""`check` finds what is broken, in which file and line, and says so in one line each."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shapely import Polygon

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
    atlas.point(atlas.content / "atlas.toml", 1)
    return "fjord"


def a_file_outside_the_folder(atlas: Broken) -> str:
    (atlas.geodata.parent / "out.parquet").write_bytes(b"x")
    catalogue = atlas.geodata / "catalogue.toml"
    atlas.swap(catalogue, 'file = "layers/ground.parquet"', 'file = "../out.parquet"')
    return "outside"


def a_table_of_classes_without_its_head(atlas: Broken) -> str:
    atlas.swap(atlas.geodata / "boundary_classes.csv", "segment,policy", "piece,policy")
    return "segment"


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


def test_this_atlas_is_in_order() -> None:
    found = check(ROOT / "content", ROOT / "geodata")
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"
