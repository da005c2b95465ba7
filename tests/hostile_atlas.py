"""An atlas whose every text is a payload, and one of the same shape whose texts are harmless.

It is the smallest atlas, made larger where an engine has a list: a feature, a sentence, a slide,
a language and a border policy for each payload. In the language of a payload every wording of the
engine is that payload too. Where there is room for one text alone, it holds all of them.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w
from shapely import Point

from geobrief.atlas import Atlas
from geobrief.briefings import LONGEST
from geobrief.claims import COLUMNS
from geobrief.wordings import wordings
from tests import atlas_fixture as tiny
from tests.payloads import PAYLOADS

SHEET = "whole"
"""Stem of the names of the sheet and of the briefing."""
PAGES = ("overview", "whole", "essay", "claims", "briefing", "export", "sources")

ALL = "all"
"""Language in which every wording is all of the payloads."""
MARK = "\"'><b>"
"""Part of every id and of every name of a file that may be chosen freely."""
LETTERS = {ord(sign): chr(0x1200 + n) for n, sign in enumerate("<>\"'&`/\\{}[]$#%=:*_~!|^+@-")}
"""Signs that markup is made of, and a letter for each: what it turns into has the same shape."""
NUMBERS = range(len(PAYLOADS))
HEADER = re.compile(r"^\[+", re.MULTILINE)
AS_OF = datetime.date.fromisoformat(tiny.AS_OF)


@dataclass(frozen=True)
class Made:
    """The folders of an atlas, and the words that it says."""

    content: Path
    geodata: Path
    said: tuple[str, ...]
    mark: str

    @property
    def sheet(self) -> str:
        """Id of its sheet, and of its briefing."""
        return f"{SHEET}{self.mark}"

    @property
    def small(self) -> str:
        """Id of a sheet with a single feature that the essay speaks of."""
        return f"small{self.mark}"

    def load(self) -> Atlas:
        """Return the atlas."""
        return Atlas.load(self.content, self.geodata)


def hostile(folder: Path) -> Made:
    """Write the hostile atlas."""
    return _write(folder, PAYLOADS, MARK)


def harmless(folder: Path) -> Made:
    """Write the atlas of the same shape, in which letters stand for all strange signs."""
    return _write(folder, [text.translate(LETTERS) for text in PAYLOADS], MARK.translate(LETTERS))


def _write(folder: Path, said: Sequence[str], mark: str) -> Made:
    content, geodata = folder / "content", folder / "geodata"
    made = Made(content, geodata, tuple(said), mark)
    all_of_them = " ".join(said)
    _write_geodata(made, all_of_them)
    _write_content(made, all_of_them)
    known = wordings(made.load())
    for id, text in _languages(said):
        rows = tomli_w.dumps({"text": dict.fromkeys(known, text)})
        (content / "i18n").mkdir(exist_ok=True)
        (content / f"i18n/{id}.toml").write_text(rows, "utf-8")
    return made


def _languages(said: Sequence[str]) -> list[tuple[str, str]]:
    """Return id and text of each language but the first."""
    return [*((f"x{number:02}", text) for number, text in enumerate(said)), (ALL, " ".join(said))]


# Places


def _write_geodata(made: Made, whole: str) -> None:
    geodata, licence = made.geodata, f"CC0{made.mark}"
    (geodata / "licences").mkdir(parents=True)
    (geodata / f"licences/{licence}.txt").write_text("No rights reserved.\n", "utf-8")
    layers = tiny.layers()
    layers["gates"] = ("point", [_gate(made, n) for n in NUMBERS])
    layers["leagues"] = ("record", [_league(made, n) for n in NUMBERS])
    entries = []
    for id, (kind, rows) in layers.items():
        digest = tiny.write_layer(geodata, id, rows)
        figures = [{"column": "said", "label": whole, "unit": made.mark}] if id == "gates" else []
        entries.append(
            {
                "id": id, "file": f"layers/{id}.parquet", "title": whole, "kind": kind,
                "source": whole, "licence": licence, "attribution": whole.replace(";", ","),
                "attribution_url": "https://example.org/licence" + made.mark,
                "as_of": AS_OF, "digest": digest,
                "features": len(rows), "figures": figures, "mends": [],
            }
        )  # fmt: skip
    _write_toml(geodata / "catalogue.toml", {"layer": entries})
    classes = [("segment", "policy", "class", "source", "note")]
    classes += [("east-west", f"p{n:02}", "disputed", made.said[n], made.said[n]) for n in NUMBERS]
    _write_csv(geodata / "boundary_classes.csv", classes)


def gate(made: Made, number: int) -> str:
    """Return the id of a feature within its layer."""
    odd = "\u2028" if number % 2 else ""
    return f"g{number:02}{odd}{made.mark}"


def _gate(made: Made, number: int) -> dict[str, Any]:
    text = made.said[number]
    at = Point(9.0 + 0.2 * (number % 10), 50.2 + 0.3 * (number // 10))
    return tiny._row(
        gate(made, number), text, at, name_x00=text, source=f"{text}; {text}", note=text,
        uncertain=True, doubt=text, said=text, opened=f"19{number:02}", sort=text,
        names_unconfirmed="x00", missing=None,
    )  # fmt: skip


def _league(made: Made, number: int) -> dict[str, Any]:
    text, whole = made.said[number], number % 2 == 0
    parts = f"gates/{gate(made, number)}" if whole else ""
    missing = None if whole else text
    return tiny._row(f"l{number:02}", text, None, parts=parts, missing=missing, note=text)


# Words


def _write_content(made: Made, whole: str) -> None:
    content, said = made.content, made.said
    for name in ("sheets", "briefings", "facts"):
        (content / name).mkdir(parents=True)
    (content / "atlas.toml").write_text(_atlas(made, whole), "utf-8")
    sentences = [f"Of {text} they speak" for text in said]
    anchored = (f'<a id="p{n + 1:02}.s1"></a>{text}.\n' for n, text in enumerate(sentences))
    (content / "essay.md").write_text("".join(anchored), "utf-8")
    links = [
        {"passage": f"p{n + 1:02}.s1", "quote": text, "entity": f"e{n:02}"}
        for n, text in enumerate(said)
    ]
    _write_toml(content / "links.toml", {"link": links})
    entities = [
        {"id": f"e{n:02}", "name": text, "features": [f"gates/{gate(made, n)}"]}
        for n, text in enumerate(said)
    ]
    lost = [
        {"id": f"n{n:02}", "name": text, "mappable": "no", "why": text}
        for n, text in enumerate(said)
    ]
    _write_toml(content / "entities.toml", {"entity": [*entities, *lost]})
    _write_claims(made, sentences)
    table = [("id", "name", whole), *((gate(made, n), t, t) for n, t in enumerate(said))]
    _write_csv(content / f"facts/table{made.mark}.csv", table)
    figures = [("year", "value", "kind"), *((text, 1, text) for text in said[-12:])]
    _write_csv(content / "facts/figures.csv", figures)
    large = _sheet(made, whole)
    *ground, gates, _ = large["layers"]
    one = {**gates, "where": {"id": gate(made, 0)}}
    small = {**large, "passages": ["p01.s1"], "layers": [*ground, one]}
    for id, sheet in ((made.sheet, large), (made.small, small)):
        text = f"+++\n{_tables(sheet)}+++\n{whole}\n"
        (content / f"sheets/{id}.md").write_text(text, "utf-8")
    slides = [{"sheet": made.sheet, "title": text, "notes": text} for text in said]
    briefing = {"title": whole[: LONGEST["title"]], "marking": said[0], "slides": slides}
    _write_toml(content / f"briefings/{made.sheet}.toml", briefing)


def _atlas(made: Made, whole: str) -> str:
    languages: list[dict[str, str]] = [{"id": "en", "name": whole}]
    for id, text in _languages(made.said):
        languages.append({"id": id, "name": text, "tag": f"x{made.mark}", "script": "latin"})
    languages[1]["direction"] = "rtl"
    names = [{"feature": "realms/west", "name": whole}]
    policies: list[dict[str, Any]] = [
        {"id": f"p{n:02}", "name": t, "short": t, "after": t, "disclaimer": t, "names": names}
        for n, t in enumerate(made.said)
    ]
    pages: list[dict[str, Any]] = [
        {"id": id, "title": whole, "sheets": [made.sheet, made.small]} for id in PAGES
    ]
    for page in pages:
        if page["id"] in ("briefing", "export"):
            page["subtitle"] = whole
    moments = [{"title": whole, "start": "1910", "end": "1930", "note": whole}]
    return _tables(
        {
            "title": whole, "subtitle": whole, "as_of": AS_OF,
            "pages": pages, "languages": languages, "policies": policies, "moments": moments,
            "timeline": ["gates"],
        }
    )  # fmt: skip


def _sheet(made: Made, whole: str) -> dict[str, Any]:
    layers: list[dict[str, Any]] = [
        {"id": "ground", "style": "land"},
        {"id": "realms", "style": "country", "label": "country", "interactive": True},
        {"id": "lines", "style": "boundary"},
        {"id": "brook", "style": "subject", "interactive": True, "legend": whole},
        {
            "id": "gates", "style": "crossing", "interactive": True, "toggle": True,
            "dated": "opened", "later": "unknown", "by": "sort",
            "legend": {"": whole, made.said[0]: whole},
        },
        {"id": "leagues", "style": "place", "interactive": True, "toggle": True},
    ]  # fmt: skip
    table = {
        "title": whole, "note": whole, "file": f"facts/table{made.mark}.csv",
        "columns": ["name", whole], "feature": "gates/{id}",
    }  # fmt: skip
    chart = {
        "title": whole, "note": whole, "unit": whole, "file": "facts/figures.csv", "x": "year",
        "y": "value", "series": "kind",
    }  # fmt: skip
    return {
        "title": whole, "subtitle": whole, "hint": whole, "tab": whole,
        "extent": [8.5, 49.8, 11.5, 53.2],
        "passages": [f"p{n + 1:02}.s1" for n in NUMBERS],
        "layers": layers, "tables": [table], "charts": [chart],
    }  # fmt: skip


def _write_claims(made: Made, sentences: Sequence[str]) -> None:
    text = "".join(f"{sentence}.\n" for sentence in sentences)
    rows: list[Sequence[object]] = [COLUMNS]
    for n, said in enumerate(made.said):
        start = text.index(sentences[n]) + 3
        quote = [said, start, start + len(said)]
        rows.append([f"c{n}", f"p{n + 1:02}.s1", *quote, said, said, said, said, made.sheet])
    _write_csv(made.content / "facts/claims.csv", rows)


def _tables(values: Mapping[str, Any]) -> str:
    """Write a document; each of a list of tables under a header of its own, as a person would."""
    lists = {k: v for k, v in values.items() if isinstance(v, list) and isinstance(v[0], dict)}
    top = tomli_w.dumps({key: value for key, value in values.items() if key not in lists})
    written = [
        f"\n[[{key}]]\n" + HEADER.sub(rf"\g<0>{key}.", tomli_w.dumps(row))
        for key, rows in lists.items()
        for row in rows
    ]
    return top + "".join(written)


def _write_toml(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(_tables(values), "utf-8")


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
