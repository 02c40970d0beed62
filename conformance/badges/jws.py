"""JSON Web Signatures in their compact form (RFC 7515): three pieces of base64url with dots between them."""

import base64
import binascii
import re
from dataclasses import dataclass

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import get_default_algorithms

from .json_text import NotJson, Parsed, parsed

_COMPACT = re.compile(r"[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*")
_ALGORITHMS = {
    name: algorithm
    for name, algorithm in get_default_algorithms().items()
    if name[:2] in ("RS", "PS", "ES") or name == "EdDSA"
}
"""Those with a public key: with any other, whoever can check a signature can forge one."""


@dataclass(frozen=True)
class Jws:
    """A signed text."""

    header: Parsed | None
    payload: Parsed | None
    signed: bytes
    """What the signature is of."""
    signature: bytes
    broken: str = ""
    """Why it could not be read; empty if it could."""

    @property
    def algorithm(self) -> object:
        """What its header calls the way that it is signed."""
        return self.header.value.get("alg") if self.header else None


def is_jws(text: str) -> bool:
    """Whether a text has the form of a signature, readable or not.

    >>> is_jws("eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"), is_jws("https://example.org/a")
    (True, False)
    """
    return bool(_COMPACT.fullmatch(text.strip()))


def read_jws(text: str) -> Jws:
    """The pieces of a signature.

    >>> read_jws("eyJhbGciOiJSUzI1NiJ9.e30.c2ln").algorithm
    'RS256'
    """
    first, second, third = text.strip().split(".")
    header = payload = None
    signed, signature = f"{first}.{second}".encode("ascii"), b""
    try:
        header, payload = parsed(_decoded(first)), parsed(_decoded(second))
        signature = _decoded(third)
    except binascii.Error:
        return Jws(header, payload, signed, b"", "A piece of it is not base64url.")
    except NotJson as error:
        piece = "payload" if header else "header"
        return Jws(header, payload, signed, b"", f"Its {piece} cannot be read. {error}")
    return Jws(header, payload, signed, signature)


def has_public_key(algorithm: object) -> bool:
    """Whether an algorithm has a public key to check with.

    >>> [has_public_key(name) for name in ("RS256", "ES256", "HS256", "none", None)]
    [True, True, False, False, False]
    """
    return algorithm in _ALGORITHMS


def key_trouble(pem: str) -> str:
    """Why a text is no public key in PEM; empty if it is one."""
    if "PRIVATE KEY" in pem:
        return "a private key is published here: whoever reads it can sign badges"
    try:
        load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return "it is no public key in PEM"
    return ""


def is_signed_with(jws: Jws, pem: str) -> bool:
    """Whether the signature was made with the private half of a key."""
    algorithm = _ALGORITHMS.get(str(jws.algorithm))
    if algorithm is None:
        return False
    try:
        return algorithm.verify(jws.signed, algorithm.prepare_key(pem), jws.signature)
    except (jwt.PyJWTError, ValueError, TypeError):
        return False


def _decoded(piece: str) -> bytes:
    if "=" in piece:
        raise binascii.Error
    return base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
