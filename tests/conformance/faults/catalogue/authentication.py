"""Faults of keys: who has to bring one, how it is brought, and what becomes of those who bring none or a wrong one."""

from tests.conformance.faults.breaking import (
    EVERY,
    Condition,
    Seen,
    answers,
    asked,
    both,
    carries,
    error,
    header,
    is_meant,
    not_,
    put,
    unauthorized,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Memory, Message, Reply, Request


def under_the_key(when: Condition) -> Rule:
    """Requests that are refused for their key are carried out as if the organization's own had come along."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        if reply.status != 401 or not when(Seen(request, reply, memory)):
            return reply
        again = request.copy()
        again.set_header("Authorization", f"Bearer {memory.keys[0]}")
        return ask(again)

    return rule


def rather_than_401(*statuses: int) -> Rule:
    """Whatever else is wrong with a request without a key is told before that."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        if reply.status != 401 or request.header("Authorization"):
            return reply
        again = request.copy()
        again.set_header("Authorization", f"Bearer {memory.keys[0]}")
        other = ask(again) if request.method == "GET" or 422 in statuses else reply
        return other if other.status in statuses else reply

    return rule


def told(seen: Seen) -> str:
    """What stands in `Authorization`."""
    return seen.request.header("Authorization")


def brings_the_key(*forms: str) -> Condition:
    """`Authorization` holds the key in one of these forms."""
    return lambda seen: told(seen) in {form.replace("KEY", seen.memory.keys[0]) for form in forms}


def nearly(seen: Seen) -> bool:
    """The key that comes along differs in its last letter from the right one, or in one at all."""
    return seen.request.key[:-1] == seen.memory.keys[0][:-1]


def in_any_case(seen: Seen) -> bool:
    """The key that comes along is the right one but for the case of letters."""
    return seen.request.key.lower() == seen.memory.keys[0].lower()


def begins_alike(seen: Seen) -> bool:
    """The key that comes along begins as the right one, or goes on after it."""
    key, right = seen.request.key, seen.memory.keys[0]
    return len(key) > 20 and (right.startswith(key) or key.startswith(right))


def reads_otherwise(reply: Message, seen: Seen) -> None:
    """The message depends on whether there is what was asked for."""
    if "nothing" in seen.request.path:
        put("error.message", "There is no such certificate, and you brought no key.")(reply, seen)


def repeats_the_key(reply: Message, seen: Seen) -> None:
    """The error tells which key was wrong."""
    put("error.message", f"{told(seen)} is no key.")(reply, seen)


FAULTS = (
    fault(
        "operation-open-to-all",
        "The feed of events is read without a key.",
        "authentication cors",
        under_the_key(both(lambda seen: is_meant("list_events", seen.request), not_(carries("Authorization")))),
    ),
    fault(
        "changes-open-to-all",
        "Disabling an endpoint needs no key.",
        "authentication",
        under_the_key(lambda seen: is_meant("disable_webhook", seen.request) and not told(seen)),
    ),
    fault(
        "missing-key-forbidden",
        "Without a key the answer is 403.",
        "authentication errors cors",
        answers(EVERY, error(403, "forbidden"), status=401, when=not_(carries("Authorization"))),
    ),
    fault(
        "missing-key-sent-to-login",
        "Without a key one is sent to a page to log in.",
        "authentication errors cors",
        answers("list_webhooks", error(302, "found"), header("Location", "/login"), status=401),
    ),
    fault(
        "without-challenge",
        "A 401 has no WWW-Authenticate.",
        "authentication",
        answers(EVERY, header("WWW-Authenticate", None), status=401),
    ),
    fault(
        "challenge-for-a-password",
        "A 401 asks for a password.",
        "authentication",
        answers(EVERY, header("WWW-Authenticate", 'Basic realm="api"'), status=401),
    ),
    fault(
        "challenge-without-key-only",
        "A wrong key is answered without WWW-Authenticate.",
        "authentication",
        answers(EVERY, header("WWW-Authenticate", None), status=401, when=carries("Authorization")),
    ),
    fault(
        "key-after-any-word",
        "A key is taken after any word.",
        "authentication",
        under_the_key(brings_the_key("Token KEY", "Digest KEY")),
    ),
    fault(
        "key-alone",
        "A key is taken alone, without the word Bearer.",
        "authentication",
        under_the_key(brings_the_key("KEY")),
    ),
    fault(
        "key-as-a-password",
        "A key is taken as the name that goes with a password.",
        "authentication",
        under_the_key(carries("Authorization", "Basic")),
    ),
    fault(
        "bearer-in-one-case",
        "The word Bearer is taken in one case only.",
        "authentication",
        answers(EVERY, unauthorized, when=carries("Authorization", "bearer", "BEARER")),
    ),
    fault(
        "first-of-two-keys",
        "Of two keys the first is taken.",
        "authentication",
        under_the_key(brings_the_key("Bearer KEY KEY")),
    ),
    fault(
        "key-in-quotes", "A key is taken in quotes.", "authentication", under_the_key(brings_the_key('Bearer "KEY"'))
    ),
    fault(
        "empty-key-crashes",
        "The word Bearer without a key is answered 500.",
        "authentication",
        answers(
            "list_certificates", error(500, "internal_error"), when=lambda seen: told(seen) in {"Bearer", "Bearer ???"}
        ),
    ),
    fault(
        "last-letter-not-looked-at", "A key's last letter is not looked at.", "authentication", under_the_key(nearly)
    ),
    fault("key-in-any-case", "A key is taken in any case.", "authentication", under_the_key(in_any_case)),
    fault("beginning-of-a-key", "The beginning of a key is enough.", "authentication", under_the_key(begins_alike)),
    fault(
        "unknown-key-not-found",
        "A key that nobody has is answered 404.",
        "authentication",
        answers(EVERY, error(404, "not_found"), status=401, when=carries("Authorization", "trc_live_")),
    ),
    fault("key-in-the-address", "A key is taken from the address.", "authentication", under_the_key(asked("api_key"))),
    fault(
        "token-in-the-address",
        "A key is taken from the address, as access_token.",
        "authentication",
        under_the_key(asked("access_token")),
    ),
    fault(
        "invalid-before-unauthorized",
        "Without a key one is told what else is wrong.",
        "authentication cors",
        rather_than_401(422),
    ),
    fault(
        "missing-before-unauthorized",
        "Without a key one is told what there is not.",
        "authentication",
        rather_than_401(404),
    ),
    fault(
        "thing-told-without-key",
        "The 401 for a code that nobody has reads otherwise.",
        "authentication",
        answers("get_certificate", reads_otherwise, status=401),
    ),
    fault(
        "public-needs-a-key",
        "The picture of a badge needs a key.",
        "authentication contract cors open-badges errors",
        answers("get_badge_image", unauthorized, when=not_(carries("Authorization"))),
    ),
    fault(
        "claims-need-a-key",
        "Claiming needs a key.",
        "authentication contract claims cors errors limits",
        answers("claim_certificate", unauthorized, when=not_(carries("Authorization"))),
    ),
    fault(
        "key-does-harm",
        "Who verifies with a key is refused.",
        "authentication isolation",
        answers("verify_certificate", unauthorized, when=carries("Authorization", "trc_live_")),
    ),
    fault(
        "key-tells-more",
        "Who verifies with a key is told more.",
        "authentication isolation",
        answers("verify_certificate", put("course.id", "1"), when=carries("Authorization")),
    ),
    fault(
        "wrong-key-does-harm",
        "Who reads a badge class with a wrong key is refused.",
        "authentication open-badges",
        answers(
            "get_badge_class",
            unauthorized,
            when=both(carries("Authorization"), lambda seen: seen.request.key not in seen.memory.keys),
        ),
    ),
    fault(
        "key-repeated",
        "An error repeats the key.",
        "authentication",
        answers(EVERY, repeats_the_key, status=401, when=carries("Authorization")),
    ),
    fault(
        "key-repeated-in-a-header",
        "An answer has the key in a header.",
        "authentication",
        answers(EVERY, lambda reply, seen: reply.set_header("X-Key", told(seen)), when=carries("Authorization")),
    ),
)
