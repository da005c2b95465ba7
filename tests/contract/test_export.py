"""Maps as files: the command line writes whole files or none, the server answers within bounds."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geobrief.atlas import Atlas
from geobrief.cli import main
from geobrief.compose import compose
from geobrief.export import bundle, export, file_name
from geobrief.files import write_whole
from geobrief.render.formats import FORMATS, MEDIA_TYPES
from geobrief.render.paper.options import PrintOptions
from geobrief.render.print import layout
from geobrief.spec import View
from geobrief.web.routes import LEFT_OUT, routes
from tests.atlas_fixture import write_atlas
from tests.conftest import ROOT
from tools.dashboard import served

WITHIN = 180.0
HEAVY = {"countries", "boundaries"}
MOST_GROWTH = 900
"""Megabytes that thirty requests at once may add to the server's memory."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_atlas(tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def second(folders: tuple[Path, Path]) -> Atlas:
    return Atlas.load(*folders)


def run(folders: tuple[Path, Path], *arguments: str) -> int:
    content, geodata = map(str, folders)
    return main(["--content", content, "--geodata", geodata, *arguments])


def whole(path: Path) -> bool:
    """Read a file back; raises where it is not whole."""
    if path.suffix == ".png":
        with Image.open(path) as image:
            image.load()
    elif path.suffix == ".gpkg":
        base = sqlite3.connect(path)
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        base.close()
    elif path.suffix in (".geojson", ".json"):
        json.loads(path.read_text("utf-8"))
    else:
        tail = {".svg": b"</svg>", ".html": b"</html>", ".pdf": b"%%EOF"}[path.suffix]
        assert path.read_bytes().rstrip().endswith(tail)
    return True


@pytest.mark.parametrize("suffix", FORMATS)
def test_export_writes_every_format_by_suffix(
    folders: tuple[Path, Path], second: Atlas, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / "new" / f"map.{suffix}"
    options = ["--dpi", "40", "--marking", "Draft", "--lang", "cy", "--select", "gates/ford"]
    assert run(folders, "export", "whole", "-o", str(out), *options) == 0
    assert whole(out)
    spec = compose(second, "whole", View(lang="cy", select=("gates/ford",)))
    assert out.read_bytes() == export(second, spec, suffix, PrintOptions(dpi=40, marking="Draft"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_http_answers_with_what_the_command_line_writes(
    folders: tuple[Path, Path], second: Atlas, tmp_path: Path, suffix: str
) -> None:
    query = {"dpi": "40", "lang": "cy", "look": "greyscale", "size": "square"}
    with TestClient(Starlette(routes=routes(lambda: second))) as client:
        answer = client.get(f"/api/sheets/whole.{suffix}", params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[suffix]
    name = file_name(second, compose(second, "whole", View(lang="cy")), suffix)
    assert re.fullmatch(rf"whole-cy-[0-9a-f]{{8}}\.{suffix}", name)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    told = [part for key, value in query.items() for part in (f"--{key}", value)]
    assert run(folders, "export", "whole", "-o", str(tmp_path / name), *told) == 0
    assert (tmp_path / name).read_bytes() == answer.content


def test_names_that_found_no_room_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = {"size": "80x80mm", "dpi": "40"}
    atlas = Atlas.load(ROOT / "content", ROOT / "geodata")
    sheet = next(iter(atlas.sheets))
    spec = compose(atlas, sheet, View())
    lost = layout(atlas, spec, PrintOptions.from_query(tiny)).dropped
    names = [feature.label for feature in spec.features() if feature.id in lost]
    assert names
    told = [part for key, value in tiny.items() for part in (f"--{key}", value)]
    assert main(["export", sheet, "-o", str(tmp_path / "map.png"), *told]) == 0
    words = capsys.readouterr().err
    assert words.startswith(f"{len(names)} name")
    assert all(name in words for name in names)
    with TestClient(Starlette(routes=routes(lambda: atlas))) as client:
        answer = client.get(f"/api/sheets/{sheet}.png", params=tiny)
    assert answer.headers[LEFT_OUT] == str(len(names))


@pytest.mark.parametrize("suffix", ["geojson", "html"])
def test_the_handling_line_goes_with_every_output(second: Atlas, suffix: str) -> None:
    made = export(second, compose(second, "whole", View()), suffix, PrintOptions(marking="Draft"))
    assert b"Draft" in made


def test_export_all_writes_every_sheet_in_the_formats_asked_for(
    folders: tuple[Path, Path], second: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formats = ["--format", "geojson", "--format", "svg"]
    assert run(folders, "export-all", str(tmp_path), *formats, "--policy", "western") == 0
    specs = [compose(second, id, View(policy="western")) for id in second.sheets]
    names = [file_name(second, spec, suffix) for spec in specs for suffix in ("geojson", "svg")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{n}/{len(names)} {name}" for n, name in enumerate(names, 1)]
    assert all(whole(path) for path in tmp_path.iterdir())


def test_export_all_packs_an_archive_of_the_same_bytes(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    told = ["--format", "png", "--sheets", "ford", "--dpi", "40"]
    assert run(folders, "export-all", str(tmp_path / "maps.zip"), *told) == 0
    assert run(folders, "export-all", str(tmp_path / "maps"), *told) == 0
    (single,) = (tmp_path / "maps").iterdir()
    with zipfile.ZipFile(tmp_path / "maps.zip") as archive:
        assert archive.namelist() == [single.name]
        assert archive.read(single.name) == single.read_bytes()
    packed = (tmp_path / "maps.zip").read_bytes()
    assert packed == bundle([(single.name, single.read_bytes())])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "whole", "-o", "map.gif"], ".geojson"),
        (["export", "none", "-o", "map.png"], "no sheet 'none'"),
        (["export-all", "out", "--sheets", "none"], "no sheet 'none'"),
        (["export-all", "out", "--look", "sepia"], "look 'sepia'"),
        (["export", "whole", "-o", "map.png", "--without", "scale"], "without 'scale'"),
    ],
)
def test_a_wrong_wish_is_told_before_anything_is_written(
    folders: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(folders, *arguments) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def being_written(pid: int, folder: Path) -> bool:
    """Tell whether a process has a file open in a folder, with a name or without one."""
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            if str(link.readlink()).startswith(f"{folder}/"):
                return True
        except OSError:
            continue
    return False


def writes_nameless(folder: Path) -> bool:
    """Tell whether a file may get its name in a folder when it is whole."""
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY)
    except (AttributeError, OSError):
        return False
    try:
        source = f"/proc/self/fd/{handle}"
        os.link(source, folder / "named", src_dir_fd=handle, follow_symlinks=True)
    except OSError:
        return False
    finally:
        os.close(handle)
    (folder / "named").unlink()
    return True


def test_a_kill_in_the_middle_leaves_no_partial_file(tmp_path: Path, atlas: Atlas) -> None:
    """Twenty exports, killed while one is being written: what stands is whole."""
    light = [s.id for s in atlas.sheets.values() if not {ly.id for ly in s.layers} & HEAVY]
    sheets = ",".join([*light, *light][:10])
    command = [sys.executable, "-m", "geobrief", "export-all", str(tmp_path), "--dpi", "40",
               "--format", "geojson", "--format", "gpkg", "--sheets", sheets]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    end = time.monotonic() + WITHIN
    while True:  # without rest: a file is being written for a few milliseconds only
        if len(list(tmp_path.iterdir())) >= 3 and being_written(process.pid, tmp_path):
            process.send_signal(signal.SIGKILL)
            break
        assert process.poll() is None and time.monotonic() < end, "no file was caught half written"
    process.communicate()
    final = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert 3 <= len(final) < 20
    assert all(path.suffix in (".geojson", ".gpkg") and whole(path) for path in final)
    remains = [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert not (remains and writes_nameless(tmp_path))
    for path in remains:
        assert path.stem[1:] not in {path.name for path in final}
        write_whole(path.with_name(path.stem[1:]), b"whole")
        assert not path.exists()


@pytest.mark.parametrize("nameless", [True, False])
def test_writing_again_keeps_one_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    """What a killed process left goes with the next writing; what one alive writes stays."""
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    map_file, killed = tmp_path / "map[1].png", tmp_path / f".map[1].png.{gone.pid}"
    alive = tmp_path / f".map[1].png.{os.getppid()}"
    killed.write_bytes(b"ha")
    alive.write_bytes(b"ha")
    for body in (b"first", b"second"):
        write_whole(map_file, body)
        assert map_file.read_bytes() == body
    assert set(tmp_path.iterdir()) == {map_file, alive}


# The server


def get(address: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(address, timeout=WITHIN) as answer:
            return answer.status, lower(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, lower(error.headers), error.read()


def lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def memory(port: int) -> int:
    """Return the megabytes that the process listening on a port of this machine holds."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and int(parts[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{parts[9]}]")
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in inodes:
                status = (link.parent.parent / "status").read_text()
                return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024
        except OSError:
            continue
    raise AssertionError(f"nobody listens on {port}")


@pytest.fixture(scope="module")
def wide(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the second atlas, as it is set unless told otherwise."""
    log = tmp_path_factory.mktemp("wide") / "log.txt"
    content, geodata = map(str, folders)
    with served(log, GEOBRIEF_CONTENT=content, GEOBRIEF_GEODATA=geodata) as address:
        yield address


def test_thirty_at_once_are_all_answered_and_the_dashboard_too(wide: str) -> None:
    sheet = f"{wide}/api/sheets/whole"
    get(f"{sheet}.png?dpi=36")  # what is read once is read
    port = int(wide.rpartition(":")[2])
    before, most, busy = memory(port), 0, threading.Event()
    with ThreadPoolExecutor(30) as readers:
        asked = [readers.submit(get, f"{sheet}.png?dpi={36 + n % 5}") for n in range(30)]
        waits = []
        while not all(one.done() for one in asked):
            started = time.monotonic()
            assert get(f"{wide}/healthz")[0] == 200
            waits.append(time.monotonic() - started)
            most = max(most, memory(port))
            busy.wait(0.3)
        answers = [one.result() for one in asked]
    assert [status for status, _, _ in answers] == [200] * 30
    for n, (_, _, body) in enumerate(answers):
        with Image.open(io.BytesIO(body)) as image:
            image.load()
            assert image.size == (round(960 / 72 * (36 + n % 5)), round(540 / 72 * (36 + n % 5)))
    assert most - before < MOST_GROWTH, f"{before} MB before, {most} MB at most"
    assert max(waits) < 10, f"/healthz took {max(waits):.1f} s"


@pytest.fixture(scope="module")
def narrow(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the second atlas that draws one map at a time and lets two wait."""
    log = tmp_path_factory.mktemp("narrow") / "log.txt"
    content, geodata = map(str, folders)
    with served(
        log,
        GEOBRIEF_CONTENT=content,
        GEOBRIEF_GEODATA=geodata,
        GEOBRIEF_EXPORT_WORKERS="1",
        GEOBRIEF_EXPORT_QUEUE="2",
    ) as address:
        yield address


SLOW = "/api/sheets/whole.png?size=a3&dpi=300"


def test_beyond_the_setting_the_server_says_when_to_come_back(narrow: str) -> None:
    with ThreadPoolExecutor(12) as readers:
        answers = list(readers.map(get, [narrow + SLOW] * 12))
    statuses = [status for status, _, _ in answers]
    assert set(statuses) == {200, 503} and statuses.count(200) >= 3
    for status, headers, body in answers:
        if status == 503:
            assert int(headers["retry-after"]) > 0
            assert json.loads(body)["error"]["code"] == "busy"
    assert get(f"{narrow}/api/sheets/whole.png?dpi=40")[0] == 200


LEAVER = """
import select, socket, sys
host, port = sys.argv[1].split(":")
opened = [socket.create_connection((host, int(port))) for _ in range(6)]
for one in opened:
    one.sendall(f"GET {sys.argv[2]} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".encode())
ready, _, _ = select.select(opened, [], [], 60)
print(ready[0].recv(12).decode(), flush=True)
sys.stdin.read()
"""
"""Asks for more than the server takes in, waits for the first refusal, and leaves when told."""


def test_clients_that_leave_make_room(narrow: str) -> None:
    """Bench and queue are full of slow maps; once nobody waits for them, others come in."""
    host = narrow.partition("//")[2].replace("localhost", "127.0.0.1")
    slow = "/api/sheets/whole.png?size=a3&dpi=500"
    with subprocess.Popen(
        [sys.executable, "-c", LEAVER, host, slow], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline().split()[1] == b"503"
        process.stdin.close()
        process.wait()
    left = time.monotonic()
    while (status := get(f"{narrow}/api/sheets/whole.png?dpi=40")[0]) == 503:
        assert time.monotonic() - left < 1.5, "those that left still take up the room"
    assert status == 200
