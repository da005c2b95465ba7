"""Broken content is named with file, line and remedy, and costs only what rests on it.

Each test breaks one thing in the tiny atlas and looks at it as a reader does: by `check`, at
`/healthz`, over HTTP as a program and as a browser, on the pages, and on the command line.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geobrief.atlas import Atlas
from geobrief.check import problems
from geobrief.cli import main
from geobrief.files import sha256
from geobrief.render.screen import styles
from geobrief.settings import settings
from geobrief.web.door import door_routes
from geobrief.web.routes import routes
from tests.atlas_fixture import write_atlas
from tests.unit.test_pages import opened, plain, shown

BROWSER = {"accept": "text/html,application/xhtml+xml"}
CLOSED = "This atlas cannot be shown"
SHEET = "This sheet cannot be shown"

PAGES = """
[[pages]]
id = "banks"
title = "Both sheets"
sheets = ["whole", "ford"]

[[pages]]
id = "essay"
title = "Essay"
sheet = "whole"

[[pages]]
id = "briefing"
title = "Briefing"
subtitle = "Sheets in an order"
sheet = "whole"

[[pages]]
id = "export"
title = "Export"
subtitle = "Sheets to take away"
sheet = "whole"
"""
TABLE = """
[[tables]]
title = "Gates"
file = "facts/gates.csv"
feature = "gates/{id}"
+++
The whole"""
TOUR = 'title = "Tour"\n\n[[slides]]\nsheet = "ford"\n\n[[slides]]\nsheet = "whole"\n'
WALK = 'title = "Walk"\n\n[[slides]]\nsheet = "ford"\n'


@dataclass(frozen=True)
class Folders:
    """The folders of an atlas in which things are broken."""

    content: Path
    geodata: Path

    def swap(self, name: str, old: str, new: str) -> None:
        """Put `new` into the place of the first `old` in a file."""
        path = self.content.parent / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.content.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folders]:
    """The tiny atlas in order, with two briefings and a table: the one that the settings name."""
    made = Folders(*write_atlas(tmp_path))
    made.swap("content/atlas.toml", "\n[[languages]]", f"{PAGES}\n[[languages]]")
    made.write("content/facts/gates.csv", "id,name\nford,The Ford\nmill,The Mill\n")
    made.swap("content/sheets/whole.md", "+++\nThe whole", TABLE.lstrip("\n"))
    made.write("content/briefings/tour.toml", TOUR)
    made.write("content/briefings/walk.toml", WALK)
    assert problems(made.content, made.geodata) == []
    monkeypatch.setenv("GEOBRIEF_CONTENT", str(made.content))
    monkeypatch.setenv("GEOBRIEF_GEODATA", str(made.geodata))
    settings.cache_clear()
    yield made
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def client() -> TestClient:
    """The server as it starts: the atlas is read at the first request."""
    return TestClient(Starlette(routes=[*routes(), *door_routes()]))


# What can be broken. Each returns file, line, a word of the problem, and the sheets that it costs.

Told = tuple[str, int | None, str, set[str]]


def a_sheet_with_broken_front_matter(atlas: Folders) -> Told:
    atlas.swap("content/sheets/whole.md", 'title = "Both banks"', 'title = "Both banks')
    return "content/sheets/whole.md", 2, "is not TOML", {"whole"}


def a_sheet_with_an_unknown_key(atlas: Folders) -> Told:
    atlas.swap("content/sheets/whole.md", "passages =", "passage =")
    return "content/sheets/whole.md", 4, "'passage'", {"whole"}


def a_sheet_with_a_value_of_the_wrong_type(atlas: Folders) -> Told:
    atlas.swap("content/sheets/whole.md", 'label = "country"', "breaks = 3")
    return "content/sheets/whole.md", 10, "not in order", {"whole"}


def a_sheet_of_an_unknown_layer(atlas: Folders) -> Told:
    atlas.swap("content/sheets/whole.md", 'id = "realms"', 'id = "reals"')
    return "content/sheets/whole.md", 10, "'reals'", {"whole"}


def a_link_of_a_wrong_quote(atlas: Folders) -> Told:
    atlas.swap("content/links.toml", 'quote = "the ford"', 'quote = "the bridge"')
    return "content/links.toml", 11, "the bridge", set()


def links_that_are_no_toml(atlas: Folders) -> Told:
    atlas.swap("content/links.toml", 'quote = "the ford"', "quote = the ford")
    return "content/links.toml", 13, "is not TOML", set()


def links_in_one_line(atlas: Folders) -> Told:
    atlas.write("content/links.toml", 'link = [{ passage = "p01.s1", quote = "The brook" }]\n')
    return "content/links.toml", 1, "[[link]]", set()


def a_truncated_layer(atlas: Folders) -> Told:
    path = atlas.geodata / "layers/realms.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    return "geodata/catalogue.toml", 15, "digest of layers/realms.parquet", {"whole"}


def a_layer_with_one_other_byte(atlas: Folders) -> Told:
    with (atlas.geodata / "layers/realms.parquet").open("r+b") as file:
        file.seek(8)
        file.write(b"\xff")
    return "geodata/catalogue.toml", 15, "digest of layers/realms.parquet", {"whole"}


def a_missing_layer(atlas: Folders) -> Told:
    (atlas.geodata / "layers/realms.parquet").unlink()
    return "geodata/catalogue.toml", 15, "layers/realms.parquet is missing", {"whole"}


def a_layer_that_is_none_and_keeps_its_digest(atlas: Folders) -> Told:
    path = atlas.geodata / "layers/realms.parquet"
    before = sha256(path)
    path.write_bytes(path.read_bytes()[:-100])
    atlas.swap("geodata/catalogue.toml", before, sha256(path))
    return "geodata/catalogue.toml", 15, "realms.parquet cannot be read", {"whole"}


def a_layer_that_cannot_be_opened(atlas: Folders) -> Told:
    path = atlas.geodata / "layers/realms.parquet"
    path.unlink()
    path.mkdir()
    return "geodata/catalogue.toml", 15, "Is a directory", {"whole"}


def a_fact_of_too_many_cells(atlas: Folders) -> Told:
    atlas.swap("content/facts/gates.csv", "mill,The Mill", "mill,The Mill,1,2")
    return "content/facts/gates.csv", 3, "cells", {"whole"}


def a_fact_of_too_few_cells(atlas: Folders) -> Told:
    atlas.swap("content/facts/gates.csv", "mill,The Mill", "mill")
    return "content/facts/gates.csv", 3, "cells", {"whole"}


def facts_in_another_encoding(atlas: Folders) -> Told:
    (atlas.content / "facts/gates.csv").write_bytes(b"id,name\nford,The F\xf6rd\n")
    return "content/facts/gates.csv", 2, "is not UTF-8", {"whole"}


def a_translation_that_is_no_toml(atlas: Folders) -> Told:
    atlas.swap("content/i18n/cy.toml", "[text]", "[text")
    return "content/i18n/cy.toml", 3, "is not TOML", set()


def a_page_of_a_missing_sheet(atlas: Folders) -> Told:
    atlas.swap("content/atlas.toml", 'sheet = "whole"', 'sheet = "fjord"')
    return "content/atlas.toml", 5, "'fjord'", {"fjord"}


def a_briefing_of_a_missing_sheet(atlas: Folders) -> Told:
    atlas.swap("content/briefings/tour.toml", '"whole"', '"hole"')
    return "content/briefings/tour.toml", 6, "'hole'", set()


FAULTS: tuple[Callable[[Folders], Told], ...] = (
    a_sheet_with_broken_front_matter,
    a_sheet_with_an_unknown_key,
    a_sheet_with_a_value_of_the_wrong_type,
    a_sheet_of_an_unknown_layer,
    a_link_of_a_wrong_quote,
    links_that_are_no_toml,
    links_in_one_line,
    a_truncated_layer,
    a_layer_with_one_other_byte,
    a_missing_layer,
    a_layer_that_is_none_and_keeps_its_digest,
    a_layer_that_cannot_be_opened,
    a_fact_of_too_many_cells,
    a_fact_of_too_few_cells,
    facts_in_another_encoding,
    a_translation_that_is_no_toml,
    a_page_of_a_missing_sheet,
    a_briefing_of_a_missing_sheet,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_named_and_costs_only_what_rests_on_it(
    fault: Callable[[Folders], Told], folders: Folders, client: TestClient
) -> None:
    file, line, word, costs = fault(folders)
    (checked,) = problems(folders.content, folders.geodata)
    assert checked.where
    assert checked.where.file.as_posix().endswith(file) and checked.where.line == line
    health = client.get("/healthz")
    assert health.status_code == 503
    (row,) = health.json()["problems"]
    assert (row["file"], row["line"]) == (file, line)
    assert word in row["message"] + row["hint"] and row["hint"], row
    assert str(folders.content.parent) not in health.text
    for sheet in {"whole", "ford", *costs}:
        answer = client.get(f"/map/{sheet}")
        data = client.get(f"/api/sheets/{sheet}.geojson")
        if sheet not in costs:
            assert (answer.status_code, data.status_code) == (200, 200), sheet
            continue
        for refused in (answer, data):
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "broken"
            assert repr(sheet) in refused.json()["error"]["message"]
            assert refused.json()["problems"] == [row]
        page = client.get(f"/map/{sheet}", headers=BROWSER)
        assert page.status_code == 503 and "This map cannot be shown" in page.text
        assert word in unescape(page.text) and (f"{file}:{line}" if line else file) in page.text
    listed = [row["id"] for row in client.get("/api/sheets").json()]
    assert listed == sorted({"whole", "ford"} - costs)


# What nothing can be shown without


def no_essay(atlas: Folders) -> Told:
    (atlas.content / "essay.md").unlink()
    return "content/essay.md", None, "not found", set()


def an_essay_that_cannot_be_opened(atlas: Folders) -> Told:
    (atlas.content / "essay.md").unlink()
    (atlas.content / "essay.md").mkdir()
    return "content/essay.md", None, "Is a directory", set()


def an_essay_in_another_encoding(atlas: Folders) -> Told:
    path = atlas.content / "essay.md"
    path.write_bytes(path.read_bytes() + b"na\xefve\n")
    return "content/essay.md", 3, "is not UTF-8", set()


def an_empty_essay(atlas: Folders) -> Told:
    (atlas.content / "essay.md").write_bytes(b"")
    return "content/essay.md", 1, "anchor", set()


def a_plan_that_is_no_toml(atlas: Folders) -> Told:
    atlas.swap("content/atlas.toml", 'title = "Two banks"', "title = Two banks")
    return "content/atlas.toml", 1, "is not TOML", set()


def a_catalogue_that_is_no_toml(atlas: Folders) -> Told:
    atlas.swap("geodata/catalogue.toml", 'kind = "polygon"', "kind = polygon")
    return "geodata/catalogue.toml", 5, "is not TOML", set()


def a_border_of_no_class(atlas: Folders) -> Told:
    atlas.swap("geodata/boundary_classes.csv", "disputed", "contested")
    return "geodata/boundary_classes.csv", 3, "contested", set()


VITAL: tuple[Callable[[Folders], Told], ...] = (
    no_essay,
    an_essay_that_cannot_be_opened,
    an_essay_in_another_encoding,
    an_empty_essay,
    a_plan_that_is_no_toml,
    a_catalogue_that_is_no_toml,
    a_border_of_no_class,
)


@pytest.mark.parametrize("fault", VITAL, ids=lambda fault: fault.__name__)
def test_without_the_essay_or_the_borders_every_address_says_so(
    fault: Callable[[Folders], Told], folders: Folders, client: TestClient
) -> None:
    file, line, word, _ = fault(folders)
    for path in ("/healthz", "/api/sheets", "/map/ford", "/present/walk", "/ford"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        row = answer.json()["problems"][0]
        assert (row["file"], row["line"]) == (file, line)
        assert word in row["message"] + row["hint"] and row["hint"]
    for path in ("/", "/ford", "/map/ford", "/present/walk"):
        page = client.get(path, headers=BROWSER)
        assert page.status_code == 503 and "cannot be shown" in page.text, path
        assert (f"{file}:{line}" if line else file) in page.text and word in unescape(page.text)


def test_the_dashboard_says_so_and_recovers_once_it_is_mended(
    folders: Folders, client: TestClient
) -> None:
    text = (folders.content / "essay.md").read_text("utf-8")
    no_essay(folders)
    said = plain(shown(opened()))
    assert CLOSED in said and "content/essay.md" in said and "restore the file" in said
    folders.write("content/essay.md", text)
    assert client.get("/healthz").status_code == 200
    assert "The brook parts" in plain(shown(opened()))


# On the pages


def test_a_healthy_page_works_and_tells_what_is_broken(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened("ford")
    said = plain(shown(test))
    assert "“At the ford they meet.”" in said
    assert SHEET not in said
    assert "geodata/catalogue.toml:15" in said and "run make geodata" in said
    (data,) = (part for part in test.get("bidi_component"))
    assert "/map/ford" in data.proto.json


def test_a_broken_sheet_says_so_on_its_own_page(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened()
    raw = shown(test)
    own = plain(raw[raw.index("<h1>") :])
    assert SHEET in own and "whole" in own
    assert "geodata/catalogue.toml:15" in own and "digest" in own and "run make geodata" in own
    assert not test.get("bidi_component"), "no map without its layer"


def test_a_page_offers_its_other_sheets_beside_a_broken_one(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened("banks")
    assert SHEET in plain(shown(test))
    (group,) = test.get("button_group")
    assert [tab.content for tab in group.proto.options] == ["whole (broken)", "ford"]
    test.query_params["sheet"] = "ford"
    test.run()
    assert not test.exception
    assert SHEET not in plain(shown(test)) and test.get("bidi_component")


def test_the_essay_is_read_without_its_map(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened("essay")
    said = plain(shown(test))
    assert SHEET in said and "Nobody knows where the lost gate stood." in said
    assert not test.get("bidi_component")


def test_an_atlas_in_order_tells_nothing(folders: Folders) -> None:
    assert '<details class="gb-faults">' not in shown(opened("ford"))


def test_missing_fonts_are_named(
    folders: Folders, client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GEOBRIEF_FONTS", str(tmp_path / "nothing"))
    settings.cache_clear()
    styles.cache_clear()  # a server that has found them once keeps their addresses
    health = client.get("/healthz")
    assert health.status_code == 503
    (row,) = health.json()["problems"]
    assert "GeobriefSerif-Regular" in row["message"] and row["hint"] == "run make setup"
    assert "run make setup" in plain(shown(opened("ford")))
    answer = client.get("/map/ford")
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "setup"
    page = client.get("/map/ford", headers=BROWSER).text
    assert "This map cannot be shown" in page and "run make setup" in page


# Briefings and exports


def test_no_slide_is_dropped_from_a_briefing(
    folders: Folders, client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_truncated_layer(folders)
    for path in ("/present/tour", "/api/briefings/tour.pdf", "/api/briefings/tour.html"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "slide 2: the sheet 'whole'" in answer.json()["error"]["message"]
    page = client.get("/present/tour", headers=BROWSER)
    assert page.status_code == 503 and "This briefing cannot be shown" in page.text
    assert "geodata/catalogue.toml:15" in page.text
    assert client.get("/present/walk", headers=BROWSER).status_code == 200
    out = tmp_path / "tour.html"
    assert main(["brief", "tour", "-o", str(out)]) == 2
    assert "slide 2: the sheet 'whole'" in capsys.readouterr().err
    assert not out.exists()


def test_a_broken_briefing_is_named_and_the_others_stay(
    folders: Folders, client: TestClient
) -> None:
    a_briefing_of_a_missing_sheet(folders)
    answer = client.get("/present/tour")
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "broken"
    assert [row["id"] for row in client.get("/api/briefings").json()] == ["walk"]
    assert client.get("/present/nowhere").status_code == 404
    said = plain(shown(opened("briefing", briefing="tour")))
    assert "no sheet 'hole'" in said and "Walk" in said


def test_the_briefing_page_works_with_what_is_whole(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened("briefing", briefing="tour")
    said = plain(shown(test))
    assert "the sheet 'whole' is broken" in said and SHEET not in said
    assert "/map/ford" in test.get("bidi_component")[-1].proto.json or "Walk" in said
    assert test.multiselect(key="add").options == ["Ford"]


def test_the_export_page_names_the_map_that_it_leaves_out(folders: Folders) -> None:
    a_truncated_layer(folders)
    test = opened("export", maps="whole,ford")
    assert "the sheet 'whole' is broken" in plain(shown(test))
    assert test.multiselect(key="maps").options == ["Ford"]


def test_the_command_line_exports_what_is_whole(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_fact_of_too_many_cells(folders)
    a_sheet_of_an_unknown_layer(folders)
    whole, ford = tmp_path / "whole.geojson", tmp_path / "ford.geojson"
    assert main(["export", "ford", "-o", str(ford)]) == 0 and ford.stat().st_size > 500
    assert capsys.readouterr().err == ""
    assert main(["export", "whole", "-o", str(whole)]) == 2 and not whole.exists()
    said = capsys.readouterr().err
    assert "whole.md:10: no layer 'reals'" in said and "gates.csv:3: " in said
    folder = tmp_path / "all"
    assert main(["export-all", str(folder), "--format", "geojson"]) == 2
    assert [path.name.split("-")[0] for path in folder.iterdir()] == ["ford"]
    assert "no layer 'reals'" in capsys.readouterr().err
    assert main(["export-all", str(tmp_path / "two"), "--sheets", "ford,whole"]) == 2
    assert not (tmp_path / "two").exists()
    capsys.readouterr()
    assert main(["list", "sheets"]) == 2
    told = capsys.readouterr()
    assert "ford\t" in told.out and "whole\t" not in told.out and "'reals'" in told.err
    assert main(["check"]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_claim_that_is_wrong_is_named(folders: Folders, client: TestClient) -> None:
    path = folders.content / "facts/claims.csv"
    head = ("id", "passage", "quote", "quote_start", "quote_end", "kind_of_claim",
            "finding", "verdict", "source", "sheet")  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        rows.writerow(["a", "p01.s1", "The brook", "0", "9", "k", "f", "v", "s", "ford"])
        rows.writerow(["b", "p01.s1", "The creek", "0", "9", "k", "f", "v", "s", "ford"])
        rows.writerow(["c", "p01.s1", "The brook", "0", "9", "k", "f", "v", "s", "fjord"])
    found = client.get("/healthz").json()["problems"]
    assert [(row["file"], row["line"]) for row in found] == [
        ("content/facts/claims.csv", 3),
        ("content/facts/claims.csv", 4),
    ]
    assert [claim.id for claim in Atlas.load(folders.content, folders.geodata).claims] == ["a"]
