"""No address in an input opens a connection, GDAL has one driver, no cell becomes a formula."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyogrio
import pytest
from pptx import Presentation

from geobrief.atlas import Atlas
from geobrief.briefings import parse_briefing
from geobrief.compose import compose
from geobrief.deck.make import make
from geobrief.deck.slides import assemble
from geobrief.export import export
from geobrief.spec import View
from tests.atlas_fixture import write_atlas
from tests.security.hostile_files import BRIEFINGS, TEMPLATES
from tests.security.hostile_folders import ONES, Folders

ROOT = Path(__file__).resolve().parents[2]
WATCHED = """
import json, sys
tried = []
def watch(event, told):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request",
                 "subprocess.Popen", "os.system"):
        tried.append(f"{event} {told}")
sys.addaudithook(watch)
from tests.security.measured import _run
for command in json.load(sys.stdin):
    if command == ["plant"]:
        import socket
        try:
            socket.create_connection(("127.0.0.1", 9), 0.01)
        except OSError:
            pass
    else:
        _run(command)
print(json.dumps(tried))
"""
"""Runs commands and tells of every try to reach another host or to start a program."""


def tried(commands: list[list[str]]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, input=json.dumps(commands),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_address_in_any_input_is_called(tmp_path: Path) -> None:
    sound = Folders.written(tmp_path / "sound")
    folders = ["--content", str(sound.content), "--geodata", str(sound.geodata)]
    commands = []
    for number, (name, (spoil, _)) in enumerate(ONES.items()):
        if re.search(r"http|vsi|file:|elsewhere|path|program", name):
            atlas = sound.copied(tmp_path / str(number))
            spoil(atlas)
            more = ["--content", str(atlas.content), "--geodata", str(atlas.geodata)]
            commands += [["check", *more], ["export", "ford", "-o", f"{tmp_path}/a.gpkg", *more]]
    for name in ("a picture from elsewhere", "a file of a share", "a type from elsewhere",
                 "an entity from a file", "a link"):  # fmt: skip
        path = tmp_path / "lent.pptx"
        path = path.with_stem(f"lent{len(commands)}")
        path.write_bytes(TEMPLATES[name][0]())
        out = str(tmp_path / "out.pptx")
        commands.append(["brief", "lunch", "-o", out, "--template", str(path), *folders])
    path = tmp_path / "x.toml"
    path.write_bytes(BRIEFINGS["a sheet by address"][0]())
    commands.append(["brief", str(path), "-o", str(tmp_path / "x.pptx"), *folders])
    for address in ("http://hostile.example/a", "/vsicurl/http://hostile.example/a"):
        commands += [["verify", address], ["brief", address + ".toml", "-o", "x.pptx", *folders],
                     ["check", "--content", address], ["export", address, "-o", "x.gpkg", *folders],
                     ["export", "ford", "--select", address, "-o", "x.gpkg", *folders]]  # fmt: skip
    assert len(commands) > 30
    assert tried(commands) == []


def test_a_planted_connection_is_seen() -> None:
    assert any(row.startswith("socket.") for row in tried([["plant"]]))


def test_gdal_has_one_driver(tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path)
    script = (
        "import sys, pyogrio; from pathlib import Path; from geobrief.cli import main;"
        "assert 'OGR_VRT' in pyogrio.list_drivers() and 'HTTP' in pyogrio.list_drivers();"
        "assert main(sys.argv[1:]) == 0; print(sorted(pyogrio.list_drivers()))"
    )
    told = ["export", "ford", "-o", f"{tmp_path}/a.gpkg", "--content", content]
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", script, *map(str, told),
         "--geodata", str(geodata)], cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['GPKG']", done.stderr[-2000:]


CELLS = {"=1+1": "=1+1", "+93": "+93", "-12.5": "-12.5", "@SUM(A1)": "@SUM(A1)", "{=1}": "{=1}",
         "=HYPERLINK(0)": "=HYPERLINK(0)", "http://hostile.example/": "http://hostile.example/",
         "file:///etc/passwd": "file:///etc/passwd"}  # fmt: skip
CHART = """
[[charts]]
title = "Gates"
file = "facts/gates.csv"
x = "name"
y = "opened"
series = "kind"
"""


@pytest.fixture(scope="module")
def active(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas in which cells of a chart and texts of a layer look like formulas."""
    folder = tmp_path_factory.mktemp("active") / "atlas"
    atlas = Folders.written(folder)
    rows = [f'"{cell}",{number}.5,"{cell}"' for number, cell in enumerate(CELLS)]
    atlas.write("content/facts/gates.csv",
                "\n".join(["name,opened,kind", *rows, "plain,-12.5,plain"]).encode())  # fmt: skip
    sheet = atlas.path("content/sheets/ford.md")
    head, _, rest = sheet.read_text("utf-8").partition("\n[[tables]]")
    sheet.write_text(f"{head}{CHART}+++\nThe ford", "utf-8")
    assert rest
    atlas.layer("gates", note="=1+1", source="-12.5")
    atlas.layer("realms", people=-12.5)
    return Atlas.load(atlas.content, atlas.geodata)


def test_no_cell_of_a_chart_becomes_a_formula_or_a_link(active: Atlas) -> None:
    text = 'title = "Lunch"\n[[slides]]\nsheet = "ford"\n'
    body = make(active, assemble(active, parse_briefing(text, Path("x.toml"))), "pptx")
    books = [part.blob for part in Presentation(io.BytesIO(body)).part.package.iter_parts()
             if str(part.partname).endswith(".xlsx")]  # fmt: skip
    assert len(books) == 1
    with zipfile.ZipFile(io.BytesIO(books[0])) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        names = book.namelist()
    assert "<f>" not in cells and "hyperlink" not in cells
    assert not [name for name in names if "sheet1.xml.rels" in name]
    for cell in CELLS:
        assert f"<t>{cell}</t>" in texts, f"{cell!r} is no text as it was written"
    assert "<v>-12.5</v>" in cells, "a number is a number"


def test_data_keep_numbers_and_texts_as_they_are(active: Atlas, tmp_path: Path) -> None:
    whole = compose(active, "whole", View())
    rows = {f["id"]: f for f in json.loads(export(active, whole, "geojson"))["features"]}
    ford = rows["gates/ford"]["properties"]
    assert (ford["note"], ford["source"]) == ("=1+1", "-12.5")
    assert rows["realms/east"]["properties"]["people"] == -12.5
    path = tmp_path / "a.gpkg"
    path.write_bytes(export(active, whole, "gpkg"))
    gates = pyogrio.read_dataframe(path, layer="gates").set_index("id")
    assert (gates.at["gates/ford", "note"], gates.at["gates/ford", "source"]) == ("=1+1", "-12.5")
    people = pyogrio.read_dataframe(path, layer="realms")["people"]
    assert people.dtype == float
    assert -12.5 in set(people)


def test_no_page_hands_out_csv() -> None:
    """Tables are HTML; the parts of the dashboard that offer themselves as CSV are not used."""
    told = re.compile(r"\bst\.(dataframe|data_editor|table)\b|\.to_csv\(|text/csv")
    files = [*(ROOT / "geobrief").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    assert not [path for path in files if told.search(path.read_text("utf-8"))]
