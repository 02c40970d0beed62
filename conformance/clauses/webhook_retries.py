"""Webhooks, what is not taken at first: it is sent again, unless the endpoint is gone for good."""

from typing import Any

from ..clause import must, should
from ..coming import RETRY_AFTER_SECONDS
from ..deliveries import arrived, certificate_for, expect_signed, is_standard
from ..findings import NotPossible, require
from ..instants import instant
from ..receiving import Received, Reply
from ..trial import Trial
from ..waiting import until

WEBHOOKS = "/api/v1/webhooks"
PATIENCE_SECONDS = 30
"""No longer pause is waited for; how long the first is, nobody prescribes."""
SETTLED_SECONDS = 15
FAILURES = 2
"""So often the failing endpoint does not take its event."""
LEAST_PAUSE_SECONDS = 0.9
SLACK_SECONDS = 0.2
"""Clocks of two machines do not agree to the millisecond."""


@must(
    "webhooks/gone",
    "openapi.yaml#/components/responses/EndpointGone",
    "openapi.yaml#/components/schemas/DisabledReason",
)
def gone(trial: Trial) -> None:
    """An endpoint that answers 410 is disabled, and says why."""
    endpoint = trial.stage.new_endpoint("gone", events=["certificate.issued"])
    path = f"{WEBHOOKS}/{endpoint['id']}"
    trial.receiver.answers("gone", 410)
    arrived(trial, certificate_for(trial), "certificate.issued", at="gone")

    def disabled() -> bool | None:
        return trial.academy.get(path).expect(200).member("data.enabled") is False or None

    until(disabled, SETTLED_SECONDS, "the endpoint answered 410 and was not disabled")
    trial.academy.get(path).expect_described().expect_member("data.disabled_reason", "gone")
    trial.academy.delete(path)


@must("webhooks/redirects", "openapi.yaml#/components/responses/EventNotTaken")
def redirects(trial: Trial) -> None:
    """A redirect is not followed and does not count as taken: the log shows it, and the event is still on its way."""
    endpoint = trial.stage.new_endpoint("redirecting", events=["certificate.issued"])
    path = f"{WEBHOOKS}/{endpoint['id']}"
    trial.receiver.answers("redirecting", Reply(307, {"Location": trial.receiver.address("elsewhere")}))
    arrived(trial, certificate_for(trial), "certificate.issued", at="redirecting")
    delivery = _attempted(trial, path, 1)
    followed = trial.receiver.received("elsewhere")
    if followed:
        raise followed[0].not_met("the server followed a redirect")
    status = delivery["attempts"][0]["status"]
    require(status == 307, f"The log shows that the endpoint answered {status}; it redirected with 307.")
    require(delivery["status"] == "pending", f"The delivery that was redirected is {delivery['status']}, not pending.")
    trial.academy.delete(path)


@must(
    "webhooks/retry",
    "rulings/webhooks/at-least-once",
    "reference/webhooks/refused",
    "openapi.yaml#/components/responses/EventNotTaken",
)
def retry(trial: Trial) -> None:
    """What an endpoint answers with 500 is sent there again after a pause, when the log of deliveries says."""
    first, second = _attempts(trial, "failing")
    pause = second.at - first.at
    if pause < LEAST_PAUSE_SECONDS:
        raise second.not_met(f"it was sent again after {pause:.2f} s, without a pause")


@must("webhooks/retry-unchanged", "rulings/webhooks/event-id")
def retry_unchanged(trial: Trial) -> None:
    """Sent again, an event has the same `webhook-id` and the same bytes, and signatures of the new attempt."""
    first, second = _attempts(trial, "failing")
    if second.message_id != first.message_id:
        raise second.not_met(f"sent again, its webhook-id is {second.message_id!r}; it was {first.message_id!r}")
    if second.body != first.body:
        raise second.not_met(f"sent again, its body is another; it was {first.body.decode('utf-8', 'replace')}")
    secret = trial.stage.coming.setback.failing["secret"]
    expect_signed(second, secret)
    if not is_standard(second, secret):
        raise second.not_met("sent again, its webhook-signature is not made for this attempt")
    times = [str(each.headers.get("webhook-timestamp", "")) for each in (first, second)]
    if times[0] == times[1]:
        raise second.not_met(f"sent again, its webhook-timestamp is still {times[0]}")


@must("webhooks/growing-pauses", "rulings/webhooks/growing-pauses", "openapi.yaml#/components/schemas/Delivery")
def growing_pauses(trial: Trial) -> None:
    """After a second failure the next attempt is planned for a longer pause than the first, and the log says for when."""
    _attempts(trial, "failing")
    delivery = _attempted(trial, f"{WEBHOOKS}/{trial.stage.coming.setback.failing['id']}", FAILURES)
    begun = [instant(each["started_at"], "`started_at`") for each in delivery["attempts"]]
    if len(begun) == FAILURES:
        told = f"A delivery that failed twice is {delivery['status']}, not pending."
        require(delivery["status"] == "pending", told)
        begun.append(instant(delivery["next_attempt_at"], "`next_attempt_at`"))
    first, second = begun[1] - begun[0], begun[2] - begun[1]
    told = f"The first pause was {first.total_seconds():.1f} s, the next is {second.total_seconds():.1f} s."
    require(second > first, told)


@should("webhooks/retry-after", "RFC 9110, 10.2.3")
def retry_after(trial: Trial) -> None:
    """An endpoint that answers 503 and asks for a pause of some seconds is left in peace for so long."""
    first, second = _attempts(trial, "waiting")
    pause = second.at - first.at
    if pause < RETRY_AFTER_SECONDS - SLACK_SECONDS:
        raise second.not_met(f"asked to wait {RETRY_AFTER_SECONDS} s, the server sent it again after {pause:.1f} s")


def _attempts(trial: Trial, name: str) -> tuple[Received, Received]:
    """The first two attempts at the event that this endpoint did not take at first."""
    setback = trial.stage.coming.setback
    first = arrived(trial, setback.certificate, "certificate.revoked", at=name, since=setback.since)

    def match(received: Received) -> bool:
        return received.code == setback.certificate["code"] and received.at > first.at

    pause = _planned_pause(trial, f"{WEBHOOKS}/{getattr(setback, name)['id']}")
    if pause > PATIENCE_SECONDS:
        raise NotPossible(
            f"the next attempt is planned for {pause:.0f} s after the first, and the suite waits {PATIENCE_SECONDS} s"
        )
    what = "a second attempt at the event that was not taken"
    return first, trial.receiver.wait(name, match, pause + SETTLED_SECONDS, what=what, since=first.at)


def _planned_pause(trial: Trial, path: str) -> float:
    """Between the only attempt so far and the next as it is planned, in seconds; 0 where another is made or none planned."""
    delivery = _attempted(trial, path, 1)
    if len(delivery["attempts"]) > 1 or delivery["next_attempt_at"] is None:
        return 0
    begun = instant(delivery["attempts"][0]["started_at"], "`started_at`")
    return (instant(delivery["next_attempt_at"], "`next_attempt_at`") - begun).total_seconds()


def _attempted(trial: Trial, path: str, least: int) -> dict[str, Any]:
    """The delivery at which so many attempts were made, or more, as soon as the log shows them and what is next."""

    def is_so(delivery: dict[str, Any]) -> bool:
        is_settled = delivery["status"] != "pending" or delivery["next_attempt_at"] is not None
        return len(delivery["attempts"]) >= least and is_settled

    def found() -> dict[str, Any] | None:
        listed = trial.academy.get(f"{path}/deliveries").expect(200).expect_described().member("data")
        return next(filter(is_so, listed), None)

    return until(
        found, SETTLED_SECONDS, f"the log of deliveries does not show {least} attempts at one, and when the next is"
    )
