"""What hands mails over answers, mail by mail: taken, or refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MailRefused:
    """A mail that was not taken: why, in a short sentence, and whether it would never be.

    >>> MailRefused("550 No such user", for_good=True).for_good
    True
    """

    reason: str
    for_good: bool


Result = MailRefused | None
"""None is taken."""


class Post(Protocol):
    """Where mails are handed over."""

    async def send(self, mails: Sequence[EmailMessage]) -> list[Result]:
        """Hand mails over, each for itself, and tell of each in its turn. Trouble on the way is never raised."""


def addresses_of(mail: EmailMessage) -> tuple[str, str]:
    """Whom a mail is from and whom it is for, as the mail itself says.

    >>> mail = EmailMessage()
    >>> mail["From"], mail["To"] = "Academy <post@example.com>", "jane@example.com"
    >>> addresses_of(mail)
    ('post@example.com', 'jane@example.com')
    """
    return mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
