"""Making a file in the session: progress, a button that stops it, and the finished file kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import streamlit as st

from geobrief.errors import GeobriefError, RequestError
from geobrief.settings import settings
from geobrief.web.layout import Screen, warn
from geobrief.web.verbatim import verbatim
from geobrief.wording import filled, wording

MAKING, MADE = "file that is being made", "file that is made"
"""Where the session keeps the wish whose file is under way, and the last one that is ready."""

Told = Callable[[float, str], None]
"""Takes the part that is done, 0 to 1, and what comes now; it ends the work when it is stopped."""


@dataclass(frozen=True)
class Job:
    """A file that can be made. `wish` is equal to another one where the file would be the same.

    `start` and `ready` are the words on the buttons, `{size}` standing for megabytes; `hint` says
    what to do about a file that is too large to be kept.
    """

    wish: Hashable
    name: str
    media: str
    start: str
    ready: str
    hint: str


def offer(screen: Screen, job: Job, make: Callable[[Told], bytes]) -> None:
    """Offer to make a file, show how far it is, and hand it out; one is kept at a time.

    A click runs the script anew, which ends the work under way at its next sign of progress:
    call this last, so that all else stands meanwhile.
    """
    if st.session_state.get(MAKING) == job.wish:
        _make(screen, job, make)
    ready = st.session_state.get(MADE)
    if ready and ready[0] == job.wish:
        st.download_button(
            verbatim(filled(job.ready, size=f"{len(ready[1]) / 1e6:.1f}")),
            ready[1],
            file_name=job.name,
            mime=job.media,
            on_click="ignore",
            key="archive",
            type="primary",
        )
        return
    st.button(verbatim(job.start), on_click=_begin, args=(job.wish,), key="make", type="primary")


def _begin(wish: Hashable) -> None:
    st.session_state.pop(MADE, None)
    st.session_state[MAKING] = wish


def _cancel() -> None:
    st.session_state.pop(MAKING, None)


def _make(screen: Screen, job: Job, make: Callable[[Told], bytes]) -> None:
    bar, stop = st.empty(), st.empty()
    stop.button(verbatim(screen.text(wording("Cancel"))), on_click=_cancel, key="cancel")

    def told(part: float, words: str) -> None:
        bar.progress(min(max(part, 0.0), 1.0), text=verbatim(words))

    try:
        body = make(told)
        told(1.0, "")
        _check_size(screen, body, job.hint)
    except GeobriefError as error:
        _cancel()
        bar.empty()
        stop.empty()
        warn(str(error))
        return
    st.session_state[MADE] = (job.wish, body)
    _cancel()
    st.rerun()


def _check_size(screen: Screen, body: bytes, hint: str) -> None:
    if len(body) <= (most := settings().max_kept):
        return
    words = screen.text(wording("The file has {size} MB, more than the {most} MB kept here"))
    size, limit = f"{len(body) / 1e6:.1f}", f"{most / 1e6:.1f}"
    raise RequestError(filled(words, size=size, most=limit), hint=hint)
