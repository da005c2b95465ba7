"""The essay stands verbatim, and every passage is where it has been since it was first cut."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from geobrief.atlas import Atlas
from geobrief.errors import ContentError, GeobriefError
from geobrief.essay import ANCHOR, read_essay

ROOT = Path(__file__).resolve().parents[2]
SHA256 = "cd924b3240f64ea285fa4ac914ca26e6774ade6a7d8885c6a77d8bcd9a4408cb"
"""Digest of the essay as its author wrote it."""

PASSAGES = [
    ("p01.s1", 0, 356),
    ("p02.s1", 357, 492),
    ("p02.s2", 493, 742),
    ("p02.s3", 743, 981),
    ("p02.s4", 982, 1184),
    ("p02.s5", 1185, 1246),
    ("p03.s1", 1247, 1546),
    ("p03.s2", 1547, 1726),
    ("p03.s3", 1727, 1916),
    ("p04.s1", 1917, 2060),
    ("p04.s2", 2061, 2313),
    ("p04.s3", 2314, 2464),
    ("p04.s4", 2465, 2745),
    ("p05.s1", 2746, 3096),
    ("p05.s2", 3097, 3342),
    ("p05.s3", 3343, 3580),
    ("p06.s1", 3581, 3667),
    ("p06.s2", 3668, 3856),
    ("p06.s3", 3857, 4055),
    ("p06.s4", 4056, 4128),
    ("p07.s1", 4129, 4282),
    ("p07.s2", 4283, 4451),
    ("p07.s3", 4452, 4518),
    ("p07.s4", 4519, 4736),
    ("p08.s1", 4737, 4839),
    ("p08.s2", 4840, 5018),
    ("p08.s3", 5019, 5131),
    ("p08.s4", 5132, 5371),
    ("p08.s5", 5372, 5507),
    ("p09.s1", 5508, 5703),
    ("p09.s2", 5704, 5802),
    ("p09.s3", 5803, 6065),
    ("p09.s4", 6066, 6220),
    ("p10.s1", 6221, 6495),
    ("p10.s2", 6496, 6571),
]
"""Id, start and end of every sentence, in characters of the essay; ends are exclusive."""


def refuse(problem: GeobriefError) -> None:
    raise problem


def test_without_its_anchors_the_file_is_the_essay_byte_for_byte(atlas: Atlas) -> None:
    raw = (ROOT / "content/essay.md").read_bytes().decode("utf-8")
    bare = ANCHOR.sub("", raw)
    assert hashlib.sha256(bare.encode()).hexdigest() == SHA256
    assert atlas.essay.text == bare


def test_every_passage_has_its_exact_span(atlas: Atlas) -> None:
    assert [(p.id, p.start, p.end) for p in atlas.essay.passages] == PASSAGES
    for passage in atlas.essay.passages:
        assert atlas.essay.text[passage.start : passage.end] == passage.text


def test_every_link_marks_its_own_words(atlas: Atlas) -> None:
    for link in atlas.links:
        assert atlas.essay.passage(link.passage).text[link.start : link.end] == link.quote


def test_anchors_out_of_order_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    file.write_text('<a id="p01.s2"></a>Two. <a id="p01.s1"></a>One.\n', "utf-8")
    with pytest.raises(ContentError, match=r"essay\.md:1: .*out of order"):
        read_essay(file, refuse)
