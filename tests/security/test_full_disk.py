"""A full disk and a closed folder: one line says which file and why, and no half file is left.

What fails is the system itself: a process may write no file beyond a few bytes, or a folder lies
below a file, where not even root can make one.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from geobrief import files
from geobrief.cli import main
from geobrief.errors import WriteError
from geobrief.files import write_whole
from geobrief.fonts import main as cut_fonts
from geobrief.settings import settings
from tests.atlas_fixture import write_atlas
from tools.dashboard import served

ROOT = Path(__file__).resolve().parents[2]
ROOM = 2_048
"""Bytes that a file may have on the full disk."""
BRIEFING = 'title = "Tour"\n\n[[slides]]\nsheet = "ford"\n\n[[slides]]\nsheet = "whole"\n'


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The tiny atlas, with a briefing."""
    content, geodata = write_atlas(tmp_path_factory.mktemp("atlas"))
    (content / "briefings").mkdir()
    (content / "briefings/tour.toml").write_text(BRIEFING, "utf-8")
    return content, geodata


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow beyond ROOM."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


OUTPUTS: tuple[tuple[str, ...], ...] = (
    ("export", "ford", "-o", "{out}/ford.png", "--dpi", "40"),
    ("export", "ford", "-o", "{out}/ford.geojson"),
    ("export", "ford", "-o", "{out}/ford.gpkg"),
    ("export-all", "{out}/all", "--format", "geojson"),
    ("export-all", "{out}/all.zip", "--format", "geojson"),
    ("brief", "tour", "-o", "{out}/tour.html"),
)


@pytest.mark.parametrize("words", OUTPUTS, ids=lambda words: f"{words[0]} {Path(words[-1]).name}")
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    words: tuple[str, ...],
    folders: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    named = ["--content", str(folders[0]), "--geodata", str(folders[1])]
    with no_room():
        status = main([*named, *(word.format(out=out) for word in words)])
    said = capsys.readouterr().err.strip()
    assert status == 2
    assert len(said.splitlines()) == 1 and "cannot write" in said, said
    assert os.strerror(errno.EFBIG) in said or words[3].endswith("gpkg"), said
    assert [path for path in out.rglob("*") if path.is_file()] == []


CLOSED: tuple[tuple[str, ...], ...] = (
    ("export", "ford", "-o", "{out}/ford.geojson"),
    ("export-all", "{out}", "--format", "geojson"),
    ("export-all", "{out}/all.zip", "--format", "geojson"),
    ("brief", "tour", "-o", "{out}/tour.html"),
)


@pytest.mark.parametrize("words", CLOSED, ids=lambda words: f"{words[0]} {Path(words[-1]).name}")
def test_a_closed_folder_is_told_in_one_line(
    words: tuple[str, ...],
    folders: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("a file", "utf-8")
    out = tmp_path / "file" / "below"
    named = ["--content", str(folders[0]), "--geodata", str(folders[1])]
    assert main([*named, *(word.format(out=out) for word in words)]) == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1 and f"cannot write {out}" in said, said
    assert os.strerror(errno.ENOTDIR) in said
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_fonts_that_cannot_be_written_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("a file", "utf-8")
    monkeypatch.setenv("GEOBRIEF_FONTS", str(tmp_path / "file" / "fonts"))
    settings.cache_clear()
    try:
        assert cut_fonts() == 2
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1 and "cannot write" in said and "stamp.txt" in said


@pytest.mark.parametrize("nameless", [True, False])
def test_the_file_that_was_there_stays_whole_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.setattr(files, "_written_nameless", lambda path, body: False)
    path = tmp_path / "map.png"
    write_whole(path, b"before")
    with no_room(), pytest.raises(WriteError, match=r"map\.png: File too large"):
        write_whole(path, b"x" * (ROOM + 1))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_without_room_for_a_name_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match="No space left on device"):
        write_whole(tmp_path / "map.png", b"body")
    assert list(tmp_path.iterdir()) == []


def state(*folders: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of everything in some folders."""
    found = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def test_the_dashboard_writes_nothing(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Its folders are closed, its home cannot exist, and all is as it was when it has served."""
    content, geodata = folders
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for folder in (content, geodata):
        folder.chmod(0o555)
    before = state(content, geodata)
    told = {
        "GEOBRIEF_CONTENT": str(content),
        "GEOBRIEF_GEODATA": str(geodata),
        "HOME": "/proc/closed",  # where no folder can be made, not even by root
        "TMPDIR": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with served(tmp_path / "log.txt", **told) as address:
        for path in ("healthz", "", "map/ford", "api/sheets/ford.png?dpi=40", "present/tour"):
            with urlopen(f"{address}/{path}", timeout=60) as answer:
                assert answer.status == 200 and answer.read()
    assert state(content, geodata) == before
    left = [path.name for path in scratch.iterdir()]
    assert all(name.startswith("matplotlib-") for name in left), "its list of the system's fonts"
    for folder in (content, geodata):
        folder.chmod(0o755)
