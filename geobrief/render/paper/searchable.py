"""Words that a reader of a PDF can search: an invisible layer over shaped or spaced letters.

Shaped glyphs, and letters that are set apart, extract as rubbish. They are drawn as outlines, and
the same words stand once more over them in text rendering mode 3. Readers turn what runs from right
to left into reading order by themselves, each by its own short form of the Unicode rules: PDFium
goes by where the letters stand, pypdf by their order in the file. The letters are set so that
both arrive at the words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import groupby

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

ADVANCE = 500
"""Width of every letter of the invisible font, in thousandths of its size."""

FONT = "/GeobriefWords"

_MARKS = dict.fromkeys(map(ord, "\u200a\u200e\u200f\u2066\u2067\u2068\u2069"))
"""What steers the layout of a line and is no part of its words."""

_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


_MIRRORED = dict(zip("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab", strict=True))
_WEAK = re.compile("AN|EN|NSM|CS|ES|ET|BN")
_NEUTRAL_IN_PYPDF = (
    "\x00-\x2f", "\x3a-\x40", "\u0660-\u066d", "\u06f0-\u06f9", "\u2000-\u206f", "\u20a0-\u21ff",
)  # fmt: skip
_RIGHT_TO_LEFT_IN_PYPDF = ("\u0590-\u08ff", "\ufb1d-\ufdff", "\ufe70-\ufeff")


@dataclass(frozen=True)
class Line:
    """A line of words with its start on the baseline, in points; `angle` in degrees."""

    text: str
    x: float
    y: float
    width: float
    size: float
    angle: float = 0.0


@dataclass(frozen=True)
class Piece:
    """Letters as they stand side by side; `place` is that of the first, counted from the left.

    `turned` letters are brackets that PDFium will turn round and pypdf will not.
    """

    letters: str
    place: int
    turned: bool


def add_lines(writer: PdfWriter, layers: Iterable[Iterable[Line]]) -> None:
    """Add lines to the pages as invisible text, a layer to each."""
    font = None
    for page, lines in zip(writer.pages, layers, strict=True):
        content = b"".join(_content(lines))
        if not content:
            continue
        font = font or writer._add_object(_font(writer))
        page["/Resources"]["/Font"][NameObject(FONT)] = font  # type: ignore[index]
        layer = writer._add_object(_stream(b"q\nBT\n3 Tr\n" + content + b"ET\nQ\n"))
        page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), layer])


def _content(lines: Iterable[Line]) -> Iterator[bytes]:
    rtl = False
    for line in lines:
        text = line.text.translate(_MARKS)
        if not text.strip():
            continue
        found, rtl = pieces(text, rtl)
        step = line.width / len(text)
        cos, sin = math.cos(math.radians(line.angle)), math.sin(math.radians(line.angle))
        # Choosing the font again ends a run in pypdf: each piece is turned for itself.
        font = f"{FONT} {line.size:.3f} Tf\n"
        yield f"{step / line.size / ADVANCE * 1e5:.3f} Tz\n".encode()
        for piece in found:
            x, y = line.x + piece.place * step * cos, line.y + piece.place * step * sin
            shown = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.3f} {y:.3f} Tm "
            shown += f"<{_hex(piece.letters)}> Tj\n"
            if piece.turned:
                back = "".join(_MIRRORED[letter] for letter in piece.letters)
                shown = f"/Span << /ActualText <feff{_hex(back)}> >> BDC\n{shown}EMC\n"
            yield (font + shown).encode()


def _hex(letters: str) -> str:
    return letters.encode("utf-16-be").hex()


def pieces(text: str, rtl: bool) -> tuple[list[Piece], bool]:
    """Return the line in pieces, in reading order, and the direction in which pypdf is left.

    `rtl` is the direction in which the line before left it.
    """
    places, turned = _places_for_pdfium(text)
    found: list[Piece] = []
    begun: list[int] = []

    def close() -> None:
        # Backwards a run must begin with a letter that has a direction of its own.
        end = len(begun)
        while rtl and end and _within(text[begun[end - 1]], _NEUTRAL_IN_PYPDF):
            end -= 1
        for part in (begun[:end], begun[end:]):
            if part:
                stand = part[::-1] if rtl else part
                letters = "".join(text[index] for index in stand)
                found.append(Piece(letters, places[stand[0]], part[0] in brackets))
        begun.clear()

    brackets = {index for index in turned if text[index] in _MIRRORED}
    for index, letter in enumerate(text):
        neutral = _within(letter, _NEUTRAL_IN_PYPDF)
        way = rtl if neutral else _within(letter, _RIGHT_TO_LEFT_IN_PYPDF)
        if begun:
            last = begun[-1]
            apart = places[index] - places[last] != (-1 if rtl else 1)
            if apart or way != rtl or (index in brackets) != (last in brackets):
                close()
        rtl = way
        begun.append(index)
    close()
    return found, rtl


def _places_for_pdfium(text: str) -> tuple[list[int], set[int]]:
    """Return each letter's place from the left, and the letters that PDFium will turn round.

    It cuts a line into runs of one kind. Where most runs go from right to left it reads the runs
    from the right; in any case it reads those that go from right to left backwards, and with them
    the neutral ones that follow.
    """
    runs = [(kind, list(one)) for kind, one in groupby(range(len(text)), lambda i: _kind(text[i]))]
    right, left = (sum(kind == wanted for kind, _ in runs) for wanted in "RL")
    from_right = right > left
    current = "R" if from_right else "L"
    standing: list[list[int]] = []
    turned: set[int] = set()
    for kind, run in runs:
        if kind == "R" or (kind == "neutral" and current == "R"):
            current = "R"
            turned.update(run)
            standing.append(run[::-1])
        else:
            current = current if kind == "weak" else "L"
            standing.append(run)
    flat = [index for run in (standing[::-1] if from_right else standing) for index in run]
    places = [0] * len(text)
    for place, index in enumerate(flat):
        places[index] = place
    return places, turned


def _kind(letter: str) -> str:
    kind = unicodedata.bidirectional(letter)
    if kind in ("L", "R"):
        return kind
    return "R" if kind == "AL" else "weak" if _WEAK.fullmatch(kind) else "neutral"


def _within(letter: str, ranges: tuple[str, ...]) -> bool:
    return any(span[0] <= letter <= span[-1] for span in ranges)


def _font(writer: PdfWriter) -> DictionaryObject:
    """Return a font whose letters all look alike and mean what their code says."""
    file = _stream(_box_font(), Length1=NumberObject(len(_box_font())))
    descriptor = _dictionary(
        Type=NameObject("/FontDescriptor"),
        FontName=NameObject(FONT),
        Flags=NumberObject(5),
        FontBBox=ArrayObject(map(NumberObject, (0, 0, ADVANCE, 1000))),
        ItalicAngle=NumberObject(0),
        Ascent=NumberObject(1000),
        Descent=NumberObject(-1),
        CapHeight=NumberObject(1000),
        StemV=NumberObject(80),
        FontFile2=writer._add_object(file),
    )
    system = _dictionary(
        Registry=TextStringObject("Adobe"),
        Ordering=TextStringObject("Identity"),
        Supplement=NumberObject(0),
    )
    descendant = _dictionary(
        Type=NameObject("/Font"),
        Subtype=NameObject("/CIDFontType2"),
        BaseFont=NameObject(FONT),
        CIDSystemInfo=system,
        CIDToGIDMap=writer._add_object(_stream(b"\0\1" * 65536)),
        DW=NumberObject(ADVANCE),
        FontDescriptor=writer._add_object(descriptor),
    )
    return _dictionary(
        Type=NameObject("/Font"),
        Subtype=NameObject("/Type0"),
        BaseFont=NameObject(FONT),
        Encoding=NameObject("/Identity-H"),
        DescendantFonts=ArrayObject([writer._add_object(descendant)]),
        ToUnicode=writer._add_object(_stream(_TO_UNICODE)),
    )


def _dictionary(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def _stream(data: bytes, **entries: object) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    stream.update(_dictionary(**entries))
    return stream.flate_encode()


@lru_cache(maxsize=1)
def _box_font() -> bytes:
    """Return a TrueType font of one box, without a clock; PDFium skips what has no extent."""
    pen = TTGlyphPen(None)
    for move, point in ((pen.moveTo, (0, 0)), (pen.lineTo, (0, 700)), (pen.lineTo, (ADVANCE, 700))):
        move(point)
    pen.lineTo((ADVANCE, 0))
    pen.closePath()
    names = [".notdef", "box"]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({32: "box"})
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=1000, descent=-1)
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    buffer = BytesIO()
    builder.save(buffer)
    return buffer.getvalue()
