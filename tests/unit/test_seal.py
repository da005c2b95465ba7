"""The seal: every byte counts, what was changed is named, and a signature is one key's alone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from geobrief.cli import main
from geobrief.deck import keys
from geobrief.deck.seal import END, OPEN, REST, SEAL, fingerprint, sealed, verdict, verified
from geobrief.errors import Fault, RequestError, SealError, SetupError
from geobrief.settings import settings

PARTS: dict[str, str] = {
    "title of slide 1": '<h1 id="t" data-sealed="title of slide 1"><bdi>Über alles</bdi></h1>',
    "passage p01.s1 on slide 1": '<blockquote data-sealed="passage p01.s1 on slide 1"><p>'
    "“Ein Satz.”</p>\n<blockquote>innen</blockquote> außen</blockquote>",
    "notes of slide 1": '<article hidden data-sealed="notes of slide 1"><p>Sag es.</p></article>',
    "figure of slide 1": '<template data-figure="1" data-sealed="figure of slide 1"><div>'
    '<script type="application/json">{"a":1}</script><script>go(1 < 2);</script></div></template>',
    "facts of a/b & c": '<div data-sealed="facts of a/b &amp; c"><div>12,5 km</div> weit</div>',
    "geometry of layer x": '<script data-sealed="geometry of layer x">{"x/1":["L","?~"]}</script>',
    "fonts": '<style data-sealed="fonts">@font-face{src:url("data:font/woff2;base64,AA")}</style>',
}
PAGE = (
    "<!DOCTYPE html>\n<html>\n<head>\n</head>\n<body>\n"
    + "\n".join(PARTS.values())
    + "\n<p>ringsum</p>\n</body>\n</html>\n"
).encode()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PLAIN, SIGNED = sealed(PAGE), sealed(PAGE, KEY)


def fault(raw: bytes, key: Ed25519PrivateKey | None = None) -> SealError:
    """Return why a file does not pass."""
    with pytest.raises(SealError) as caught:
        verified(raw, key.public_key() if key else None)
    assert caught.value.code == f"seal-{caught.value.fault}"
    assert caught.value.hint or caught.value.parts or caught.value.fault is Fault.FORGED
    return caught.value


def test_an_untouched_file_passes_and_is_the_same_every_time() -> None:
    assert verified(PLAIN).parts == tuple(sorted(PARTS)) and not verified(PLAIN).signer
    assert verified(SIGNED).signer == verified(SIGNED, KEY.public_key()).signer
    assert sealed(PAGE) == PLAIN and sealed(PAGE, KEY) == SIGNED != PLAIN
    assert PLAIN.endswith(b"</script>\n" + END) and PLAIN.replace(_line(PLAIN), b"") == PAGE


def _line(raw: bytes) -> bytes:
    return next(line for line in raw.splitlines(keepends=True) if line.startswith(OPEN))


@pytest.mark.parametrize("name", PARTS)
def test_a_changed_part_is_named(name: str) -> None:
    whole = PARTS[name].encode()
    inner = PLAIN.index(whole) + whole.rindex(b"</") - 2
    assert fault(_flipped(PLAIN, inner)).parts == (name,)
    for at in range(PLAIN.index(whole), PLAIN.index(whole) + len(whole)):
        found = fault(_flipped(PLAIN, at))
        assert found.fault is Fault.CHANGED and name in found.parts, chr(PLAIN[at])
        assert set(found.parts) - {name, REST} <= {f for f in found.parts if "(added)" in f}


def _flipped(raw: bytes, at: int, by: int = 1) -> bytes:
    return raw[:at] + bytes([raw[at] ^ by]) + raw[at + 1 :]


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255), st.sampled_from((PLAIN, SIGNED)))
def test_any_changed_byte_fails(at: int, by: int, raw: bytes) -> None:
    changed = _flipped(raw, at % len(raw), by)
    for key in (None, KEY):
        fault(changed, key)


@given(st.integers(0, len(PLAIN)), st.binary(min_size=1, max_size=9))
def test_anything_put_in_or_taken_out_fails(at: int, more: bytes) -> None:
    fault(PLAIN[:at] + more + PLAIN[at:])
    if at < len(PLAIN):
        fault(PLAIN[:at] + PLAIN[at + len(more) :])


def test_what_lies_outside_of_all_parts_is_the_rest() -> None:
    assert fault(PLAIN.replace(b"ringsum", b"anders")).parts == (REST,)
    more = PLAIN.replace(b"<p>ringsum", b'<p data-sealed="new">x</p><p>ringsum')
    assert fault(more).parts == ("new (added)",)
    moved = PLAIN.replace(b'data-sealed="fonts"', b'data-sealed="new"')
    assert fault(moved).parts == ("fonts", "new (added)")


def test_marks_without_end_cost_no_more_than_their_bytes() -> None:
    many = PLAIN.replace(b"<p>ringsum", b'<p data-sealed="a">' * 50_000 + b"ringsum")
    start = time.monotonic()
    assert "a (added)" in fault(many).parts
    assert time.monotonic() - start < 5


def test_a_name_cannot_move_the_cursor_of_a_terminal() -> None:
    evil = PLAIN.replace(b"<p>ringsum", b'<p data-sealed="\x1b[2Jgone">x</p><p>ringsum')
    assert all(part.isprintable() for part in fault(evil).parts)
    told = _told(PLAIN)
    told["parts"]["\x1b[2J"] = told["rest"]
    assert fault(_with(told)).fault is Fault.DAMAGED


def _told(raw: bytes) -> dict[str, object]:
    text = _line(raw).removeprefix(OPEN).removesuffix(b"</script>\n")
    return dict(json.loads(text))


def _with(told: object, raw: bytes = PLAIN) -> bytes:
    """Return the file with a seal that says something else."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    text = text.replace(b"&", rb"\u0026").replace(b"<", rb"\u003c")
    return raw.replace(_line(raw), OPEN + text + b"</script>\n")


def test_the_seal_itself_is_held_too() -> None:
    assert verified(_with(_told(PLAIN)))
    for name in ("content", "check"):
        assert fault(_with(_told(PLAIN) | {name: "0" * 64})).parts == (SEAL,)
    assert fault(_with(_told(PLAIN) | {"more": "0" * 64})).fault is Fault.DAMAGED
    assert fault(_with(_told(SIGNED) | {"signature": "0" * 128}, SIGNED)).parts == (SEAL,)
    short = _told(SIGNED)
    del short["signature"]
    for told in (short, [], 1, {}, {**_told(PLAIN), "parts": []}, {**_told(PLAIN), "rest": 1}):
        assert fault(_with(told)).fault is Fault.DAMAGED
    spaced = PLAIN.replace(b'"version":1', b'"version": 1')
    twice = PLAIN.replace(b'"version":1', b'"version":1,"version":1')
    assert fault(spaced).fault is fault(twice).fault is Fault.DAMAGED


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (PAGE, Fault.NO_SEAL),
        (b"", Fault.CUT_SHORT),
        (PLAIN[:300], Fault.CUT_SHORT),
        (PLAIN[:-9], Fault.CUT_SHORT),
        (PLAIN[: PLAIN.index(OPEN) + 60], Fault.CUT_SHORT),
        (PLAIN.replace(_line(PLAIN), 2 * _line(PLAIN)), Fault.TWO_SEALS),
        (PLAIN + b"<p>more</p>", Fault.MISPLACED),
        (_line(PLAIN) + PAGE, Fault.MISPLACED),
        (PLAIN.replace(b"\n", b"\r\n"), Fault.LINE_ENDS),
        (PLAIN.replace(b"\n", b"\r\n", 3), Fault.LINE_ENDS),
        (PLAIN.decode().encode("utf-16"), Fault.NOT_UTF8),
        (_with(_told(PLAIN) | {"version": 2}), Fault.VERSION),
        (_with({"version": 2, "more": []}), Fault.VERSION),
        (_with(_told(PLAIN) | {"version": True}), Fault.DAMAGED),
        (_with(_told(PLAIN) | {"version": "1"}), Fault.DAMAGED),
        (PLAIN.replace(OPEN + b"{", OPEN + b"["), Fault.DAMAGED),
    ],
    ids=lambda value: str(value) if isinstance(value, Fault) else "",
)
def test_every_fault_has_its_name(raw: bytes, why: Fault) -> None:
    assert fault(raw).fault is why
    assert fault(raw, KEY).fault is why


def test_lost_line_ends_do_not_hide_a_change() -> None:
    changed = PLAIN.replace(b"12,5 km", b"13,5 km").replace(b"\n", b"\r\n")
    found = fault(changed)
    assert found.fault is Fault.LINE_ENDS and found.parts == ("facts of a/b & c",)


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOBRIEF_MAX_SEALED", str(len(PLAIN) - 1))
    settings.cache_clear()
    try:
        assert fault(PLAIN).fault is Fault.TOO_LARGE
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(
    "page",
    [
        PAGE + b" ",
        PAGE.replace(b"ringsum", OPEN),
        PAGE.replace(b"ringsum", b"\r"),
        PAGE.replace(b"<p>ringsum", b'<p data-sealed="fonts">ringsum'),
    ],
)
def test_what_cannot_be_verified_is_not_sealed(page: bytes) -> None:
    with pytest.raises(SetupError, match="cannot be sealed"):
        sealed(page)


# Signatures


def test_a_signature_is_one_key_s() -> None:
    assert verified(SIGNED, KEY.public_key()).signer == fingerprint(KEY.public_key())
    assert fault(PLAIN, KEY).fault is Fault.UNSIGNED
    assert fault(SIGNED, OTHER).fault is Fault.OTHER_KEY
    assert fault(sealed(PAGE, OTHER), KEY).fault is Fault.OTHER_KEY


def test_a_signature_of_something_else_is_forged() -> None:
    """A file that is sealed anew after a change passes without a key, and never with it."""
    other = sealed(PAGE.replace(b"12,5 km", b"13,5 km"))
    told = _told(other) | {name: _told(SIGNED)[name] for name in ("signer", "signature")}
    del told["check"]
    from geobrief.deck.seal import _with as put

    forged = put(PAGE.replace(b"12,5 km", b"13,5 km"), told)
    assert verified(forged).signer == fingerprint(KEY.public_key())
    assert fault(forged, KEY).fault is Fault.FORGED


def _pem(path: Path, key: object, password: bytes = b"") -> Path:
    cover = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cover))  # type: ignore[attr-defined]
    return path


def _public(path: Path, key: Ed25519PrivateKey) -> Path:
    form = PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, form))
    return path


def test_keys_are_read_or_refused_in_words(tmp_path: Path) -> None:
    private, public = _pem(tmp_path / "a.pem", KEY), _public(tmp_path / "b.pem", KEY)
    assert sealed(PAGE, keys.private_key(private)) == SIGNED
    assert verified(SIGNED, keys.public_key(public))
    other = _pem(tmp_path / "c.pem", generate_private_key(SECP256R1()))
    locked = _pem(tmp_path / "d.pem", KEY, b"word")
    none, text = tmp_path / "e.pem", tmp_path / "f.pem"
    text.write_text("no key")
    for path, words in (
        (public, "is a public key"), (other, "another kind"), (locked, "encrypted"),
        (none, "cannot be read"), (text, "no private key"), (tmp_path, "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(RequestError, match=words) as caught:
            keys.private_key(path)
        assert str(path) in str(caught.value)
    for path, words in (
        (private, "is a private key"), (locked, "is a private key"),
        (none, "cannot be read"), (text, "no public key"),
    ):  # fmt: skip
        with pytest.raises(RequestError, match=words):
            keys.public_key(path)


# Words


def test_the_command_says_no_more_than_it_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.html"
    mine, theirs = _public(tmp_path / "a.pem", KEY), _public(tmp_path / "b.pem", OTHER)

    def run(raw: bytes, *more: str) -> tuple[int, str]:
        file.write_bytes(raw)
        status = main(["verify", str(file), *more])
        said = capsys.readouterr()
        assert "authentic" not in (said.out + said.err).lower()
        return status, said.out + said.err

    for raw in (PLAIN, SIGNED):
        status, words = run(raw)
        assert status == 0
        assert "nothing changed by accident" in words and "does not tell who made it" in words
    status, words = run(SIGNED, "--key", str(mine))
    assert status == 0 and fingerprint(KEY.public_key()) in words and "by accident" not in words
    assert run(PLAIN, "--key", str(mine)) == (1, f"{file}: {fault(PLAIN, KEY)}\n")
    assert run(SIGNED, "--key", str(theirs))[0] == 1
    status, words = run(PLAIN.replace(b"Satz", b"Witz"))
    assert status == 1 and "changed: passage p01.s1 on slide 1\n" in words
    assert run(PAGE)[0] == 1
    assert run(SIGNED, "--key", str(file))[0] == 2
    file.unlink()
    assert main(["verify", str(file)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_verdict_without_a_key_names_no_maker() -> None:
    assert "authentic" not in verdict(verified(SIGNED)).lower()
    assert "--key" in verdict(verified(SIGNED)) and "--key" not in verdict(verified(PLAIN))
