"""What a whole judgement promises, beyond one rule and one edit."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from conformance.badges.badge import Form, Presented
from conformance.badges.finding import Verdict
from conformance.badges.fixtures import Fixture, content, described, fixture, made
from conformance.badges.judging import judge, judge_url
from conformance.badges.reading import MOST_DOCUMENTS
from conformance.badges.web import Answer, Fetched, Unread

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ASSERTION, BADGE, ISSUER = (
    "https://example.org/assertions/1",
    "https://example.org/badges/robotics",
    "https://example.org/issuer",
)


def changed(name: str, *path: str, value: object) -> Fixture:
    what = described(f"accept/{name}")
    holder: Any = what["web"]
    for piece in path[:-1]:
        holder = holder[piece]
    holder[path[-1]] = value
    return made(name, what)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("minimal", "Assertion"),
        ("signed", "Assertion"),
        ("badge-class-alone", "BadgeClass"),
        ("issuer-alone", "Issuer"),
        ("endorsement-alone", "Endorsement"),
    ],
)
def test_a_report_says_what_it_is_about(name: str, kind: str) -> None:
    shown = fixture(f"accept/{name}")
    assert judge(shown.presented, shown.get, NOW).kind == kind


def test_each_address_is_asked_once() -> None:
    shown = fixture("accept/endorsement")
    asked: list[str] = []

    def get(url: str) -> Answer:
        asked.append(url)
        return shown.get(url)

    report = judge_url(ASSERTION, get, NOW)
    assert sorted(asked) == sorted(set(asked)) == sorted(report.documents)
    assert set(asked) == set(shown.web)


def test_several_faults_are_all_told_errors_first() -> None:
    what = described("accept/minimal")
    del what["web"][ISSUER]["body"]["email"]
    what["web"][BADGE]["body"]["name"] = 7
    what["web"][BADGE]["type"] = "text/plain"
    shown = made("spoilt", what)
    report = judge(shown.presented, shown.get, NOW)
    assert report.broken() == ["badge-name", "media-type", "profile-email"]
    assert [finding.severity for finding in report.findings] == ["error", "error", "warning"]


def test_an_error_weighs_more_than_what_could_not_be_read() -> None:
    shown = changed("minimal", ISSUER, value=None)
    assert judge(shown.presented, shown.get, NOW).verdict is Verdict.COULD_NOT_TELL
    spoilt = replace(shown, web={**shown.web, BADGE: Fetched(404, "", b"")})
    assert judge(spoilt.presented, spoilt.get, NOW).verdict is Verdict.INVALID


def test_the_reason_why_nothing_was_read_is_told() -> None:
    report = judge_url(ASSERTION, lambda _: Unread("did not answer within 10 s"), NOW)
    assert report.verdict is Verdict.COULD_NOT_TELL
    (finding,) = report.findings
    assert "did not answer within 10 s" in finding.explanation
    assert finding.document == ASSERTION


def test_a_badge_without_end_is_given_up_on() -> None:
    shown = fixture("accept/minimal")
    many = [f"https://example.org/endorsements/{number}" for number in range(100)]

    def get(url: str) -> Answer:
        if url == BADGE:
            body = json.loads(content(described("accept/minimal")["web"][BADGE]))
            return Fetched(200, "application/ld+json", json.dumps({**body, "endorsement": many}).encode())
        found = shown.get(url)
        return found if isinstance(found, Fetched) and found.status == 200 else Fetched(503, "", b"")

    report = judge_url(ASSERTION, get, NOW)
    assert report.broken() == ["reachable"]
    unread = [each for each in report.findings if f"was not read after {MOST_DOCUMENTS} others" in each.explanation]
    assert len(unread) == len(many) + 4 - MOST_DOCUMENTS
    assert report.verdict is Verdict.COULD_NOT_TELL


def test_documents_that_name_each_other_come_to_an_end() -> None:
    what = described("accept/endorsement")
    what["web"]["https://example.com/endorser"]["body"]["endorsement"] = "https://example.org/endorsements/1"
    what["web"][ISSUER]["body"]["endorsement"] = "https://example.org/endorsements/1"
    shown = made("circle", what)
    assert judge(shown.presented, shown.get, NOW).broken() == ["endorsement-subject"]


def test_a_document_of_two_parts_is_told_of_once() -> None:
    what = described("accept/endorsement")
    del what["web"]["https://example.com/endorser"]["body"]["type"]
    shown = made("twice", what)
    report = judge(shown.presented, shown.get, NOW)
    assert [(each.rule, each.document) for each in report.findings] == [
        ("profile-type", "https://example.com/endorser")
    ]


def test_a_reason_for_revoking_is_passed_on() -> None:
    body = json.dumps({"id": ASSERTION, "revoked": True, "revocationReason": "Issued in error"}).encode()
    report = judge_url(ASSERTION, lambda _: Fetched(410, "application/ld+json", body), NOW)
    assert report.broken() == ["revoked-status"]
    assert "Issued in error" in report.findings[0].explanation


def test_a_badge_class_that_is_gone_was_not_revoked() -> None:
    shown = changed("badge-class-alone", BADGE, "status", value=410)
    assert judge(shown.presented, shown.get, NOW).broken() == ["available"]


def test_a_key_that_could_not_be_read_makes_no_signature_false() -> None:
    shown = changed("signed", "https://example.org/keys/1", value=None)
    report = judge(shown.presented, shown.get, NOW)
    assert (report.broken(), report.verdict) == (["reachable"], Verdict.COULD_NOT_TELL)


def test_a_key_in_an_embedded_profile_is_not_believed() -> None:
    what = described("accept/signed-key-in-profile")
    profile = what["web"][ISSUER]["body"]
    what["entry"]["jws"]["payload"]["badge"] = {**what["web"][BADGE]["body"], "issuer": profile}
    what["web"][ISSUER]["body"] = {name: value for name, value in profile.items() if name != "publicKey"}
    shown = made("embedded key", what)
    assert "signing-key" in judge(shown.presented, shown.get, NOW).broken()


def test_nothing_is_nothing() -> None:
    report = judge(Presented("empty.json", Form.NOTHING), lambda _: None, NOW)
    assert (report.verdict, report.kind, report.documents) == (Verdict.COULD_NOT_TELL, "", ())


@pytest.mark.parametrize("depth", [1_000, 200_000])
def test_nesting_without_end_is_no_trouble(depth: int) -> None:
    body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    report = judge_url(ASSERTION, lambda _: Fetched(200, "application/json", body), NOW)
    assert report.verdict is Verdict.INVALID
