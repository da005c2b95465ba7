"""A template of one's own for a PPTX: opened within bounds, and refused where it could act."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.package import XmlPart
from pptx.util import Inches

from geobrief.errors import RequestError
from geobrief.settings import settings

MOST_FILES = 5_000
"""Files in the archive; a large template has some hundreds."""
MOST_SIGNS = 500_000
"""Signs `<` and `=` in all of them: each makes an element or an attribute, and those take room."""
LEAST_SIDE, LONGEST_SIDE = Inches(1), Inches(56)
"""What an office program takes for the side of a slide."""

TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_ENTRY = b"PK\x01\x02"  # before each entry of the archive's own table
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_RULES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_ACTIVE = ("macro", "vba", "activex", "oleobject", "webextension", "customui")


def opened(template: bytes) -> Any:
    """Return a template without its slides, one of whose pages could be made.

    Raises
    ------
    RequestError
        If it is no PPTX, too large, holds what can run or what is fetched from elsewhere, or has
        no layout with a title.
    """
    try:
        _check_archive(template)
        trial = _empty(template)
        _check_parts(trial.part.package)
        _check_size(trial)
        page = trial.slides.add_slide(title_layout(trial))
        page.shapes.title.text_frame.text = page.notes_slide.notes_text_frame.text = "-"
        trial.save(BytesIO())
        return _empty(template)
    except RequestError:
        raise
    except Exception as reason:  # whatever a damaged file makes the library raise
        raise RequestError(f"the template is not a PPTX: {reason}") from None


def title_layout(show: Any) -> Any:
    """Return the layout with a title and the least beside it.

    Raises
    ------
    RequestError
        If there is none.
    """
    found = [
        (len(others), number, layout)
        for master in show.slide_masters
        for number, layout in enumerate(master.slide_layouts)
        for kinds in [[one.placeholder_format.type for one in layout.placeholders]]
        for others in [[kind for kind in kinds if kind not in (*TITLES, *_FURNITURE)]]
        if PP_PLACEHOLDER.TITLE in kinds
    ]
    if not found:
        hint = "add one, as PowerPoint's own 'Title Only'"
        raise RequestError("the template has no layout with a title", hint=hint)
    return min(found, key=lambda one: one[:2])[2]


def _empty(template: bytes) -> Any:
    show = Presentation(BytesIO(template))
    ids = show.slides._sldIdLst
    for entry in list(ids):
        show.part.drop_rel(entry.rId)
        ids.remove(entry)
    return show


def _check_archive(template: bytes) -> None:
    """Count what unpacking gives: what an archive says of itself can be wrong."""
    if template.count(_ENTRY) > MOST_FILES:
        raise RequestError("the template holds too many files", hint=f"at most {MOST_FILES}")
    with zipfile.ZipFile(BytesIO(template)) as archive:
        entries = archive.infolist()
        if sum(entry.compress_size for entry in entries) > len(template):
            raise RequestError("files of the template overlap in its archive")
        names = [entry.filename for entry in entries]
        if len(set(map(str.lower, names))) < len(names):
            raise RequestError("the template holds two files of one name")
        total = signs = 0
        for entry in entries:
            _check_name(entry)
            total, signs = _counted(archive, entry, total, signs)


def _check_name(entry: zipfile.ZipInfo) -> None:
    name, path = entry.filename, PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or set(name) & set('\\:"<>|'):
        raise RequestError(f"the template holds a file outside of itself: {name!r}")
    if entry.compress_type not in _PACKED:  # the other ways unpack without a bound
        raise RequestError(f"{name} of the template is packed in an unusual way", hint="save anew")
    if "vbaproject" in name.lower():
        raise RequestError("the template holds macros", hint="save it as .pptx")


def _counted(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, signs: int
) -> tuple[int, int]:
    """Unpack a file piece by piece; return the bytes and the signs of markup up to its end."""
    most, before = settings().max_template, b""
    with archive.open(entry) as file:
        while part := file.read(1 << 20):
            total += len(part)
            signs += part.count(b"<") + part.count(b"=")
            if total > most:
                raise RequestError("the template is too large", hint=f"at most {most} bytes")
            if signs > MOST_SIGNS:
                raise RequestError("the template holds too much markup", hint="simplify it")
            both = before + part
            if entry.filename.lower().endswith((".xml", ".rels")):
                _check_rules(entry.filename, both)
            before = part[-max(map(len, _RULES)) :]
    return total, signs


def _check_rules(name: str, text: bytes) -> None:
    """Refuse a document type: entities grow or are fetched, and the format has none."""
    if any(rule in text for rule in _RULES):
        words = f"{name} of the template declares a document type"
        raise RequestError(words, hint="save it anew as .pptx")


def _check_parts(package: Any) -> None:
    """Refuse what runs, and what is fetched from elsewhere when the deck is opened."""
    for relation in package.iter_rels():
        if relation.is_external:
            words = f"the template points outside of itself: {relation.target_ref!r}"
            raise RequestError(words, hint="embed or remove what is linked, in masters too")
    for part in package.iter_parts():
        kind = part.content_type.lower()
        if found := [word for word in _ACTIVE if word in kind]:
            what = "macros" if found[0] in ("macro", "vba") else found[0]
            raise RequestError(f"the template holds {what}: {part.partname}", hint="remove them")
        if kind.endswith("xml") and "svg" not in kind and not isinstance(part, XmlPart):
            _check_rules(part.partname, part.blob)


def _check_size(show: Any) -> None:
    for side in (show.slide_width, show.slide_height):
        if side is None or not LEAST_SIDE <= side <= LONGEST_SIDE:
            raise RequestError("a slide of the template has no usual size", hint="1 to 56 inches")
