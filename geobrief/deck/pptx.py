"""Deck -> PPTX: real titles, native text, the map as a picture with a text alternative, notes.

The words stay text that can be edited; only the map is a picture. A template of one's own takes
the place of the master that is made here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Pt

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.deck.charts import add_chart, rgb
from geobrief.deck.places import WIDE, Box, Places, Rows, fitting
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.deck.template import TITLES, opened, title_layout
from geobrief.export import bundle
from geobrief.render.paper.encode import MAKER, sources
from geobrief.wording import filled, runs_right_to_left, wording

SERIF, SANS, ARABIC = "Georgia", "Calibri", "Arial"
"""Families that an office has: a PPTX cannot carry its own. They stand in the theme alone, so that
a template brings its own."""

HEADINGS = "+mj-lt"
"""The theme's family of headings; without a name, text takes that of the body."""

_EPOCH = datetime(1980, 1, 1)
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write(atlas: Atlas, deck: Deck, pictures: Iterable[bytes], template: bytes = b"") -> bytes:
    """Return the deck as PPTX; `pictures` are the maps of its slides as PNG, in their order.

    Raises
    ------
    RequestError
        If the template cannot be used; see `template.opened`.
    """
    show = opened(template) if template else _own_master()
    layout = title_layout(show)
    places = Places(_points(show.slide_width), _points(show.slide_height), deck.rtl, deck.marking)
    for slide, picture in zip(deck.slides, pictures, strict=True):
        _map_slide(atlas, deck, slide, picture, show, layout, places)
        for chart in slide.charts:
            title, note = (atlas.text(deck.language.id, said) for said in (chart.title, chart.note))
            page = _page(show, layout, title, note, deck, places)
            add_chart(page, atlas, chart, deck, places.map)
            _words(atlas, deck, slide, page, places)
    told = show.core_properties
    told.title, told.author, told.last_modified_by = deck.title, MAKER, MAKER
    told.keywords, told.language = deck.digest(), deck.language.tag
    told.created = told.modified = _EPOCH
    buffer = BytesIO()
    show.save(buffer)
    return _without_clock(buffer.getvalue())


def _own_master() -> Any:
    """Return an empty show of 16:9 in our colours and families."""
    show = Presentation()
    show.slide_width, show.slide_height = Pt(WIDE[0]), Pt(WIDE[1])
    master = show.slide_master
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = _themed(theme.blob.decode()).encode()
    for layout in list(show.slide_layouts):
        if layout.name != "Title Only":
            show.slide_layouts.remove(layout)
    master.background.fill.solid()
    master.background.fill.fore_color.rgb = rgb(style.PAPER)
    box = Places(*WIDE, False, "").title
    for holder in (master, *show.slide_layouts):
        for shape in list(holder.placeholders):
            kind = shape.placeholder_format.type
            if kind == PP_PLACEHOLDER.TITLE:
                _stand(shape, box)
                shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
            elif holder is not master:
                shape._element.getparent().remove(shape._element)
            else:
                _stand(shape, Box(box.left, WIDE[1] - 20, box.width, 16))
    return show


def _themed(theme: str) -> str:
    colours = {
        "dk2": style.INK, "lt2": style.PAPER, "accent1": style.TEAL, "accent2": style.BORDER_RED,
    }  # fmt: skip
    for name, colour in colours.items():
        plain = rf'(<a:{name}><a:srgbClr val=")[0-9A-F]+'
        theme = re.sub(plain, rf"\g<1>{colour.lstrip('#').upper()}", theme)
    for part, family in (("majorFont", SERIF), ("minorFont", SANS)):
        theme = re.sub(rf'(<a:{part}><a:latin typeface=")[^"]*', rf"\g<1>{family}", theme)
        theme = re.sub(
            rf'(<a:{part}>.*?<a:cs typeface=")[^"]*', rf"\g<1>{ARABIC}", theme, count=1, flags=re.S
        )
    return theme


# Slides


def _map_slide(
    atlas: Atlas,
    deck: Deck,
    slide: DeckSlide,
    picture: bytes,
    show: Any,
    layout: Any,
    places: Places,
) -> None:
    spec = slide.spec
    page = _page(show, layout, spec.title, spec.subtitle, deck, places)
    shape = page.shapes.add_picture(BytesIO(picture), *_emu(places.map))
    named = shape._element.nvPicPr.cNvPr
    named.set("descr", alternative(atlas, slide))
    named.set("title", spec.title)
    _words(atlas, deck, slide, page, places)


def _words(atlas: Atlas, deck: Deck, slide: DeckSlide, page: Any, places: Places) -> None:
    """Write passages, sources and disclaimer, and the notes."""
    spec = slide.spec
    cite = atlas.text(spec.lang, wording("paragraph {number}"))
    rows: list[tuple[str, dict[str, Any]]] = []
    for passage in spec.passages:
        rows.append((f"\u201c{passage.text}\u201d", {"serif": True, "essay": True}))
        words = filled(cite, number=passage.paragraph)
        rows.append((words, {"colour": style.INK_SOFT, "part": 0.7, "after": 8.0}))
    if rows:
        size = fitting(rows, places.passage, deck.language.script)
        _text(page, places.passage, rows, deck, size, essay=atlas.default_language.tag)
    _footer(atlas, deck, slide, page, places)
    page.notes_slide.notes_text_frame.text = slide.notes


def alternative(atlas: Atlas, slide: DeckSlide) -> str:
    """Say in words what the map shows."""
    spec = slide.spec
    legend = ", ".join(entry.label for entry in spec.legend)
    said = atlas.text(spec.lang, wording("Map"))
    parts = (f"{said}: {spec.title}", spec.subtitle, legend, spec.policy_name)
    return ". ".join(part for part in parts if part)


def _page(show: Any, layout: Any, title: str, subtitle: str, deck: Deck, places: Places) -> Any:
    """Add a slide with a title, what is said below it, its number and the handling line."""
    page = show.slides.add_slide(layout)
    for shape in list(page.placeholders):
        if shape.placeholder_format.type not in TITLES:
            shape._element.getparent().remove(shape._element)
    holder = page.shapes.title
    _stand(holder, places.title)
    frame = holder.text_frame
    _bare(frame)
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    size = fitting([(title, {"serif": True, "bold": True})], places.title, deck.language.script, 28)
    _fill(frame, [(title, {"serif": True, "bold": True})], deck, size)
    if subtitle:
        rows: Rows = [(subtitle, {"colour": style.INK_SOFT})]
        size = fitting(rows, places.subtitle, deck.language.script, 14, 9)
        _text(page, places.subtitle, rows, deck, size)
    number = [(str(len(show.slides)), {"colour": style.INK_SOFT})]
    _text(page, places.number, number, deck, 11, align=PP_ALIGN.CENTER)
    for box in places.markings:
        _text(page, box, [(deck.marking, {"bold": True})], deck, 11, align=PP_ALIGN.CENTER)
    return page


def _footer(atlas: Atlas, deck: Deck, slide: DeckSlide, page: Any, places: Places) -> None:
    """Write sources and disclaimer, each in a box of its own."""
    spec = slide.spec
    dated = atlas.text(spec.lang, wording("Sources, data as of {date}: {credits}"))
    words = f"{filled(dated, date=spec.as_of, credits=sources(spec))} · {spec.digest()}"
    soft: dict[str, Any] = {"colour": style.INK_SOFT}
    policy: list[tuple[str, dict[str, Any]]] = [
        (spec.policy_name, {"bold": True}),
        (spec.disclaimer, soft),
    ]
    if spec.unreviewed:
        said = atlas.text(
            spec.lang, wording("The translation on this sheet has not been reviewed.")
        )
        policy.append((said, soft))
    told: tuple[tuple[Box, Rows], ...] = (
        (places.sources, [(words, soft)]),
        (places.disclaimer, policy),
    )
    for box, rows in told:
        _text(page, box, rows, deck, fitting(rows, box, deck.language.script, 9, 6))


# Text


def _text(
    page: Any,
    box: Box,
    rows: Rows,
    deck: Deck,
    size: float,
    *,
    align: Any = None,
    essay: str = "",
) -> None:
    frame = page.shapes.add_textbox(*_emu(box)).text_frame
    _bare(frame)
    _fill(frame, rows, deck, size, align=align, essay=essay)


def _bare(frame: Any) -> None:
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE  # where its families are not installed
    for side in ("left", "right", "top", "bottom"):
        setattr(frame, f"margin_{side}", 0)


def _fill(
    frame: Any,
    rows: Rows,
    deck: Deck,
    size: float,
    *,
    align: Any = None,
    essay: str = "",
) -> None:
    """Write paragraphs; each runs as its own words do, and stands as the deck's language does."""
    for number, (text, look) in enumerate(rows):
        row = frame.paragraphs[0] if not number else frame.add_paragraph()
        own = look.get("essay", False)
        rtl = runs_right_to_left(text) and not own
        if rtl:
            row._p.get_or_add_pPr().set("rtl", "1")
        row.alignment = align or (PP_ALIGN.RIGHT if deck.rtl and not own else PP_ALIGN.LEFT)
        run = row.add_run()
        run.text = text
        font = run.font
        font.size, font.bold = Pt(round(size * look.get("part", 1.0), 1)), look.get("bold", False)
        if look.get("serif"):
            font.name = HEADINGS
        row.space_after = Pt(look.get("after", 0.0))
        font.color.rgb = rgb(look.get("colour", style.INK))
        properties = run._r.get_or_add_rPr()
        properties.set("lang", essay if own else deck.language.tag)
        if rtl:
            properties.append(properties.makeelement(qn("a:cs"), {"typeface": "+mn-cs"}))


def _stand(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = _emu(box)


def _emu(box: Box) -> tuple[Any, ...]:
    return tuple(Pt(side) for side in box)


def _points(length: int | None) -> float:
    return (length or 0) / Pt(1)


def _without_clock(body: bytes) -> bytes:
    """Return an Office file whose archive, and those within it, hold no time."""
    with zipfile.ZipFile(BytesIO(body)) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    return bundle(
        (name, _without_clock(data) if name.endswith(".xlsx") else _dateless(name, data))
        for name, data in files
    )


def _dateless(name: str, data: bytes) -> bytes:
    if name != "docProps/core.xml":
        return data
    return _CREATED.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
