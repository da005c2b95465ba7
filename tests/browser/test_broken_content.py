"""A dashboard with a broken layer: what does not rest on it works, and the rest says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.atlas_fixture import write_atlas
from tests.conftest import Journal
from tools.dashboard import served

WIDE = {"width": 1440, "height": 900}


def test_a_broken_layer_costs_its_sheet_alone(browser: Any, tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path / "atlas")
    layer = geodata / "layers/realms.parquet"
    layer.write_bytes(layer.read_bytes()[:-100])
    folders = {"GEOBRIEF_CONTENT": str(content), "GEOBRIEF_GEODATA": str(geodata)}
    with served(tmp_path / "log.txt", **folders) as address:
        page, journal = browser.new_page(viewport=WIDE), Journal(address)
        journal.listen(page)
        page.goto(f"{address}/ford")
        frame = page.frame_locator("iframe.frame")
        frame.locator("body[data-ready='1']").wait_for(timeout=30_000)
        assert frame.locator("path[data-id='brook/brook']").count() == 1
        told = page.locator("details.gb-faults")
        assert "Problems: 1" in told.inner_text()
        assert not told.get_by_text("geodata/catalogue.toml:15").is_visible()
        told.locator("summary").click()
        assert told.get_by_text("geodata/catalogue.toml:15").is_visible()
        page.goto(address)
        page.get_by_role("heading", name="This sheet cannot be shown").wait_for()
        said = page.locator(".stMain").inner_text()
        assert "geodata/catalogue.toml:15" in said and "run make geodata" in said
        assert "Traceback" not in said and page.locator("iframe.frame").count() == 0
        assert not journal.errors, journal.errors
        refused = page.goto(f"{address}/map/whole")
        assert refused.status == 503
        assert page.get_by_role("heading", name="This map cannot be shown").is_visible()
        page.close()
        assert not journal.foreign, journal.foreign


def test_without_its_essay_the_dashboard_starts_and_says_so(browser: Any, tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path / "atlas")
    essay = content / "essay.md"
    text = essay.read_bytes()
    essay.write_bytes(text[:40] + b"\xff" + text[40:])
    folders = {"GEOBRIEF_CONTENT": str(content), "GEOBRIEF_GEODATA": str(geodata)}
    with served(tmp_path / "log.txt", **folders) as address:
        page = browser.new_page(viewport=WIDE)
        for path in ("/", "/ford"):
            assert page.goto(f"{address}{path}").status == 503
            assert page.get_by_role("heading", name="This atlas cannot be shown").is_visible()
            assert page.get_by_text("content/essay.md:1").is_visible()
        essay.write_bytes(text)
        page.get_by_role("link").click()  # to the first page, which stands again
        page.locator("iframe.frame").wait_for(timeout=30_000)
        page.close()
