"""Letters: what a mail of the outbox says, made the moment it is sent."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rules import account_links, claims, instants, names
from rules.links import Links
from services.keyring import Keyring
from services.mail_outbox import MailKind
from services.mails import LeasedMail
from worker.mail_headers import HeaderLine, address_line, text_line, word_line

TEMPLATES = Path(__file__).parent / "mails"
OURSELVES = "TrueCerta"
_LETTERS: dict[MailKind, str] = {
    "claim": "claim",
    "claim_again": "claim",
    "renewed": "renewed",
    "webhook_disabled": "webhook_disabled",
    "invitation": "invitation",
    "password_reset": "password_reset",
    "password_changed": "password_changed",
}


class Composer:
    """Writes the letters of an installation, from one sender's address."""

    def __init__(self, links: Links, keyring: Keyring, sender: str) -> None:
        self._links = links
        self._keyring = keyring
        self._sender = sender
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.filters |= {"day": instants.day, "name": names.isolated}

    def compose(self, mail: LeasedMail, now: datetime) -> EmailMessage:
        """The letter with its text and its HTML; a claim link in it works from `now` on."""
        letter = _LETTERS[mail.kind]
        facts = self._facts(mail, now)
        # The first line of the text is the subject: no name can hold a line break.
        subject, _, text = self._templates.get_template(f"{letter}.txt").render(facts).partition("\n\n")
        message = EmailMessage(policy.SMTP)
        for line in self._head(mail, subject, now):
            message[line.name] = line
        message.set_content(text, cte="quoted-printable")
        html = self._templates.get_template(f"{letter}.html").render(facts, subject=subject)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        return message

    def _head(self, mail: LeasedMail, subject: str, now: datetime) -> list[HeaderLine]:
        academy = mail.organization
        if mail.certificate is None:  # to those who work for the academy, so from us
            origin = [address_line("From", self._sender, OURSELVES)]
        else:
            origin = [
                address_line("From", self._sender, names.one_line(academy.name)),
                address_line("Reply-To", academy.email),
            ]
        return [
            *origin,
            address_line("To", mail.recipient),
            text_line("Subject", subject),
            word_line("Date", format_datetime(now.astimezone(UTC))),
            # The same however often it is sent, so that a repeated mail can be told from a new one.
            word_line("Message-ID", f"<{mail.id}@{self._sender.rpartition('@')[2]}>"),
            word_line("Auto-Submitted", "auto-generated"),
        ]

    def _facts(self, mail: LeasedMail, now: datetime) -> dict[str, object]:
        facts: dict[str, object] = {"academy": mail.organization.name, "links": self._links, **mail.facts}
        certificate = mail.certificate
        if certificate is not None:
            facts |= {"certificate": certificate, "verify_link": self._links.verify_page(certificate.code)}
            if _LETTERS[mail.kind] == "claim":
                # Bound to the address that this letter goes to, which a correction may have replaced meanwhile.
                token = claims.token(self._keyring.claim_keys[0], certificate.id, mail.recipient, now)
                facts |= {"claim_link": self._links.claim(token), "lifetime": claims.LIFETIME}
                facts["claim_until"] = now + claims.LIFETIME
        if mail.link is not None:
            token = account_links.token(self._keyring.keys_of("account links")[0], mail.link, now)
            facts["account_link"] = account_links.address(self._links.base, mail.link.purpose, token)
            facts["until"] = now + account_links.LIFETIME[mail.link.purpose]
        return facts
