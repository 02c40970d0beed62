"""Judges a badge: reads what there is to read, asks every rule, and puts together what they say."""

from datetime import datetime

from . import rules
from .badge import Badge, Form, Presented
from .finding import Report, each_once
from .reading import read
from .web import Get


def judge(presented: Presented, get: Get, now: datetime, recipient: str | None = None) -> Report:
    """All that there is to say of a badge at a moment. `recipient` is whose it has to be, letter by letter."""
    badge = read(presented, get, now, recipient)
    return Report(
        presented.source,
        each_once(finding for rule in rules.RULES for finding in rule.findings(badge)),
        tuple(badge.chain.answers),
        _kind(badge),
    )


def judge_url(url: str, get: Get, now: datetime, recipient: str | None = None) -> Report:
    """The same for the address of an assertion, a badge class, an issuer, an endorsement, an image or a signature."""
    return judge(Presented(url, Form.HOSTED), get, now, recipient)


def _kind(badge: Badge) -> str:
    if badge.subject is None:
        return "Assertion" if badge.jws else next((read.role for read in badge.reads), "")
    return "Assertion" if badge.subject.role == "Revoked" else badge.subject.role
