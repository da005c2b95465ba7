"""The essay: verbatim text, cut into passages at its anchors.

An anchor is `<a id="p03.s1"></a>` before a sentence: paragraph 3, sentence 1. Without its
anchors the file is the essay, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from geobrief.errors import ContentError, NotFoundError, Where
from geobrief.files import Report, read_text

ANCHOR = re.compile(r'<a id="(p(\d+)\.s(\d+))"></a>')


@dataclass(frozen=True)
class Passage:
    """One sentence. `start` and `end` are offsets in `Essay.text`, end exclusive."""

    id: str
    paragraph: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Essay:
    """The text without anchors, and its passages in order."""

    text: str
    passages: tuple[Passage, ...]

    @cached_property
    def _by_id(self) -> dict[str, Passage]:
        return {passage.id: passage for passage in self.passages}

    def __contains__(self, id: str) -> bool:
        return id in self._by_id

    def passage(self, id: str) -> Passage:
        """Return a passage.

        Raises
        ------
        NotFoundError
            If the essay has no such passage.
        """
        if id not in self._by_id:
            raise NotFoundError(f"no passage {id!r}", hint="see `list passages`")
        return self._by_id[id]


def read_essay(path: Path, report: Report, digest: str = "") -> Essay:
    """Read the essay; anchors out of order and text before the first anchor are reported.

    Parameters
    ----------
    digest
        SHA-256 of the text without anchors, in hex; another text is reported. Empty: any text.

    Raises
    ------
    ContentError
        If the file cannot be read.
    """
    raw = read_text(path, ContentError)
    text, starts = "", []
    at = 0
    for found in ANCHOR.finditer(raw):
        text += raw[at : found.start()]
        starts.append((len(text), found))
        at = found.end()
    text += raw[at:]

    def where(found: re.Match[str]) -> Where:
        return Where(path, raw.count("\n", 0, found.start()) + 1)

    if not starts or text[: starts[0][0]].strip():
        hint = 'put <a id="p01.s1"></a> before the first sentence'
        report(ContentError("text stands before the first anchor", Where(path, 1), hint))
    last = (0, 0)
    passages = []
    for index, (start, found) in enumerate(starts):
        number = (int(found[2]), int(found[3]))
        if number <= last:
            hint = "each anchor once, in reading order"
            report(ContentError(f"anchor {found[1]!r} is out of order", where(found), hint))
        last = number
        end = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        sentence = text[start:end].rstrip()
        passages.append(Passage(found[1], number[0], start, start + len(sentence), sentence))
    own = hashlib.sha256(text.encode()).hexdigest()
    if digest and own != digest:
        hint = f"restore the text; of another essay, essay_sha256 in atlas.toml is {own}"
        report(ContentError("this is not the essay that atlas.toml names", Where(path, 1), hint))
    return Essay(text, tuple(passages))
