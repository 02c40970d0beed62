"""Events from the change to the receiver: all of them, signed, tried again, sent again, and written down."""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from standardwebhooks import Webhook

from rules.instants import show
from tests.academies import Academy
from tests.claiming import claim, token_in
from tests.endpoints import LONG_AGO, PATH, assert_as_described, deliveries, endpoint, feed, happened, register
from tests.postbox import Postbox, text_of
from tests.receiver import Place, Received, Receiver, Reply
from tests.rules.node_receiver import are_genuine
from tests.server.probe import until

HOSTILE = [
    r"""Zoë "Q" 🎓 \u2028 O'Neil <b> \ é""",
    'Zoë "Q" 🎓 \u2028 O\'Neil <b> \\ e\u0301',
    "\U0001f9d1\u200d\U0001f4bb \u202e \ufeff\u2029\x7e </script> &amp; %00 {{ 7*7 }} \\u0000 \\\\",
    "Ω\u212b\u0958 \U000e0041 \ud7ff\ue000\uffff\U0010ffff",
]
KINDS = {"issued", "claimed", "expiring", "expired", "revoked"}
SIGNATURES = ["x-truecerta-signature", "x-truecerta-signature-previous"]


def told(request: Received) -> dict[str, Any]:
    """The event in a request."""
    event: dict[str, Any] = json.loads(request.body)
    return event


def by_kind(requests: Sequence[Received], code: str) -> dict[str, Received]:
    """What came about a certificate; each kind of event once."""
    about = [each for each in requests if told(each)["data"]["certificate"]["code"] == code]
    found = {told(each)["event"].removeprefix("certificate."): each for each in about}
    assert len(found) == len(about)
    return found


def assert_signed(requests: Sequence[Received], *secrets: str) -> None:
    """Each secret signs each request in both ways, the present one first."""
    for request in requests:
        assert [name for name in SIGNATURES if name in request.headers] == SIGNATURES[: len(secrets)]
        assert len(request.headers["webhook-signature"].split(" ")) == len(secrets)
        for name, secret in zip(SIGNATURES, secrets, strict=False):
            assert request.headers[name] == hmac.digest(secret.encode(), request.body, "sha256").hex()
            assert Webhook(secret).verify(request.body, dict(request.headers)) == told(request)


def assert_genuine_to_node(requests: Sequence[Received], secret: str) -> None:
    """The reference's own check, in its own language, holds for each request."""
    checks = [(request.body, request.headers[SIGNATURES[0]], secret) for request in requests]
    assert are_genuine(checks) == [True] * len(requests)


def test_each_of_the_five_events_arrives_as_described(sender: Academy, receiver: Receiver, postbox: Postbox) -> None:
    place, address = receiver.place(), f"{uuid4().hex}@example.com"
    secret = register(sender, place.url)["secret"]
    course = sender.course(name=HOSTILE[1], validity_period_months=12)["id"]
    issued = sender.issue(course, holder_name=HOSTILE[0], holder_email=address)
    other = sender.issue(course, holder_name=HOSTILE[1], notify=False)
    assert claim(sender.web, token_in(postbox.wait(address)[0])).status_code == 200
    sender.alter(issued["code"], expires_at=datetime.now(UTC) + timedelta(days=20))
    sender.alter(other["code"], expires_at=datetime.now(UTC))
    place.wait(6)
    sender.revoke(issued["code"], reason=f"{HOSTILE[0]}\n\t{HOSTILE[1]}")
    came = place.wait(7)
    assert by_kind(came, issued["code"]).keys() == KINDS - {"expired"}
    assert by_kind(came, other["code"]).keys() == {"issued", "expiring", "expired"}
    names = {each["code"]: each["holder_name"] for each in (issued, other)}

    for request in came:
        event = told(request)
        assert (request.method, place.url.endswith(request.path)) == ("POST", True)
        assert_as_described(request, event)
        assert request.body == json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        certificate = event["data"]["certificate"]
        assert certificate["holder_name"] == names[certificate["code"]]
        assert certificate["course_name"] == issued["course_name"]
    assert_signed(came, secret)
    assert_genuine_to_node(came, secret)
    sent = {each.headers["webhook-id"]: told(each) for each in came}
    assert sent == {each.pop("id"): each for each in feed(sender)}


def test_an_event_tells_the_certificate_as_it_was_then(sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    register(sender, place.url)
    issued = sender.issue(sender.course(validity_period_months=12)["id"], issued_at="2024-02-29T10:00:00.5Z")
    first = told(place.wait()[0])
    names = ["id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at"]
    assert list(first) == ["event", "data", "timestamp"]
    assert list(first["data"]) == ["certificate"]
    assert list(first["data"]["certificate"].items()) == [(name, issued[name]) for name in names]
    assert datetime.now(UTC) - datetime.fromisoformat(first["timestamp"]) < timedelta(minutes=1)
    assert "." not in first["timestamp"]
    sender.patch(f"/api/v1/certificates/{issued['code']}", json={"holder_name": "Jane Roe"})
    revoked = sender.revoke(issued["code"]).json()["data"]
    assert "." not in revoked["revoked_at"]
    second = told(place.wait(2)[1])["data"]["certificate"]
    assert second == {name: revoked[name] for name in [*names, "revoked_at", "revocation_reason"]}
    assert second["holder_name"] == "Jane Roe"
    assert feed(sender)[0]["data"]["certificate"]["holder_name"] == "Jane Doe"


def test_what_is_hostile_in_text_stays_text(sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    secret = register(sender, place.url)["secret"]
    course = sender.course()["id"]
    shown = {sender.issue(course, holder_name=name)["holder_name"] for name in HOSTILE}
    came = place.wait(len(HOSTILE))
    assert {told(each)["data"]["certificate"]["holder_name"] for each in came} == shown
    assert_signed(came, secret)
    assert_genuine_to_node(came, secret)


def test_while_a_secret_is_replaced_both_sign(sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    made = register(sender, place.url)
    secrets = [made["secret"]]

    def send(**rotation: int) -> Received:
        rotated = sender.post(f"{PATH}/{made['id']}/rotate-secret", json=rotation)
        assert rotated.status_code == 200
        secrets.insert(0, rotated.json()["data"]["secret"])
        count = len(place.received)
        sender.post(f"{PATH}/test")
        return place.wait(count + 1)[-1]

    assert_signed([send()], *secrets)
    assert_signed([send(overlap_seconds=600)], *secrets[:2])
    past = "UPDATE webhook SET previous_secret_until = created_at WHERE id = $1 RETURNING id"
    assert sender.database.rows(past, made["id"])
    sender.post(f"{PATH}/test")
    assert_signed([place.wait(3)[-1]], secrets[0])
    assert_signed([send(overlap_seconds=0)], secrets[0])
    assert endpoint(sender, made["id"])["previous_secret_expires_at"] is None
    assert len(set(secrets)) == 4


def test_a_failed_delivery_is_tried_again_until_it_succeeds_or_the_schedule_ends(
    sender: Academy, receiver: Receiver
) -> None:
    flaky, dead, canary = receiver.place(), receiver.place(), receiver.place()
    flaky.replies = [Reply(429, "é".encode() * 1000, {"Retry-After": "9"})]
    dead.replies = [Reply(302, b"\x00\xff\x1b[2J", {"Location": canary.url})]
    dead.usual = Reply(503, b"Back in a minute.")
    lively, lost = register(sender, flaky.url)["id"], register(sender, dead.url)["id"]
    sender.issue()
    until(lambda: len(deliveries(sender, lost)[0]["attempts"]) == 1)
    waiting = deliveries(sender, lost)[0]
    assert (waiting["status"], waiting["finished_at"]) == ("pending", None)
    assert _after(waiting["attempts"][0]["started_at"], waiting["next_attempt_at"]) >= 1
    assert endpoint(sender, lost)["failing_since"] == waiting["attempts"][0]["started_at"]
    _assert_given_up_until_it_is_sent_again(sender, lost, dead)
    until(lambda: deliveries(sender, lively)[0]["status"] == "delivered")
    _assert_tried_twice(deliveries(sender, lively)[0], flaky)
    assert canary.received == []
    assert endpoint(sender, lively)["failing_since"] is None


def _assert_given_up_until_it_is_sent_again(sender: Academy, lost: str, dead: Place) -> None:
    until(lambda: deliveries(sender, lost)[0]["status"] == "failed")
    failed = deliveries(sender, lost)[0]
    assert [attempt["status"] for attempt in failed["attempts"]] == [302, 503, 503]
    assert [attempt["answer"] for attempt in failed["attempts"][:2]] == ["\ufffd\ufffd\ufffd[2J", "Back in a minute."]
    assert failed["next_attempt_at"] is None
    assert failed["finished_at"] >= failed["attempts"][-1]["started_at"]
    assert endpoint(sender, lost)["enabled"]
    dead.usual = Reply(299)
    again = sender.post(f"{PATH}/{lost}/deliveries/{failed['id']}/redeliver").json()["data"]
    assert (again["status"], again["finished_at"]) == ("pending", None)
    until(lambda: deliveries(sender, lost)[0]["status"] == "delivered")
    attempts = deliveries(sender, lost)[0]["attempts"]
    assert [(attempt["number"], attempt["status"]) for attempt in attempts[2:]] == [(3, 503), (4, 299)]
    assert len({(each.body, each.headers["webhook-id"]) for each in dead.received}) == 1


def _assert_tried_twice(delivery: dict[str, Any], place: Place) -> None:
    attempts = delivery["attempts"]
    assert [(attempt["number"], attempt["status"]) for attempt in attempts] == [(1, 429), (2, 200)]
    assert [attempt["answer"] for attempt in attempts] == ["é" * 512, "ok"]
    assert [attempt["error"] is None for attempt in attempts] == [False, True]
    assert all(0 <= attempt["duration_ms"] < 15_000 for attempt in attempts)
    starts = [attempt["started_at"] for attempt in attempts]
    assert 2 <= _after(*starts) < 8  # what the receiver asked for counts, up to twice the pause
    assert delivery["next_attempt_at"] is None
    came = place.wait(2)
    assert len({each.body for each in came}) == 1
    assert {each.headers["webhook-id"] for each in came} == {delivery["event_id"]}
    stamps = [int(each.headers["webhook-timestamp"]) for each in came]
    assert stamps == [int(datetime.fromisoformat(start).timestamp()) for start in starts]


def _after(one: str, other: str) -> float:
    return (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()


def test_an_endpoint_that_is_gone_is_left_alone_until_it_is_enabled(
    sender: Academy, receiver: Receiver, postbox: Postbox
) -> None:
    place = receiver.place()
    place.replies = [Reply(410, b"Gone")]
    made = register(sender, place.url)
    issued = sender.issue()
    until(lambda: not endpoint(sender, made["id"])["enabled"])
    assert endpoint(sender, made["id"])["disabled_reason"] == "gone"
    (mail,) = postbox.wait("office@example.com", which=lambda each: place.url in text_of(each))
    assert made["secret"] not in mail.as_string()
    sender.revoke(issued["code"])
    assert [each["event"] for each in deliveries(sender, made["id"])] == ["certificate.issued"]
    (waiting,) = deliveries(sender, made["id"])
    assert waiting["status"] == "pending"
    error = sender.post(f"{PATH}/{made['id']}/deliveries/{waiting['id']}/redeliver")
    assert error.status_code == 409
    assert len(place.received) == 1

    sender.post(f"{PATH}/{made['id']}/enable")
    assert told(place.wait(2)[1])["event"] == "certificate.issued"
    until(lambda: [each["status"] for each in deliveries(sender, made["id"])] == ["delivered"])
    missed = sender.post(f"{PATH}/{made['id']}/redeliver", json={"since": issued["created_at"]}).json()["data"]
    assert missed == {"queued": 1, "resume_from": None}
    assert told(place.wait(3)[2])["event"] == "certificate.revoked"
    until(lambda: [each["status"] for each in deliveries(sender, made["id"])] == ["delivered"] * 2)
    assert len(postbox.wait("office@example.com", which=lambda each: place.url in text_of(each))) == 1


def test_what_arrived_is_sent_again_when_asked_for(sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    made = register(sender, place.url)
    sender.issue()
    until(lambda: deliveries(sender, made["id"], status="delivered") != [])
    (delivery,) = deliveries(sender, made["id"])
    queued = sender.post(f"{PATH}/{made['id']}/deliveries/{delivery['id']}/redeliver")
    assert queued.status_code == 202
    one, other = place.wait(2)
    assert (one.body, one.headers["webhook-id"]) == (other.body, other.headers["webhook-id"])
    assert_signed([one, other], made["secret"])
    until(lambda: len(deliveries(sender, made["id"], status="delivered")) == 1)
    path = f"{PATH}/{made['id']}/deliveries/{delivery['id']}"
    assert [each["status"] for each in sender.get(path).json()["data"]["attempts"]] == [200, 200]
    assert len(happened(sender)) == 1


def test_what_happened_before_an_endpoint_was_there_can_be_had(sender: Academy, receiver: Receiver) -> None:
    course = sender.course()["id"]
    codes = [sender.issue(course)["code"] for _ in range(3)]
    sender.revoke(codes[0])
    place = receiver.place()
    made = register(sender, place.url, events=["certificate.issued"])
    path = f"{PATH}/{made['id']}/redeliver"
    assert sender.post(path, json={"since": show(datetime.now(UTC))}).json()["data"]["queued"] == 0
    assert sender.post(path, json={"since": LONG_AGO, "until": LONG_AGO}).json()["data"]["queued"] == 0
    assert sender.post(path, json={"since": LONG_AGO}).json()["data"] == {"queued": 3, "resume_from": None}
    came = place.wait(3)
    assert {told(each)["data"]["certificate"]["code"] for each in came} == set(codes)
    until(lambda: len(deliveries(sender, made["id"], status="delivered")) == 3)
    assert sender.post(path, json={"since": LONG_AGO}).json()["data"]["queued"] == 0
    second = sender.read(codes[1])["created_at"]
    assert sender.post(path, json={"since": second, "only": "all"}).json()["data"]["queued"] == 2
    again = {told(each)["data"]["certificate"]["code"] for each in place.wait(5)[3:]}
    assert again == set(codes[1:])


def test_an_endpoint_is_sent_what_it_chose_and_every_test(sender: Academy, receiver: Receiver) -> None:
    choosy, keen, off = (receiver.place() for _ in range(3))
    register(sender, choosy.url, events=["certificate.revoked"])
    register(sender, keen.url)
    silent = register(sender, off.url)["id"]
    sender.post(f"{PATH}/{silent}/disable")
    issued = sender.issue()
    tested = sender.post(f"{PATH}/test")
    assert tested.status_code == 202
    assert tested.json()["data"]["endpoints"] == 2
    sender.revoke(issued["code"])
    assert {told(each)["event"] for each in choosy.wait(2)} == {"webhook.test", "certificate.revoked"}
    assert {told(each)["event"] for each in keen.wait(3)} == {"webhook.test", *happened(sender)}
    for request in choosy.received + keen.received:
        assert_as_described(request, told(request))
        if told(request)["event"] == "webhook.test":
            assert request.headers["webhook-id"] == tested.json()["data"]["id"]
    assert off.received == []
    assert deliveries(sender, silent) == []


def test_what_is_on_its_way_follows_its_endpoint(sender: Academy, receiver: Receiver) -> None:
    old, new = receiver.place(), receiver.place()
    old.usual = Reply(500)
    moving, removed = register(sender, old.url), register(sender, old.url)
    sender.issue()
    until(lambda: len(deliveries(sender, removed["id"])[0]["attempts"]) == 1)
    due = datetime.fromisoformat(deliveries(sender, removed["id"])[0]["next_attempt_at"])
    sender.patch(f"{PATH}/{moving['id']}", json={"url": new.url, "events": ["certificate.expired"]})
    assert sender.call("DELETE", f"{PATH}/{removed['id']}").status_code == 204
    assert_signed(new.wait(), moving["secret"])
    until(lambda: datetime.now(UTC) > due + timedelta(seconds=0.4))
    assert len(old.received) == 2
    assert happened(sender) == ["certificate.issued"]


def test_five_tests_a_minute_and_no_more(sender: Academy) -> None:
    answers = [sender.post(f"{PATH}/test") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"5"}
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert len(happened(sender, event="webhook.test")) == 5
