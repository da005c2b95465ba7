"""Texts for Streamlit's labels, which read Markdown and more: links, pictures, icons, formulas."""

from __future__ import annotations

import re

_MARKS = re.compile(r"[!#$&*<>\[\\\]^_`{|}~]")
"""Signs that begin something in Markdown; with a backslash they are themselves."""

_LATER = re.compile(
    r"(?<=:)(?=[\w+/:-])"  # names of icons, emoji and directives; addresses
    r"|(?<=[-<>~])(?=[-=>])"  # arrows and dashes
    r"|(?<=www)(?=\.)|(?<=@)(?=\w)"  # addresses without a scheme
    r"|\A(?=[-+=]|\d+[.)])",  # rules and lists
    re.IGNORECASE,
)
"""Places in what is read after the backslashes are gone: nothing but a letter keeps it apart."""

_JOINER = "\u2060"
"""Takes no room and lets no line break."""


def verbatim(text: str) -> str:
    """Return what a label of a control must hold, so that a reader sees the text itself."""
    line = _LATER.sub(_JOINER, " ".join(text.split()))
    return _MARKS.sub(r"\\\g<0>", line)
