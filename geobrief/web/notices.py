"""What the dashboard shows in the place of what is broken."""

from __future__ import annotations

import streamlit as st

from geobrief.atlas import Atlas
from geobrief.errors import BrokenError, GeobriefError
from geobrief.render import markup
from geobrief.web import faults
from geobrief.web.plain import CLOSED, MEND
from geobrief.wording import filled, wording


def closed(error: GeobriefError) -> None:
    """Say why there is no atlas."""
    problems = error.problems if isinstance(error, BrokenError) else (error,)
    st.html(f'<header class="gb-head"><h1>{markup.said(CLOSED)}</h1></header>')
    st.html(faults.as_table(problems, str) + f'<p class="gb-note">{markup.said(MEND)}</p>')


def broken_parts(atlas: Atlas, lang: str) -> None:
    """Say what of the atlas is broken and left out; nothing where all is in order."""
    found = faults.standing(atlas)
    if not found:
        return
    lead = wording("Part of this atlas is broken and not shown. Problems: {count}")
    words = markup.said(filled(atlas.text(lang, lead), count=len(found)))
    listed = faults.as_table(found, lambda wording: atlas.text(lang, wording))
    mend = f'<p class="gb-note">{markup.said(atlas.text(lang, MEND))}</p>'
    st.html(f'<details class="gb-faults"><summary>{words}</summary>{listed}{mend}</details>')


def sheet_head(atlas: Atlas, lang: str, sheet: str) -> None:
    """Say, where the title of a sheet would stand, that it is broken."""
    heading = atlas.text(lang, wording("This sheet cannot be shown"))
    lead = wording(
        "The sheet “{sheet}” rests on something that is broken. All that does not rest on it works."
    )
    words = filled(atlas.text(lang, lead), sheet=sheet)
    st.html(
        f'<header class="gb-head"><h1>{markup.said(heading)}</h1>'
        f"<p>{markup.said(words)}</p></header>"
    )


def sheet_problems(atlas: Atlas, lang: str, sheet: str) -> None:
    """Say why a sheet is broken, and how that is mended."""
    listed = faults.as_table(
        atlas.sheets.broken.get(sheet, ()), lambda wording: atlas.text(lang, wording)
    )
    st.html(f'{listed}<p class="gb-note">{markup.said(atlas.text(lang, MEND))}</p>')
