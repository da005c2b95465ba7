"""The Briefing page: slides in their order, the one that is shown with its map and words, the rest.

Every edit is written into the address at once, so that reload, Back and a shared link give the
same briefing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from geobrief.briefings import LONGEST, Slide
from geobrief.render import markup
from geobrief.settings import settings
from geobrief.spec import MARKING_LENGTH
from geobrief.web import briefing_draft as drafts
from geobrief.web import briefing_take as take
from geobrief.web import current_atlas, parts
from geobrief.web.briefing_draft import Draft
from geobrief.web.export_choices import titles
from geobrief.web.layout import Screen, current
from geobrief.web.order import Reported, order_list
from geobrief.web.verbatim import verbatim
from geobrief.wording import filled, wording

EDITED = "edited"
"""The choice that stands for what is edited now."""
REFUSED, UPLOADS = "problems of the last file", "files loaded"
"""Where the session keeps why a file was refused, and how many have been taken."""


def page() -> Screen:
    """Lay out the page; return its screen, whose map's credits stand at the foot."""
    draft, problems = drafts.read(current_atlas())
    screen = current(draft.slide.sheet if draft.slide else "", draft.shows)
    _head(screen, draft)
    if problems:
        lead = wording("The briefing in the address cannot be shown. Here is another one: {title}")
        title = screen.text(draft.briefing.title)
        _problems(filled(screen.text(lead), title=title), list(map(screen.text, problems)))
    take.too_large(screen, draft)
    slides, slide, whole = st.columns(3, gap="medium")  # the style puts the third below the first
    with slides, st.container(key="slides-side"):
        _start(screen, draft)
        _order(screen, draft)
        _add(screen, draft)
    with whole:
        _whole(screen, draft)
    with slide:
        if draft.slide is None:
            _nothing_yet(screen)
        else:
            _slide(screen, draft, draft.slide)
    over, files = st.columns([0.6, 0.4], gap="large")
    with files:
        _files(screen, draft)
    if draft.slide is not None:
        with over:
            _part(screen.text(wording("Hand over")))
            take.hand_over(screen, draft)
    return screen


def _head(screen: Screen, draft: Draft) -> None:
    title, subtitle = markup.said(screen.text(screen.page.title)), screen.text(screen.page.subtitle)
    with st.container(key="briefing-head", horizontal=True, vertical_alignment="center"):
        st.html(f'<header class="gb-head"><h1>{title}</h1><p>{markup.said(subtitle)}</p></header>')
        if draft.slide is not None:
            take.present(screen, draft)


def _part(title: str) -> None:
    st.html(f'<h2 class="gb-part">{markup.said(title)}</h2>')


def _problems(lead: str, lines: Sequence[str]) -> None:
    """List what is wrong as plain text: it quotes files and addresses, which anybody writes."""
    rows = "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
    st.html(f'<div class="gb-warning" role="alert"><p>{markup.said(lead)}</p><ul>{rows}</ul></div>')


# Which briefing, and its slides


def _start(screen: Screen, draft: Draft) -> None:
    """Offer the briefings to start from; what is edited stands first."""
    ships = {id: screen.text(own.title) for id, own in screen.atlas.briefings.items()}
    names = ships | {drafts.NEW: screen.text(wording("An empty briefing"))}
    own = draft.briefing.id
    if draft.edited or own not in names:
        words = screen.text(wording("Edited: {title}"))
        names = {EDITED: filled(words, title=screen.text(draft.briefing.title)), **names}
    st.session_state["start"] = EDITED if EDITED in names else own

    def choose() -> None:
        chosen, atlas = st.session_state["start"], current_atlas()
        if chosen != EDITED:
            fresh = drafts.empty(drafts.NEW_TITLE)
            drafts.keep(atlas, drafts.begun(atlas.briefings.get(chosen, fresh)))

    st.selectbox(
        verbatim(screen.text(wording("Briefing"))),
        list(names),
        key="start",
        format_func=names.__getitem__,
        on_change=choose,
        help=verbatim(
            screen.text(wording("Another choice leaves your edits; Back in the browser returns."))
        ),
    )


def _order(screen: Screen, draft: Draft) -> None:
    known = titles(screen)
    rows = [
        (key, screen.text(slide.title) if slide.title else known.get(slide.sheet, slide.sheet))
        for key, slide in zip(draft.keys, draft.briefing.slides, strict=True)
    ]
    said = {
        "list": wording("Slides in their order"),
        "how": wording("Drag a slide, or press Alt with an arrow key"),
        "up": wording("Up"),
        "down": wording("Down"),
        "remove": wording("Remove"),
        "chosen": wording("{title}, {place} of {count}"),
        "moved": wording("{title} is now {place} of {count}"),
        "removed": wording("{title} is removed, {count} left"),
    }
    words = {name: screen.text(word) for name, word in said.items()}
    if rows:
        order_list(rows, draft.keys[draft.at], words, _arrange)


def _arrange(said: Reported) -> None:
    drafts.edit(lambda draft: drafts.arranged(draft, said.order, said.chosen), same_map=True)


def _add(screen: Screen, draft: Draft) -> None:
    room = settings().max_slides - len(draft.keys)
    if room <= 0:
        words = screen.text(wording("A briefing has at most {count} slides"))
        words = filled(words, count=settings().max_slides)
        st.html(f'<p class="gb-note">{markup.said(words)}</p>')
        return
    known = titles(screen)
    with st.container(key="add-row", horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            verbatim(screen.text(wording("Sheets to add"))),
            list(known),
            key="add",
            format_func=known.__getitem__,
            max_selections=room,
            placeholder=screen.text(wording("Choose")),
        )
        st.button(
            verbatim(screen.text(wording("Add"))),
            key="add-now",
            on_click=_append,
            disabled=not st.session_state.get("add"),
        )


def _append() -> None:
    sheets = list(st.session_state.get("add", ()))
    st.session_state["add"] = []
    drafts.edit(lambda draft: drafts.with_added(draft, sheets, settings().max_slides))


# The slide that is shown


def _nothing_yet(screen: Screen) -> None:
    how = wording(
        "This briefing has no slides yet. Choose one or more under “Sheets to add” and press “Add”."
    )
    st.html(f'<p class="gb-nothing">{markup.said(screen.text(how))}</p>')


def _slide(screen: Screen, draft: Draft, slide: Slide) -> None:
    """Show a slide as it is presented, its title above the map and its notes below."""
    key = draft.keys[draft.at]
    title = screen.atlas.text(screen.spec.lang, slide.title) or screen.spec.title
    with st.container(key="slide-title"):
        _text_field(screen, f"title {key}", wording("Title of the slide"), title, "title", key)
    parts.bare_map(screen)
    _of_the_map(screen, slide, key)
    words, said = st.columns(2, gap="medium")
    with words:
        parts.reading(screen)
    with said:
        notes = slide.notes or screen.sheet.notes
        _text_field(screen, f"notes {key}", wording("Speaker notes"), notes, "notes", key)
        again = screen.text(wording("An empty title, or empty notes, give the sheet's own."))
        st.html(f'<p class="gb-note">{markup.said(again)}</p>')


def _text_field(screen: Screen, name: str, label: str, shown: str, field: str, key: int) -> None:
    """Offer a text of a slide; the sheet's own stands there until it is written over."""
    if st.session_state.get(name) != shown:
        st.session_state[name] = shown

    def write() -> None:
        text = st.session_state[name].strip()
        own = {"title": screen.spec.title, "notes": screen.sheet.notes}[field]
        if text != shown:
            fields = {field: "" if text == own else text}
            drafts.edit(lambda draft: drafts.with_slide(draft, key, **fields), same_map=True)

    if field == "notes":
        st.text_area(verbatim(screen.text(label)), key=name, on_change=write, height=230)
    else:
        label, most = verbatim(screen.text(label)), LONGEST["title"]
        st.text_input(label, key=name, on_change=write, max_chars=most)


def _of_the_map(screen: Screen, slide: Slide, key: int) -> None:
    """Offer the date of the map, and to keep what is seen of it."""
    if screen.sheet.by_date:
        name = f"date {key}"

        def turn(date: str) -> None:
            drafts.edit(lambda draft: drafts.with_slide(draft, key, date=date), same_map=True)

        parts.date_control(screen, slide.date, turn, name)
    seen = screen.view
    moved = (seen.bbox, seen.select) != (slide.bbox, slide.select)
    with st.container(key="slide-view", horizontal=True):
        st.button(
            verbatim(screen.text(wording("Keep this view of the map"))),
            key="keep-view",
            disabled=not moved,
            on_click=partial(_view, key, seen.bbox, seen.select),
        )
        st.button(
            verbatim(screen.text(wording("Back to the whole sheet"))),
            key="whole-sheet",
            disabled=not (seen.bbox or seen.select or slide.bbox or slide.select),
            on_click=partial(_view, key, None, ()),
        )


def _view(
    key: int, bbox: tuple[float, float, float, float] | None, select: tuple[str, ...]
) -> None:
    drafts.edit(lambda draft: drafts.with_slide(draft, key, bbox=bbox, select=select))


# The whole briefing


def _whole(screen: Screen, draft: Draft) -> None:
    """Offer title, language, boundaries and handling line of the briefing."""
    atlas, own = screen.atlas, draft.briefing
    _part(screen.text(wording("The whole briefing")))
    _top(
        screen,
        "briefing-title",
        wording("Title of the briefing"),
        own.title,
        "title",
        LONGEST["title"],
    )
    languages = {language.id: language.name for language in atlas.languages}
    policies = {policy.id: screen.text(policy.short) for policy in atlas.policies}
    page = {"lang": screen.language.id, "policy": st.query_params.get("policy", "")}
    follows = screen.text(wording("As this page: {name}"))
    for field, label, known in (
        ("lang", wording("Language of the briefing"), languages),
        ("policy", wording("Boundaries of the briefing"), policies),
    ):
        first = known.get(page[field], next(iter(known.values())))
        names = {"": filled(follows, name=first), **known}
        _choice(screen, f"briefing-{field}", label, names, getattr(own, field), field)
    note = wording(
        "A briefing without a language or boundaries of its own follows this page. What you "
        "present or hand over keeps what you see here."
    )
    st.html(f'<p class="gb-note">{markup.said(screen.text(note))}</p>')
    label = wording("Handling line on every slide")
    _top(screen, "briefing-marking", label, own.marking, "marking", MARKING_LENGTH)


def _write(name: str, field: str) -> None:
    text = (st.session_state[name] or "").strip()
    fields: dict[str, Any] = {field: text}
    if text or field != "title":
        drafts.edit(
            lambda draft: replace(draft, briefing=replace(draft.briefing, **fields)),
            same_map=True,
        )


def _top(
    screen: Screen, name: str, label: str, value: str, field: str, most: int | None = None
) -> None:
    shown = screen.text(value) if field == "title" else value[:most]
    if st.session_state.get(name) != shown:
        st.session_state[name] = shown
    write = partial(_write, name, field)
    st.text_input(verbatim(screen.text(label)), key=name, max_chars=most, on_change=write)


def _choice(
    screen: Screen, name: str, label: str, names: dict[str, str], value: str, field: str
) -> None:
    st.session_state[name] = value
    st.selectbox(
        verbatim(screen.text(label)),
        list(names),
        key=name,
        format_func=names.__getitem__,
        on_change=partial(_write, name, field),
    )


def _files(screen: Screen, draft: Draft) -> None:
    """Offer to save the briefing and to load one."""
    _part(screen.text(wording("Save and load")))
    if draft.slide is not None:
        take.save(screen, take.handed(screen, draft), "save")
    name = f"upload {st.session_state.get(UPLOADS, 0)}"
    st.file_uploader(
        verbatim(screen.text(wording("Load a briefing from a file"))),
        type=["toml"],
        key=name,
        max_upload_size=max(1, -(-settings().max_briefing // 1_000_000)),
        on_change=partial(_load, name),
    )
    if refused := st.session_state.get(REFUSED):
        lead = screen.text(wording("The file was not taken. Your briefing stands as it was."))
        _problems(lead, refused)


def _load(name: str) -> None:
    file = st.session_state.get(name)
    if file is None:
        return
    atlas = current_atlas()
    briefing, problems = drafts.from_file(atlas, file.name, file.getvalue())
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1
    st.session_state[REFUSED] = problems
    if briefing is not None:
        drafts.keep(atlas, drafts.begun(briefing))
