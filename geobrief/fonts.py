"""Static font weights, cut once from the variable fonts of the installed font packages.

Every weight is written as TTF for print and as WOFF2 for the web, with the licence text of its
package beside it. A modified font may not keep a reserved name, so the families are renamed.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from itertools import repeat
from pathlib import Path
from typing import Any

from geobrief.errors import GeobriefError, SetupError, Where
from geobrief.files import write_whole
from geobrief.settings import settings
from geobrief.style import ARABIC, SANS, SERIF

HINT = "run make setup"
STAMP = "stamp.txt"
FEATURES = ("tnum",)
"""OpenType features that the styles ask for, beside those that are on by default."""
_WEIGHT_NAMES = {400: "Regular", 600: "SemiBold"}


@dataclass(frozen=True)
class Font:
    """One static weight: its family, and the place in the design space where it is cut."""

    family: str
    weight: int
    italic: bool
    package: str
    source: str
    axes: tuple[tuple[str, float], ...]

    @property
    def style(self) -> str:
        """Subfamily as readers see it, for example "SemiBold" or "Italic"."""
        name = _WEIGHT_NAMES[self.weight]
        if not self.italic:
            return name
        return "Italic" if self.weight == 400 else f"{name} Italic"

    @property
    def stem(self) -> str:
        """File name without suffix, and the font's PostScript name."""
        return f"{self.family}-{self.style}".replace(" ", "")


_SERIF = ("fontpkg_source_serif_4", "SourceSerif4[opsz,wght].ttf")
_SERIF_ITALIC = ("fontpkg_source_serif_4", "SourceSerif4-Italic[opsz,wght].ttf")
_SANS = ("fontpkg_source_sans_3", "SourceSans3[wght].ttf")
_SANS_ITALIC = ("fontpkg_source_sans_3", "SourceSans3-Italic[wght].ttf")
_ARABIC = ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf")

# The serif's optical size follows its use: running text at 400, titles at 600.
FONTS: tuple[Font, ...] = (
    Font(SERIF, 400, False, *_SERIF, (("opsz", 14), ("wght", 400))),
    Font(SERIF, 600, False, *_SERIF, (("opsz", 28), ("wght", 600))),
    Font(SERIF, 400, True, *_SERIF_ITALIC, (("opsz", 14), ("wght", 400))),
    Font(SANS, 400, False, *_SANS, (("wght", 400),)),
    Font(SANS, 600, False, *_SANS, (("wght", 600),)),
    Font(SANS, 400, True, *_SANS_ITALIC, (("wght", 400),)),
    Font(ARABIC, 400, False, *_ARABIC, (("wdth", 100), ("wght", 400))),
    Font(ARABIC, 600, False, *_ARABIC, (("wdth", 100), ("wght", 600))),
)


def font_file(family: str, weight: int = 400, italic: bool = False, suffix: str = "ttf") -> Path:
    """Return the file of a static weight in the fonts folder.

    Raises
    ------
    SetupError
        If the weight does not exist or has not been cut yet.
    """
    for font in FONTS:
        if (font.family, font.weight, font.italic) == (family, weight, italic):
            path = settings().fonts / f"{font.stem}.{suffix}"
            if path.is_file():
                return path
            raise SetupError(f"the font {path.name} is missing", Where(path), HINT)
    raise SetupError(
        f"no font is cut for {family!r}, weight {weight}{', italic' if italic else ''}",
        hint="add it to FONTS in geobrief/fonts.py",
    )


def missing() -> tuple[SetupError, ...]:
    """Return the problem of the fonts folder: the first weight that is not there, or none."""
    for font in FONTS:
        for suffix in ("ttf", "woff2"):
            try:
                font_file(font.family, font.weight, font.italic, suffix)
            except SetupError as problem:
                return (problem,)
    return ()


def cut(folder: Path) -> tuple[Path, ...]:
    """Write every weight and licence into `folder`; return the files written, none if up to date.

    Raises
    ------
    SetupError
        If a font package is not installed.
    WriteError
        If the disk is full, or the folder cannot be written.
    """
    stamp, digest = folder / STAMP, _digest()
    wanted = [folder / name for name in _outputs()]
    if stamp.is_file() and stamp.read_text().strip() == digest and all(p.is_file() for p in wanted):
        return ()
    write_whole(stamp, b"")  # until all of them are there
    with ProcessPoolExecutor() as pool:
        tuple(pool.map(_write_font, FONTS, repeat(folder)))
    for package in _packages():
        write_whole(folder / _licence_name(package), (files(package) / "LICENSE").read_bytes())
    write_whole(stamp, f"{digest}\n".encode())
    return tuple(wanted)


def _packages() -> tuple[str, ...]:
    return tuple(dict.fromkeys(font.package for font in FONTS))


def _outputs() -> Iterator[str]:
    for font in FONTS:
        yield f"{font.stem}.ttf"
        yield f"{font.stem}.woff2"
    yield from (_licence_name(package) for package in _packages())


def _licence_name(package: str) -> str:
    return f"OFL-{package.removeprefix('fontpkg_').replace('_', '-')}.txt"


def _source(package: str, name: str) -> bytes:
    try:
        return (files(package) / "files" / name).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        raise SetupError(f"the font package {package} is not installed", hint=HINT) from None


def _digest() -> str:
    """Digest of everything that decides the bytes of the fonts: sources, recipe, tool."""
    import fontTools

    total = hashlib.sha256(Path(__file__).read_bytes() + fontTools.version.encode())
    for package, name in sorted({(font.package, font.source) for font in FONTS}):
        total.update(_source(package, name))
    return total.hexdigest()


def _write_font(font: Font, folder: Path) -> None:
    from io import BytesIO

    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    # A fixed modification time keeps the bytes the same on every machine.
    variable = TTFont(BytesIO(_source(font.package, font.source)), recalcTimestamp=False)
    static = instantiateVariableFont(variable, dict(font.axes), inplace=True)
    _drop_unused(static)
    _rename(static, font)
    for flavor, suffix in ((None, "ttf"), ("woff2", "woff2")):
        buffer = BytesIO()
        static.flavor = flavor
        static.save(buffer)
        write_whole(folder / f"{font.stem}.{suffix}", buffer.getvalue())


def _drop_unused(static: Any) -> None:
    """Drop the glyphs that no letter leads to without a feature that nobody asks for.

    Half the glyphs are small capitals, swashes and the like; a PDF that embeds the font would have
    to go through all of them.
    """
    from fontTools.subset import Options, Subsetter

    options = Options(
        layout_features=[*Options._layout_features_default, *FEATURES],
        name_IDs=["*"],
        name_languages=["*"],
        glyph_names=True,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=static.getBestCmap())
    subsetter.subset(static)


def _rename(static: Any, font: Font) -> None:
    """Give the font its new names; copyright, licence and designers keep their records."""
    for table in ("STAT", "DSIG", "avar", "MVAR"):
        if table in static:
            del static[table]
    names = static["name"]
    version = re.sub(r";.*", "", str(names.getDebugName(5) or "Version 1.000"))
    # Records 7 (trademark), 16-17, 21-22 and 25 would carry the old family on.
    for record in (7, 16, 17, 21, 22, 25):
        names.removeNames(nameID=record)
    names.removeUnusedNames(static)
    style_linked = font.weight == 400
    texts = {
        1: font.family if style_linked else f"{font.family} {_WEIGHT_NAMES[font.weight]}",
        2: "Italic" if font.italic else "Regular",
        3: f"{version};{font.stem}",
        4: f"{font.family} {font.style}",
        5: version,
        6: font.stem,
    }
    if not style_linked:
        texts |= {16: font.family, 17: font.style}
    for key, text in texts.items():
        names.removeNames(nameID=key)
        names.setName(text, key, 3, 1, 0x409)
    static["OS/2"].usWeightClass = font.weight
    static["head"].modified = static["head"].created


def main() -> int:
    """Cut the fonts into the folder of the settings and say so in one line."""
    folder = settings().fonts
    try:
        written = cut(folder)
    except GeobriefError as error:
        print(error, file=sys.stderr)
        return 2
    state = f"{len(FONTS)} weights cut" if written else "up to date"
    print(f"fonts: {state} in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
