"""What a check has in hand: the ways to ask the server, what stands there to ask about, and the contract."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .asking import Caller
from .contract import Contract
from .findings import NotPossible
from .options import Options

if TYPE_CHECKING:
    from .mailbox import Mailbox
    from .receiving import Receiver
    from .stage import Stage


@dataclass
class Trial:
    """One run's means, the same for every clause."""

    options: Options
    contract: Contract
    public: Caller
    """Asks without a key."""
    with_key: Caller | None = None
    with_other_key: Caller | None = None

    @property
    def academy(self) -> Caller:
        """Asks with the key."""
        if self.with_key is None:
            raise NotPossible("it needs a key of an organization (--key)")
        return self.with_key

    @property
    def other(self) -> Caller:
        """Asks with the key of another organization."""
        if self.with_other_key is None:
            raise NotPossible("it needs a key of another organization (--other-key)")
        return self.with_other_key

    @cached_property
    def stage(self) -> "Stage":
        """What the suite has made on the server."""
        from .stage import Stage  # noqa: PLC0415  # a stage is set by means of a trial

        return Stage(self)

    @cached_property
    def receiver(self) -> "Receiver":
        """Takes the events that the server sends. It listens from the first time that it is asked for."""
        from .receiving import Receiver  # noqa: PLC0415  # started by those who use it only

        return Receiver(self.options.receiver_url, self.options.receiver_port)

    @cached_property
    def mailbox(self) -> "Mailbox":
        """Where the server's mails are read."""
        from .mailbox import Mailbox  # noqa: PLC0415  # the same

        return Mailbox(self.options.smtp_port, self.options.mail_dir)

    def close(self) -> None:
        """Receiver and mailbox stop listening, as far as they were used."""
        for used in ("receiver", "mailbox"):
            if used in vars(self):
                getattr(self, used).close()
