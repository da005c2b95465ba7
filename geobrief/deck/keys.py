"""Keys that sign a sealed file and check it: Ed25519, in PEM files."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from geobrief.errors import RequestError, Where

MAKE_PRIVATE = "openssl genpkey -algorithm ed25519 -out private.pem"
MAKE_PUBLIC = "openssl pkey -in private.pem -pubout -out public.pem"

_LONGEST = 16_384  # bytes of a PEM file that is read; a key takes some hundred


def private_key(path: Path) -> Ed25519PrivateKey:
    """Read the key that signs.

    Raises
    ------
    RequestError
        If the file cannot be read, is encrypted, or holds no private Ed25519 key.
    """
    pem, where = _pem(path), Where(path)
    if b"PUBLIC KEY" in pem:
        raise RequestError("is a public key: only the private one signs", where, MAKE_PRIVATE)
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        hint = "decrypt it first: openssl pkey -in FILE -out private.pem"
        raise RequestError("the key is encrypted", where, hint) from None
    except (ValueError, UnsupportedAlgorithm):
        raise RequestError("holds no private key in PEM", where, MAKE_PRIVATE) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise RequestError("is a key of another kind than Ed25519", where, MAKE_PRIVATE)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Read the key that checks.

    Raises
    ------
    RequestError
        If the file cannot be read or holds no public Ed25519 key.
    """
    pem, where = _pem(path), Where(path)
    if b"PRIVATE KEY" in pem:
        hint = f"keep it to yourself, and check with the public one: {MAKE_PUBLIC}"
        raise RequestError("is a private key", where, hint)
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise RequestError("holds no public key in PEM", where, MAKE_PUBLIC) from None
    if not isinstance(key, Ed25519PublicKey):
        raise RequestError("is a key of another kind than Ed25519", where, MAKE_PRIVATE)
    return key


def _pem(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST)
    except OSError as reason:
        raise RequestError(f"cannot be read: {reason.strerror}", Where(path)) from None
