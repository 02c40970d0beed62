"""Faults of what becomes of a certificate: corrected, mailed again, revoked, renewed."""

from tests.conformance.faults.breaking import (
    Edit,
    Seen,
    alter,
    answers,
    asks,
    conflict,
    forgiving,
    lacks_body,
    put,
    sent,
    status,
    unprocessable,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import of_certificate, remembered

CORRECT, REVOKE, RENEW, RESEND = "update_certificate", "revoke_certificate", "renew_certificate", "resend_claim"
READ = "get_certificate"


def without_members(*names: str) -> Edit:
    """Members are left out of the request."""

    def edit(message: Message, _seen: Seen) -> None:
        if isinstance(message.json, dict):
            message.json = {name: value for name, value in message.json.items() if name not in names}

    return edit


def done_all_the_same(of: str, code: int, **members: Json) -> Rule:
    """What the state of a certificate forbids seems to be done."""

    def rule(request: Request, ask: Ask, _memory: Memory) -> Reply:
        reply = ask(request)
        if request.operation != of or reply.status != 409:
            return reply
        found = of_certificate(request, ask)
        told: Json = found.json
        told["data"] |= members
        found.json = told
        found.status = code
        return found

    return rule


def revoked_anew(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Revoking again replaces the reason."""
    reply, codes = ask(request), remembered(memory, "revoked")
    told: Json = reply.json
    if request.operation == REVOKE and reply.status == 200:
        code = told["data"]["code"]
        if code in codes and isinstance(request.json, dict):
            told["data"]["revocation_reason"] = request.json.get("reason")
            reply.json = told
        codes[code] = True
    return reply


def revoked_once(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Revoking again is refused."""
    reply, codes = ask(request), remembered(memory, "revoked")
    if request.operation == REVOKE and reply.status == 200:
        code = reply.json["data"]["code"]
        if code in codes:
            conflict(reply, Seen(request, reply, memory))
        codes[code] = True
    return reply


def successor(change: str) -> Rule:
    """A successor is shown with something of its predecessor's."""

    def rule(request: Request, ask: Ask, _memory: Memory) -> Reply:
        old: Json = of_certificate(request, ask).json if request.operation == RENEW else None
        reply = ask(request)
        told: Json = reply.json
        if request.operation == RENEW and reply.status == 201:
            told["data"][change] = old["data"][change]
            reply.json = told
        return reply

    return rule


def successor_unclaimed(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A claim is lost when the certificate is renewed."""
    reply, codes = ask(request), remembered(memory, "successors")
    told: Json = reply.json
    if request.operation == RENEW and reply.status == 201:
        codes[told["data"]["code"]] = True
    if request.operation == READ and reply.status == 200 and told["data"]["code"] in codes:
        told["data"] |= {"is_claimed": False, "claimed_at": None}
        reply.json = told
    return reply


def corrected_partly(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Verification still tells the name from before the correction."""
    names, reply = remembered(memory, "names"), ask(request)
    told: Json = reply.json
    if request.operation == "issue_certificate" and reply.status == 201:
        names[told["data"]["code"]] = told["data"]["holder_name"]
    if request.operation == "verify_certificate" and reply.status == 200 and told["certificate"]["code"] in names:
        told["certificate"]["holder_name"] = names[told["certificate"]["code"]]
        reply.json = told
    return reply


FAULTS = (
    fault(
        "correction-of-address-lost",
        "A corrected address is not kept.",
        "certificates claims errors",
        asks(
            CORRECT,
            without_members("holder_email"),
            when=sent("holder_email", lambda told: isinstance(told, str) and "@example.com" in told),
        ),
    ),
    fault(
        "correction-of-name-lost",
        "A corrected name is not kept.",
        "certificates claims verification",
        asks(CORRECT, without_members("holder_name"), when=sent("holder_name", "Jane Roe")),
    ),
    fault(
        "correction-not-verified",
        "Verification still tells the name from before a correction.",
        "certificates verification",
        corrected_partly,
    ),
    fault(
        "correction-replaces-all",
        "A correction without a name is refused.",
        "certificates claims errors",
        answers(CORRECT, unprocessable, status=200, when=lambda seen: not sent("holder_name")(seen)),
    ),
    fault(
        "correction-of-null-taken",
        "A correction to null is taken and changes nothing.",
        "errors certificates",
        forgiving(CORRECT, without_members("holder_name", "holder_email"), when=sent("*", None)),
    ),
    fault(
        "correction-of-the-date-overlooked",
        "A correction of the date is overlooked.",
        "errors certificates",
        forgiving(CORRECT, without_members("issued_at", "code", "name")),
    ),
    fault(
        "claimed-corrected",
        "A claimed certificate is corrected.",
        "claims",
        done_all_the_same(CORRECT, 200),
    ),
    fault(
        "claimed-corrected-is-forbidden",
        "A correction after the claim is 403.",
        "claims",
        answers(CORRECT, status(403), status=409),
    ),
    fault(
        "resent-with-ok",
        "Sending the link again is answered 200.",
        "claims idempotency",
        answers(RESEND, status(200), status=202),
    ),
    fault(
        "resent-without-certificate",
        "Sending the link again is answered without the certificate.",
        "claims",
        answers(RESEND, put("data", None), status=202),
    ),
    fault(
        "resent-when-revoked",
        "The link of a revoked certificate is sent again.",
        "claims",
        done_all_the_same(RESEND, 202),
    ),
    fault(
        "resending-when-claimed-refused",
        "Sending the link of a claimed certificate is 422.",
        "claims",
        answers(RESEND, unprocessable, status=409),
    ),
    fault(
        "revoked-with-nothing",
        "Revoking is answered 204.",
        "certificates contract claims errors states verification courses webhooks cors open-badges idempotency pagination",
        answers(REVOKE, status(204), status=200),
    ),
    fault(
        "revoked-without-reason",
        "The reason of a revocation is lost.",
        "certificates contract claims verification",
        asks(
            REVOKE,
            without_members("reason"),
            when=sent("reason", lambda told: isinstance(told, str) and "Twice" in told),
        ),
    ),
    fault(
        "revoked-state-late",
        "Revoking is answered with the certificate as it was before.",
        "certificates contract webhooks idempotency verification",
        answers(REVOKE, put("data.status", "valid"), put("data.revoked_at", None)),
    ),
    fault(
        "revoked-loses-its-expiry",
        "A revoked certificate has no expiry any more.",
        "certificates",
        answers(REVOKE, put("data.expires_at", None)),
    ),
    fault(
        "revoking-needs-a-reason",
        "Revoking without a reason is refused.",
        "certificates contract states verification webhooks errors idempotency",
        answers(REVOKE, unprocessable, when=lambda seen: not lacks_body(seen) and not sent("reason", str)(seen)),
    ),
    fault(
        "revoked-for-a-reason-made-up",
        "A revocation without a reason is given one.",
        "certificates contract verification",
        answers(REVOKE, alter("data.revocation_reason", lambda why: why or "Revoked")),
    ),
    fault("revoked-twice-refused", "Revoking twice is 409.", "certificates idempotency", revoked_once),
    fault("revoked-twice-with-another-reason", "Revoking again replaces the reason.", "certificates", revoked_anew),
    fault(
        "renewed-with-ok",
        "Renewing is answered 200.",
        "certificates contract states verification claims webhooks errors pagination open-badges cors courses idempotency",
        answers(RENEW, status(200), status=201),
    ),
    fault(
        "renewed-under-the-old-id", "A renewal has the id of its predecessor.", "certificates contract", successor("id")
    ),
    fault(
        "renewed-on-the-old-date",
        "A renewal is issued when its predecessor was.",
        "certificates open-badges",
        successor("issued_at"),
    ),
    fault(
        "renewed-for-nobody",
        "A renewal does not show its holder's address.",
        "certificates verification",
        answers(RENEW, put("data.holder_email", "holder@example.com")),
    ),
    fault(
        "renewed-on-the-old-version",
        "A renewal shows the version of the course that its predecessor shows.",
        "certificates",
        successor("course_version"),
    ),
    fault(
        "renewed-with-the-old-expiry",
        "A renewal expires when its predecessor does.",
        "certificates open-badges",
        successor("expires_at"),
    ),
    fault(
        "renewal-date-ignored",
        "The date of a renewal is not looked at.",
        "certificates",
        asks(
            RENEW,
            without_members("issued_at"),
            when=sent("issued_at", lambda at: isinstance(at, str) and at.startswith("2024")),
        ),
    ),
    fault(
        "renewal-date-of-null-taken",
        "A renewal dated null is issued now.",
        "certificates",
        forgiving(RENEW, without_members("issued_at"), when=sent("issued_at", None)),
    ),
    fault(
        "renewed-unclaimed",
        "A claim is lost when a certificate is renewed.",
        "certificates claims",
        successor_unclaimed,
    ),
    fault("renewed-twice", "A certificate is renewed twice.", "certificates errors", done_all_the_same(RENEW, 201)),
)
