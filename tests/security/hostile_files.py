"""Hostile files, made from nothing: templates, briefings, links and sealed pages."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE

from geobrief.deck import seal

ELSEWHERE = "http://hostile.example/x.png"
Change = Callable[[str, bytes], bytes]


# Templates


def template(change: Callable[[Any], object] = lambda show: None) -> bytes:
    """A template with one slide, changed through the library that writes it."""
    show = Presentation()
    show.slides.add_slide(show.slide_layouts[0])
    change(show)
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def zipped(files: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", way) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def unzipped(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_files(more: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped(unzipped(template()) | more, way)


def swapped(name: str, old: bytes, new: bytes) -> bytes:
    """A template in one of whose files a text stands in the place of another one."""
    files = unzipped(template())
    assert old in files[name]
    return zipped(files | {name: files[name].replace(old, new, 1)})


def without(pattern: str) -> bytes:
    files = unzipped(template())
    kept = {name: body for name, body in files.items() if not re.search(pattern, name)}
    assert len(kept) < len(files)
    return zipped(kept)


def streamed(name: str, size: int) -> bytes:
    """A template with a file of zeros that was never whole in memory."""
    buffer = io.BytesIO(template())
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as file,
    ):
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return buffer.getvalue()


def lying(body: bytes) -> bytes:
    """An archive whose table says of each of its files that it has one byte."""
    changed = bytearray(body)
    for found in re.finditer(rb"PK\x01\x02", body):
        struct.pack_into("<L", changed, found.start() + 24, 1)
    return bytes(changed)


def overlapping() -> bytes:
    """An archive in which every entry of the table names the same packed bytes."""
    zeros, buffer = bytes(1 << 20), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/media/0.bin", zeros)
        first = archive.infolist()[0]
        for number in range(1, 40):
            again = zipfile.ZipInfo(f"ppt/media/{number}.bin", first.date_time)
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    return buffer.getvalue()


def crowded(count: int) -> bytes:
    """The table of an archive with so many entries, and nothing else."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<HHHHHLL", 8, 0, 0, 0, 0, 0, 0)
    table = b"".join(entry + b"%08d" % number for number in range(count))
    total = min(count, 0xFFFF)
    return table + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, total, total, len(table), 0, 0)


LAUGHS = b'<!DOCTYPE a [<!ENTITY l0 "ha">' + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)
MASTER = "ppt/slideMasters/slideMaster1.xml"
HEAD = b"standalone='yes'?>"


def declared(rule: bytes, name: str = MASTER) -> bytes:
    return swapped(name, b"?>", b"?>" + rule)


def linked(kind: str, target: str = ELSEWHERE) -> Callable[[Any], object]:
    return lambda show: show.slide_master.part.rels.get_or_add_ext_rel(kind, target)


def of_kind(content_type: str) -> bytes:
    """A template with a file of a kind that can run, tied to the show under a harmless name."""
    files = unzipped(template())
    kinds, tied = "[Content_Types].xml", "ppt/_rels/presentation.xml.rels"
    override = f'<Override PartName="/ppt/note.bin" ContentType="{content_type}"/></Types>'
    relation = (
        f'<Relationship Id="rId99" Type="{RELATIONSHIP_TYPE.CUSTOM_XML}" Target="note.bin"/>'
        "</Relationships>"
    )
    files[kinds] = files[kinds].replace(b"</Types>", override.encode())
    files[tied] = files[tied].replace(b"</Relationships>", relation.encode())
    return zipped(files | {"ppt/note.bin": b"Sub AutoOpen()"})


def as_macro_show() -> bytes:
    plain = b"presentationml.presentation.main+xml"
    kind = b"application/vnd.openxmlformats-officedocument." + plain
    return swapped(
        "[Content_Types].xml",
        kind,
        b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    )


def no_master(show: Any) -> None:
    masters = show.part._element.find(
        "{http://schemas.openxmlformats.org/presentationml/2006/main}sldMasterIdLst"
    )
    show.part._element.remove(masters)


def huge_slide(show: Any) -> None:
    show.part._element.sldSz.set("cx", "2147483647")


DEEP = b"<a>" * 10_000 + b"</a>" * 10_000
WIDE = b"<a/>" * 3_000_000

TEMPLATES: dict[str, tuple[Callable[[], bytes], str]] = {
    "no archive": (lambda: b"%PDF-1.7 no archive", "not a PPTX"),
    "empty": (lambda: b"\0", "not a PPTX"),
    "cut short": (lambda: template()[:-2000], "not a PPTX"),
    "another archive": (lambda: zipped({"a.txt": b"a"}), "not a PPTX"),
    "a bomb": (lambda: streamed("ppt/media/a.bin", 300 << 20), "too large"),
    "a bomb in many files": (
        lambda: zipped({f"ppt/media/{n}.bin": bytes(1 << 20) for n in range(60)}),
        "too large",
    ),
    "a bomb packed otherwise": (
        lambda: with_files({"ppt/a.bin": bytes(100 << 20)}, zipfile.ZIP_BZIP2),
        "packed in an unusual way",
    ),
    "an archive in an archive": (
        lambda: with_files({"ppt/in.zip": streamed("a", 100 << 20), "ppt/a": bytes(50_000_000)}),
        "too large",
    ),
    "too many files": (lambda: crowded(800_000), "too many files"),
    "files that overlap": (overlapping, "overlap"),
    "sizes that lie": (lambda: lying(streamed("ppt/media/a.bin", 100 << 20)), "not a PPTX"),
    "a way up": (lambda: with_files({"../../evil.xml": b"<a/>"}), "outside of itself"),
    "a way from the root": (lambda: with_files({"/etc/evil": b"x"}), "outside of itself"),
    "a way of Windows": (lambda: with_files({"C:\\evil": b"x"}), "outside of itself"),
    "one name twice": (lambda: with_files({MASTER.upper(): b"<a/>"}), "two files of one name"),
    "entities that grow": (lambda: declared(LAUGHS + b"]>"), "document type"),
    "an entity from a file": (
        lambda: declared(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "document type",
    ),
    "a type from elsewhere": (
        lambda: declared(f'<!DOCTYPE a SYSTEM "{ELSEWHERE}">'.encode(), "[Content_Types].xml"),
        "document type",
    ),
    "XML that is too deep": (
        lambda: swapped(MASTER, b"<p:cSld>", b"<p:cSld>" + DEEP),
        "not a PPTX",
    ),
    "XML that is too wide": (
        lambda: swapped(MASTER, b"<p:cSld>", b"<p:cSld>" + WIDE),
        "too much markup",
    ),
    "XML that is none": (lambda: swapped(MASTER, b"<p:cSld>", b"<p:cSld"), "not a PPTX"),
    "no master": (lambda: template(no_master), "no layout with a title"),
    "no files of layouts": (lambda: without(r"slideLayouts/"), "not a PPTX"),
    "a slide as large as a house": (lambda: template(huge_slide), "no usual size"),
    "a picture from elsewhere": (
        lambda: template(linked(RELATIONSHIP_TYPE.IMAGE)),
        "outside of itself: 'http://hostile.example",
    ),
    "a file of a share": (
        lambda: template(linked(RELATIONSHIP_TYPE.OLE_OBJECT, r"\\hostile.example\a.xlsx")),
        "outside of itself",
    ),
    "a link": (lambda: template(linked(RELATIONSHIP_TYPE.HYPERLINK)), "outside of itself"),
    "macros by name": (lambda: with_files({"ppt/vbaProject.bin": b"Sub"}), "macros"),
    "macros by kind": (lambda: of_kind("application/vnd.ms-office.vbaProject"), "macros"),
    "a show for macros": (as_macro_show, "macros"),
    "a control": (lambda: of_kind("application/vnd.ms-office.activeX+xml"), "activex"),
    "an add-in": (
        lambda: of_kind("application/vnd.ms-office.webextensiontaskpanes+xml"),
        "webextension",
    ),
}
"""Templates, each with a word of what is said of it."""


# Briefings

SLIDE = '[[slides]]\nsheet = "ford"\n'
TOP = 'title = "Lunch"\n'


def slide(row: str) -> bytes:
    return f"{TOP}{SLIDE}{row}\n".encode()


BRIEFINGS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "no title"),
    "rubbish": (lambda: bytes(range(256)) * 40, "not UTF-8|not TOML|damaged"),
    "not UTF-8": (lambda: b'title = "\xff"', "UTF-8|damaged"),
    "a NUL": (lambda: b'title = "a\0"', "not TOML|no output can carry"),
    "a NUL by escape": (lambda: (TOP.replace("L", "\\u0000") + SLIDE).encode(), "carry"),
    "brackets within brackets": (lambda: b"title = " + b"[" * 100_000, "nested too deep"),
    "tables within tables": (lambda: b"title = " + b"{a=" * 60_000, "nested too deep"),
    "a key of many parts": (lambda: b"a" + b".a" * 120_000 + b" = 1", "nested too deep"),
    "quoted parts": (lambda: b'"a"' + b' . "a"' * 40_000 + b" = 1", "nested too deep"),
    "strings without an end": (lambda: b'"""' + b'\\"' * 120_000, "not TOML"),
    "a string without an end": (lambda: b'title = "' + b'\\"' * 120_000, "not TOML"),
    "50 MB": (lambda: b'title = "' + b"x" * 50_000_000 + b'"', "too large|at most"),
    "a long title": (lambda: b'title = "' + b"x" * 200_000 + b'"\n' + SLIDE.encode(), "characters"),
    "a long number": (lambda: slide(f"bbox = [1{'0' * 100_000}, 1, 2, 3]"), "not TOML"),
    "a large number": (lambda: slide(f"bbox = [0x{'f' * 4000}, 1, 2, 3]"), "not in order"),
    "nan": (lambda: slide("bbox = [nan, 1, 2, 3]"), "not in order"),
    "inf": (lambda: slide("bbox = [-inf, 1, inf, 3]"), "not in order"),
    "1e308": (lambda: slide("bbox = [-1e308, 1, 1e308, 3]"), "not in order"),
    "words for numbers": (lambda: slide('bbox = "1234"'), "list of four numbers"),
    "a table for numbers": (lambda: slide("bbox = { a = 1 }"), "not in order"),
    "a date that is none": (lambda: slide("date = 99"), "not in order"),
    "a date that cannot be": (lambda: slide("date = 2020-13-45"), "not TOML"),
    "100,000 slides": (lambda: (TOP + "[[slides]]\n" * 23_000).encode(), "slides"),
    "slides that are numbers": (lambda: b'title = """\n[[slides]]\n"""\nslides = [3]', "tables"),
    "slides that are one table": (lambda: f"{TOP}[slides]\nsheet = 1".encode(), "tables"),
    "slides in a line": (lambda: f'{TOP}slides = [{{sheet = "ford"}}]'.encode(), "tables"),
    "a sheet that is a list": (lambda: slide("").replace(b'"ford"', b'["ford"]'), "not text"),
    "a sheet elsewhere": (lambda: slide("").replace(b"ford", b"../../etc/passwd"), "no sheet"),
    "a sheet by address": (lambda: slide("").replace(b"ford", ELSEWHERE.encode()), "no sheet"),
    "features that are none": (lambda: slide("select = [[1]]"), "list of ids"),
    "too many features": (lambda: slide(f"select = {['a/b'] * 20_000}"), "at most 500"),
    "a key with the bell": (lambda: slide('"\\u001b[2J" = 1'), "carry"),
}
"""Briefings as TOML, each with a word of what is said of it."""


def link(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def bomb(size: int) -> str:
    """A link that unpacks to so many zeros, made without having them at once."""
    pack = zlib.compressobj(9)
    parts = [pack.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    packed = b"".join(parts) + pack.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


LINKS: dict[str, tuple[Callable[[], str], str]] = {
    "a bomb": (lambda: bomb(300 << 20), "at most"),
    "no base64": (lambda: "ä" * 100, "damaged"),
    "no zlib": (lambda: "QUJD" * 100, "damaged"),
    "cut short": (lambda: link(TOP.encode() + SLIDE.encode() * 50)[:-12], "cut short|damaged"),
}
"""Links, beside those that carry a hostile briefing."""


# Sealed pages


def claimed(head: bytes) -> bytes:
    """A page with a seal in the right form over nothing."""
    digest = "0" * 64
    told = {"version": 1, "content": digest, "parts": {}, "rest": digest, "check": digest}
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return head + seal.OPEN + text + seal.CLOSE + seal.END


SEALED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "cut short"),
    "rubbish": (lambda: bytes(range(256)) * 1000, "not UTF-8"),
    "cut short": (lambda: claimed(b"<p>")[:-5], "cut short"),
    "60 MB": (lambda: claimed(b"x" * 60_000_000), "more than"),
    "a tag without an end": (lambda: claimed(b"<a" + b' data-sealed="x"' * 99_000), "changed"),
    "a name without an end": (lambda: claimed(b"<a" + b" data-sealed=" * 99_000), "changed"),
    "a long tag": (lambda: claimed(b"<" + b"a" * 4_000_000), "changed"),
    "many tags": (lambda: claimed(b"<a " * 1_000_000), "changed"),
    "many parts": (lambda: claimed(b'<a data-sealed="x">' * 500_000), "parts"),
    "a deep seal": (
        lambda: b"<p>" + seal.OPEN + b"[" * 10_000 + seal.CLOSE + seal.END,
        "cannot be read|not written",
    ),
    "a number in a seal": (
        lambda: b"<p>" + seal.OPEN + b'{"version":1' + b"0" * 9000 + b"}" + seal.CLOSE + seal.END,
        "cannot be read|not written|another version",
    ),
}
"""Pages given to `verify`, each with a word of what is said of it."""
