"""What is broken, as a reader is told: on pages as a table, over HTTP as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from geobrief import fonts
from geobrief.atlas import Atlas
from geobrief.errors import GeobriefError, Where
from geobrief.render.markup import Text
from geobrief.settings import settings
from geobrief.shelf import Problems
from geobrief.web.table import table
from geobrief.wording import wording

REMEDY = wording("mend what the line says, or restore the file")
"""What is done about a problem that does not tell it."""


def standing(atlas: Atlas) -> Problems:
    """Return all that is not in order while the dashboard runs, the fonts included."""
    return (*atlas.problems, *fonts.missing())


def place(where: Where | None) -> str:
    """Return file and line, the file as it stands in its folder: a path of the server is no use."""
    if where is None:
        return ""
    for folder in (settings().content, settings().geodata):
        if where.file.is_relative_to(folder):
            inside = where.file.relative_to(folder)
            return str(Where(Path(folder.name, inside), where.line))
    return str(Where(Path(where.file.name), where.line))


def as_json(problems: Iterable[GeobriefError]) -> list[dict[str, Any]]:
    """Return problems as rows of JSON; what has no place says null."""
    return [
        {
            "file": place(Where(problem.where.file)) if problem.where else None,
            "line": problem.where.line if problem.where else None,
            "message": problem.message,
            "hint": problem.hint or REMEDY,
        }
        for problem in problems
    ]


def as_table(problems: Iterable[GeobriefError], text: Text) -> str:
    """Return problems as a table: file and line, what is wrong, how to mend it."""
    heads = (wording("File and line"), wording("What is wrong"), wording("How to mend it"))
    rows = [(place(one.where), one.message, one.hint or text(REMEDY)) for one in problems]
    frame = pd.DataFrame(rows, columns=pd.Index([text(head) for head in heads]))
    return table(frame, str, "")
