"""Faults of limits: how much is taken, from whom, what is told of it, and when more is taken again."""

import math
import time
from http import HTTPStatus

from tests.conformance.faults.breaking import (
    EVERY,
    Condition,
    Edit,
    Seen,
    alter_header,
    always,
    answers,
    both,
    carries,
    error,
    header,
    not_,
    put,
    unauthorized,
    unprocessable,
)
from tests.conformance.faults.fault import Fault, Ground, Rule, fault
from tests.conformance.faults.messages import Ask, Memory, Message, Reply, Request

LIMIT, REMAINING, RESET, AGAIN = "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"
REFUSED, WINDOW = HTTPStatus.TOO_MANY_REQUESTS, 60
TESTS = "send_test_webhook"
PUBLIC = "verify_certificate get_assertion get_badge_class get_badge_image get_issuer claim_certificate"


def limited(name: str, says: str, *rules: Rule) -> Fault:
    """A fault that is noticed where there are limits."""
    return fault(name, says, "limits", *rules, ground=Ground.LIMITED)


def refused(reply: Message, seen: Seen) -> None:
    """It is one too many, for as long as the answer tells of its limit."""
    error(REFUSED, "rate_limited", "Too many requests.")(reply, seen)
    reply.set_header(REMAINING, "0")
    reply.set_header(AGAIN, reply.header(RESET))


def leaves_less_than(most: int) -> Condition:
    """The answer tells that fewer requests than this are left."""
    return lambda seen: seen.reply.header(REMAINING).isdecimal() and int(seen.reply.header(REMAINING)) < most


def is_keyed(seen: Seen) -> bool:
    """It is asked with a key of the run's, and counted as such alone."""
    return seen.request.key in seen.memory.keys and not is_test(seen)


def is_test(seen: Seen) -> bool:
    """It is a test of webhooks."""
    return seen.request.operation == TESTS


def more(name: str, by: int) -> Edit:
    """A header with a number tells more, or less."""
    return alter_header(name, lambda told: str(int(told) + by))


def as_an_instant(told: str) -> str:
    """Seconds from now as seconds of Unix."""
    return str(int(time.time()) + int(told))


def taken_all_the_same(when: Condition) -> Rule:
    """What is refused as too much is answered as it was before."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        name = ("good", request.key, request.operation)
        if reply.status != REFUSED:
            memory.notes[name] = reply.copy()
        elif name in memory.notes and when(Seen(request, reply, memory)):
            good: Reply = memory.notes[name]
            return good.copy()
        return reply

    return rule


def refused_with_the_other(request: Request, ask: Ask, memory: Memory) -> Reply:
    """What one organization has used up is used up for the other one."""
    reply = ask(request)
    name = ("used up", request.operation == TESTS)
    if request.key not in memory.keys:
        return reply
    whose, until = memory.notes.get(name, (request.key, 0.0))
    if reply.status == REFUSED:
        memory.notes[name] = request.key, time.monotonic() + int(reply.header(AGAIN))
    elif whose != request.key and time.monotonic() < until:
        refused(reply, Seen(request, reply, memory))
    return reply


def fixed_windows(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A minute begins with the first request, and another one with the first after it, the whole limit anew."""
    reply = ask(request)
    whose = request.key if request.key in memory.keys else "an address"
    if not reply.header(LIMIT) or (request.key and request.key != whose):
        return reply
    now, limit = time.monotonic(), int(reply.header(LIMIT))
    with memory.lock:
        begun, taken = memory.notes.get(("window", whose), (now, 0))
        begun, taken = (begun, taken + 1) if now < begun + WINDOW else (now, 1)
        memory.notes["window", whose] = begun, taken
    if request.operation == TESTS:
        return reply
    name = ("good", whose, request.operation)
    if reply.status != REFUSED:
        memory.notes[name] = reply.copy()
    elif taken <= limit and name in memory.notes:
        reply = memory.notes[name].copy()
    reply.set_header(REMAINING, str(limit - taken))
    reply.set_header(RESET, str(math.ceil(begun + WINDOW - now)))
    if taken > limit:
        refused(reply, Seen(request, reply, memory))
    return reply


FAULTS = (
    limited("limits-told-alone", "Limits are told, and nothing is refused.", taken_all_the_same(always)),
    limited(
        "keys-refused-early",
        "A key is refused while it is told to have twenty requests left.",
        answers(EVERY, refused, when=both(is_keyed, leaves_less_than(20))),
    ),
    limited(
        "keys-limit-told-lower",
        "A key is told that it may make 100 requests.",
        answers(EVERY, header(LIMIT, "100"), when=both(is_keyed, carries("Authorization"))),
    ),
    limited(
        "addresses-refused-early",
        "An address is refused while it is told to have ten requests left.",
        answers(PUBLIC, refused, when=leaves_less_than(10)),
    ),
    limited(
        "claims-uncounted",
        "Whoever may verify no more may still claim.",
        answers("claim_certificate", unprocessable, status=REFUSED),
    ),
    limited(
        "pictures-uncounted",
        "Whoever may verify no more may still fetch pictures.",
        taken_all_the_same(lambda seen: seen.request.operation == "get_badge_image"),
    ),
    limited("tests-without-limit", "Webhooks are tested as often as one likes.", taken_all_the_same(is_test)),
    limited(
        "limits-of-all",
        "What one organization has used up is used up for the other one.",
        refused_with_the_other,
    ),
    limited(
        "errors-without-count",
        "What is not there does not count, as it seems by what is told to be left.",
        answers("get_certificate", more(REMAINING, 1), status=404),
    ),
    limited(
        "reset-as-an-instant",
        "The end of the wait is told as an instant.",
        answers(EVERY, alter_header(RESET, as_an_instant)),
    ),
    limited(
        "refused-by-another-code",
        "What is too much has a code of its own.",
        answers(EVERY, put("error.code", "too_many_requests"), status=REFUSED),
    ),
    limited(
        "refused-without-an-end",
        "Whoever is refused is not told for how long.",
        answers(EVERY, header(AGAIN, None), status=REFUSED),
    ),
    limited(
        "come-again-too-soon",
        "Whoever is refused is told to come again in half the time that it takes.",
        answers(EVERY, alter_header(AGAIN, lambda told: str(int(told) // 2)), status=REFUSED),
    ),
    limited("fixed-windows", "Every minute the whole limit is there anew.", fixed_windows),
    limited(
        "wrong-keys-uncounted",
        "Keys may be tried without end.",
        answers(
            EVERY, unauthorized, status=REFUSED, when=both(carries("Authorization"), not_(is_keyed), not_(is_test))
        ),
    ),
    limited(
        "misses-told-apart",
        "A code that nobody has is not found in other words by badges than by verification.",
        answers("get_assertion", error(404, "not_found", "There is no such badge."), status=404),
    ),
    limited(
        "misses-told-of",
        "Who asks for a code that nobody has is told how many more times he may.",
        answers("verify_certificate", header(LIMIT, "300"), header(REMAINING, "299"), status=404),
    ),
    limited(
        "strangers-believed",
        "Whoever names another address has its limit.",
        taken_all_the_same(carries("X-Forwarded-For")),
    ),
    limited(
        "left-unread-by-scripts",
        "Scripts may not read what is left.",
        answers(PUBLIC, header("Access-Control-Expose-Headers", None)),
    ),
    limited(
        "refusals-unread-by-scripts",
        "Scripts may not read that they are refused.",
        answers(PUBLIC, header("Access-Control-Allow-Origin", None), status=REFUSED),
    ),
)
