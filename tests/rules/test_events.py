"""Events: the page's members in the page's order, in bytes that a rewriting receiver leaves as they are."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import events, text
from rules.certificates import Certificate
from rules.events import EventKind
from tests.rules.issued import CERTIFICATE, NOW, texts

steady = settings(derandomize=True, deadline=None)
LATER = NOW + timedelta(seconds=5, microseconds=999_999)
ISSUED = (
    '{"event":"certificate.issued","data":{"certificate":{"id":"00000000-0000-0000-0000-000000000001",'
    '"code":"TRC-ACA-26-F5N8K3","holder_name":"Jane Doe","holder_email":"jane@example.com",'
    '"course_id":"00000000-0000-0000-0000-000000000002","course_name":"Web Development",'
    '"issued_at":"2026-03-15T10:00:00Z","expires_at":"2027-03-15T10:00:00Z"}},"timestamp":"2026-03-15T10:00:05Z"}'
)
REVOKED = CERTIFICATE._replace(revoked_at=LATER, revocation_reason="Issued by mistake.\nSorry.")


def told(kind: EventKind, certificate: Certificate = CERTIFICATE) -> dict[str, str | None]:
    """The certificate as an event tells of it."""
    found: dict[str, str | None] = json.loads(events.body(kind, certificate, LATER))["data"]["certificate"]
    return found


def test_the_bytes() -> None:
    assert events.body("certificate.issued", CERTIFICATE, LATER).decode() == ISSUED


@pytest.mark.parametrize("kind", events.CERTIFICATE_KINDS)
def test_every_kind_names_itself_and_has_the_same_members(kind: EventKind) -> None:
    body = events.body(kind, REVOKED, LATER).decode()
    assert body.startswith(ISSUED.partition("}}")[0].replace("certificate.issued", kind))
    assert ("revoked_at" in body, "revocation_reason" in body) == (kind == "certificate.revoked",) * 2


def test_a_revocation_tells_when_and_why() -> None:
    assert list(told("certificate.revoked", REVOKED).items())[-2:] == [
        ("revoked_at", "2026-03-15T10:00:05.999999Z"),
        ("revocation_reason", "Issued by mistake.\nSorry."),
    ]
    without_reason = REVOKED._replace(revocation_reason=None)
    assert told("certificate.revoked", without_reason)["revocation_reason"] is None


def test_what_never_expires_says_so() -> None:
    assert told("certificate.issued", CERTIFICATE._replace(expires_at=None))["expires_at"] is None


@steady
@given(texts, texts, st.none() | texts)
def test_any_text_arrives_as_it_was(name: str, course: str, reason: str | None) -> None:
    certificate = REVOKED._replace(
        holder_name=name, course=REVOKED.course._replace(name=course), revocation_reason=reason
    )
    found = told("certificate.revoked", certificate)
    assert (found["holder_name"], found["course_name"], found["revocation_reason"]) == (name, course, reason)


@steady
@given(texts)
def test_a_sample_has_the_same_members_and_belongs_to_nobody(academy: str) -> None:
    event = json.loads(events.sample(academy, LATER))
    sample = event["data"]["certificate"]
    assert (event["event"], list(event), list(sample)) == (
        "webhook.test",
        ["event", "data", "timestamp"],
        list(told("certificate.issued")),
    )
    assert UUID(sample["id"]) == UUID(sample["course_id"]) == UUID(int=0)
    assert (sample["issued_at"], sample["expires_at"]) == ("2026-03-15T10:00:05Z", "2027-03-15T10:00:05Z")


def test_a_sample_keeps_to_the_lengths_of_the_contract() -> None:
    course = json.loads(events.sample("x" * 200, NOW))["data"]["certificate"]["course_name"]
    assert text.line(course, field="course_name", longest=200) == course


def test_the_kinds() -> None:
    assert (*events.CERTIFICATE_KINDS, "webhook.test") == events.KINDS
    assert len(set(events.KINDS)) == 6
