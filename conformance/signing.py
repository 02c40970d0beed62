"""Signatures of events, made here once more, and a body as JavaScript would write it."""

import base64
import binascii
import hashlib
import hmac
import json

from .findings import NotMet

SECRET_PREFIX = "whsec_"  # noqa: S105  # what secrets begin with
VERSION = "v1"


def signature(secret: str, body: bytes) -> str:
    """`X-TrueCerta-Signature`: the HMAC-SHA256 of the body under the whole secret, in lower-case hexadecimal.

    >>> signature("whsec_c2VjcmV0", b"{}")[:16]
    'f2a9d48be51b03e1'
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def key_of(secret: str) -> bytes:
    """The bytes that a secret holds in base64. Anything else ends the clause.

    >>> key_of("whsec_c2VjcmV0")
    b'secret'
    """
    try:
        if secret.startswith(SECRET_PREFIX):
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        pass
    raise NotMet(f"a secret is `{SECRET_PREFIX}` and base64, which the server's is not")


def standard_signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One entry of `webhook-signature` (Standard Webhooks): its key are the bytes that the secret holds in base64."""
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"{VERSION},{base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()}"


def rewritten(body: bytes) -> bytes | None:
    """What JavaScript's JSON.stringify makes of what JSON.parse makes of a body; None where that is no JSON in UTF-8.

    >>> rewritten(b'{"level": 1.0}')
    b'{"level":1}'
    """
    try:
        told = json.loads(body.decode("utf-8"), parse_float=_number)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> float | int:
    """1.0 is 1 in JavaScript."""
    number = float(text)
    return int(number) if number.is_integer() else number
