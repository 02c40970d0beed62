"""Endpoints that an event is on its way to, for whoever asks about endpoints and deliveries. Each is made once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .asking import Caller
from .prepared import Prepares, prepared
from .receiving import FOLDER
from .stage import Thing
from .waiting import until

if TYPE_CHECKING:
    from .trial import Trial

NOWHERE = f"https://nobody.invalid{FOLDER}"
"""No name below `.invalid` leads anywhere (RFC 2606, section 2), so nothing sent there arrives."""
SECONDS = 10


@dataclass(frozen=True)
class Sent:
    """An endpoint, and the delivery of one event to it. Nobody may change either."""

    endpoint: Thing
    delivery: Thing


class SentEvents(Prepares):
    """One of each organization."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._trial = trial

    @prepared
    def own(self) -> Sent:
        """An endpoint with a delivery."""
        return self.new(self._trial.academy)

    @prepared
    def others(self) -> Sent:
        """An endpoint of the other organization, with a delivery."""
        return self.new(self._trial.other)

    def new(self, caller: Caller) -> Sent:
        """Register an endpoint, issue a certificate, and find the delivery."""
        stage = self._trial.stage
        endpoint = stage.new_endpoint("sent", f"{NOWHERE}sent", caller, events=["certificate.issued"])
        stage.new_certificate(stage.new_course(caller), caller, notify=False)

        def first() -> Thing | None:
            listed = caller.get(f"/api/v1/webhooks/{endpoint['id']}/deliveries").expect(200).member("data")
            return Thing(listed[0]) if isinstance(listed, list) and listed else None

        why = "a certificate was issued, and its organization's endpoint has no delivery"
        return Sent(endpoint, until(first, SECONDS, why))


def sent_events(trial: "Trial") -> SentEvents:
    """Those of this trial."""
    made = trial.stage.made.setdefault("sent_events", SentEvents(trial))
    assert isinstance(made, SentEvents)  # whoever put it there stands one line above
    return made
