"""What hands mails over answers, mail by mail: taken, or refused with the reason."""

from contextlib import AbstractAsyncContextManager
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


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A mail that nobody was asked to take, since the one before it has shown why that is of no use now.

    >>> NotOffered("The mail server localhost:25 did not answer in time.").reason
    'The mail server localhost:25 did not answer in time.'
    """

    reason: str


Result = MailRefused | NotOffered | None
"""None is taken."""


class Visit(Protocol):
    """A visit to where mails are handed over, with as many as there are."""

    async def hand_over(self, mail: EmailMessage) -> Result:
        """One mail, for itself. Trouble on the way is never raised."""


class Post(Protocol):
    """Where mails are handed over."""

    def visit(self) -> AbstractAsyncContextManager[Visit]:
        """Several mails go there together."""


def addresses_of(mail: EmailMessage) -> tuple[str, str]:
    """Whom a mail is from and whom it is for, as the mail itself says.

    >>> mail = EmailMessage()
    >>> mail["From"], mail["To"] = "Academy <post@example.com>", "jane@example.com"
    >>> addresses_of(mail)
    ('post@example.com', 'jane@example.com')
    """
    return mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
