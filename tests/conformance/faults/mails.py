"""Words for faults of mails and of the links in them."""

import base64
import json
import re
from collections.abc import Callable, Iterable
from email.message import EmailMessage

from tests.conformance.faults.fault import MailRule, Rule
from tests.conformance.faults.messages import Ask, Json, Memory, Reply, Request
from tests.conformance.faults.world import remembered

TOKEN = re.compile(r"/claim/([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")


def written(change: Callable[[str], str]) -> MailRule:
    """The text of every mail is another."""

    def rule(mail: EmailMessage, _memory: Memory) -> Iterable[EmailMessage]:
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                part.set_content(change(part.get_content()), subtype=part.get_content_subtype())
        return [mail]

    return rule


def addressed(change: Callable[[str], str]) -> MailRule:
    """Every mail is addressed to others."""

    def rule(mail: EmailMessage, _memory: Memory) -> Iterable[EmailMessage]:
        mail.replace_header("To", change(str(mail["To"])))
        return [mail]

    return rule


def tokens_in(mail: EmailMessage) -> list[str]:
    """The tokens of a mail's links."""
    text = "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    return list(dict.fromkeys(TOKEN.findall(text)))


def said(token: str) -> dict[str, Json]:
    """What a token says; nothing where it cannot be read."""
    try:
        found = json.loads(base64.urlsafe_b64decode(f"{token.split('.')[1]}==="))
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def noted(mail: EmailMessage, memory: Memory) -> Iterable[EmailMessage]:
    """The tokens of mails are remembered by the certificate that they are for, the latest last."""
    for token in tokens_in(mail):
        remembered(memory, "tokens").setdefault(str(said(token).get("sub")), []).append(token)
    return [mail]


def with_mended_token(mend: Callable[[str, Memory], str | None], refusals: tuple[int, ...] = (422,)) -> Rule:
    """A claim that is refused is made with another token, if there is one that the server would take for it."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        wanted: Json = request.json
        if request.operation != "claim_certificate" or reply.status not in refusals or not isinstance(wanted, dict):
            return reply
        token = wanted.get("token")
        other = mend(token, memory) if isinstance(token, str) else None
        if other is None:
            return reply
        again = request.copy()
        again.json = {**wanted, "token": other}
        return ask(again)

    return rule


def any_token_of(memory: Memory, fits: Callable[[str], bool]) -> str | None:
    """A token that was mailed, if one fits."""
    mailed = [token for tokens in remembered(memory, "tokens").values() for token in tokens]
    return next((token for token in reversed(mailed) if fits(token)), None)
