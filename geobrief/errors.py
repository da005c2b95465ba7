"""Typed errors. Each says what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from unicodedata import category


@dataclass(frozen=True)
class Where:
    """A file and, where it is known, a line counted from 1."""

    file: Path
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


LONGEST = 1_000
"""Letters of a message: it quotes what stands in files, and they can hold anything."""

_MOVING = ("Cc", "Cs", "Zl", "Zp")


def one_line(text: str) -> str:
    """Return a text as one line that moves no terminal's cursor and fills no screen."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    if cut.isprintable():
        return cut
    words = " ".join(cut.split())
    return "".join("?" if category(letter) in _MOVING else letter for letter in words)


class GeobriefError(ValueError):
    """Anything that the reader of the message can mend."""

    code = "invalid"
    status = 400

    def __init__(self, message: str, where: Where | None = None, hint: str = "") -> None:
        self.message, self.where, self.hint = one_line(message), where, one_line(hint)
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head} ({self.hint})" if self.hint else head


class ContentError(GeobriefError):
    """The words are not in order: essay, links, sheets or atlas.toml."""

    code = "content"
    status = 500


class GeodataError(GeobriefError):
    """The places are not in order: catalogue, layers or boundary table."""

    code = "geodata"
    status = 500


class BrokenError(GeobriefError):
    """What stands in the folders and is not in order. `problems` says why, one by one."""

    code = "broken"
    status = 503

    def __init__(self, what: str, problems: Sequence[GeobriefError] = ()) -> None:
        self.what, self.problems = what, tuple(problems)
        first = next(iter(problems), GeobriefError("see its problems"))
        message = f"{what} is broken: {first.message}"
        super().__init__(message, first.where, first.hint)


class NotFoundError(GeobriefError, LookupError):
    """A sheet, layer, passage or feature that does not exist."""

    code = "not-found"
    status = 404


class RequestError(GeobriefError):
    """An option outside its range or of the wrong form."""

    code = "bad-request"
    status = 400


class SetupError(GeobriefError, RuntimeError):
    """The environment lacks something that `make setup` puts there."""

    code = "setup"
    status = 500


class WriteError(GeobriefError):
    """A file that cannot be written: the disk is full, or the folder is closed."""

    code = "not-written"
    status = 500


class BusyError(GeobriefError, RuntimeError):
    """More work is under way than a setting allows."""

    code = "busy"
    status = 503


class GoneError(GeobriefError, RuntimeError):
    """Whoever asked has left; nobody reads this but the log."""

    code = "gone"
    status = 499


class Fault(StrEnum):
    """Why a sealed file does not pass."""

    TOO_LARGE = "too-large"
    CUT_SHORT = "cut-short"
    LINE_ENDS = "line-ends"
    NOT_UTF8 = "not-utf-8"
    NO_SEAL = "no-seal"
    TWO_SEALS = "two-seals"
    MISPLACED = "misplaced"
    DAMAGED = "damaged"
    VERSION = "version"
    CHANGED = "changed"
    UNSIGNED = "unsigned"
    OTHER_KEY = "other-key"
    FORGED = "forged"


class SealError(GeobriefError):
    """A sealed file that does not pass. `parts` names what was changed, where that can be told."""

    status = 400

    def __init__(
        self, fault: Fault, message: str, hint: str = "", parts: tuple[str, ...] = ()
    ) -> None:
        self.fault, self.parts = fault, parts
        self.code = f"seal-{fault}"
        super().__init__(message, hint=hint)
