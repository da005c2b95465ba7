"""An atlas with one hostile file in it: every file it can hold, and every way to spoil it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from shapely import LineString, Point, Polygon

from geobrief.files import sha256
from tests.atlas_fixture import layers, write_atlas, write_layer

ELSEWHERE = ("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://hostile.example/a",
             "/vsicurl/http://hostile.example/a", "/vsizip/a.zip/b", "a\\u0000b")  # fmt: skip

RASTER = """
[[layer]]
id = "relief"
file = "layers/relief.png"
title = "Relief"
kind = "raster"
source = "made for this test"
licence = "CC0-1.0"
attribution = "Nobody"
as_of = 2026-01-31
digest = ""
bounds = [8.0, 50.0, 12.0, 53.0]
"""
FILED = """
[[tables]]
title = "Gates"
file = "facts/gates.csv"
columns = ["name"]
feature = "gates/{id}"

[[charts]]
title = "Gates"
file = "facts/gates.csv"
x = "name"
y = "opened"
"""
CLAIMS = """\
id,passage,quote,quote_start,quote_end,kind_of_claim,finding,verdict,source,sheet
c1,p01.s1,The,0,3,count,one brook,holds,made for this test,ford
"""
ENTITY = """
[[entity]]
id = "brook"
name = "The brook"
features = ["brook/brook"]
"""
BRIEFING = 'title = "Lunch"\n[[slides]]\nsheet = "ford"\n'


class Folders:
    """The two folders of an atlas that holds a file of every kind."""

    def __init__(self, folder: Path) -> None:
        self.content, self.geodata = folder / "content", folder / "geodata"

    @classmethod
    def written(cls, folder: Path) -> Folders:
        write_atlas(folder)
        made = cls(folder)
        for name, text in {
            "facts/gates.csv": "id,name,opened\nford,The Ford,1900\nmill,The Mill,2010\n",
            "facts/claims.csv": CLAIMS,
            "entities.toml": ENTITY,
            "briefings/lunch.toml": BRIEFING,
        }.items():
            path = made.content / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        sheet = made.content / "sheets/ford.md"
        text = sheet.read_text("utf-8").replace(
            'id = "gates"\n', 'id = "gates"\nstates = "states"\n'
        )
        sheet.write_text(text.replace("\n+++\nThe ford", f"{FILED}+++\nThe ford"), "utf-8")
        assert FILED in sheet.read_text("utf-8")
        Image.new("L", (40, 30), 200).save(made.geodata / "layers/relief.png")
        with made.catalogue.open("a", encoding="utf-8") as file:
            file.write(RASTER)
        made.hold("relief.png")
        return made

    @property
    def catalogue(self) -> Path:
        return self.geodata / "catalogue.toml"

    def copied(self, folder: Path) -> Folders:
        shutil.copytree(self.content.parent, folder)
        return Folders(folder)

    def path(self, name: str) -> Path:
        return self.content.parent / name

    def hold(self, file: str) -> None:
        """Write the digest of a layer's file into the catalogue, as whoever changed both would."""
        text, digest = self.catalogue.read_text("utf-8"), sha256(self.geodata / "layers" / file)
        entry = rf'(file = "layers/{re.escape(file)}".*?digest = ")[^"]*'
        changed = re.sub(entry, rf"\g<1>{digest}", text, count=1, flags=re.DOTALL)
        self.catalogue.write_text(changed, "utf-8")

    def write(self, name: str, body: bytes) -> None:
        self.path(name).write_bytes(body)
        if name.startswith("geodata/layers/"):
            self.hold(self.path(name).name)

    def swap(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text("utf-8")
        assert old in text, (name, old)
        self.path(name).write_text(text.replace(old, new, 1), "utf-8")

    def layer(self, id: str, **columns: Any) -> None:
        """Write a layer anew, its first row with other values."""
        rows = [dict(row) for row in layers()[id][1]]
        rows[0] |= columns
        write_layer(self.geodata, id, rows)
        self.hold(f"{id}.parquet")

    def table(self, id: str, change: Callable[[pa.Table], pa.Table]) -> None:
        path = self.geodata / f"layers/{id}.parquet"
        pq.write_table(change(pq.read_table(path)), path, compression="zstd")
        self.hold(path.name)


FILES = (
    "content/atlas.toml", "content/essay.md", "content/links.toml", "content/entities.toml",
    "content/i18n/cy.toml", "content/sheets/ford.md", "content/briefings/lunch.toml",
    "content/facts/gates.csv", "content/facts/claims.csv", "geodata/catalogue.toml",
    "geodata/boundary_classes.csv", "geodata/layers/gates.parquet",
    "geodata/layers/leagues.parquet", "geodata/layers/relief.png",
)  # fmt: skip
MAY_BE_EMPTY = ("content/links.toml", "content/entities.toml", "content/i18n/cy.toml")

_NOISE = np.random.default_rng(7).bytes(3_000)
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda body: body[: len(body) // 2],
    "empty": lambda body: b"",
    "rubbish": lambda body: _NOISE,
    "with a NUL": lambda body: body[:40] + b"\0" + body[41:],
    "too large": lambda body: body + b"\n" * 25_000_000,
}
"""What can become of any file."""


# One thing in one file


def _geo(table: pa.Table, **changes: Any) -> pa.Table:
    """Change what a table says of its geometry."""
    told = json.loads(table.schema.metadata[b"geo"])
    for column in told["columns"].values():
        column.update(changes)
    return table.replace_schema_metadata({**table.schema.metadata, b"geo": json.dumps(told)})


def _deep_geo(table: pa.Table) -> pa.Table:
    deep = b"[" * 10_000 + b"]" * 10_000
    return table.replace_schema_metadata({**table.schema.metadata, b"geo": deep})


def _repeated(table: pa.Table) -> pa.Table:
    """The first row 300 times, with a note of a megabyte that is kept once for all of them."""
    first = pa.array(np.zeros(300, np.int64))
    notes = pa.DictionaryArray.from_arrays(first, pa.array(["x" * 1_000_000]))
    return table.take(first).set_column(table.schema.get_field_index("note"), "note", notes)


def _zeros(table: pa.Table) -> pa.Table:
    """A column of numbers that takes a few bytes in the file and 400 MB out of it."""
    count = 20_000_000
    nothing = {
        field.name: pa.nulls(count, pa.int8()) if field.name != "id" else pa.nulls(count)
        for field in table.schema
    }
    return pa.table(nothing)


def _line(count: int) -> LineString:
    x = np.tile([8.0, 12.0], count // 2)  # small in the file
    return LineString(np.column_stack([x, np.full(count, 51.0)]))


def _wkb(value: bytes) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("geometry")
        cells = [value, *table["geometry"].to_pylist()[1:]]
        return table.set_column(place, "geometry", pa.array(cells, pa.binary()))

    return change


def _frame(change: Callable[[pd.DataFrame], None]) -> Callable[[Folders], None]:
    def spoil(atlas: Folders) -> None:
        path = atlas.geodata / "layers/gates.parquet"
        frame = gpd.read_parquet(path)
        change(frame)
        frame.to_parquet(path, index=False)
        atlas.hold(path.name)

    return spoil


def _linked(name: str) -> Callable[[Folders], None]:
    def spoil(atlas: Folders) -> None:
        outside = atlas.content.parent / "outside"
        shutil.move(atlas.path(name), outside)
        atlas.path(name).symlink_to(outside)

    return spoil


def _pipe(atlas: Folders) -> None:
    os.mkfifo(atlas.path("content/facts/more.csv"))


def _swap(name: str, old: str, new: str) -> Callable[[Folders], None]:
    return lambda atlas: atlas.swap(name, old, new)


def _picture(size: tuple[int, int], kind: str) -> Callable[[Folders], None]:
    def spoil(atlas: Folders) -> None:
        Image.new("1", size).save(atlas.geodata / "layers/relief.png", kind)
        atlas.hold("relief.png")

    return spoil


CATALOGUE, SHEET, GATES = "geodata/catalogue.toml", "content/sheets/ford.md", "gates.parquet"
EXTENT = "extent = [9.5, 50.5, 10.8, 51.5]"
FIRST = 'file = "layers/ground.parquet"'
Spoil = Callable[[Folders], Any]

ONES: dict[str, tuple[Spoil, str]] = {
    # names that lead elsewhere
    **{f"a layer at {n}": (_swap(CATALOGUE, FIRST, f'file = "{n}"'), "outside|missing|carry")
       for n in ELSEWHERE},
    **{f"a table at {n}": (_swap(SHEET, 'file = "facts/gates.csv"', f'file = "{n}"'),
                           "in neither folder|carry") for n in ELSEWHERE},
    **{f"a page at {n}": (_swap("content/atlas.toml", 'sheet = "ford"', f'sheet = "{n}"'),
                          "no sheet|carry") for n in ELSEWHERE},
    **{f"a slide at {n}": (_swap("content/briefings/lunch.toml", '"ford"', f'"{n}"'),
                           "no sheet|carry") for n in ELSEWHERE},
    "a licence elsewhere": (
        _swap(CATALOGUE, 'licence = "CC0-1.0"', 'licence = "../../content/x"'), "licence"),
    "a link out of content": (_linked("content/essay.md"), "essay.md.*leads out"),
    "a link out of geodata": (_linked("geodata/layers/gates.parquet"), "gates.*outside|leads out"),
    "a pipe": (_pipe, "more.csv.*neither a file"),
    # words
    "a deep atlas": (_swap("content/atlas.toml", "title", "x = " + "[" * 10_000), "too deep"),
    "a deep sheet": (_swap(SHEET, "+++", "+++\na" + ".a" * 9_000 + " = 1"), "ford.md.*too deep"),
    "nan": (_swap(SHEET, EXTENT, "extent = [nan, 1, 2, 3]"), "ford.md.*extent"),
    "1e308": (_swap(SHEET, EXTENT, "extent = [-1e308, 1, 1e308, 3]"), "ford.md.*extent"),
    "a large number": (_swap(SHEET, EXTENT, f"extent = [0x{'f' * 4000}, 1, 2, 3]"), "extent"),
    "an extent of words": (_swap(SHEET, EXTENT, 'extent = "1234"'), "ford.md.*extent"),
    "a title that is a number": (_swap(SHEET, 'title = "The ford"', "title = 3"), "title is not"),
    "layers that are none": (_swap(SHEET, "[[layers]]", "[[layer]]"), "ford.md"),
    "a label that is a list": (_swap(SHEET, 'label = "crossing"', "label = [1]"), "label is not"),
    "where that is a number": (_swap(SHEET, 'style = "land"', 'style = "land"\nwhere = 3'),
                               "where is not"),
    "breaks of nan": (_swap(SHEET, 'style = "land"', 'style = "land"\nbreaks = [nan]'), "breaks"),
    "a pattern that reaches in": (_swap(SHEET, "{id}", "{id.__class__}"), "bare name"),
    "a pattern that fills memory": (_swap(SHEET, "{id}", "{id:>999999999}"), "bare name"),
    "a pattern of nothing": (_swap(SHEET, "{id}", "{}"), "bare name"),
    "moments of numbers": (_swap("content/atlas.toml", "as_of =", "moments = [3]\nas_of ="),
                           "atlas.toml:1: the atlas is not in order"),
    "a language of numbers": (_swap("content/atlas.toml", 'name = "English"', "name = 3"),
                              "name is not text"),
    "a policy of lists": (_swap("content/atlas.toml", 'short = "Plain"', "short = []"),
                          "short is not text"),
    "an essay without anchors": (lambda a: a.write("content/essay.md", b"Words."), "essay.md"),
    "a link that is a number": (_swap("content/links.toml", '"The brook"', "3"), "links.toml"),
    "a link of lists": (_swap("content/links.toml", '["gates/ford"]', "[[1]]"), "links.toml"),
    "an entity of numbers": (_swap("content/entities.toml", '["brook/brook"]', "[1]"), "entities"),
    "a translation of numbers": (_swap("content/i18n/cy.toml", '"Y ddwy lan"', "3"), "cy.toml"),
    "figures of numbers": (_swap(CATALOGUE, "figures = []", "figures = [3]"), "figure"),
    "bounds of two": (_swap(CATALOGUE, "bounds = [8.0, 50.0, 12.0, 53.0]", "bounds = [1, 2]"),
                      "bounds is not"),
    "an id that is a number": (_swap(CATALOGUE, 'id = "ground"', "id = 3"), "not in order"),
    # tables
    "a cell of 50 MB": (lambda a: a.write("content/facts/gates.csv",
                                          b"id,name,opened\nford," + b"x" * 50_000_000 + b",1\n"),
                        "gates.csv.*too large"),
    "a long cell": (lambda a: a.write("content/facts/claims.csv",
                                      CLAIMS.encode() + b"c2," + b"x" * 300_000), "claims.csv"),
    "a cell without an end": (lambda a: a.write("content/facts/claims.csv",
                                                CLAIMS.encode() + b'"' + b"x\n" * 90_000),
                              "claims"),
    "many columns": (lambda a: a.write("content/facts/gates.csv", b"id" + b"," * 900_000),
                     "gates.csv.*has 900001 columns"),
    "many rows": (lambda a: a.write("content/facts/gates.csv",
                                    b"id,name,opened\n" + b",,\n" * 300_000), "too many rows"),
    "a row cut short": (lambda a: a.write("geodata/boundary_classes.csv",
                                          b"segment,policy,class,source,note\neast-west,plain"),
                        "boundary_classes.csv"),
    "offsets as long as a line": (_swap("content/facts/claims.csv", ",0,3,", f",{'9' * 9000},3,"),
                                  "claims.csv"),
    # layers
    "2 million vertices": (lambda a: a.layer("brook", geometry=_line(2_000_000)), "unpacked"),
    "a text of 50 MB": (lambda a: a.layer("gates", note="x" * 50_000_000), "unpacked|bytes"),
    "a text kept once for all": (lambda a: a.table("gates", _repeated), "unpacked"),
    "numbers kept by their count": (lambda a: a.table("gates", _zeros), "unpacked"),
    "a deep head": (lambda a: a.table("gates", _deep_geo), "cannot be read"),
    "a CRS that is a path": (lambda a: a.table("gates", lambda t: _geo(t, crs="/etc/passwd")),
                             "not in degrees"),
    "a CRS elsewhere": (
        lambda a: a.table("gates", lambda t: _geo(t, crs="http://hostile.example/crs")), "degrees"),
    "a CRS in metres": (
        lambda a: a.table("gates", lambda t: _geo(t, crs={"id": {"authority": "EPSG",
                                                                 "code": 3857}})), "degrees"),
    "a geometry that is rubbish": (lambda a: a.table("gates", _wkb(b"rubbish")), "cannot be read"),
    "a geometry that claims more": (
        lambda a: a.table("brook", _wkb(b"\1\2\0\0\0\xff\xff\xff\x7f")), "cannot be read"),
    "deep states": (lambda a: a.layer("gates", states="[" * 10_000 + "]" * 10_000), "states"),
    "states of numbers": (lambda a: a.layer("gates", states='[["1900", 3]]'), "states"),
    "states that are none": (lambda a: a.layer("gates", states='{"a": 1}'), "states"),
    "a point at nan": (lambda a: a.layer("gates", geometry=Point(float("nan"), 51)), "no number|"
                       "invalid"),
    "a point at infinity": (lambda a: a.layer("gates", geometry=Point(float("inf"), 51)),
                            "no number"),
    "a point at 1e308": (lambda a: a.layer("gates", geometry=Point(1e308, -1e308)), "globe"),
    "a point off the globe": (lambda a: a.layer("gates", geometry=Point(200, 51)), "globe"),
    "an area among points": (
        lambda a: a.layer("gates", geometry=Polygon([(9, 51), (10, 51), (10, 52)])),
        "is a Polygon"),
    "a point among areas": (lambda a: a.layer("ground", geometry=Point(9, 51)), "is a Point"),
    "no column of ids": (_frame(lambda f: f.__delitem__("id")), "cannot be read"),
    "no column of names": (_frame(lambda f: f.__delitem__("name")), "lacks name"),
    "ids that are numbers": (_frame(lambda f: f.__setitem__("id", [1, 2, 3])), "not text"),
    "ids that are nothing": (_frame(lambda f: f.__setitem__("id", None)), "not text"),
    "doubt that is a word": (_frame(lambda f: f.__setitem__("confirmed", "yes")), "confirmed"),
    "cells that are lists": (_frame(lambda f: f.__setitem__("note", [[1]] * 3)), "lists"),
    # pictures
    "a picture of 25 million pixels": (_picture((5_000, 5_000), "PNG"), "pixels"),
    "another kind of picture": (_picture((40, 30), "TIFF"), "not a picture in PNG"),
    "a program as a picture": (
        lambda a: a.write("geodata/layers/relief.png", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        "not a picture in PNG"),
}  # fmt: skip
"""Changes to an atlas, each with what is said of it."""
