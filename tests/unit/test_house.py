"""The rules of the house, held by reading the files: floors, names, settings, packages."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from geobrief.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "geobrief"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "wording"),
    ("settings", "shelf", "style", "typed"),
    ("files",),
    ("fonts", "essay", "entities", "parquet", "pictures", "plan"),
    ("links", "layers", "boundaries", "claims"),
    ("measure", "unroll", "zones", "network"),
    ("catalogue", "spec"),
    ("briefings", "sheets"),
    ("classes", "resolve"),
    ("atlas",),
    ("credits", "dates", "kept", "legend", "names"),
    ("compare", "insets", "selection"),
    ("compose",),
    ("axis", "cards", "check", "coverage", "listing", "wordings"),
    ("render",),
    ("export",),
    ("deck",),
    ("web",),
    ("cli",),
    ("__main__",),
)
"""Rooms from the ground up. A room is a module or a folder directly under geobrief/."""

LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}


# Floors


def imports(source: str, package: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of all that `source` imports, wherever in it.

    `package` is the dotted path of the package that holds it; it resolves relative imports.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            if base == "geobrief" or (node.level and not node.module):
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, base


def upward(room: str, source: str, package: tuple[str, ...] = ("geobrief",)) -> list[str]:
    """Return what `source`, a file of `room`, imports from other rooms of its floor or above."""
    found = []
    for line, name in imports(source, package):
        parts = name.split(".")
        if parts[0] != "geobrief" or len(parts) == 1 or parts[1] == room:
            continue
        if LEVEL.get(parts[1], len(FLOORS)) >= LEVEL[room]:
            found.append(f"line {line}: {name}")
    return found


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=short)
def test_imports_come_from_floors_below(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        assert list(imports(path.read_text("utf-8"))) == [], "geobrief/__init__.py imports nothing"
        return
    assert room in LEVEL, f"{short(path)}: give the room {room!r} a floor in FLOORS"
    package = path.relative_to(ROOT).parent.parts
    found = upward(room, path.read_text("utf-8"), package)
    assert not found, f"{short(path)} reaches up: {'; '.join(found)}"


@pytest.mark.parametrize(
    ("room", "package", "source"),
    [
        ("essay", ("geobrief",), "from geobrief.render import screen"),
        ("essay", ("geobrief",), "import geobrief.web.routes"),
        ("style", ("geobrief",), "from geobrief import compose"),
        ("layers", ("geobrief",), "def f():\n    from .cli import main"),
        ("render", ("geobrief", "render"), "from ..web import routes"),
        ("render", ("geobrief", "render"), "from .. import cli"),
        ("style", ("geobrief",), "import geobrief.attic"),
        ("layers", ("geobrief",), "from geobrief.links import Link"),
    ],
)
def test_a_planted_import_is_found(room: str, package: tuple[str, ...], source: str) -> None:
    assert upward(room, source, package)


def test_imports_within_a_room_and_below_are_left_alone() -> None:
    source = "from geobrief.style import Symbol\nfrom . import anchors\nfrom .assets import files"
    assert upward("render", source, ("geobrief", "render")) == []


def test_streamlit_stays_in_the_dashboard() -> None:
    allowed = PACKAGE / "web"
    found = [
        f"{short(path)}:{line}"
        for path in modules()
        if not path.is_relative_to(allowed)
        for line, name in imports(path.read_text("utf-8"), path.relative_to(ROOT).parent.parts)
        if name.split(".")[0] == "streamlit"
    ]
    assert not found, f"streamlit is imported outside the dashboard: {', '.join(found)}"


# Names

WORDS = (
    "Afghan", "Afghani", "Pakistani", "Indian", "Iranian", "Chinese", "Kashmir", "Kashmiri",
    "Aksai", "Siachen", "Durand", "Wakhan", "Waziristan", "Khyber", "Hindu Kush", "Taliban",
    "Pashto", "Pashtu", "Dari", "Urdu", "Persian", "Farsi", "English", "pak", "afg",
)  # fmt: skip
"""Words that the folders imply without spelling them: demonyms, regions, languages."""

COMMON = {"land", "world", "border", "boundary"}
"""Ordinary words that also name a feature."""

SHOWN = {".py", ".js", ".css", ".html", ".toml", ".svg", ".json", ".md"}


@lru_cache(maxsize=1)
def vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names and the codes that content/ and geodata/ bring, both in lower case."""
    names, codes = set(WORDS), set()
    atlas = tomllib.loads((ROOT / "content/atlas.toml").read_text("utf-8"))
    for language in atlas["languages"]:
        names.add(language["name"])
        codes |= {language["id"], language.get("tag", language["id"])}
    for layer in ("countries", "provinces", "crossings", "former_fata", "lakes"):
        table = pq.read_table(ROOT / f"geodata/layers/{layer}.parquet", columns=["id", "name"])
        names |= set(table["name"].to_pylist())
        if layer in ("countries", "provinces"):
            codes |= set(table["id"].to_pylist())
    for layer, deepest in (("places", 2), ("rivers", 1)):
        path = ROOT / f"geodata/layers/{layer}.parquet"
        rows = pq.read_table(path, columns=["name", "rank"]).to_pylist()
        names |= {row["name"] for row in rows if row["rank"] <= deepest}
    plain = {name.strip().lower() for name in names if name}
    return (
        frozenset(name for name in plain if len(name) > 2 and name not in COMMON),
        frozenset(code.lower() for code in codes),
    )


def named(text: str) -> list[str]:
    """Return the place names, language names and codes in `text`, with their line.

    A name counts as a whole word in any case, alone or as a part of an identifier; a code counts
    when it is a whole quoted string or the tail of a column (`name_xx`).
    """
    names, codes = vocabulary()
    word = re.compile(rf"(?<![a-z])(?:{_any(names)})(?![a-z])", re.IGNORECASE)
    code = re.compile(rf"""(["'`])(?:{_any(codes)})\1|\bname_(?:{_any(codes)})\b""", re.IGNORECASE)
    return [
        f"line {number}: {match.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for match in (*word.finditer(line), *code.finditer(line))
    ]


def _any(words: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def engine_files() -> list[Path]:
    inside = [p for folder in ("geobrief", "pages") for p in (ROOT / folder).rglob("*")]
    files = [p for p in inside if p.is_file() and p.suffix in SHOWN]
    return sorted([*files, ROOT / "app.py"])


@pytest.mark.parametrize("path", engine_files(), ids=short)
def test_the_engine_names_no_place_and_no_language(path: Path) -> None:
    found = [*named(path.read_text("utf-8")), *named(path.name)]
    assert not found, f"{short(path)} names what belongs to content/ or geodata/: {found}"


@pytest.mark.parametrize(
    "planted",
    [
        "# the gate at Torkham",
        'TITLE = "The border of Pakistan"',
        "def afghan_provinces(): ...",
        'if country == "AF":',
        "column = 'name_ps'",
        'frame["name_ur"]',
        ".kabul-label { color: red }",
        "`ur`",
        'return lang == "prs"',
        "the Urdu edition",
        'LINES = {"PK-KP": 1}',
    ],
)
def test_a_planted_name_is_found(planted: str) -> None:
    assert named(planted)


@pytest.mark.parametrize(
    "harmless",
    ["in the border's own frame", "current = your[0]", "import inspect", '"is" not in text'],
)
def test_ordinary_words_are_left_alone(harmless: str) -> None:
    assert named(harmless) == []


def test_the_vocabulary_comes_from_the_folders() -> None:
    names, codes = vocabulary()
    assert {"afghanistan", "nangarhar", "khyber pakhtunkhwa", "torkham", "kabul"} <= names
    assert {"af", "pk-kp", "ur"} <= codes
    assert len(names) > 100


# Settings

ROW = re.compile(rf"^\| `({PREFIX}[A-Z_]+)` \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    """Return default and help of each setting as README.md gives them."""
    rows = ROW.findall((ROOT / "README.md").read_text("utf-8"))
    return {name: (default.strip(), text.strip()) for name, default, text in rows}


def test_every_setting_stands_in_the_readme() -> None:
    named_there = set(documented())
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    assert named_there == known


@pytest.mark.parametrize("item", fields(Settings), ids=lambda item: item.name)
def test_a_setting_reads_the_same_in_the_readme(item: object) -> None:
    name, default = item.name, item.default  # type: ignore[attr-defined]
    text = item.metadata["help"]  # type: ignore[attr-defined]
    shown, told = documented()[PREFIX + name.upper()]
    assert text.endswith("."), f"{name}: the help is a sentence"
    assert told == text
    if isinstance(default, Path):
        base = ROOT if default.is_relative_to(ROOT) else Path(sys.prefix)
        tail = default.relative_to(base).as_posix()
        assert shown.strip("`").endswith(tail)
    else:
        assert shown == (f"`{default}`" if default != "" else "empty")


# Packages

PIN = re.compile(r"^[a-z0-9-]+==[0-9][0-9a-z.]*( +# via .*)?$")
DIRECT = re.compile(r"^([a-z0-9-]+)(==[0-9a-z.]+)? +# .+; .+$")
TABLES = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return [row for row in text.splitlines() if row and not row.startswith(("#", "-c "))]


def direct(name: str) -> set[str]:
    return {re.split(r"[= ]", row)[0] for row in lines(name)}


@pytest.mark.parametrize("name", TABLES)
def test_every_package_is_pinned(name: str) -> None:
    assert lines(name)
    assert [row for row in lines(name) if not PIN.match(row)] == []


@pytest.mark.parametrize("name", TABLES)
def test_direct_packages_are_explained_and_resolved(name: str) -> None:
    wanted = name.replace(".txt", ".in")
    assert [row for row in lines(wanted) if not DIRECT.match(row)] == [], "say use; licence"
    assert direct(wanted) <= direct(name), "run make requirements"


def test_what_the_engine_imports_is_a_direct_package() -> None:
    known = packages_distributions()
    wanted = {"geobrief", "pages", *sys.stdlib_module_names}
    missing = {
        f"{short(path)}:{line}: {name}"
        for path in engine_files()
        if path.suffix == ".py"
        for line, name in imports(path.read_text("utf-8"), path.relative_to(ROOT).parent.parts)
        if (top := name.split(".")[0]) not in wanted
        and not {_dist(d) for d in known.get(top, [])} & direct("requirements.in")
    }
    assert not missing, f"add to requirements.in: {sorted(missing)}"


def _dist(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    "name", ["requirements.in", "requirements-dev.in", "requirements-bench.in", *TABLES, "Makefile"]
)
def test_no_file_names_a_package_host(name: str) -> None:
    told = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|https?://(?!localhost)")
    assert not told.search((ROOT / name).read_text("utf-8"))
