"""Faults of repeated requests: what comes once more under its Idempotency-Key, and what comes under another's."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event

from tests.conformance.faults.breaking import (
    EVERY,
    Edit,
    Seen,
    alter_header,
    answers,
    asks,
    carries,
    conflict,
    crash,
    goes_to,
    header,
    is_meant,
    not_,
    put,
    unprocessable,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Memory, Reply, Request
from tests.conformance.faults.world import reading

KEY, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
UNHEEDED = header(KEY, None)
ISSUE, CREATE = "issue_certificate", "create_course"
TOO_LONG = "k" * 256
OTHERS_SECONDS = 0.2
"""Whoever sends several requests at once has sent the second by then."""


@dataclass(frozen=True)
class Kept:
    """The first request under a key, and its answer."""

    request: Request
    reply: Reply


Again = Callable[[Request, Ask, Kept], Reply | None]
"""What is answered to a later request under a key; None: what the server answers."""


def under_its_key(of: str, again: Again) -> Rule:
    """What later requests of these operations are answered whose key was used before with success."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        name = ("under", request.key, request.header(KEY))
        if request.method != "POST" or not request.header(KEY):
            return ask(request)
        kept = memory.notes.get(name)
        reply = again(request, ask, kept) if kept and is_meant(of, request) else None
        reply = reply or ask(request)
        if reply.status < HTTPStatus.BAD_REQUEST:
            memory.notes.setdefault(name, Kept(request, reply.copy()))
        return reply

    return rule


def alone(request: Request) -> Request:
    """The request without its key."""
    bare = request.copy()
    bare.set_header(KEY, None)
    return bare


def replayed(kept: Kept) -> Reply:
    """The first answer as one that is given again."""
    reply = kept.reply.copy()
    reply.set_header(REPLAYED, "true")
    return reply


def carried_out_again(request: Request, ask: Ask, kept: Kept) -> None:
    """The same request is carried out once more, and answered as at first."""
    if request.body == kept.request.body:
        ask(alone(request))


def as_it_is_now(request: Request, ask: Ask, kept: Kept) -> Reply | None:
    """What was made is read anew."""
    if request.body != kept.request.body:
        return None
    reply = replayed(kept)
    reply.set_body(ask(reading(request, f"{request.path}/{kept.reply.json['data']['id']}")).body)
    return reply


def compared_by_bytes(request: Request, ask: Ask, kept: Kept) -> Reply | None:
    """The same value, written otherwise, is another request."""
    if request.body == kept.request.body or request.json != kept.request.json:
        return None
    reply = ask(request)
    unprocessable(reply, Seen(request, reply, Memory()))
    return reply


def another_value_answered(request: Request, _ask: Ask, kept: Kept) -> Reply | None:
    """Another body is answered as the first one was."""
    is_same = request.target != kept.request.target or request.json == kept.request.json
    return None if is_same else replayed(kept)


def another_value_carried_out(request: Request, ask: Ask, kept: Kept) -> Reply | None:
    """Another body is a request of its own."""
    is_same = request.target != kept.request.target or request.json == kept.request.json
    return None if is_same else ask(alone(request))


def another_operation_carried_out(request: Request, ask: Ask, kept: Kept) -> Reply | None:
    """Another operation knows nothing of the key."""
    return None if request.operation == kept.request.operation else ask(alone(request))


def another_thing_answered(request: Request, _ask: Ask, kept: Kept) -> Reply | None:
    """Whatever it is about, the same body is answered as at first."""
    is_other = request.target != kept.request.target and request.operation == kept.request.operation
    return replayed(kept) if is_other else None


def another_thing_done(request: Request, ask: Ask, kept: Kept) -> Reply | None:
    """It is refused, and carried out all the same."""
    if request.target != kept.request.target:
        ask(alone(request))
    return None


def errors_kept(request: Request, ask: Ask, memory: Memory) -> Reply:
    """What was refused under a key stays refused."""
    name = ("refused", request.key, request.header(KEY))
    if not request.header(KEY) or request.operation != ISSUE:
        return ask(request)
    if name in memory.notes:
        return memory.notes[name].copy()  # type: ignore[no-any-return]  # as it is put there below
    reply = ask(request)
    if HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        memory.notes[name] = reply.copy()
    return reply


def at_once(*edits: Edit) -> Rule:
    """Certificates are asked for altered while another request under the key runs, which waits a while for company."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        name = ("running", request.key, request.header(KEY))
        if request.operation != ISSUE or not request.header(KEY):
            return ask(request)
        with memory.lock:
            is_first = name not in memory.notes
            others: Event = memory.notes.setdefault(name, Event())
        if is_first:
            others.wait(OTHERS_SECONDS)
            try:
                return ask(request)
            finally:
                memory.notes.pop(name)
        others.set()
        altered = request.copy()
        for edit in edits:
            edit(altered, Seen(request, Reply(), memory))
        return ask(altered)

    return rule


def alike_without_a_key(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Requests with the same body are taken for one also without a key."""
    name = ("alike", request.key, request.body)
    if request.operation != ISSUE or request.header(KEY):
        return ask(request)
    if name not in memory.notes:
        reply = ask(request)
        if reply.status != HTTPStatus.CREATED:
            return reply
        memory.notes[name] = reply
    return memory.notes[name].copy()  # type: ignore[no-any-return]  # as it is put there above


def is_replay(seen: Seen) -> bool:
    """The answer is given again."""
    return bool(seen.reply.header(REPLAYED))


FAULTS = (
    fault(
        "keys-of-requests-ignored",
        "An Idempotency-Key is heeded nowhere but where mails are sent.",
        "idempotency isolation contract",
        asks(EVERY, UNHEEDED, when=not_(goes_to("/resend-claim"))),
    ),
    fault(
        "replay-not-told",
        "An answer that is given again does not say so.",
        "idempotency",
        answers(EVERY, header(REPLAYED, None)),
    ),
    fault(
        "replay-told-at-first",
        "Every answer says whether it is given again, and so does the first.",
        "idempotency isolation",
        answers(ISSUE, header(REPLAYED, "false"), when=not_(is_replay)),
    ),
    fault(
        "replay-written-anew",
        "An answer that is given again is written with blanks.",
        "idempotency",
        answers(ISSUE, lambda reply, _seen: reply.set_body(reply.body.replace(b":", b": ", 1)), when=is_replay),
    ),
    fault(
        "replay-carried-out",
        "What is repeated is carried out once more, though answered as at first.",
        "idempotency",
        under_its_key(ISSUE, carried_out_again),
    ),
    fault(
        "replay-without-location",
        "An answer that is given again does not say where the thing is.",
        "idempotency",
        answers(EVERY, header("Location", None), when=is_replay),
    ),
    fault(
        "replay-read-anew",
        "Instead of the first answer the thing is shown as it is now.",
        "idempotency",
        under_its_key(CREATE, as_it_is_now),
    ),
    fault(
        "replay-by-bytes",
        "The same body, written otherwise, is taken for another.",
        "idempotency",
        under_its_key(EVERY, compared_by_bytes),
    ),
    fault(
        "other-value-answered",
        "Another body under a key is answered as the first one was.",
        "idempotency",
        under_its_key(EVERY, another_value_answered),
    ),
    fault(
        "other-value-carried-out",
        "Another body under a key is carried out, too.",
        "idempotency",
        under_its_key(EVERY, another_value_carried_out),
    ),
    fault(
        "keys-of-each-operation",
        "A key belongs to an operation, and each other one takes it anew.",
        "idempotency",
        under_its_key(EVERY, another_operation_carried_out),
    ),
    fault(
        "other-thing-answered",
        "Under the same key, the revocation of a certificate is answered with another one.",
        "idempotency",
        under_its_key("revoke_certificate", another_thing_answered),
    ),
    fault(
        "other-thing-revoked",
        "Under the same key, the revocation of another certificate is refused, and carried out.",
        "idempotency",
        under_its_key("revoke_certificate", another_thing_done),
    ),
    fault("errors-kept", "What was refused under a key stays refused when put right.", "idempotency", errors_kept),
    fault(
        "long-keys-cut",
        "Of a key only the first 64 characters count, however long it is.",
        "idempotency contract",
        asks(EVERY, alter_header(KEY, lambda key: key[:64])),
    ),
    fault(
        "odd-keys-refused",
        "A key may have letters, digits and hyphens only.",
        "idempotency",
        asks(EVERY, header(KEY, TOO_LONG), when=carries(KEY, "{", "~")),
    ),
    fault(
        "at-once-each-carried-out",
        "Of requests at once under one key, each is carried out.",
        "idempotency",
        at_once(UNHEEDED),
    ),
    fault(
        "at-once-refused-as-wrong",
        "Whoever comes while a request under the same key is running is told that his key is wrong.",
        "idempotency",
        at_once(header(KEY, TOO_LONG)),
    ),
    fault(
        "alike-taken-for-one",
        "Two requests of the same body are taken for one, also without a key.",
        "idempotency",
        alike_without_a_key,
    ),
    fault("revoking-unheeded", "To revoke heeds no key.", "idempotency", asks("revoke_certificate", UNHEEDED)),
    fault("renewing-unheeded", "To renew heeds no key.", "idempotency", asks("renew_certificate", UNHEEDED)),
    fault(
        "resending-once-and-never-again",
        "Whoever repeats under its key that a link be sent again is refused.",
        "idempotency",
        answers("resend_claim", conflict, when=is_replay),
    ),
    fault(
        "replay-without-secret",
        "An endpoint's secret is not shown again to whoever repeats the request.",
        "idempotency",
        answers("create_webhook rotate_webhook_secret", put("data.secret", "whsec_"), when=is_replay),
    ),
    fault(
        "rotation-unheeded",
        "To replace a secret heeds no key.",
        "idempotency",
        asks("rotate_webhook_secret", UNHEEDED),
    ),
    fault(
        "switching-unheeded",
        "To disable and to enable an endpoint heed no key.",
        "idempotency contract",
        asks("disable_webhook enable_webhook", UNHEEDED),
    ),
    fault(
        "sending-again-unheeded",
        "To send events of a time again heeds no key.",
        "idempotency",
        asks("redeliver_range", UNHEEDED),
    ),
    fault(
        "tests-unheeded", "To test webhooks heeds no key.", "idempotency contract", asks("send_test_webhook", UNHEEDED)
    ),
    fault(
        "claims-without-keys",
        "Whoever claims under a key is refused.",
        "idempotency",
        answers("claim_certificate", unprocessable, when=carries(KEY)),
    ),
    fault(
        "claims-crash-with-keys",
        "A key that is too long ends a claim in a fault of the server's own.",
        "idempotency contract",
        answers("claim_certificate", crash, when=carries(KEY, TOO_LONG)),
    ),
)
