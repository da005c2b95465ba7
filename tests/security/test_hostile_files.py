"""A hostile template, briefing, link or sealed page: a typed error, in bounded time and memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geobrief.briefings import Briefing, from_link, parse_briefing, to_link, to_toml
from geobrief.errors import GeobriefError
from tests.atlas_fixture import write_atlas
from tests.security.hostile_files import BRIEFINGS, LINKS, SEALED, TEMPLATES, link
from tests.security.measured import Told, check_cost, told

Made = Mapping[str, tuple[Callable[[], Any], str]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    content, geodata = write_atlas(tmp_path_factory.mktemp("atlas"))
    (content / "briefings").mkdir()
    (content / "briefings/lunch.toml").write_text('title = "x"\n[[slides]]\nsheet = "ford"\n')
    return ["--content", str(content), "--geodata", str(geodata)]


def written(folder: Path, files: Made, suffix: str) -> list[str]:
    paths = []
    for number, (make, _) in enumerate(files.values()):
        path, body = folder / f"{number}{suffix}", make()
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        paths.append(str(path))
    return paths


def hold(files: Made, found: list[Told], status: int) -> None:
    """Hold what was said of each file to what is expected."""
    wrong = []
    for (name, (_, word)), one in zip(files.items(), found, strict=True):
        if one.status != status or not re.search(word, one.said) or "Traceback" in one.said:
            wrong.append(f"{name}: {one.status}: {one.said[-600:]}")
    assert not wrong, "\n".join(wrong)
    for name, one in zip(files, found, strict=True):
        assert len(one.said) < 3_000, name
        check_cost(one, name)


def test_a_hostile_template_is_refused(folders: list[str], tmp_path: Path) -> None:
    out = str(tmp_path / "out.pptx")
    paths = written(tmp_path, TEMPLATES, ".pptx")
    (tmp_path / "none.pptx").write_bytes(b"none")
    commands = [
        ["brief", "lunch", "-o", out, "--template", path, *folders]
        for path in [str(tmp_path / "none.pptx"), *paths]
    ]
    hold(TEMPLATES, told(commands[1:], warm=commands[:1]), 2)
    assert not Path(out).exists()


def test_a_hostile_briefing_is_refused(folders: list[str], tmp_path: Path) -> None:
    out = str(tmp_path / "out.pptx")
    paths = written(tmp_path, BRIEFINGS, ".toml")
    commands = [["brief", path, "-o", out, *folders] for path in paths]
    hold(BRIEFINGS, told(commands, warm=commands[:1]), 2)


def test_a_hostile_link_is_refused(tmp_path: Path) -> None:
    carried: dict[str, tuple[Callable[[], Any], str]] = {
        name: (lambda make=make: link(make()), word)
        for name, (make, word) in BRIEFINGS.items()
        if not name.startswith("a sheet ") or "list" in name  # of good form: the atlas refuses them
    }
    files = {**carried, **{f"link: {name}": made for name, made in LINKS.items()}}
    commands = [["link", path] for path in written(tmp_path, files, ".txt")]
    found = told(commands, warm=commands[:1])
    hold(files, found, 2)
    assert all(one.said.startswith("bad-request") for one in found)


def test_a_hostile_sealed_page_does_not_pass(tmp_path: Path) -> None:
    paths = written(tmp_path, SEALED, ".html")
    commands = [["verify", path] for path in paths]
    hold(SEALED, told(commands, warm=commands[:1]), 1)


# Any bytes

_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = ("sheet", "title", "notes", "date", "select", "bbox", "lang", "marking", "x")


def _written(value: Any) -> str:
    """Write a value roughly as TOML does; what comes out need not be TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {_written(v)}' for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _rows() -> st.SearchStrategy[str]:
    row = st.tuples(st.sampled_from(_KEYS), _VALUES)
    return st.lists(row, max_size=5).map(
        lambda pairs: "".join(f"{key} = {_written(value)}\n" for key, value in pairs)
    )


def _texts() -> st.SearchStrategy[str]:
    slides = st.lists(_rows().map(lambda rows: f"[[slides]]\n{rows}"), max_size=3)
    return st.tuples(_rows(), slides).map(lambda parts: parts[0] + "".join(parts[1]))


_BOUNDED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def _taken(text: str) -> None:
    try:
        found = parse_briefing(text, Path("x.toml"), empty=True)
    except GeobriefError as error:
        assert str(error).startswith("x.toml")
        return
    assert isinstance(found, Briefing)
    assert to_toml(parse_briefing(to_toml(found), Path("x.toml"), empty=True)) == to_toml(found)
    from_link("x", to_link(found), empty=True)


@_BOUNDED
@given(st.one_of(_texts(), st.text(max_size=200)))
def test_any_text_is_a_briefing_or_a_typed_error(text: str) -> None:
    _taken(text)


@_BOUNDED
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(link), st.text(max_size=50)))
def test_any_link_is_a_briefing_or_a_typed_error(raw: bytes | str) -> None:
    try:
        from_link("x", raw.decode("latin-1") if isinstance(raw, bytes) else raw)
    except GeobriefError as error:
        assert error.status == 400
