"""Texts that a reader sees: which are turned into the reader's language, and which way they run."""

import re
import unicodedata

ISOLATE, END_ISOLATE = "\u2066", "\u2069"
_NAME = re.compile(r"\{(\w+)\}")
_PARTS = re.compile(r"\d+(?:[-–/]\d+)+")


def wording(text: str) -> str:
    """Return the text as it is; `wordings.py` finds it by this call."""
    return text


def filled(text: str, **values: object) -> str:
    """Put values in the place of their `{names}`; what else stands in braces is text."""
    return _NAME.sub(lambda found: str(values.get(found[1], found[0])), text)


def runs_right_to_left(text: str) -> bool:
    """Tell whether any letter of the text runs from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def isolated(text: str) -> str:
    """Keep a left-to-right piece together within a right-to-left line."""
    return f"{ISOLATE}{text}{END_ISOLATE}"


def with_dates(text: str) -> str:
    """Keep dates and spans of numbers in their order: Arabic letters before would turn them."""
    if not runs_right_to_left(text) or ISOLATE in text:
        return text
    return _PARTS.sub(lambda found: isolated(found[0]), text)
