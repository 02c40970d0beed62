"""Faults of states: what a certificate is said to be worth at this moment."""

from datetime import UTC, datetime, timedelta

from tests.conformance.faults.breaking import (
    Condition,
    Seen,
    alter,
    answers,
    both,
    error,
    not_found,
    put,
    reshape,
    where,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Reply, Request

VERIFY = "verify_certificate"
DAY = timedelta(days=1)


def verifies_as(status: str, when: Condition, *, valid: bool) -> Rule:
    """Some certificates verify as something else."""
    return answers(VERIFY, put("status", status), put("valid", value=valid), when=when, status=200)


def expires(seen: Seen) -> datetime | None:
    """When the certificate that was verified expires."""
    at = seen.reply.json["certificate"]["expires_at"]
    return None if at is None else datetime.fromisoformat(at)


def is_past(seen: Seen) -> bool:
    """Its expiry has passed."""
    at = expires(seen)
    return at is not None and at <= datetime.now(UTC)


def is_just_past(seen: Seen) -> bool:
    """Its expiry has passed less than a day ago."""
    at = expires(seen)
    return at is not None and datetime.now(UTC) - DAY < at <= datetime.now(UTC)


def is_soon_past(seen: Seen) -> bool:
    """Its expiry comes within an hour."""
    at = expires(seen)
    return at is not None and datetime.now(UTC) < at < datetime.now(UTC) + DAY / 24


def is_old(seen: Seen) -> bool:
    """It was issued more than twenty years ago."""
    return datetime.fromisoformat(seen.reply.json["certificate"]["issued_at"]) < datetime.now(UTC) - 20 * 365 * DAY


def without_the_latest(told: Json, _seen: Seen) -> Json:
    """What expired today is not yet listed as expired."""
    today = (datetime.now(UTC) - DAY).isoformat()
    return {**told, "data": [each for each in told["data"] if each["expires_at"] < today]}


def with_the_latest(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """What expired today is still listed as valid."""
    reply = ask(request)
    if request.operation != "list_certificates" or ("status", "valid") not in request.query or reply.status != 200:
        return reply
    other = request.copy()
    other.target = request.target.replace("status=valid", "status=expired")
    told, expired = reply.json, ask(other).json
    today = (datetime.now(UTC) - DAY).isoformat()
    told["data"] += [each for each in expired["data"] if each["expires_at"] > today]
    reply.json = told
    return reply


FAULTS = (
    fault(
        "valid-called-active",
        "A certificate in force verifies as active.",
        "states verification contract",
        verifies_as("active", where("status", "valid"), valid=True),
    ),
    fault(
        "valid-not-valid",
        "A certificate in force verifies as valid, and `valid` is false.",
        "states",
        verifies_as("valid", where("status", "valid"), valid=False),
    ),
    fault(
        "lasting-just-valid",
        "A certificate without expiry verifies as valid.",
        "states",
        verifies_as("valid", where("status", "never_expires"), valid=True),
    ),
    fault(
        "lasting-not-valid",
        "A certificate without expiry verifies with `valid` false.",
        "states",
        verifies_as("never_expires", where("status", "never_expires"), valid=False),
    ),
    fault(
        "lasting-ends-after-all",
        "A certificate without expiry is expired after twenty years.",
        "states",
        verifies_as("expired", both(where("status", "never_expires"), is_old), valid=False),
    ),
    fault(
        "expired-still-valid",
        "An expired certificate verifies as valid.",
        "states",
        verifies_as("valid", where("status", "expired"), valid=True),
    ),
    fault(
        "expired-called-valid",
        "An expired certificate verifies as expired, and `valid` is true.",
        "states",
        verifies_as("expired", where("status", "expired"), valid=True),
    ),
    fault(
        "renewed-still-valid",
        "A renewed certificate verifies as valid.",
        "states verification",
        verifies_as("valid", where("status", "renewed"), valid=True),
    ),
    fault(
        "renewed-called-valid",
        "A renewed certificate verifies as renewed, and `valid` is true.",
        "states",
        verifies_as("renewed", where("status", "renewed"), valid=True),
    ),
    fault(
        "renewed-lasting-still-valid",
        "A renewed certificate without expiry verifies as never_expires.",
        "states",
        verifies_as(
            "never_expires", both(where("status", "renewed"), where("certificate.expires_at", None)), valid=True
        ),
    ),
    fault(
        "revoked-not-found",
        "A revoked certificate is verified with 404.",
        "states verification contract cors certificates",
        answers(VERIFY, not_found, when=where("status", "revoked")),
    ),
    fault(
        "revoked-gone",
        "A revoked certificate is verified with 410.",
        "states verification contract cors certificates",
        answers(VERIFY, error(410, "gone"), when=where("status", "revoked")),
    ),
    fault(
        "revoked-called-valid",
        "A revoked certificate verifies as revoked, and `valid` is true.",
        "states",
        verifies_as("revoked", where("status", "revoked"), valid=True),
    ),
    fault(
        "revoked-lasting-still-valid",
        "A revoked certificate without expiry verifies as never_expires.",
        "states verification",
        verifies_as(
            "never_expires", both(where("status", "revoked"), where("certificate.expires_at", None)), valid=True
        ),
    ),
    fault(
        "expired-before-renewed",
        "A certificate that was renewed and has expired verifies as expired.",
        "states",
        verifies_as("expired", both(where("status", "renewed"), is_past), valid=False),
    ),
    fault(
        "expired-before-revoked",
        "A certificate that was revoked and has expired verifies as expired.",
        "states",
        verifies_as("expired", both(where("status", "revoked"), is_past), valid=False),
    ),
    fault(
        "renewed-before-revoked",
        "A certificate that was renewed and then revoked verifies as renewed.",
        "states verification",
        verifies_as("renewed", both(where("status", "revoked"), where("links.renewed_by")), valid=False),
    ),
    fault(
        "read-state-of-the-first-day",
        "A certificate is read in the state that it was issued in.",
        "states certificates contract",
        answers(
            "get_certificate", put("data.status", "valid"), when=where("data.status", "expired", "renewed", "revoked")
        ),
    ),
    fault(
        "listed-state-of-the-first-day",
        "Certificates are listed in the state that they were issued in.",
        "states",
        answers("list_certificates", alter("data.*.status", lambda status: "valid" if status == "renewed" else status)),
    ),
    fault(
        "listed-with-other-links",
        "A certificate is listed without the link to its successor.",
        "states",
        answers(
            "list_certificates",
            alter("data.*.links", lambda links: {name: link for name, link in links.items() if name != "renewed_by"}),
        ),
    ),
    fault(
        "expires-at-midnight",
        "A certificate is valid until the end of the day on which it expires.",
        "states",
        verifies_as("valid", both(where("status", "expired"), is_just_past), valid=True),
    ),
    fault(
        "expires-an-hour-early",
        "A certificate expires an hour before its expiry.",
        "states",
        verifies_as("expired", both(where("status", "valid"), is_soon_past), valid=False),
    ),
    fault(
        "listed-as-expired-a-day-late",
        "What expired today is not listed as expired.",
        "states webhooks",
        answers(
            "list_certificates",
            reshape(without_the_latest),
            status=200,
            when=lambda seen: ("status", "expired") in seen.request.query,
        ),
    ),
    fault("listed-as-valid-for-a-day", "What expired today is still listed as valid.", "states", with_the_latest),
)
