"""The Export page in a browser: what it downloads is what the command line writes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from geobrief.cli import main
from tests.browser.test_dashboard import eventually

DRAWN = "() => { const i = document.querySelector('.gb-preview img'); return i && i.naturalWidth; }"


def open_page(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".gb-foot").wait_for(timeout=30_000)


def command(page: Any) -> list[str]:
    return shlex.split(page.locator("[data-testid=stCode]").inner_text())[3:]


def test_one_map_is_downloaded_as_the_command_line_writes_it(
    page: Any, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(page, f"{server}/export?maps=zones-models&dpi=72&marking=Draft&without=passage")
    assert eventually(lambda: page.evaluate(DRAWN), within=60) == 1000
    with page.expect_download(timeout=60_000) as waiting:
        page.locator(".gb-download a").click()
    name = waiting.value.suggested_filename
    monkeypatch.chdir(tmp_path)
    told = command(page)
    assert told[told.index("-o") + 1] == name
    assert main(told) == 0
    assert waiting.value.path().read_bytes() == (tmp_path / name).read_bytes()


def test_many_maps_are_made_cancelled_and_made_again(
    page: Any, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = "zones-models,sources,direct-line"
    open_page(page, f"{server}/export?maps={maps}&dpi=72")
    make, cancel = page.locator(".st-key-make button"), page.locator(".st-key-cancel button")
    make.click()
    page.locator("[data-testid=stProgress]").wait_for(timeout=30_000)
    cancel.click()
    page.locator("[data-testid=stProgress]").wait_for(state="detached", timeout=60_000)
    make.wait_for()
    assert not page.locator(".st-key-archive").count(), "it was made although cancelled"
    make.click()
    ready = page.locator(".st-key-archive button")
    ready.wait_for(timeout=120_000)
    with page.expect_download(timeout=60_000) as waiting:
        ready.click()
    monkeypatch.chdir(tmp_path)
    assert main(command(page)) == 0
    assert waiting.value.suggested_filename == "maps.zip"
    assert waiting.value.path().read_bytes() == (tmp_path / "maps.zip").read_bytes()


def test_the_choices_stand_in_the_address(page: Any, server: str) -> None:
    open_page(page, f"{server}/export?maps=sources")
    page.locator(".st-key-look input").first.click()
    page.get_by_role("option", name="Greyscale").click()
    eventually(lambda: "look=greyscale" in page.evaluate("() => window.location.search"))
    eventually(lambda: "--look" in command(page))
    source = page.locator(".gb-preview img").get_attribute("src")
    assert "look=greyscale" in source and "dpi=75" in source
