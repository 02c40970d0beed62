"""Faults of claiming: the mail, the link in it, the token in the link, and what a claim changes."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage

from conformance.mailbox import LINK
from tests.conformance.faults.breaking import (
    EVERY,
    Seen,
    alter,
    answers,
    asks,
    both,
    conflict,
    drop,
    forgiving,
    goes_to,
    header,
    instead,
    is_,
    not_found,
    put,
    sent,
    status,
    unprocessable,
    where,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.sending import texts, writing
from tests.conformance.faults.world import remembered

CLAIM, READ, VERIFY, RESEND = "claim_certificate", "get_certificate", "verify_certificate", "resend_claim"
PAGE = "/claim/"


def tokens(mail: EmailMessage) -> list[str]:
    """The tokens of the links in a mail."""
    return [found[1] for part in texts(mail) for found in LINK.finditer(part.get_content())]


def noted(mail: EmailMessage, memory: Memory) -> Iterable[EmailMessage]:
    """Each token that is mailed is remembered by what it says."""
    for token in tokens(mail):
        remembered(memory, "tokens")[token.split(".")[1]] = token
    yield mail


def endless(mail: EmailMessage, memory: Memory) -> Iterable[EmailMessage]:
    """A token does not say until when it is good; what it said is remembered."""
    for token in dict.fromkeys(tokens(mail)):
        payload = token.split(".")[1]
        said = {name: value for name, value in part(token, 1).items() if name != "exp"}
        changed = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
        remembered(memory, "tokens")[changed] = token
        for each in texts(mail):
            text = each.get_content().replace(payload, changed)
            each.set_content(text, subtype=each.get_content_subtype())
    yield mail


def first_only(mail: EmailMessage, memory: Memory) -> Iterable[EmailMessage]:
    """A holder who was mailed once is not mailed again."""
    if memory.count(("mailed", mail["To"])) == 1:
        yield mail


def copied(mail: EmailMessage, _memory: Memory) -> Iterable[EmailMessage]:
    """Somebody else is told as well."""
    to = str(mail["To"])
    del mail["To"]
    mail["To"] = f"{to}, office@example.com"
    yield mail


def part(token: Json, which: int) -> dict[str, Json]:
    """What a part of a token says; nothing where it is none."""
    try:
        found = json.loads(base64.urlsafe_b64decode(f"{token.split('.')[which]}==="))
    except (AttributeError, IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def by_content(message: Message, seen: Seen) -> None:
    """The token of the same content is taken in a token's place."""
    token = seen.request.json["token"]
    known = remembered(seen.memory, "tokens")
    put("token", known.get(token.split(".")[1], token))(message, seen)


def by_certificate(message: Message, seen: Seen) -> None:
    """The newest token for the same certificate is taken in the place of one that was mailed."""
    token = seen.request.json["token"]
    known = list(remembered(seen.memory, "tokens").values())
    if token in known:
        same = [each for each in known if part(each, 1)["sub"] == part(token, 1)["sub"]]
        put("token", same[-1])(message, seen)


def is_token(token: Json) -> bool:
    """Of three parts."""
    return isinstance(token, str) and token.count(".") == 2


def is_unsigned(token: Json) -> bool:
    """It says itself that nobody has signed it."""
    return is_token(token) and str(part(token, 0).get("alg", "")).lower() == "none"


def is_past(at: Json) -> bool:
    """An instant that lies behind us."""
    return at is not None and datetime.fromisoformat(at) < datetime.now(UTC)


def claimed_anew(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Each claim is told as one that happened now, unless it repeats a request under its key."""
    reply = ask(request)
    is_claim = request.operation == CLAIM and reply.status == 200 and not request.header("Idempotency-Key")
    if is_claim and memory.count(("claim", request.body)) > 1:
        told = reply.json
        told["data"]["claimed_at"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        reply.json = told
    return reply


def over_once_renewed(request: Request, ask: Ask, memory: Memory) -> Reply:
    """What was renewed cannot be claimed any more."""
    reply, renewed = ask(request), remembered(memory, "renewed")
    if request.operation == "renew_certificate" and reply.status == 201:
        renewed[request.path.split("/")[4]] = True
    if request.operation == CLAIM and reply.status == 200 and reply.json["data"]["code"] in renewed:
        conflict(reply, Seen(request, reply, memory))
    return reply


def claimed_by_looking(request: Request, ask: Ask, _memory: Memory) -> Reply:
    """Whoever opens the link has claimed the certificate."""
    reply = ask(request)
    if request.method == "GET" and request.path.startswith(PAGE) and reply.status == 200:
        claim = Request([("Host", request.header("Host")), ("Content-Type", "application/json")], method="POST")
        claim.target, claim.json = "/api/v1/claims", {"token": request.path.removeprefix(PAGE)}
        ask(claim)
    return reply


def thanks() -> Reply:
    """A page that says that all is well."""
    page = Reply([("Content-Type", "text/html; charset=utf-8")])
    page.set_body(b"<!doctype html><title>Thank you</title>")
    return page


FAULTS = (
    fault(
        "claim-shows-another-date",
        "A claim is answered with the day of issue, without its time.",
        "claims",
        answers(CLAIM, alter("data.issued_at", lambda at: f"{at[:10]}T00:00:00Z"), status=200),
    ),
    fault(
        "claim-not-kept",
        "A claimed certificate reads as unclaimed.",
        "claims certificates",
        answers(READ, put("data.is_claimed", value=False), put("data.claimed_at", None), status=200),
    ),
    fault(
        "claim-verified-late",
        "Verification tells of no claim.",
        "claims",
        answers(VERIFY, put("certificate.is_claimed", value=False), status=200),
    ),
    fault(
        "claimed-anew",
        "Claiming again answers another instant of the claim.",
        "claims idempotency",
        claimed_anew,
    ),
    fault(
        "revoked-claimed",
        "Claiming a revoked certificate is answered 200.",
        "claims",
        answers(CLAIM, status(200), status=409),
    ),
    fault(
        "expired-not-claimed",
        "An expired certificate cannot be claimed.",
        "claims",
        answers(CLAIM, conflict, status=200, when=where("data.expires_at", is_past)),
    ),
    fault(
        "renewed-not-claimed",
        "A certificate that was renewed cannot be claimed any more.",
        "claims",
        over_once_renewed,
    ),
    fault(
        "token-signature-not-looked-at",
        "A token is believed whoever has signed it.",
        "claims",
        forgiving(CLAIM, by_content, when=sent("token", is_token)),
        mails=[noted],
    ),
    fault(
        "token-of-no-algorithm",
        "A token of algorithm none is believed.",
        "claims",
        forgiving(CLAIM, by_content, when=sent("token", is_unsigned)),
        mails=[noted],
    ),
    fault(
        "token-without-end",
        "A token does not say until when it is good.",
        "claims",
        asks(CLAIM, by_content, when=sent("token", is_token)),
        mails=[endless],
    ),
    fault(
        "empty-token-not-found",
        "An empty token is not found.",
        "claims",
        answers(CLAIM, not_found, status=422, when=sent("token", "")),
    ),
    fault(
        "link-claims-when-opened",
        "Opening the link claims the certificate.",
        "claims",
        claimed_by_looking,
    ),
    fault(
        "link-page-does-nothing",
        "The form of the page behind the link is thanked for, and nothing is claimed.",
        "claims",
        instead(EVERY, thanks, when=both(is_("POST"), goes_to(PAGE))),
    ),
    fault(
        "link-told-to-others",
        "The page behind the link lets browsers tell other hosts where one came from.",
        "claims",
        answers(EVERY, header("Referrer-Policy", None), when=goes_to(PAGE)),
    ),
    fault(
        "link-elsewhere",
        "The link in the mail leads to another host than the server's.",
        "claims",
        mails=[writing(lambda text: text.replace("http://127.0.0.1:", "http://claims.example.com:"))],
    ),
    fault(
        "mail-to-the-office-too",
        "The mail to a holder goes to the office as well.",
        "claims",
        mails=[copied],
    ),
    fault(
        "mail-in-any-case",
        "Holders are mailed whatever `notify` says.",
        "claims",
        asks("issue_certificate", drop("notify"), when=sent("notify", lambda wish: wish is False)),
    ),
    fault(
        "mail-once-in-a-life",
        "A holder who was mailed once is not mailed again.",
        "claims",
        mails=[first_only],
    ),
    fault(
        "link-of-the-old-address-good",
        "After a correction of the address the link of the old one still claims.",
        "claims",
        forgiving(CLAIM, by_certificate, when=sent("token", is_token)),
        mails=[noted],
    ),
    fault(
        "claimed-is-unprocessable",
        "Correcting or mailing again what is claimed or revoked is 422.",
        "claims certificates",
        answers(f"{RESEND} update_certificate", unprocessable, status=409),
    ),
    fault(
        "mailed-again-without-when",
        "Too many mails asked for are refused without saying when to come back.",
        "claims",
        answers(RESEND, header("Retry-After", None), status=429),
    ),
)
