"""The briefing that is being edited: read from the address at every run, written after every edit.

`?briefing=` names where it started, `?b=` carries it when it was edited, `?slide=` is the slide
that is shown. One too large for an address is kept in the session, under the digest in `?kept=`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, Slide, from_link, parse_briefing, to_link, to_toml
from geobrief.errors import BrokenError, ContentError, GeobriefError, RequestError, Where
from geobrief.files import safe_name
from geobrief.resolve import check_briefings, check_named
from geobrief.settings import settings
from geobrief.spec import View
from geobrief.web import current_atlas
from geobrief.web.bridge import STATE
from geobrief.web.layout import LEFT
from geobrief.wording import wording

PAGE = "briefing"
"""Id of the page, and the parameter that names where a briefing started."""
CARRIED, HELD, AT = "b", "kept", "slide"
OWN = (PAGE, CARRIED, HELD, AT)

NEW = "new"
"""Id of a briefing that starts empty."""
NAMELESS = "briefing"
NEW_TITLE = wording("New briefing")

KEYS, COUNT, LARGE = "keys of the slides", "slides seen", "briefings too large for an address"
"""Where the session keeps which key each slide has, the last key, and what no address can carry."""
ID_LENGTH = 60
MOST_FAULTS = 50
"""Faults of a file that are listed; of more, their number."""


@dataclass(frozen=True)
class Draft:
    """A briefing with a key for each of its slides, and the place of the slide that is shown.

    A key follows its slide through every edit of the session, so that what the browser reports
    late still meets the slide that it means. `large` says why no address can carry the briefing.
    """

    briefing: Briefing
    keys: tuple[int, ...]
    at: int = 0
    edited: bool = False
    large: str = ""

    @property
    def slide(self) -> Slide | None:
        """The slide that is shown."""
        return self.briefing.slides[self.at] if self.briefing.slides else None

    def shows(self, view: View) -> View:
        """Return what the preview shows: a briefing without an own language follows the page's."""
        own = replace(view, compare="", date=self.slide.date if self.slide else "")
        own = replace(own, lang=self.briefing.lang or view.lang)
        own = replace(own, policy=self.briefing.policy or view.policy)
        asked = st.query_params
        if self.slide is None or any(name in asked for name in (AT, *STATE)):
            return own
        return replace(own, select=self.slide.select, bbox=self.slide.bbox)


def safe_id(text: str) -> str:
    """Return a name that can stand in an address and as the name of a file."""
    return safe_name(text[:ID_LENGTH], NAMELESS)


def empty(title: str) -> Briefing:
    """Return a briefing without slides."""
    return Briefing(NEW, title, (), Where(Path(f"{NEW}.toml"), 1))


# Reading


def read(atlas: Atlas) -> tuple[Draft, list[str]]:
    """Return the briefing that the address asks for, and what is wrong with the address."""
    asked = st.query_params
    wanted, problems = asked.get(PAGE, ""), []
    sound = (own for own in atlas.briefings.values() if not _resting_on_broken(atlas, own))
    first = next(sound, empty(NEW_TITLE))
    briefing, large = atlas.briefings.get(wanted, first), ""
    if carried := asked.get(CARRIED, ""):
        try:
            briefing = from_link(safe_id(wanted), carried, empty=True)
            problems = [_without_place(fault) for fault in faults(atlas, briefing)]
        except RequestError as error:
            problems = [str(error)]
        if problems:
            briefing = first
    elif held := asked.get(HELD, ""):
        found = st.session_state.get(LARGE, {}).get(held)
        if found:
            briefing, large = found
        else:
            problems = [wording("this window no longer has the briefing that was too large")]
    elif wanted == NEW:
        briefing = empty(NEW_TITLE)
    elif wanted in atlas.briefings.broken:
        problems = [_without_place(fault) for fault in atlas.briefings.broken[wanted]]
    elif wanted and wanted not in atlas.briefings:
        problems = [f"{PAGE}={wanted}"]
    elif found := _resting_on_broken(atlas, briefing):
        briefing, problems = first, [_without_place(fault) for fault in found]
    place = asked.get(AT, "")
    at = int(place) - 1 if place.isascii() and place.isdecimal() and len(place) < 5 else 0
    at = max(min(at, len(briefing.slides) - 1), 0)
    edited = not _ships(atlas, briefing) and bool(briefing.slides or carried)
    return Draft(briefing, _keys(briefing), at, edited, large), problems


def _without_place(fault: GeobriefError) -> str:
    return f"{fault.message} ({fault.hint})" if fault.hint else fault.message


def _ships(atlas: Atlas, briefing: Briefing) -> bool:
    own = atlas.briefings.get(briefing.id)
    return own is not None and to_toml(own) == to_toml(briefing)


def faults(atlas: Atlas, briefing: Briefing) -> list[GeobriefError]:
    """Return everything that a briefing names and the atlas does not have."""
    found: list[GeobriefError] = []
    languages, policies = (x.id for x in atlas.languages), (x.id for x in atlas.policies)
    known = (*atlas.sheets, *atlas.sheets.broken)
    check_briefings([briefing], known, languages, policies, found.append)
    found += _resting_on_broken(atlas, briefing)
    named = [(f"a slide of {briefing.id!r}", s.select, s.where) for s in briefing.slides]
    check_named(named, atlas.layers, found.append)
    for slide in briefing.slides if not found else ():
        shown = {layer.id for layer in atlas.sheets[slide.sheet].layers}
        for feature in slide.select:
            if feature.partition("/")[0] not in shown:
                message = f"the sheet {slide.sheet!r} does not show {feature!r}"
                found.append(ContentError(message, slide.where, "leave it out of select"))
    return sorted(found, key=lambda fault: fault.where.line or 0 if fault.where else 0)


def _resting_on_broken(atlas: Atlas, briefing: Briefing) -> list[GeobriefError]:
    """Return a problem for each slide whose sheet is broken."""
    broken = atlas.sheets.broken
    errors = [
        (BrokenError(f"the sheet {slide.sheet!r}", broken[slide.sheet]), slide.where)
        for slide in briefing.slides
        if slide.sheet in broken
    ]
    return [ContentError(error.message, where, error.hint) for error, where in errors]


def from_file(atlas: Atlas, name: str, body: bytes) -> tuple[Briefing | None, list[str]]:
    """Return the briefing of a file, or none and every problem with file and line."""
    path = Path(Path(name).name)
    try:
        briefing = parse_briefing(body.decode("utf-8"), path)
    except UnicodeDecodeError as reason:
        return None, [f"{path}: is not UTF-8 (byte {reason.start})"]
    except GeobriefError as error:
        return None, [str(error)]
    if found := faults(atlas, briefing):
        more = [f"... {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else []
        return None, [str(fault) for fault in found[:MOST_FAULTS]] + more
    return replace(briefing, id=safe_id(path.stem)), []


def _keys(briefing: Briefing) -> tuple[int, ...]:
    """Return the keys of the slides: those of the last edit if the address is still its."""
    token, keys = st.session_state.get(KEYS, ("", ()))
    if token == _token(st.query_params.to_dict()) and len(keys) == len(briefing.slides):
        known: tuple[int, ...] = keys
        return known
    keys = fresh(len(briefing.slides))
    st.session_state[KEYS] = (_token(st.query_params.to_dict()), keys)
    return keys


def _token(query: dict[str, str]) -> str:
    return "&".join(query.get(name, "") for name in (PAGE, CARRIED, HELD))


def fresh(count: int) -> tuple[int, ...]:
    """Return keys that no slide of the session has had."""
    start = st.session_state.get(COUNT, 0)
    st.session_state[COUNT] = start + count
    return tuple(range(start + 1, start + count + 1))


# Writing


def edit(change: Callable[[Draft], Draft], *, same_map: bool = False) -> None:
    """Change the briefing and write it into the address; `same_map` leaves the map as it stands."""
    atlas = current_atlas()
    before, _ = read(atlas)
    after = change(before)
    shown = before.keys[before.at : before.at + 1] == after.keys[after.at : after.at + 1]
    keep(atlas, after, same_map=same_map and shown)


def keep(atlas: Atlas, draft: Draft, *, same_map: bool = False) -> None:
    """Write a briefing into the address, or into the session where it is too large for that."""
    gone = OWN if same_map else (*OWN, *STATE)
    query = {k: v for k, v in st.query_params.to_dict().items() if k not in gone}
    own = {PAGE: draft.briefing.id}
    if not _ships(atlas, draft.briefing) and to_toml(draft.briefing) != to_toml(empty(NEW_TITLE)):
        try:
            own[CARRIED] = to_link(draft.briefing)
        except RequestError as error:
            own[HELD] = _hold(draft.briefing, str(error))
    own[AT] = str(draft.at + 1)
    if draft.slide and not same_map:
        view = View(select=draft.slide.select, bbox=draft.slide.bbox)
        query |= view.to_query()
    st.query_params.from_dict(query | own)
    st.session_state[KEYS] = (_token(own), draft.keys)
    remember(own)


def remember(query: dict[str, str]) -> None:
    """Let the link in the bar lead back to the briefing as it is."""
    st.session_state[LEFT + PAGE] = query


def _hold(briefing: Briefing, why: str) -> str:
    token = hashlib.sha256(f"{briefing.id}\n{to_toml(briefing)}".encode()).hexdigest()[:12]
    held: dict[str, Any] = st.session_state.setdefault(LARGE, {})
    held.pop(token, None)
    held[token] = (briefing, why)
    for old in list(held)[: -settings().max_large]:
        del held[old]
    return token


# Edits


def begun(briefing: Briefing) -> Draft:
    """Return a briefing as it starts."""
    return Draft(briefing, fresh(len(briefing.slides)))


def with_slide(draft: Draft, key: int, **fields: Any) -> Draft:
    """Change one slide, wherever it stands by now; nothing if it is gone."""
    slides = tuple(
        replace(slide, **fields) if own == key else slide
        for own, slide in zip(draft.keys, draft.briefing.slides, strict=True)
    )
    return replace(draft, briefing=replace(draft.briefing, slides=slides))


def with_added(draft: Draft, sheets: Sequence[str], most: int) -> Draft:
    """Append a slide for each sheet, `most` slides in all, and show the first of them."""
    where = draft.briefing.where
    room = max(most - len(draft.keys), 0)
    added = tuple(Slide(sheet, where) for sheet in sheets)[:room]
    slides = (*draft.briefing.slides, *added)
    keys = (*draft.keys, *fresh(len(added)))
    at = len(draft.keys) if added else draft.at
    return replace(draft, briefing=replace(draft.briefing, slides=slides), keys=keys, at=at)


def arranged(draft: Draft, order: Sequence[int], chosen: int) -> Draft:
    """Put the slides into the order of their keys; those not named are removed.

    What the browser reports of slides that are no longer there is left alone.
    """
    by_key = dict(zip(draft.keys, draft.briefing.slides, strict=True))
    keys = tuple(dict.fromkeys(order))
    if not set(keys) <= set(by_key):
        return draft
    slides = tuple(by_key[key] for key in keys)
    at = keys.index(chosen) if chosen in keys else 0
    return replace(draft, briefing=replace(draft.briefing, slides=slides), keys=keys, at=at)
