"""The seal of a briefing in one file: digests of all its bytes and of its parts, and a signature.

The seal is one line, the last before `</body>`. `content` is the SHA-256 of every byte of the file
but that line; `parts` has that of each element with `data-sealed`, by the name that stands there,
and `rest` of what lies outside of them. With a key there are `signer`, the SHA-256 of the public
key in DER, and an Ed25519 `signature` of all of that. `check` is the SHA-256 of the seal itself.

The digests of the parts only say where a change is. That there is one, the bytes say: the line
must be, byte for byte, the one that the file at hand would be given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from geobrief.errors import Fault, SealError, SetupError
from geobrief.render.leaflet import script_safe
from geobrief.settings import settings

VERSION = 1
OPEN = b'<script type="application/json" id="seal">'
CLOSE = b"</script>\n"
END = b"</body>\n</html>\n"
"""How a sealed file ends; the seal stands right before."""

REST = "the rest of the file"
SEAL = "the seal itself"

NAMED = 3
"""Changed parts that a message names; the error itself has all."""

MOST_PARTS = 100_000
"""Parts that a file may name; the largest briefing has some thousands."""

_MARK = re.compile(rb'<([a-z0-9]++)(?>[^<>]*? data-sealed="([^"<>]*)")[^<>]*+>')
"""Never goes back once a name was found: else a tag without an end takes time with its square."""
_DIGEST = re.compile(r"[0-9a-f]{64}(?:[0-9a-f]{64})?")
_UNNESTED = (b"script", b"style")
_VOID = (b"img", b"meta")


@dataclass(frozen=True)
class Seal:
    """What a seal says of a file. `signer` is empty where nobody signed."""

    parts: tuple[str, ...]
    signer: str


def sealed(page: bytes, key: Ed25519PrivateKey | None = None) -> bytes:
    """Return a page with its seal; the same page and key give the same bytes.

    Raises
    ------
    SetupError
        If the page does not end as it has to, holds a seal, or names two parts alike.
    """
    names = [name for name, _ in _parts(page)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not page.endswith(END) or OPEN in page or b"\r" in page or twice:
        raise SetupError(f"the page cannot be sealed: {twice or 'it does not end in </html>'}")
    told = _told(page)
    if key:
        told["signer"] = fingerprint(key.public_key())
        told["signature"] = key.sign(_canonical(told)).hex()
    return _with(page, told)


def verified(raw: bytes, key: Ed25519PublicKey | None = None) -> Seal:
    """Return the seal of an unchanged file.

    Parameters
    ----------
    key
        The public key that must have signed it; without one, nothing is said of the signature.

    Raises
    ------
    SealError
        If there is no seal to go by, if anything was changed, or if the key did not sign it.
    """
    if len(raw) > (most := settings().max_sealed):
        raise SealError(Fault.TOO_LARGE, f"the file has more than {most} bytes", "no seal was read")
    page, told = _taken_apart(raw)
    _check_content(raw, page, told)
    if key:
        _check_signature(told, key)
    return Seal(tuple(told["parts"]), told.get("signer", ""))


def verdict(found: Seal, key: Ed25519PublicKey | None = None) -> str:
    """Return in words what it means that a file passed: no more than was checked."""
    if key:
        words = "nothing was changed since it was signed with the key of fingerprint"
        return f"{words} {found.signer}"
    words = "nothing changed by accident. This does not tell who made it: anybody can make a seal"
    if found.signer:
        return f"{words}. It is signed; whether by whom you think, --key with a public key tells"
    return words


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key in DER, as hex digits."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest()


def _with(page: bytes, told: dict[str, Any]) -> bytes:
    """Put a seal and the digest over it into its place."""
    whole = told | {"check": sha256(_canonical(told)).hexdigest()}
    return page.removesuffix(END) + OPEN + _canonical(whole) + CLOSE + END


def _canonical(told: dict[str, Any]) -> bytes:
    return script_safe(json.dumps(told, sort_keys=True, separators=(",", ":"))).encode()


def _told(page: bytes) -> dict[str, Any]:
    """Return what an unsigned seal says of a page."""
    parts: dict[str, Any] = {}
    rest, at = sha256(), 0
    for name, (start, end) in _parts(page):
        parts[name] = sha256(page[start:end]).hexdigest()
        rest.update(page[at:start])
        at = end
    rest.update(page[at:])
    content = sha256(page).hexdigest()
    return {"version": VERSION, "content": content, "parts": parts, "rest": rest.hexdigest()}


def _parts(page: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the marked elements and where they begin and end; none reaches into the next one."""
    marks = list(_MARK.finditer(page))
    stops = [*(mark.start() for mark in marks), len(page)][1:]
    for mark, stop in zip(marks, stops, strict=True):
        name = "".join(map(_shown, unescape(mark[2].decode("utf-8", "replace"))))
        yield name, (mark.start(), _end(page, mark[1], mark.end(), stop))


def _shown(letter: str) -> str:
    """Keep what would move a terminal's cursor out of its messages."""
    return letter if letter.isprintable() else "?"


def _end(page: bytes, tag: bytes, at: int, stop: int) -> int:
    """Return where an element ends whose content begins at `at`, at most `stop`."""
    if tag in _VOID:
        return at
    depth = 1
    for found in re.compile(rb"<(/?)" + tag + rb"\b[^<>]*>").finditer(page, at, stop):
        depth += -1 if found[1] else tag not in _UNNESTED
        if not depth:
            return found.end()
    return stop


def _taken_apart(raw: bytes) -> tuple[bytes, dict[str, Any]]:
    """Return the page without its seal, and the seal as it stands there.

    Raises
    ------
    SealError
        If there is not one seal, in its place, in the form and of the version that is known.
    """
    if (count := raw.count(OPEN)) != 1:
        raise (
            _without_seal(raw)
            if not count
            else SealError(
                Fault.TWO_SEALS, f"the file has {count} seals", "it was put together from several"
            )
        )
    if raw.count(b" data-sealed=") > MOST_PARTS:
        words = f"the file has more than {MOST_PARTS} parts"
        raise SealError(Fault.DAMAGED, words, "it is not a sealed briefing")
    head, _, tail = raw.partition(OPEN)
    text, close, end = tail.partition(CLOSE)
    if not close or end != END:
        raise _misplaced(raw, end)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise SealError(Fault.DAMAGED, "the seal cannot be read", parts=(SEAL,)) from None
    version = told.get("version") if isinstance(told, dict) else None
    if type(version) is int and version != VERSION:
        words = f"the seal is of another version than {VERSION}"
        raise SealError(Fault.VERSION, words, "verify it with the program that made it")
    if type(version) is not int or not _well_formed(told) or _canonical(told) != text:
        raise SealError(Fault.DAMAGED, "the seal is not written as seals are", parts=(SEAL,))
    return head + end, told


def _without_seal(raw: bytes) -> SealError:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as reason:
        words = f"the file is not UTF-8, byte {reason.start}"
        return SealError(Fault.NOT_UTF8, words, "it was saved anew by another program")
    if not raw.rstrip().endswith(b"</html>"):
        return SealError(Fault.CUT_SHORT, "the file is cut short", "copy the whole file")
    return SealError(Fault.NO_SEAL, "the file has no seal", "it is not a sealed briefing")


def _misplaced(raw: bytes, end: bytes) -> SealError:
    if b"\r\n" in raw:
        return _line_ends(raw)
    if not end or END.startswith(end):
        return SealError(Fault.CUT_SHORT, "the file is cut short", "copy the whole file")
    words = "the seal is not in its place, the last line before </body>"
    return SealError(Fault.MISPLACED, words, "something was added to the file", (REST,))


def _line_ends(raw: bytes) -> SealError:
    """Tell whether anything else was changed than the ends of lines."""
    try:
        verified(raw.replace(b"\r\n", b"\n"))
    except SealError as more:
        words = f"the ends of its lines were changed, and more: {more.message}"
        return SealError(Fault.LINE_ENDS, words, more.hint, more.parts)
    hint = "copy the file as it is, not as text"
    return SealError(Fault.LINE_ENDS, "only the ends of its lines were changed", hint)


def _well_formed(told: object) -> bool:
    """Tell whether a seal has what a seal has, and no more."""
    if not isinstance(told, dict):
        return False
    signed = {"signer", "signature"} & told.keys()
    if told.keys() != {"version", "content", "parts", "rest", "check"} | signed:
        return False
    parts = told["parts"]
    if not isinstance(parts, dict) or len(signed) == 1:
        return False
    texts = [told[name] for name in ("content", "rest", "check", *sorted(signed))]
    digests = all(isinstance(t, str) and _DIGEST.fullmatch(t) for t in (*texts, *parts.values()))
    return digests and all(map(str.isprintable, parts))


def _check_content(raw: bytes, page: bytes, told: dict[str, Any]) -> None:
    """Hold a page against its seal.

    Raises
    ------
    SealError
        With the names of what was changed.
    """
    found = _told(page)
    signed = {name: told[name] for name in ("signer", "signature") if name in told}
    if _with(page, found | signed) == raw:
        return
    if b"\r\n" in raw:
        raise _line_ends(raw)
    names = dict(told["parts"])
    changed = [name for name, digest in names.items() if found["parts"].get(name) != digest]
    changed += [f"{name} (added)" for name in found["parts"] if name not in names]
    if found["rest"] != told["rest"]:
        changed.append(REST)
    if found["content"] == told["content"] or not changed:
        changed = [SEAL]
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    words = f"the file was changed: {', '.join(changed[:NAMED])}{more}"
    raise SealError(Fault.CHANGED, words, parts=tuple(changed))


def _check_signature(told: dict[str, Any], key: Ed25519PublicKey) -> None:
    """Hold the signature against a key.

    Raises
    ------
    SealError
        If there is none, if another key made it, or if it is not that key's.
    """
    if "signature" not in told:
        raise SealError(Fault.UNSIGNED, "nobody signed the file", "ask for a signed one")
    if told["signer"] != fingerprint(key):
        words = f"another key signed the file, with the fingerprint {told['signer']}"
        raise SealError(Fault.OTHER_KEY, words, f"yours has {fingerprint(key)}")
    over = {name: told[name] for name in told if name not in ("signature", "check")}
    try:
        key.verify(bytes.fromhex(told["signature"]), _canonical(over))
    except (InvalidSignature, ValueError):
        raise SealError(Fault.FORGED, "the signature is not of this key") from None
