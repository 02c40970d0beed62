"""Faults of badges: assertions, and over HTTP all that is read of a badge."""

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus

from tests.conformance.faults.breaking import (
    Condition,
    Edit,
    Seen,
    alter,
    answers,
    both,
    carries,
    drop,
    error,
    header,
    is_,
    not_,
    not_found,
    put,
    status,
    unauthorized,
    where,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import reading, remembered, things

ASSERTION, BADGE, ISSUER = "get_assertion", "get_badge_class", "get_issuer"
DOCUMENTS = f"{ASSERTION} {BADGE} {ISSUER}"
CHANGING = ("issue_certificate", "renew_certificate", "revoke_certificate")
PLAIN, LINKED = "application/json", "application/ld+json"
NO_REASON = "The issuer gave no reason."
"""As the server behind the proxies says it."""


def knowing(change: Edit, when: Condition) -> Rule:
    """Assertions come back altered; of each certificate it is remembered how it was last answered, for `known`."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        if request.operation in CHANGING and reply.status < HTTPStatus.BAD_REQUEST:
            for each in things(reply.json):
                before = remembered(memory, "known").setdefault(each["code"], {})
                before.update(each, is_renewal=before.get("is_renewal") or request.operation == "renew_certificate")
        seen = Seen(request, reply.copy(), memory)
        if request.operation == ASSERTION and known(seen) and when(seen):
            change(reply, seen)
        return reply

    return rule


def known(seen: Seen) -> dict[str, Json]:
    """The certificate that an assertion is asked for; empty if there is none."""
    found: dict[str, Json] = remembered(seen.memory, "known").get(seen.request.path.rpartition("/")[2], {})
    return found


def is_read(seen: Seen) -> bool:
    """It is answered with 200."""
    return seen.reply.status == HTTPStatus.OK


def is_missing(seen: Seen) -> bool:
    """It is answered with 404."""
    return seen.reply.status == HTTPStatus.NOT_FOUND


def is_past(seen: Seen) -> bool:
    """The assertion is of a certificate that has expired."""
    told = seen.reply.json or {}
    return "expires" in told and datetime.fromisoformat(told["expires"]) < datetime.now(UTC)


def is_renewal(seen: Seen) -> bool:
    """The assertion is of a certificate that is a renewal."""
    return bool(known(seen).get("is_renewal"))


def is_revoked(seen: Seen) -> bool:
    """The assertion is of a certificate that is revoked."""
    return known(seen).get("status") == "revoked"


def gone(reply: Message, seen: Seen) -> None:
    """The assertion of a revoked certificate, as it is if somebody has claimed that."""
    status(410)(reply, seen)
    address = known(seen)["links"]["open_badge"]
    marked = {"revoked": True, "revocationReason": NO_REASON}
    reply.json = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": address, **marked}
    reply.set_header("Content-Type", LINKED)


def named_as_typed(reply: Message, seen: Seen) -> None:
    """The holder's address is hashed as it was typed."""
    holder = known(seen)
    digest = hashlib.sha256(f"{holder['holder_email']}{holder['code']}".encode()).hexdigest()
    put("recipient.identity", f"sha256${digest}")(reply, seen)


def named_in_clear(reply: Message, seen: Seen) -> None:
    """The holder's address stands there as it is."""
    put("recipient.identity", known(seen)["holder_email"])(reply, seen)
    put("recipient.hashed", value=False)(reply, seen)


def renewed_gone(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """A certificate that was renewed has no assertion any more."""
    reply = ask(request)
    if request.operation == ASSERTION and reply.status == HTTPStatus.OK:
        code = request.path.rpartition("/")[2]
        verified = ask(reading(request, f"/api/v1/verify/{code}")).json
        if isinstance(verified, dict) and verified.get("status") == "renewed":
            not_found(reply, Seen(request, reply, Memory()))
    return reply


def reads_in_capitals(seen: Seen) -> bool:
    """The code is written as it was given."""
    code = seen.request.path.rpartition("/")[2]
    return code == code.upper() and "%" not in code


def typed_back(reply: Message, seen: Seen) -> None:
    """The address of the assertion is the one that was asked for, letter by letter."""
    code = seen.request.path.rpartition("/")[2]
    alter("id", lambda address: f"{address.rpartition('/')[0]}/{code}")(reply, seen)


FAULTS = (
    fault(
        "badge-of-version-one",
        "An assertion is verified as Open Badges 1 had it.",
        "open-badges",
        answers(ASSERTION, put("verification.type", "hosted"), status=200),
    ),
    fault(
        "holder-as-typed",
        "The holder's address is hashed with its capitals.",
        "open-badges",
        knowing(named_as_typed, is_read),
    ),
    fault(
        "holder-in-clear",
        "The holder's address stands in the assertion as it is.",
        "open-badges",
        knowing(named_in_clear, is_read),
    ),
    fault(
        "holder-with-another-salt",
        "The salt of the holder's address is another one than the certificate's code.",
        "open-badges",
        answers(ASSERTION, put("recipient.salt", "salt"), status=200),
    ),
    fault(
        "issued-on-the-day-of-claiming",
        "A badge was issued when its certificate was claimed.",
        "open-badges",
        answers(ASSERTION, put("issuedOn", "2026-01-01T00:00:00Z"), status=200),
    ),
    fault(
        "expires-at-the-end-of-the-month",
        "A badge expires later than its certificate.",
        "open-badges",
        answers(ASSERTION, alter("expires", lambda at: f"{at[:8]}28T23:59:59Z"), status=200),
    ),
    fault(
        "expires-never-as-null",
        "An assertion that does not expire says so by null.",
        "open-badges",
        answers(ASSERTION, put("expires", None), status=200, when=not_(where("expires"))),
    ),
    fault(
        "badge-class-with-another-id",
        "A badge class says that it is found elsewhere.",
        "open-badges",
        answers(BADGE, alter("id", lambda address: f"{address}#badge"), status=200),
    ),
    fault(
        "issuer-with-another-id",
        "A profile says that it is found elsewhere.",
        "open-badges",
        answers(ISSUER, alter("id", lambda address: f"{address}/"), status=200),
    ),
    fault(
        "unclaimed-told-apart",
        "Who asks for the badge of a certificate that nobody has claimed is told so.",
        "open-badges",
        knowing(error(404, "not_found", "Nobody has claimed this."), is_missing),
    ),
    fault(
        "unclaimed-gone",
        "A certificate that was revoked before anybody claimed it has a badge that is gone.",
        "open-badges",
        knowing(gone, both(is_missing, is_revoked)),
    ),
    fault(
        "revoked-still-there",
        "A revoked badge is answered with 200.",
        "open-badges cors",
        answers(ASSERTION, status(200), status=410),
    ),
    fault(
        "revoked-not-there",
        "A revoked badge is answered with 404.",
        "open-badges cors",
        answers(ASSERTION, not_found, status=410),
    ),
    fault(
        "revoked-tells-more",
        "A revoked assertion tells when it was.",
        "open-badges",
        answers(ASSERTION, put("revokedAt", "2026-01-01T00:00:00Z"), status=410),
    ),
    fault(
        "revoked-for-any-reason",
        "A revoked assertion tells another reason than the one that was given.",
        "open-badges",
        answers(ASSERTION, put("revocationReason", "Revoked by the issuer."), status=410),
    ),
    fault(
        "revoked-silently-without-reason",
        "A badge that was revoked without a reason has none.",
        "open-badges",
        answers(ASSERTION, drop("revocationReason"), status=410, when=where("revocationReason", NO_REASON)),
    ),
    fault(
        "expired-badge-gone",
        "An expired certificate has no badge.",
        "open-badges",
        answers(ASSERTION, not_found, when=both(is_read, is_past)),
    ),
    fault("renewed-badge-gone", "A renewed certificate has no badge.", "open-badges", renewed_gone),
    fault(
        "successor-without-badge",
        "A renewal has no badge until its holder claims it again.",
        "open-badges",
        knowing(not_found, both(is_read, is_renewal)),
    ),
    fault(
        "badge-of-the-first-version",
        "Every assertion names the badge class of the course's first version.",
        "open-badges",
        answers(ASSERTION, alter("badge", lambda address: address.partition("?")[0]), status=200),
    ),
    fault(
        "badges-as-plain-json",
        "Badge documents are plain JSON for everybody.",
        "open-badges contract cors",
        answers(DOCUMENTS, header("Content-Type", PLAIN)),
    ),
    fault(
        "badges-never-as-plain-json",
        "Badge documents are linked data also for those who ask for plain JSON.",
        "open-badges contract",
        answers(DOCUMENTS, header("Content-Type", LINKED), status=200),
    ),
    fault(
        "browsers-turned-away",
        "Who asks for HTML is told that there is none.",
        "open-badges contract",
        answers(DOCUMENTS, error(406, "not_acceptable"), when=carries("Accept", "text/html")),
    ),
    fault(
        "badges-without-vary",
        "Badge documents do not say that they depend on Accept.",
        "open-badges contract",
        answers(DOCUMENTS, header("Vary", "Origin"), status=200),
    ),
    fault(
        "gone-as-plain-json",
        "A revoked assertion is plain JSON for everybody.",
        "open-badges",
        answers(ASSERTION, header("Content-Type", PLAIN), status=410),
    ),
    fault(
        "gone-without-vary",
        "A revoked assertion does not say that it depends on Accept.",
        "open-badges",
        answers(ASSERTION, header("Vary", None), status=410),
    ),
    fault(
        "badges-without-head",
        "HEAD is not answered for badge documents.",
        "open-badges contract",
        answers(DOCUMENTS, error(405, "method_not_allowed"), when=is_("HEAD")),
    ),
    fault(
        "badges-ask-for-the-right-key",
        "Who asks for a badge with a key that is none is turned away.",
        "open-badges authentication",
        answers(DOCUMENTS, unauthorized, when=carries("Authorization", "no_such_key")),
    ),
    fault(
        "badges-in-capitals-only",
        "An assertion is found by its code only as that was given.",
        "open-badges",
        answers(ASSERTION, not_found, when=not_(reads_in_capitals)),
    ),
    fault(
        "assertion-as-typed",
        "The address of an assertion is the one that was asked for, in small letters, too.",
        "open-badges",
        answers(ASSERTION, typed_back, status=200),
    ),
)
