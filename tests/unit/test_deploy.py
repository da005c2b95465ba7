"""The files of deploy/ say what the Makefile, the settings and docs/deploy.md say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from geobrief.settings import Settings
from geobrief.web.routes import routes

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MEGABYTE = 1_000_000
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
PAGE = (ROOT / "docs/deploy.md").read_text("utf-8")
HARDENED = {
    "DynamicUser": "yes",
    "ProtectSystem": "strict",
    "NoNewPrivileges": "yes",
    "PrivateTmp": "yes",
    "ReadOnlyPaths": "/opt/geobrief",
    "CapabilityBoundingSet": "",
}


def run_command() -> list[str]:
    """Return what `make run` starts, without the path of the program."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^run:.*\n\t@\$\(BIN\)/(.+)$", makefile, re.M)
    assert recipe
    return shlex.split(recipe[1])


def unit() -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "geobrief@.service", "utf-8")
    return parser


def containerfile(word: str) -> list[str]:
    """Return what follows each instruction of a Containerfile."""
    rows = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    return [row.partition(" ")[2] for row in rows if row.partition(" ")[0] == word]


def words(command: list[str]) -> list[str]:
    return [Path(command[0]).name, *command[1:]]


def test_the_unit_starts_what_make_run_starts() -> None:
    started = words(shlex.split(unit()["Service"]["ExecStart"]))
    asked = run_command()
    assert started[: len(asked)] == asked
    options = dict(zip(started[len(asked) :: 2], started[len(asked) + 1 :: 2], strict=True))
    assert options == {"--server.port": "%i", "--server.address": "127.0.0.1"}


def test_the_image_starts_what_make_run_starts() -> None:
    started = words(json.loads(containerfile("CMD")[-1]))
    asked = run_command()
    assert started[: len(asked)] == asked
    assert containerfile("EXPOSE") == [started[started.index("--server.port") + 1]]


def test_the_unit_is_hardened() -> None:
    service = unit()["Service"]
    assert {name: service.get(name) for name in HARDENED} == HARDENED


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Where systemd is there; its programs need not be, so another one stands for ours."""
    text = (DEPLOY / "geobrief@.service").read_text("utf-8")
    (tmp_path / "geobrief@8501.service").write_text(
        text.replace("/opt/geobrief/.venv/bin/python", "/bin/sh")
    )
    if verify := shutil.which("systemd-analyze"):
        command = [verify, "verify", "--man=no", str(tmp_path / "geobrief@8501.service")]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, "")


def test_the_image_holds_all_that_the_dashboard_reads() -> None:
    copied = [name for row in containerfile("COPY") for name in row.split()[:-1]]
    own = [name for name in copied if not name.startswith(("-", "/"))]
    assert all((ROOT / name).exists() for name in own)
    assert {"app.py", "Makefile", "requirements.txt", ".streamlit"} <= set(own)
    assert {"geobrief", "pages", Settings().content.name, Settings().geodata.name} <= set(own)
    assert not set(own) & {".", "tests", "benchmarks", ".venv"}


def test_the_image_runs_as_nobody_and_asks_for_its_health() -> None:
    user = containerfile("USER")[-1]
    assert all(int(part) > 1000 for part in user.split(":"))
    assert containerfile("RUN")[-1] == "make setup"
    path = re.search(r"127\.0\.0\.1:8501(/\w+)", containerfile("HEALTHCHECK")[-1])
    assert path and path[1] in {route.path for route in routes()}


def test_the_proxy_passes_to_the_ports_of_the_units() -> None:
    ports = re.findall(r"server 127\.0\.0\.1:(\d+);", NGINX)
    enabled = re.search(r"systemctl enable --now (.+)", PAGE)
    assert enabled
    units = re.findall(r"geobrief@(\d+)", enabled[1])
    assert ports == units * 2, "in turn, and by session"


def test_the_page_names_the_limits_as_they_stand() -> None:
    found = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| [^|]+ \|$", PAGE, re.M)
    assert {file for file, _ in found} == {".streamlit/config.toml", "deploy/nginx.conf"}
    for file, limit in found:
        assert limit in (ROOT / file).read_text("utf-8"), f"docs/deploy.md: {limit} of {file}"
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["server"]
    told = {limit.partition(" = ")[0] for file, limit in found if file.startswith(".")}
    assert told == {name for name in config if name.startswith("max")}
    rates = re.findall(r"rate=\d+r/s|limit_conn +\w+ \d+|client_max_body_size +\w+", NGINX)
    assert {" ".join(rate.split()) for rate in rates} <= {limit for _, limit in found}


def test_limits_fit_into_each_other() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["server"]
    body = re.search(r"client_max_body_size +(\d+)m", NGINX)
    header = re.search(r"large_client_header_buffers +\d+ (\d+)k", NGINX)
    burst = re.search(r"zone=geobrief_files burst=(\d+)", NGINX)
    assert body and header and burst
    assert Settings().max_briefing <= config["maxUploadSize"] * MEGABYTE
    assert config["maxUploadSize"] < int(body[1])
    assert Settings().max_query * 1.5 < int(header[1]) * 1024, "cookies and the path need room"
    assert Settings().export_queue + Settings().export_workers <= int(burst[1])
    assert Settings().max_briefing * 4 < config["maxWidgetStateSize"] * MEGABYTE
    assert config["maxWidgetStateSize"] <= config["maxMessageSize"]


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_file_of_deploy_stands_on_the_page(path: Path) -> None:
    assert f"(../deploy/{path.name})" in PAGE


def test_commands_on_the_page_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake (\w+)", PAGE):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for name in re.findall(r"(?<![\w/])deploy/[\w@.-]+\w", PAGE):
        assert (ROOT / name).is_file(), name
