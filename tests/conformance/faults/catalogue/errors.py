"""Faults of errors: their shape, and which of them it is."""

from conformance.clauses.errors import NOBODYS_METHOD
from tests.conformance.faults.breaking import (
    EVERY,
    Seen,
    alter_header,
    answers,
    carries,
    crash,
    drop,
    error,
    goes_to,
    header,
    not_found,
    put,
    reshape,
    sent,
    status,
    unprocessable,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request

THINGS = "get_course get_webhook get_certificate"
PUBLIC = "verify_certificate get_assertion get_badge_class get_badge_image get_issuer"
PAGE = b"<!doctype html><title>Not Found</title>"


def as_a_page(reply: Message, _seen: Seen) -> None:
    """An error as servers tell it of their own accord."""
    reply.set_body(PAGE)
    reply.set_header("Content-Type", "text/html; charset=utf-8")


def flat(told: Json, _seen: Seen) -> Json:
    """An error without the object around it."""
    return told["error"]


def could_not_be(seen: Seen) -> bool:
    """The request names a code or an id that cannot be one: the contract has a pattern for both."""
    last = seen.request.path.split("/")[4:5]
    return bool(last) and len(last[0]) not in (17, 36)


def done_in_part(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Of a change that is refused, what is right in it is done nevertheless."""
    reply = ask(request)
    wanted = request.json
    if reply.status == 422 and request.method == "PATCH" and isinstance(wanted, dict):
        for name, value in wanted.items():
            part = request.copy()
            part.json = {name: value}
            ask(part)
    return reply


def issued_all_the_same(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """A certificate that is refused for a member too many is issued nevertheless."""
    reply = ask(request)
    wanted = request.json
    if reply.status == 422 and request.operation == "issue_certificate" and isinstance(wanted, dict):
        part = request.copy()
        part.json = {name: value for name, value in wanted.items() if name != "no_such_member"}
        ask(part)
    return reply


FAULTS = (
    fault(
        "errors-in-html",
        "An address that is not there is answered with a page in HTML.",
        "errors cors open-badges",
        answers(EVERY, as_a_page, status=404, when=goes_to("no-such")),
    ),
    fault(
        "errors-in-html-for-browsers",
        "Whoever accepts HTML is told of a wrong method in HTML.",
        "errors",
        answers(EVERY, as_a_page, status=405, when=carries("Accept", "text/html")),
    ),
    fault(
        "errors-flat",
        "The error about a media type stands by itself, not within `error`.",
        "errors",
        answers(EVERY, reshape(flat), status=415),
    ),
    fault(
        "errors-of-another-type",
        "An error is application/problem+json.",
        "errors",
        answers(EVERY, header("Content-Type", "application/problem+json"), status=405),
    ),
    fault(
        "errors-without-code",
        "An error about a wrong method has no code.",
        "errors",
        answers(EVERY, drop("error.code"), status=405),
    ),
    fault(
        "errors-without-message",
        "The message of an error about a wrong method is empty.",
        "errors",
        answers(EVERY, put("error.message", ""), status=405),
    ),
    fault(
        "unknown-path-refused",
        "An address that is not there is answered 400.",
        "errors contract cors open-badges",
        answers(EVERY, error(400, "bad_request"), status=404, when=goes_to("no-such")),
    ),
    fault(
        "unknown-path-moved",
        "Whoever asks for the root of the API is sent elsewhere.",
        "errors",
        answers(EVERY, status(307), header("Location", "/api/v1/"), when=goes_to("/api/v2")),
    ),
    fault(
        "odd-path-crashes", "NUL in an address is answered 500.", "errors", answers(EVERY, crash, when=goes_to("%00"))
    ),
    fault(
        "odd-path-in-html",
        "An address that is no UTF-8 is answered in HTML.",
        "errors",
        answers(EVERY, as_a_page, when=goes_to("%ff")),
    ),
    fault(
        "missing-thing-gone",
        "An endpoint that is not there is answered 410.",
        "errors webhooks isolation cors",
        answers("delete_webhook get_webhook", error(410, "gone"), status=404),
    ),
    fault(
        "missing-thing-conflict",
        "Sending an event again that is not there is answered 409.",
        "errors isolation webhooks",
        answers("redeliver", error(409, "conflict"), status=404),
    ),
    fault(
        "missing-badge-empty",
        "The picture of a badge that is not there is answered 404 without a body.",
        "errors open-badges cors",
        answers("get_badge_image", lambda reply, _seen: reply.set_body(b""), status=404),
    ),
    fault(
        "impossible-code-refused",
        "A code that cannot be one is 422.",
        "errors verification cors",
        answers("verify_certificate get_certificate revoke_certificate", unprocessable, status=404, when=could_not_be),
    ),
    fault(
        "impossible-id-refused",
        "An id that cannot be one is 422.",
        "errors cors open-badges",
        answers("get_course get_badge_class", unprocessable, status=404, when=could_not_be),
    ),
    fault(
        "impossible-id-crashes",
        "An id that cannot be one is 500.",
        "errors",
        answers("list_deliveries", crash, status=404, when=could_not_be),
    ),
    fault(
        "unknown-course-refused",
        "A certificate for a course that is not there is 422.",
        "errors certificates isolation idempotency",
        answers("issue_certificate", unprocessable, status=404),
    ),
    fault(
        "impossible-course-not-found",
        "A certificate for a course whose id cannot be one is 404.",
        "errors",
        answers("issue_certificate", not_found, status=422, when=sent("course_id", "no-such-id")),
    ),
    fault(
        "wrong-method-not-found",
        "A method that an address does not have is 404.",
        "errors",
        answers(EVERY, not_found, status=405),
    ),
    fault(
        "without-allow",
        "A wrong method is answered without Allow.",
        "errors",
        answers(EVERY, header("Allow", None), status=405),
    ),
    fault(
        "allow-lacks-head",
        "Allow has no HEAD.",
        "errors",
        answers(
            EVERY,
            alter_header("Allow", lambda told: told.replace("HEAD", "").replace(", ,", ",").strip(", ")),
            status=405,
        ),
    ),
    fault(
        "allow-names-one",
        "Allow names one method alone.",
        "errors",
        answers(EVERY, alter_header("Allow", lambda told: told.partition(",")[0]), status=405),
    ),
    fault(
        "allow-too-much",
        "Allow names the method that is refused, too.",
        "errors",
        answers(EVERY, alter_header("Allow", lambda told: f"{told}, {NOBODYS_METHOD}"), status=405),
    ),
    fault(
        "conflict-forbidden",
        "What the state of a certificate forbids is 403.",
        "certificates claims",
        answers("renew_certificate", error(403, "forbidden"), status=409),
    ),
    fault(
        "conflict-unprocessable",
        "What the state of a certificate forbids is 422.",
        "certificates",
        answers("renew_certificate", unprocessable, status=409),
    ),
    fault(
        "done-in-part",
        "Of a change that is refused, what is right in it is done.",
        "errors certificates courses",
        done_in_part,
    ),
    fault(
        "issued-all-the-same",
        "A certificate that is refused for a member too many is issued nevertheless.",
        "errors",
        issued_all_the_same,
    ),
)
