"""What was asked and answered, kept for the reports. Secrets are blotted out before anything is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_BYTES = 4_000
"""So much of a body is shown to people."""
SECRETS = (
    (re.compile(r"trc_live_[A-Za-z0-9_-]+", re.IGNORECASE), "trc_live_…"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_%-]+", re.IGNORECASE), "whsec_…"),
    (re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.IGNORECASE), "eyJ…"),
)
"""Keys, secrets of endpoints, tokens of claim links: how they look, and what is shown in their place. Clauses swap the case
of such things, so either counts."""
READ_FURTHER = 4_096
"""So much more is looked at, for a secret must not be cut in two before it is known for one."""
CUT_TOKEN = re.compile(r"eyJ[A-Za-z0-9_.-]*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as far as people want to see them."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status: int | None
    """None when nobody answered."""
    answer_headers: Mapping[str, str]
    answer: str
    seconds: float
    who: str
    """Whose key went along: `nobody`, `academy`, `other academy`."""


@dataclass
class Recorder:
    """The exchanges of the clause that is being tried."""

    exchanges: list[Exchange] = field(default_factory=list)

    def begin(self) -> None:
        """Another clause begins."""
        self.exchanges = []


def shown(content: bytes | str) -> str:
    """Text for people: not too much of it, and no secret. What is far too long is cut before anything else is done with it.

    >>> shown(b'{"secret": "whsec_c2VjcmV0"}')
    '{"secret": "whsec_\u2026"}'
    """
    begin = content[: KEPT_BYTES + READ_FURTHER]
    text = begin if isinstance(begin, str) else begin.decode("utf-8", "backslashreplace")
    if len(begin) < len(content):
        text = CUT_TOKEN.sub("eyJ…", text)
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    if len(begin) == len(content) and len(text) <= KEPT_BYTES:
        return text
    unit = "characters" if isinstance(content, str) else "bytes"
    return f"{text[:KEPT_BYTES]} … ({len(content)} {unit})"
