"""Faults of certificates: issued, read, listed, filtered, and of their codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from tests.conformance.faults.breaking import (
    Seen,
    alter,
    answers,
    asks,
    drop,
    forgiving,
    not_found,
    put,
    query,
    sent,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import remembered

ISSUE, READ, LIST = "issue_certificate", "get_certificate", "list_certificates"


def choosing(status: str, *states: str) -> Rule:
    """A filter lets other states through than it has to."""

    def rule(request: Request, ask: Ask, _memory: Memory) -> Reply:
        given = dict(request.query).get("status", "none")
        if request.operation != LIST or given != status:
            return ask(request)
        wider = request.copy()
        wider.set_query([*((name, value) for name, value in request.query if name != "status"), ("status", "all")])
        reply = ask(wider)
        told: Json = reply.json
        if reply.status != 200:
            return reply
        told["data"] = [each for each in told["data"] if each["status"] in states]
        reply.json = told
        return reply

    return rule


@contextmanager
def counted(memory: Memory) -> Iterator[bool]:
    """Whether other certificates are being issued at the same time."""
    with memory.lock:
        memory.notes["under way"] = memory.notes.get("under way", 0) + 1
        is_alone = memory.notes["under way"] == 1
    try:
        yield not is_alone
    finally:
        with memory.lock:
            memory.notes["under way"] -= 1


def one_id_at_once(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Certificates that are issued at the same time get the same id."""
    if request.operation != ISSUE:
        return ask(request)
    with counted(memory) as at_once:
        reply = ask(request)
    told: Json = reply.json
    if reply.status == 201:
        with memory.lock:
            one = memory.notes.setdefault("one", told["data"]["id"]) if at_once else told["data"]["id"]
        told["data"]["id"] = one
        reply.json = told
    return reply


def recoded(change: Callable[[str, Json, bool], str]) -> Rule:
    """Some certificates have another code than they have to, wherever they are shown and asked for.

    It follows from the code, from what was sent, and from whether others were issued at the same time.
    """

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        codes, asked_for = remembered(memory, "codes"), request.copy()
        for shown, real in list(codes.items()):
            asked_for.target = asked_for.target.replace(shown, real)
        if request.operation == ISSUE:
            with counted(memory) as at_once:
                reply = ask(asked_for)
            if reply.status == 201:
                real = reply.json["data"]["code"]
                codes[change(real, request.json, at_once)] = real
        else:
            reply = ask(asked_for)
        whole = reply.body
        for shown, real in list(codes.items()):
            whole = whole.replace(real.encode(), shown.encode())
        if whole != reply.body:
            reply.set_body(whole)
        return reply

    return rule


def local_year(code: str, given: Json, _at_once: bool) -> str:  # noqa: FBT001  # as `recoded` asks
    """The year is the one where the certificate was issued, not the one in UTC."""
    at = given.get("issued_at")
    return f"{code[:8]}{at[2:4]}{code[10:]}" if isinstance(at, str) and at[-6:-5] in "+-" else code


def letters_by_chance(code: str, _given: Json, at_once: bool) -> str:  # noqa: FBT001  # as `recoded` asks
    """The letters are not those of the organization."""
    return f"{code[:4]}QQQ{code[7:]}" if at_once else code


def all_if_none(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """A list that would be empty is not filtered by course."""
    reply = ask(request)
    told: Json = reply.json
    if request.operation != LIST or reply.status != 200 or told["data"] or "cursor" in dict(request.query):
        return reply
    everything = request.copy()
    everything.set_query([(name, value) for name, value in request.query if name != "course_id"])
    return ask(everything)


def in_capitals(seen: Seen) -> bool:
    """The code in the address is as it was given."""
    code = unquote(seen.request.path.rpartition("/")[2])
    return code == code.upper().strip()


def kept_in_small_letters(message: Message, _seen: Seen) -> None:
    """An address is kept in small letters."""
    alter("holder_email", lambda address: address.lower() if isinstance(address, str) else address)(message, _seen)


FAULTS = (
    fault(
        "issued-without-status",
        "A new certificate has no status.",
        "certificates contract errors",
        answers(ISSUE, drop("data.status"), status=201),
    ),
    fault(
        "issued-as-claimed",
        "A new certificate is said to be claimed.",
        "certificates contract claims verification courses errors isolation",
        answers(ISSUE, put("data.is_claimed", value=True), status=201),
    ),
    fault(
        "issued-to-another",
        "A new certificate shows its holder's name in capitals.",
        "certificates contract courses claims webhooks verification errors isolation",
        answers(ISSUE, alter("data.holder_name", str.upper), status=201),
    ),
    fault(
        "issued-for-no-course",
        "A new certificate does not name its course.",
        "certificates contract errors isolation",
        answers(ISSUE, put("data.course_name", ""), status=201),
    ),
    fault(
        "holder-not-required",
        "A certificate is issued to nobody by name.",
        "errors certificates idempotency",
        forgiving(ISSUE, put("holder_name", "Unknown")),
    ),
    fault(
        "address-not-required",
        "A certificate is issued to no address.",
        "errors certificates idempotency",
        forgiving(
            ISSUE,
            put("holder_email", "nobody@example.com"),
        ),
    ),
    fault(
        "address-in-small-letters",
        "An address is kept in small letters.",
        "certificates",
        asks(ISSUE, kept_in_small_letters),
    ),
    fault(
        "several-addresses-taken",
        "Of several addresses the first is taken.",
        "errors certificates",
        forgiving(
            ISSUE,
            alter("holder_email", lambda told: told.partition(",")[0]),
            when=sent("holder_email", lambda told: isinstance(told, str) and "," in told),
        ),
    ),
    fault(
        "read-without-version",
        "A certificate is read without the version of its course.",
        "certificates contract courses errors",
        answers(READ, drop("data.course_version")),
    ),
    fault(
        "read-with-another-date",
        "A certificate is read with another instant of its creation.",
        "certificates contract pagination errors isolation",
        answers(READ, alter("data.created_at", lambda at: f"{at[:20]}000000Z")),
    ),
    fault(
        "listed-without-claim",
        "A certificate is listed without whether it is claimed.",
        "certificates contract states",
        answers(LIST, drop("data.*.is_claimed")),
    ),
    fault(
        "listed-without-name",
        "A certificate is listed without its holder's address.",
        "certificates contract",
        answers(LIST, put("data.*.holder_email", None)),
    ),
    fault(
        "listed-late",
        "A new certificate is missing from the list.",
        "certificates pagination isolation states courses contract errors idempotency",
        answers(LIST, lambda reply, _seen: _without_first(reply), status=200),
    ),
    fault(
        "members-in-another-style",
        "A certificate's members are named as in Java.",
        "certificates contract pagination",
        answers(LIST, lambda reply, _seen: _renamed(reply)),
    ),
    fault(
        "claim-not-shown",
        "A claimed certificate is read as unclaimed.",
        "certificates claims contract",
        answers(READ, put("data.is_claimed", value=False)),
    ),
    fault(
        "claim-without-date",
        "A claimed certificate is read without when.",
        "claims certificates",
        answers(READ, put("data.claimed_at", None)),
    ),
    fault(
        "claim-not-listed",
        "A claimed certificate is listed as unclaimed.",
        "certificates claims",
        answers(LIST, put("data.*.is_claimed", value=False)),
    ),
    fault(
        "course-not-filtered",
        "The list is not filtered by course.",
        "certificates courses pagination states contract errors isolation cors idempotency",
        asks(LIST, query("course_id", None)),
    ),
    fault(
        "no-course-no-filter",
        "The list by a course without certificates holds those of all.",
        "certificates pagination isolation states idempotency",
        all_if_none,
    ),
    fault(
        "valid-without-lasting",
        "The filter for valid ones lacks those without expiry.",
        "certificates",
        choosing("valid", "valid"),
    ),
    fault(
        "valid-with-renewed",
        "The filter for valid ones lets renewed ones through.",
        "certificates pagination",
        choosing("valid", "valid", "never_expires", "renewed"),
    ),
    fault(
        "valid-with-revoked",
        "The filter for valid ones lets revoked ones through.",
        "certificates pagination",
        choosing("valid", "valid", "never_expires", "revoked"),
    ),
    fault(
        "expired-with-revoked",
        "The filter for expired ones lets revoked ones through.",
        "certificates pagination",
        choosing("expired", "expired", "revoked"),
    ),
    fault(
        "expired-with-renewed",
        "The filter for expired ones lets renewed ones through.",
        "certificates pagination",
        choosing("expired", "expired", "renewed"),
    ),
    fault(
        "all-without-revoked",
        "The filter for all hides revoked ones.",
        "certificates",
        choosing("all", "valid", "never_expires", "expired", "renewed"),
    ),
    fault(
        "valid-unless-said",
        "Without a filter the list holds valid ones only.",
        "certificates pagination states courses contract",
        choosing("none", "valid", "never_expires"),
    ),
    fault(
        "code-with-other-letters",
        "Codes that are given at once have other letters than the organization's.",
        "certificates idempotency",
        recoded(letters_by_chance),
    ),
    fault(
        "code-of-the-local-year",
        "A code has the year where it was issued, not the one in UTC.",
        "certificates",
        recoded(local_year),
    ),
    fault("ids-not-unique", "Certificates that are issued at once get the same id.", "certificates", one_id_at_once),
    fault(
        "codes-in-capitals-only",
        "With a key, a code in small letters is not found.",
        "certificates",
        answers(READ, not_found, when=lambda seen: not in_capitals(seen), status=200),
    ),
)


def _without_first(reply: Message) -> None:
    told: Json = reply.json
    told["data"] = told["data"][1:]
    reply.json = told


def _renamed(reply: Message) -> None:
    told: Json = reply.json
    if isinstance(told, dict) and "data" in told:
        told["data"] = [{**each, "holderName": each.pop("holder_name")} for each in told["data"]]
        reply.json = told
