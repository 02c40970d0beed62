"""A fault: one thing that is broken between the suite and a conformant server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

from tests.conformance.faults.messages import Ask, Memory, Reply, Request

Rule = Callable[[Request, Ask, Memory], Reply]
"""What happens to a request: it may be altered, sent, sent twice, not sent; so may the answer."""
MailRule = Callable[[EmailMessage, Memory], Iterable[EmailMessage]]
"""What goes on in the place of a mail."""


class Ground(StrEnum):
    """Which server a fault stands before, and what is asked there."""

    USUAL = "usual"
    """No limits, endpoints on this machine; all clauses but those of the two grounds below."""
    LIMITED = "limited"
    """The documented limits and public endpoints only; the clauses about both."""
    FUZZED = "fuzzed"
    """As the usual ground, and Schemathesis's clauses alone."""


@dataclass(frozen=True)
class Fault:
    """What is broken, and where that may be noticed."""

    name: str
    says: str
    """What the server seems to do wrong, in a sentence."""
    areas: tuple[str, ...]
    """The areas whose clauses it may trip; all others must not notice. It was made for the first."""
    api: tuple[Rule, ...] = ()
    deliveries: tuple[Rule, ...] = ()
    """What happens to events on their way to the suite's receiver."""
    mails: tuple[MailRule, ...] = ()
    ground: Ground = Ground.USUAL

    @property
    def home(self) -> str:
        """The area that it was made for; empty when nothing is broken."""
        return next(iter(self.areas), "")

    def pass_on(self, request: Request, ask: Ask, memory: Memory) -> Reply:
        """A request to the API as this fault lets it pass."""
        return _through(self.api, ask, memory)(request)

    def deliver(self, request: Request, ask: Ask, memory: Memory) -> Reply:
        """An event as this fault lets it pass."""
        return _through(self.deliveries, ask, memory)(request)

    def mail(self, mail: EmailMessage, memory: Memory) -> list[EmailMessage]:
        """A mail as this fault lets it pass."""
        mails = [mail]
        for rule in self.mails:
            mails = [after for before in mails for after in rule(before, memory)]
        return mails


def fault(
    name: str,
    says: str,
    areas: str,
    *api: Rule,
    deliveries: Iterable[Rule] = (),
    mails: Iterable[MailRule] = (),
    ground: Ground = Ground.USUAL,
) -> Fault:
    """A fault; the areas with blanks between, the rules of the API the outermost first."""
    return Fault(name, says, tuple(areas.split()), api, tuple(deliveries), tuple(mails), ground)


NONE = fault("none", "Nothing is broken.", "")
"""What a conformant server looks like through the proxy."""


def _through(rules: tuple[Rule, ...], ask: Ask, memory: Memory) -> Ask:
    for rule in reversed(rules):
        ask = _bound(rule, ask, memory)
    return ask


def _bound(rule: Rule, ask: Ask, memory: Memory) -> Ask:
    return lambda request: rule(request, ask, memory)
