"""The command line: the same verbs as the pages. Exit 0, or 2 with one line per problem.

`verify` exits with 1 where a file does not pass, and with 2 where it cannot be held against a key.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, parse_briefing
from geobrief.check import problems
from geobrief.compose import compose
from geobrief.deck.make import SUFFIXES, DeckOptions, checked_suffix, make, processors
from geobrief.deck.slides import DeckSlide, assemble
from geobrief.errors import (
    BrokenError,
    ContentError,
    GeobriefError,
    RequestError,
    SealError,
    Where,
)
from geobrief.export import bundle, export, file_name, names_left_out
from geobrief.files import read_bytes, read_text, write_whole
from geobrief.listing import listing
from geobrief.render.formats import FORMATS
from geobrief.render.paper.options import BACKGROUNDS, LOOKS, PARTS, TEXTS, PrintOptions
from geobrief.settings import settings
from geobrief.spec import View
from geobrief.wordings import untranslated, wordings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VIEW_OPTIONS = {
    "lang": "language id",
    "policy": "border policy id",
    "date": "state at a date, YYYY-MM-DD",
    "bbox": "extent W,S,E,N in degrees",
    "layers": "ids of the layers that are on, of those that can be switched",
    "select": "ids of selected features, layer/id",
    "compare": "border policy whose differences are marked",
}

PRINT_OPTIONS = {
    "size": "slide, a4, a3, square or WxHmm",
    "orientation": "landscape or portrait",
    "dpi": "dots per inch",
    "marking": "a handling line at head and foot",
    "without": f"parts left out: {', '.join(PARTS)}",
    "look": ", ".join(LOOKS),
    "background": ", ".join(BACKGROUNDS),
    "text": f"how an SVG holds its words: {', '.join(TEXTS)}",
}
ARCHIVE = ".zip"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except BrokenError as error:
        print(f"{error.what} is broken:", *error.problems, sep="\n", file=sys.stderr)
        return 2
    except GeobriefError as error:
        print(error, file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m geobrief", description=__doc__)
    parser.set_defaults(content=settings().content, geodata=settings().geodata)
    # The folders may stand before the verb or after it; a verb without them leaves what stood.
    folders = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for taker in (parser, folders):
        for name in ("content", "geodata"):
            taker.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"the {name} folder")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", parents=[folders], help="validate content and geodata")
    check.set_defaults(run=_check)
    words = "list sheets, layers, briefings, passages or wordings"
    listing = verbs.add_parser("list", parents=[folders], help=words)
    listing.add_argument("what", choices=["sheets", "layers", "briefings", "passages", "wordings"])
    listing.add_argument("--lang", default="", help="wordings that this language still lacks")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=_list)
    words = "tell whether a sealed briefing was changed since it was made, and with a key by whom"
    verify = verbs.add_parser("verify", help=words)
    verify.add_argument("file", type=Path, metavar="FILE.html")
    words = "the public key that must have signed it, in PEM"
    verify.add_argument("--key", type=Path, metavar="PUBLIC.pem", help=words)
    verify.set_defaults(run=_verify)
    words = f"write a sheet as {', '.join(f'.{name}' for name in FORMATS)}"
    one = verbs.add_parser("export", parents=[folders], help=words)
    one.add_argument("sheet")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    one.set_defaults(run=_export)
    words = f"write sheets into a folder, or into one {ARCHIVE}"
    every = verbs.add_parser("export-all", parents=[folders], help=words)
    every.add_argument("output", type=Path, metavar="DIR", help=f"a folder, or FILE{ARCHIVE}")
    every.add_argument(
        "--format", action="append", choices=FORMATS, help="png unless told; may be repeated"
    )
    every.add_argument("--sheets", default="", metavar="ID,...", help="all unless told")
    every.set_defaults(run=_export_all)
    words = f"write a briefing as {', '.join(f'.{name}' for name in SUFFIXES)}"
    brief = verbs.add_parser("brief", parents=[folders], help=words)
    brief.add_argument("briefing", help="id of a briefing, or its .toml file")
    brief.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    brief.add_argument(
        "--template", type=Path, metavar="FILE", help="a .pptx that lends its master"
    )
    brief.add_argument(
        "--handout", action="store_true", help="a PDF with the notes below each slide"
    )
    words = "the private key that signs the seal of a .html, in PEM"
    brief.add_argument("--key", type=Path, metavar="PRIVATE.pem", help=words)
    for name in ("lang", "policy", "marking"):
        brief.add_argument(f"--{name}", default="", help=f"instead of the briefing's own {name}")
    brief.set_defaults(run=_brief)
    for verb in (one, every):
        for name, text in (PRINT_OPTIONS | VIEW_OPTIONS).items():
            verb.add_argument(f"--{name}", default="", help=text)
    return parser


def _check(options: argparse.Namespace) -> int:
    found = problems(options.content, options.geodata)
    for problem in found:
        print(problem)
    if not found:
        print("content and geodata are in order")
    return 2 if found else 0


def _list(options: argparse.Namespace) -> int:
    atlas = Atlas.load(options.content, options.geodata)
    if options.what == "wordings":
        words = untranslated(atlas, options.lang) if options.lang else wordings(atlas)
        print(json.dumps(words, ensure_ascii=False, indent=1) if options.json else "\n".join(words))
        return 0
    rows = listing(atlas, options.what)
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            print(f"{row['id']}\t{row.get('title') or row.get('text')}")
    return _incomplete(atlas.problems)


def _incomplete(problems: Sequence[GeobriefError]) -> int:
    """Print what may be missing from an output, and return the exit status."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 2 if problems else 0


def _verify(options: argparse.Namespace) -> int:
    from geobrief.deck import keys, seal  # cryptography, which no other verb needs

    key = keys.public_key(options.key) if options.key else None
    try:
        with options.file.open("rb") as file:
            raw = file.read(settings().max_sealed + 1)
    except OSError as reason:
        raise RequestError(f"cannot be read: {reason.strerror}", Where(options.file)) from None
    try:
        found = seal.verified(raw, key)
    except SealError as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        for part in error.parts:
            print(f"changed: {part}", file=sys.stderr)
        return 1
    print(f"{options.file}: {seal.verdict(found, key)}")
    return 0


def _export(options: argparse.Namespace) -> int:
    suffix = options.output.suffix.lstrip(".").lower()
    if suffix not in FORMATS:
        formats = ", ".join(f".{name}" for name in FORMATS)
        raise RequestError(f"cannot write {options.output.name!r}", hint=f"use {formats}")
    view, wanted = _asked(options)
    atlas = Atlas.load(options.content, options.geodata)
    spec = compose(atlas, options.sheet, view)
    left_out: list[str] = []
    write_whole(options.output, export(atlas, spec, suffix, wanted, unlabelled=left_out.extend))
    if words := names_left_out(spec, left_out):
        print(words, file=sys.stderr)
    return 0


def _export_all(options: argparse.Namespace) -> int:
    """Write each file as soon as it is made; an archive is written when all are.

    Where all sheets are asked for, a broken one is told when the others are written.
    """
    view, wanted = _asked(options)
    atlas = Atlas.load(options.content, options.geodata)
    sheets = [id.strip() for id in options.sheets.split(",") if id.strip()] or list(atlas.sheets)
    specs = [compose(atlas, id, view) for id in sheets]
    jobs = [(spec, suffix) for spec in specs for suffix in options.format or ["png"]]
    archive = options.output.suffix.lower() == ARCHIVE
    made: list[tuple[str, bytes]] = []
    for number, (spec, suffix) in enumerate(jobs, 1):
        name = file_name(atlas, spec, suffix)
        left_out: list[str] = []
        body = export(atlas, spec, suffix, wanted, unlabelled=left_out.extend)
        if archive:
            made.append((name, body))
        else:
            write_whole(options.output / name, body)
        print(f"{number}/{len(jobs)} {name}", flush=True)
        if words := names_left_out(spec, left_out):
            print(f"{name}: {words}", file=sys.stderr)
    if archive:
        write_whole(options.output, bundle(made))
    broken = {} if options.sheets else atlas.sheets.broken
    return _incomplete(list(dict.fromkeys(p for faults in broken.values() for p in faults)))


def _brief(options: argparse.Namespace) -> int:
    suffix = checked_suffix(options.output.suffix.lstrip(".").lower())
    atlas = Atlas.load(options.content, options.geodata)
    told = {key: getattr(options, key) for key in ("lang", "policy", "marking")}
    briefing = replace(_briefing(atlas, options.briefing), **{k: v for k, v in told.items() if v})
    template = _template(options.template) if options.template else b""
    wanted = DeckOptions(template, options.handout, processors(), _signing(options))
    deck = assemble(atlas, briefing)

    def report(done: int, total: int) -> None:
        print(f"{done}/{total} {deck.slides[done - 1].spec.title}", flush=True)

    def left_out(slide: DeckSlide, ids: tuple[str, ...]) -> None:
        if words := names_left_out(slide.spec, ids):
            print(f"slide {slide.number}: {words}", file=sys.stderr)

    body = make(atlas, deck, suffix, wanted, told=report, unlabelled=left_out)
    write_whole(options.output, body)
    return 0


def _signing(options: argparse.Namespace) -> Ed25519PrivateKey | None:
    if not options.key:
        return None
    from geobrief.deck import keys  # cryptography, which no other file needs

    return keys.private_key(options.key)


def _briefing(atlas: Atlas, name: str) -> Briefing:
    if not name.endswith(".toml"):
        return atlas.briefings[name]
    return parse_briefing(read_text(Path(name), ContentError), Path(name))


def _template(path: Path) -> bytes:
    return read_bytes(path, RequestError, settings().max_template)


def _asked(options: argparse.Namespace) -> tuple[View, PrintOptions]:
    view = View.from_query({name: getattr(options, name) for name in VIEW_OPTIONS})
    wanted = {name: str(getattr(options, name)) for name in PRINT_OPTIONS}
    return view, PrintOptions.from_query(wanted)
