"""The static fonts: names, weights, letters, licences, and that cutting leaves no trace of time."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from geobrief import fonts, style
from geobrief.errors import SetupError
from geobrief.render.paper.lettering import Type
from geobrief.render.paper.panel import _by_script
from geobrief.settings import settings

TRADEMARK, LICENCE, COPYRIGHT = 7, 13, 0
ARABIC_LETTERS = "ابپتټٹثجچحخځڅدډڈذرړڑزژږسشښصضطظعغفقکګگلمنڼںوہھۀءیېئےۍ"


def names(font: TTFont) -> dict[int, str]:
    return {record.nameID: str(record) for record in font["name"].names}


@pytest.mark.parametrize("font", fonts.FONTS, ids=lambda font: font.stem)
@pytest.mark.parametrize("suffix", ["ttf", "woff2"])
def test_a_cut_weight_is_static_and_bears_our_name(font: fonts.Font, suffix: str) -> None:
    cut = TTFont(fonts.font_file(font.family, font.weight, font.italic, suffix))
    found = names(cut)
    assert "fvar" not in cut and "STAT" not in cut
    assert cut["OS/2"].usWeightClass == font.weight
    assert found.get(16, found[1]) == font.family
    assert found[6] == font.stem


@pytest.mark.parametrize("font", fonts.FONTS, ids=lambda font: font.stem)
def test_a_modified_font_keeps_its_copyright_and_drops_the_reserved_name(font: fonts.Font) -> None:
    found = names(TTFont(fonts.font_file(font.family, font.weight, font.italic)))
    assert found[COPYRIGHT] and "Open Font License" in found[LICENCE]
    reserved = ("Source", "Noto")
    shown = {key: text for key, text in found.items() if key in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)}
    assert not [text for text in shown.values() if any(name in text for name in reserved)]
    assert TRADEMARK not in found


def test_the_licence_of_every_package_stands_beside_its_fonts() -> None:
    texts = [path.read_text() for path in settings().fonts.glob("OFL-*.txt")]
    assert len(texts) == len({font.package for font in fonts.FONTS})
    assert all("SIL OPEN FONT LICENSE" in text for text in texts)


def test_the_arabic_font_has_every_letter_of_the_atlas() -> None:
    cmap = TTFont(fonts.font_file(style.ARABIC)).getBestCmap()
    assert [letter for letter in ARABIC_LETTERS if ord(letter) not in cmap] == []


def test_cutting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    smallest = next(font for font in fonts.FONTS if font.family == style.ARABIC)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        fonts._write_font(smallest, tmp_path / name)
    for suffix in ("ttf", "woff2"):
        one, two = (tmp_path / name / f"{smallest.stem}.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    made = fonts.font_file(smallest.family, smallest.weight)
    assert made.read_bytes() == (tmp_path / "one" / made.name).read_bytes()


def test_a_second_run_has_nothing_to_do() -> None:
    assert fonts.cut(settings().fonts) == ()


def test_a_missing_font_says_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOBRIEF_FONTS", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(SetupError, match="run make setup"):
            fonts.font_file(style.SANS)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_an_unknown_weight_is_refused() -> None:
    with pytest.raises(SetupError, match="weight 900"):
        fonts.font_file(style.SANS, 900)


def test_a_text_is_set_in_the_font_of_its_script() -> None:
    title = Type(21.0, serif=True, script="arabic", rtl=True, flush_right=True)
    latin, arabic = _by_script("An untranslated title", title), _by_script("\u0639\u0646 x", title)
    assert latin.font.get_family()[0] == style.SERIF
    assert arabic.font.get_family()[0] == style.ARABIC
    assert (latin.rtl, latin.flush_right, arabic.rtl) == (False, True, True)
