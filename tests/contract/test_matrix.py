"""A sample of sheets, policies and languages; `make matrix` draws all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render import print as printed
from geobrief.render import screen
from geobrief.render.paper.options import PrintOptions
from geobrief.spec import View

ROOT = Path(__file__).resolve().parents[2]
ATLAS = Atlas.load(ROOT / "content", ROOT / "geodata")


def sample() -> list[tuple[str, str, str]]:
    """Return two pairs of policy and language for each sheet; over all sheets every pair occurs."""
    pairs = [(p.id, language.id) for p in ATLAS.policies for language in ATLAS.languages]
    return [
        (sheet, *pairs[(2 * place + turn) % len(pairs)])
        for place, sheet in enumerate(ATLAS.sheets)
        for turn in range(2)
    ]


def test_the_sample_holds_every_pair() -> None:
    pairs = {(policy, lang) for _, policy, lang in sample()}
    assert len(pairs) == len(ATLAS.policies) * len(ATLAS.languages)
    assert len(sample()) <= 60


@pytest.mark.parametrize(("sheet", "policy", "lang"), sample())
def test_a_sheet_draws_under_a_policy_in_a_language(sheet: str, policy: str, lang: str) -> None:
    view = View(lang=lang, policy=policy)
    spec = compose(ATLAS, sheet, view)
    page = screen.page(ATLAS, spec, view.to_query())
    assert f'lang="{ATLAS.language(lang).tag}"' in page.html
    assert spec.features() and spec.disclaimer
    paper = printed.layout(ATLAS, spec, PrintOptions(dpi=50))
    assert paper.labels
    inside = paper.frame.buffer(0.5)
    assert all(inside.contains(box) for _, box in paper.labels)
