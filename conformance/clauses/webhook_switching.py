"""Webhooks, who is sent what: by the kinds an endpoint has chosen, while it is enabled, where it is now."""

from ..clause import must
from ..deliveries import arrived, certificate_for
from ..findings import require
from ..receiving import Received
from ..stage import Thing
from ..trial import Trial
from ..waiting import until

WEBHOOKS = "/api/v1/webhooks"
ISSUED = ["certificate.issued"]
RESUMED_SECONDS = 30


@must(
    "webhooks/chosen-only",
    "openapi.yaml#/components/schemas/ChosenEvents",
    "openapi.yaml#/paths/~1api~1v1~1webhooks/post",
)
def chosen_only(trial: Trial) -> None:
    """An endpoint that has chosen kinds of events is sent those and no others."""
    _ = trial.stage.coming.watched
    endpoint = trial.stage.new_endpoint("chosen", events=["certificate.revoked"])
    certificate = certificate_for(trial)
    arrived(trial, certificate, "certificate.issued")
    trial.stage.revoke(certificate)
    arrived(trial, certificate, "certificate.revoked", at="chosen")
    others = trial.receiver.received("chosen", lambda each: each.event != "certificate.revoked")
    if others:
        raise others[0].not_met("the endpoint has chosen certificate.revoked only")
    trial.academy.delete(f"{WEBHOOKS}/{endpoint['id']}")


@must("webhooks/disabled", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1disable/post")
def disabled(trial: Trial) -> None:
    """Nothing that happens while an endpoint is disabled, or once it is removed, is sent to it."""
    _ = trial.stage.coming.watched
    endpoint, gone = (trial.stage.new_endpoint(name, events=ISSUED) for name in ("switched", "deleted"))
    path = f"{WEBHOOKS}/{endpoint['id']}"
    trial.academy.post(f"{path}/disable").expect(200)
    trial.academy.delete(f"{WEBHOOKS}/{gone['id']}").expect(204)
    arrived(trial, certificate_for(trial), "certificate.issued")
    trial.academy.post(f"{path}/enable").expect(200)
    later = certificate_for(trial)
    arrived(trial, later, "certificate.issued", at="switched")
    _expect_nothing(trial.receiver.received("switched", lambda each: each.code != later["code"]), "was disabled")
    _expect_nothing(trial.receiver.received("deleted"), "had been removed")
    trial.academy.delete(path)


@must("webhooks/enabled-again", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1enable/post")
def enabled_again(trial: Trial) -> None:
    """What was on its way when an endpoint was disabled is sent once it is enabled again."""
    endpoint = trial.stage.new_endpoint("resumed", events=ISSUED)
    path = f"{WEBHOOKS}/{endpoint['id']}"
    trial.receiver.answers("resumed", 500)
    certificate = certificate_for(trial)
    first = arrived(trial, certificate, "certificate.issued", at="resumed")
    until(lambda: _failed(trial, path), RESUMED_SECONDS, "no delivery shows the attempt that failed")
    trial.academy.post(f"{path}/disable").expect(200)
    trial.academy.post(f"{path}/enable").expect(200)
    what = "the event that was on its way before"
    trial.receiver.wait("resumed", lambda each: each.at > first.at, RESUMED_SECONDS, what=what, since=first.at)
    trial.academy.delete(path)


@must("webhooks/moved", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}/patch")
def moved(trial: Trial) -> None:
    """After an endpoint's address is changed, events are sent to the new one."""
    endpoint = trial.stage.new_endpoint("old-place", events=ISSUED)
    path = f"{WEBHOOKS}/{endpoint['id']}"
    trial.academy.patch(path, json={"url": trial.receiver.address("new-place")}).expect(200)
    arrived(trial, certificate_for(trial), "certificate.issued", at="new-place")
    _expect_nothing(trial.receiver.received("old-place"), "had been moved")
    trial.academy.delete(path)


def _failed(trial: Trial, path: str) -> Thing | None:
    listed = trial.academy.get(f"{path}/deliveries").expect(200).expect_described().member("data")
    return next((Thing(each) for each in listed if each["attempts"]), None)


def _expect_nothing(received: list[Received], why: str) -> None:
    require(not received, str(received[0].not_met(f"it was sent although the endpoint {why}")) if received else "")
