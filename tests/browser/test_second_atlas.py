"""Another pair of folders is another dashboard: no code knows which atlas it draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.atlas_fixture import write_atlas
from tests.conftest import Journal
from tools.dashboard import served


def test_another_pair_of_folders_draws_its_own_dashboard(browser: Any, tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path / "atlas")
    folders = {"GEOBRIEF_CONTENT": str(content), "GEOBRIEF_GEODATA": str(geodata)}
    with served(tmp_path / "log.txt", **folders) as address:
        page, journal = browser.new_page(), Journal(address)
        journal.listen(page)
        page.goto(f"{address}/whole?lang=cy&select=gates/ford")
        frame = page.frame_locator("iframe.frame")
        frame.locator("body[data-ready='1']").wait_for(timeout=30_000)
        assert frame.locator("body").get_attribute("data-selected") == "gates/ford"
        assert frame.locator("path[data-id='realms/west']").count() == 1
        page.locator(".gb-card[data-card='gates/ford']").wait_for()
        said = page.locator(".stMain").inner_text()
        assert "The brook parts Westland from Eastland." in said
        assert "Lines on this map are invented." in said
        page.close()
        assert not journal.errors, journal.errors
        assert not journal.foreign, journal.foreign
