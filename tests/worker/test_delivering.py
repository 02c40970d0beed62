"""Delivering: what is due is sent once, recorded, and never holds up what goes elsewhere."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from models import Delivery, DeliveryAttempt, Webhook
from outgoing.client import NotTried, Received, Unreachable
from rules import signatures
from services import delivery_queue
from tests.worker.at_work import OK, Receivers, alarming, are, attempts_are, silent, thankful, until, working
from tests.worker.conftest import KEYRING, Outbox
from worker import delivering


async def test_everything_due_is_sent_once(outbox: Outbox) -> None:
    await outbox.endpoint()
    await outbox.happen(40)
    receivers = Receivers(thankful)
    async with working(receivers):
        await until(are(outbox, *["delivered"] * 40))
    assert len({headers["webhook-id"] for _, headers, _ in receivers.came}) == len(receivers.came) == 40
    assert {row.status for row in await DeliveryAttempt.all()} == {200}


async def test_what_is_sent_is_signed_and_is_json(outbox: Outbox) -> None:
    webhook_id = await outbox.endpoint()
    await outbox.happen()
    receivers = Receivers(thankful)
    async with working(receivers):
        await until(are(outbox, "delivered"))
    ((url, headers, body),) = receivers.came
    assert url == "https://receiver.example/hook"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "TrueCerta"
    secret = KEYRING.unseal("webhook secrets", (await Webhook.get(id=webhook_id)).secret).decode()
    now = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = signatures.headers(UUID(headers["webhook-id"]), body, [secret], now)
    assert expected.items() <= headers.items()


async def test_a_failure_is_recorded_and_due_again(outbox: Outbox) -> None:
    await outbox.endpoint()
    await outbox.happen()

    async def busy(_url: str) -> Received:
        return Received(503, "7", b"later\x00")

    async with working(Receivers(busy)):
        await until(attempts_are(1))
    attempt, delivery = await DeliveryAttempt.get(), await Delivery.get()
    assert (attempt.status, attempt.answer) == (503, "later\ufffd")
    assert attempt.error == "The endpoint answered 503: only 200 to 299 means that the event has arrived."
    assert delivery.due_at is not None
    assert 6 < (delivery.due_at - datetime.now(UTC)).total_seconds() < 8


async def test_an_endpoint_that_is_not_reached_says_why(outbox: Outbox) -> None:
    await outbox.endpoint()
    await outbox.happen()

    async def unreachable(_url: str) -> Received:
        raise Unreachable("The connection was refused.")

    async with working(Receivers(unreachable)):
        await until(attempts_are(1))
    attempt = await DeliveryAttempt.get()
    assert attempt.error == "The connection was refused."
    assert [attempt.status, attempt.answer] == [None, None]


async def test_a_fault_on_our_side_fails_one_delivery_and_is_told(outbox: Outbox) -> None:
    await outbox.endpoint("https://broken.example/")
    await outbox.endpoint("https://good.example/")
    await outbox.happen()

    async def broken(url: str) -> Received:
        if "broken" in url:
            raise KeyError(url)
        return OK

    with capture_logs() as logs:
        async with working(Receivers(broken)):
            await until(are(outbox, "delivered", "pending"))
            await until(attempts_are(2))
    assert [entry["event"] for entry in alarming(logs)] == ["delivery attempt failed"]


async def test_what_was_not_even_tried_is_no_failure(outbox: Outbox) -> None:
    webhook_id = await outbox.endpoint()
    await outbox.happen(2)
    answers = [thankful]

    async def crowded(url: str) -> Received:
        if answers:
            return await answers.pop()(url)
        raise NotTried("512 names are being looked up already.")

    with capture_logs() as logs:
        async with working(Receivers(crowded)):
            await until(are(outbox, "delivered", "pending"))
    put_off = await Delivery.get(status="pending")
    assert (put_off.tries, (await Webhook.get(id=webhook_id)).failing_since) == (0, None)
    assert await DeliveryAttempt.all().count() == 1
    assert [entry["event"] for entry in alarming(logs)] == ["delivery put off"]


async def test_silent_endpoints_hold_up_nobody(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "GRACE_SECONDS", 0.1)
    for number in range(20):
        await outbox.endpoint(f"https://silent{number}.example/")
    await outbox.endpoint("https://good.example/")
    await outbox.happen(10)

    async def some_are_silent(url: str) -> Received:
        return await (silent(url) if "silent" in url else thankful(url))

    receivers = Receivers(some_are_silent)
    async with working(receivers):
        await until(are(outbox, *["delivered"] * 10, *["pending"] * 200))
        assert receivers.at_once == 20 * 4
    await until(attempts_are(10))


async def test_a_failing_endpoint_is_tried_one_at_a_time(outbox: Outbox) -> None:
    await outbox.endpoint()
    await outbox.happen(12)
    receivers = Receivers(thankful)

    async def fails(_url: str) -> Received:
        if len(receivers.came) > 4:
            receivers.most_at_once = receivers.at_once
        await asyncio.sleep(0.01)
        return Received(500, None, b"")

    receivers._answer = fails
    async with working(receivers):
        await until(attempts_are(12))
    assert receivers.most_at_once == 1


async def test_a_secret_that_cannot_be_read_stops_nobody_else(outbox: Outbox) -> None:
    unreadable, _ = await outbox.endpoint("https://unreadable.example/"), await outbox.endpoint()
    await Webhook.filter(id=unreadable).update(secret=b"sealed under another key")
    await outbox.happen(3)
    with capture_logs() as logs:
        async with working(Receivers(thankful)):
            await until(are(outbox, *["delivered"] * 3, *["pending"] * 3))
            await outbox.happen(1)
            await until(are(outbox, *["delivered"] * 4, *["pending"] * 4))
    told = [(entry["event"], entry["log_level"], entry["webhook"]) for entry in alarming(logs)]
    assert told == [("endpoint left alone", "error", str(unreadable))]


async def test_told_to_stop_it_finishes_what_is_under_way(outbox: Outbox) -> None:
    await outbox.endpoint()
    await outbox.happen()
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_url: str) -> Received:
        began.set()
        await may_end.wait()
        return OK

    async def end_soon() -> None:
        await began.wait()
        asyncio.get_running_loop().call_later(0.3, may_end.set)

    async with working(Receivers(slow)):
        await end_soon()
    assert await outbox.statuses() == ["delivered"]


async def test_told_to_stop_it_gives_back_what_takes_too_long(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "GRACE_SECONDS", 0.1)
    await outbox.endpoint()
    await outbox.happen(3)
    receivers = Receivers(silent)

    async def all_sent() -> bool:
        return receivers.at_once == 3

    async with working(receivers):
        await until(all_sent)
    assert await DeliveryAttempt.all().count() == 0
    assert await delivery_queue.due_webhooks(datetime.now(UTC)) != []
    async with working(Receivers(thankful)):
        await until(are(outbox, *["delivered"] * 3))


async def test_an_endpoint_that_is_gone_is_disabled_and_that_is_told(outbox: Outbox) -> None:
    webhook_id = await outbox.endpoint()
    await outbox.happen()

    async def gone(_url: str) -> Received:
        return Received(410, None, b"")

    with capture_logs() as logs:
        async with working(Receivers(gone)):
            await until(attempts_are(1))
    assert [(entry["event"], entry["webhook"], entry["reason"]) for entry in alarming(logs)] == [
        ("webhook disabled", str(webhook_id), "gone")
    ]
    assert (await Webhook.get(id=webhook_id)).disabled_reason == "gone"
    failed = [(entry["webhook"], entry["log_level"]) for entry in logs if entry["event"] == "delivery failed"]
    assert failed == [(str(webhook_id), "info")]


async def test_several_workers_send_nothing_twice(outbox: Outbox) -> None:
    await outbox.endpoint("https://one.example/")
    await outbox.endpoint("https://two.example/")
    await outbox.happen(60)
    receivers = Receivers(thankful)
    async with working(receivers), working(receivers), working(receivers):
        await until(are(outbox, *["delivered"] * 120))
    assert len({(url, headers["webhook-id"]) for url, headers, _ in receivers.came}) == len(receivers.came) == 120
