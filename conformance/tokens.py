"""Tokens of claim links, altered as a forger would alter them. A token is a JSON Web Token (RFC 7519)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from .findings import NotMet

LATER_SECONDS = 10 * 365 * 86_400
GUESSED_KEYS = (b"", b"secret", b"truecerta")
"""What nobody may sign with."""


def told(token: str) -> dict[str, Any]:
    """What a token says. One that is no JSON Web Token ends the clause."""
    try:
        _, payload, _ = token.split(".")
        found = json.loads(base64.urlsafe_b64decode(f"{payload}==="))
    except (ValueError, binascii.Error) as fault:
        raise NotMet("the link in the mail does not end in a JSON Web Token") from fault
    if not isinstance(found, dict):
        raise NotMet("the token of the mailed link says nothing about anything")
    return found


def alterations(token: str, other: str) -> dict[str, str]:
    """A token in altered forms that keep a signature of the server's; `other` is the token of another certificate."""
    head, payload, signature = token.split(".")
    _, other_payload, other_signature = other.split(".")
    said = told(token)
    forms = {
        f"whose `{name}` was changed": f"{head}.{_written({**said, name: _another(value)})}.{signature}"
        for name, value in said.items()
    }
    return {
        **forms,
        "whose signature was changed": f"{head}.{payload}.{_flipped(signature)}",
        "that lost its signature": f"{head}.{payload}.",
        "with the content of another token": f"{head}.{other_payload}.{signature}",
        "with the signature of another token": f"{head}.{payload}.{other_signature}",
    }


def forgeries(token: str) -> dict[str, str]:
    """The same content under another algorithm, or signed by somebody else."""
    _, payload, signature = token.split(".")
    forms = {}
    for name in ("none", "None", "NONE"):
        head = _written({"alg": name, "typ": "JWT"})
        forms[f"of algorithm {name} without a signature"] = f"{head}.{payload}."
        forms[f"of algorithm {name} with the signature it had"] = f"{head}.{payload}.{signature}"
    for name, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
        signed = f"{_written({'alg': name, 'typ': 'JWT'})}.{payload}"
        for key in GUESSED_KEYS:
            form = f"signed by {name} with the key {key.decode()!r}"
            forms[form] = f"{signed}.{_in_base64(hmac.new(key, signed.encode(), getattr(hashlib, digest)).digest())}"
    return forms


def _another(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """A value of the same kind, later where it is an instant."""
    if isinstance(value, int | float):
        return value + LATER_SECONDS
    return _flipped(value) if isinstance(value, str) and value else "another"


def _flipped(text: str) -> str:
    """The first character is another one; the last might hold bits that do not count.

    >>> _flipped("abc")
    'bbc'
    """
    return ("b" if text[0] != "b" else "a") + text[1:]


def _written(content: Mapping[str, Any]) -> str:
    return _in_base64(json.dumps(content, separators=(",", ":")).encode())


def _in_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
