"""Judges a badge: reads what there is to read, asks every rule, and puts together what they say."""

from dataclasses import dataclass
from datetime import datetime

from . import rules
from .badge import Badge, Form, Presented
from .finding import Report, Verdict, each_once
from .nothing import why_no_badge
from .reading import read
from .summary import Summary, summary
from .web import Get


@dataclass(frozen=True)
class Judgement:
    """A report with what is told beside it."""

    report: Report
    summary: Summary
    trouble: str
    """Why there is no badge in what was handed over; empty where there is one."""

    @property
    def verdict(self) -> Verdict:
        """What is no badge is no invalid one: nobody can tell."""
        return Verdict.COULD_NOT_TELL if self.trouble else self.report.verdict


def judge(presented: Presented, get: Get, now: datetime, recipient: str | None = None) -> Report:
    """All that there is to say of a badge at a moment. `recipient` is whose it has to be, letter by letter."""
    return _report(read(presented, get, now, recipient), presented.source)


def judge_url(url: str, get: Get, now: datetime, recipient: str | None = None) -> Report:
    """The same for the address of an assertion, a badge class, an issuer, an endorsement, an image or a signature."""
    return judge(Presented(url, Form.HOSTED), get, now, recipient)


def judgement(presented: Presented, get: Get, now: datetime, recipient: str | None = None) -> Judgement:
    """The same with what the badge says of itself, and whether it is a badge at all."""
    badge = read(presented, get, now, recipient)
    report = _report(badge, presented.source)
    return Judgement(report, summary(badge, report.broken()), why_no_badge(badge))


def _report(badge: Badge, source: str) -> Report:
    found = each_once(finding for rule in rules.RULES for finding in rule.findings(badge))
    return Report(source, found, tuple(badge.chain.answers), _kind(badge))


def _kind(badge: Badge) -> str:
    """What was read; nothing that was only expected."""
    if badge.subject is None:
        return next((read.role for read in badge.reads if read.node), "")
    return "Assertion" if badge.subject.role == "Revoked" else badge.subject.role
