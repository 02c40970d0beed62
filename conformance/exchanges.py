"""What was asked and answered, kept for the reports. Secrets are blotted out before anything is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_BYTES = 4_000
"""So much of a body is shown to people."""
SECRETS = (
    (re.compile(r"trc_live_[A-Za-z0-9_-]+"), "trc_live_…"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), "whsec_…"),
    (re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), "eyJ…"),
)
"""Keys, secrets of endpoints, tokens of claim links: how they look, and what is shown in their place."""


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
    """Text for people: not too much of it, and no secret.

    >>> shown(b'{"secret": "whsec_c2VjcmV0"}')
    '{"secret": "whsec_\u2026"}'
    """
    text = content if isinstance(content, str) else content.decode("utf-8", "backslashreplace")
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text if len(text) <= KEPT_BYTES else f"{text[:KEPT_BYTES]} … ({len(text)} characters)"
