"""Webhooks, the log of deliveries, and sending again what it shows."""

from collections.abc import Callable
from typing import Any

from ..answers import Answer
from ..clause import must
from ..deliveries import arrived, certificate_for
from ..findings import require
from ..stage import Thing
from ..trial import Trial
from ..waiting import until

WEBHOOKS = "/api/v1/webhooks"
ISSUED = ["certificate.issued"]
LOGGED_SECONDS = 15
ONE = "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1deliveries~1{delivery_id}"
RANGE = "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1redeliver/post"


@must("webhooks/deliveries", "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1deliveries/get", f"{ONE}/get")
def deliveries(trial: Trial) -> None:
    """The log shows each delivery, the newest first, with its event and every attempt at it; one can be read alone."""
    path = _endpoint(trial, "logged")
    certificates = [certificate_for(trial) for _ in range(2)]
    events = [arrived(trial, each, "certificate.issued", at="logged").message_id for each in certificates]
    answer = _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"] * 2)
    listed = answer.member("data")
    require(
        [each["event_id"] for each in listed] == events[::-1], "It does not show both events, newest first.", answer
    )
    for number in range(2):
        answer.expect_member(f"data.{number}.event", "certificate.issued")
        answer.expect_member(f"data.{number}.attempts.0.status", 200)
        answer.expect_member(f"data.{number}.attempts.0.error", None)
        require(len(listed[number]["attempts"]) == 1, "It shows another number of attempts than the one made.", answer)
    one = trial.academy.get(f"{path}/deliveries/{listed[0]['id']}").expect(200).expect_described()
    one.expect_member("data", listed[0])
    trial.academy.delete(path)


@must("webhooks/deliveries-filter", "openapi.yaml#/components/parameters/DeliveryStatusFilter")
def deliveries_filter(trial: Trial) -> None:
    """The log can be asked for the deliveries in one state; a state that there is not is 422."""
    path = _endpoint(trial, "filtered")
    certificate = certificate_for(trial)
    arrived(trial, certificate, "certificate.issued", at="filtered")
    _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"])
    for status, count in (("delivered", 1), ("pending", 0), ("failed", 0)):
        answer = trial.academy.get(f"{path}/deliveries", params={"status": status}).expect(200).expect_described()
        found = len(answer.member("data"))
        require(found == count, f"Of one delivery, which arrived, it shows {found} as {status}.", answer)
    trial.academy.get(f"{path}/deliveries", params={"status": "lost"}).expect_error("unprocessable_entity")
    trial.academy.delete(path)


@must("webhooks/deliveries-pages", "openapi.yaml#/components/parameters/DeliveryCursor")
def deliveries_pages(trial: Trial) -> None:
    """Page by page the log shows each delivery once, in the same order as on one page."""
    path = _endpoint(trial, "paged")
    for _ in range(3):
        certificate_for(trial)
    whole = _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"] * 3)
    expected = [each["id"] for each in whole.member("data")]
    cursor: dict[str, Any] = {}
    for number, delivery_id in enumerate(expected, start=1):
        page = trial.academy.get(f"{path}/deliveries", params={"limit": 1, **cursor}).expect(200).expect_described()
        shown = [each["id"] for each in page.member("data")]
        require(
            shown == [delivery_id], f"Page {number} of one delivery each does not show the one that comes next.", page
        )
        page.expect_member("pagination.has_more", value=number < len(expected))
        cursor = {"cursor": page.member("pagination.cursor")}
    trial.academy.delete(path)


@must("webhooks/redeliver", f"{ONE}~1redeliver/post")
def redeliver(trial: Trial) -> None:
    """An event that has arrived is sent again when asked for, with the same id and bytes, and the log shows it."""
    path = _endpoint(trial, "again")
    first = arrived(trial, certificate_for(trial), "certificate.issued", at="again")
    logged = _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"])
    delivery = f"{path}/deliveries/{logged.member('data.0.id')}"
    trial.academy.post(f"{delivery}/redeliver").expect(202).expect_described()
    what = "the event that was asked for again"
    second = trial.receiver.wait("again", lambda each: each.at > first.at, LOGGED_SECONDS, what=what)
    if (second.message_id, second.body) != (first.message_id, first.body):
        raise second.not_met("sent again, its webhook-id or its body is another")
    _logged(trial, path, lambda listed: listed[0]["status"] == "delivered" and len(listed[0]["attempts"]) == 2)
    trial.academy.delete(path)


@must("webhooks/redeliver-missed", RANGE)
def redeliver_missed(trial: Trial) -> None:
    """What happened in a span of time and did not arrive, as while the endpoint was disabled, is sent when asked for."""
    path = _endpoint(trial, "missing")
    trial.academy.post(f"{path}/disable").expect(200)
    certificate = certificate_for(trial)
    trial.academy.post(f"{path}/enable").expect(200)
    span = {"since": _created_at(trial, path)}
    answer = trial.academy.post(f"{path}/redeliver", json=span).expect(202).expect_described()
    require(answer.member("data.queued") >= 1, "Nothing is queued, and one event did not arrive.", answer)
    answer.expect_member("data.resume_from", None)
    arrived(trial, certificate, "certificate.issued", at="missing")
    _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"])
    trial.academy.post(f"{path}/redeliver", json=span).expect(202).expect_member("data.queued", 0)
    trial.academy.delete(path)


@must("webhooks/redeliver-all", RANGE, "openapi.yaml#/components/schemas/RedeliverChoice")
def redeliver_all(trial: Trial) -> None:
    """With `only` as `all`, what has arrived is sent again as well, and nothing from before `since` or after `until`."""
    path = _endpoint(trial, "all")
    since = _created_at(trial, path)
    first = arrived(trial, certificate_for(trial), "certificate.issued", at="all")
    logged = _logged(trial, path, lambda listed: [each["status"] for each in listed] == ["delivered"])
    ask = {"since": since, "only": "all"}
    answer = trial.academy.post(f"{path}/redeliver", json={**ask, "until": since}).expect(202)
    answer.expect_member("data.queued", 0)
    trial.academy.post(f"{path}/redeliver", json=ask).expect(202).expect_described().expect_member("data.queued", 1)
    what = "the event that was asked for again"
    second = trial.receiver.wait("all", lambda each: each.at > first.at, LOGGED_SECONDS, what=what)
    require(second.message_id == logged.member("data.0.event_id"), "Another event is sent than the one asked for.")
    trial.academy.delete(path)


@must("webhooks/redeliver-disabled", "openapi.yaml#/components/responses/EndpointOff")
def redeliver_disabled(trial: Trial) -> None:
    """Nothing is sent again to a disabled endpoint: 409."""
    path = _endpoint(trial, "off")
    arrived(trial, certificate_for(trial), "certificate.issued", at="off")
    delivery = _logged(trial, path, lambda listed: len(listed) == 1).member("data.0.id")
    trial.academy.post(f"{path}/disable").expect(200)
    trial.academy.post(f"{path}/deliveries/{delivery}/redeliver").expect_error("conflict").expect_described()
    span = {"since": "2026-03-15T10:00:00Z"}
    trial.academy.post(f"{path}/redeliver", json=span).expect_error("conflict").expect_described()
    trial.academy.delete(path)


def _endpoint(trial: Trial, name: str) -> str:
    return f"{WEBHOOKS}/{trial.stage.new_endpoint(name, events=ISSUED)['id']}"


def _created_at(trial: Trial, path: str) -> str:
    return str(Thing(trial.academy.get(path).expect(200).member("data"))["created_at"])


def _logged(trial: Trial, path: str, is_so: Callable[[list[dict[str, Any]]], bool]) -> Answer:
    """The log of an endpoint, once it is as it has to be."""

    def found() -> Answer | None:
        answer = trial.academy.get(f"{path}/deliveries").expect(200).expect_described()
        return answer if is_so(answer.member("data")) else None

    return until(found, LOGGED_SECONDS, "the log of deliveries does not show what arrived")
