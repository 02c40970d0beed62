"""How a receiver checks that an event comes from here, in three languages. The rule itself: rules/signatures.py."""

from pages.reference.samples import Sample

_SHELL = """\
# body.json holds the body's bytes as they arrived, $SECRET the endpoint's secret.
openssl dgst -sha256 -hmac "$SECRET" body.json"""

_PYTHON = '''\
import hashlib
import hmac


def is_genuine(secret: str, body: bytes, signature: str) -> bool:
    """`body` is what arrived, before anything parsed it; `signature` is X-TrueCerta-Signature."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)'''

_JAVASCRIPT = """\
import { createHmac, timingSafeEqual } from "node:crypto";

// `body` is what arrived, before anything parsed it; `signature` is X-TrueCerta-Signature.
export function isGenuine(secret, body, signature) {
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}"""

CHECKS = (
    Sample("curl", "Shell", _SHELL),
    Sample("python", "Python", _PYTHON),
    Sample("javascript", "JavaScript", _JAVASCRIPT),
)
