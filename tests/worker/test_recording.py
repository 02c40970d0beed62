"""What became of deliveries is written down, whatever the database does meanwhile, and before anything else is sent."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from models import Delivery
from services import delivery_queue
from tests.worker.at_work import Receivers, are, thankful, until, working
from tests.worker.conftest import Outbox
from worker import rounds


class Settling:
    """Settling as ever, but for as long as the database is away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._settle = delivery_queue.settle
        self.is_away, self.refused = True, 0
        monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.01)
        monkeypatch.setattr(delivery_queue, "settle", self)

    async def __call__(self, *arguments: object) -> object:
        """As the service does it."""
        if self.is_away:
            self.refused += 1
            raise ConnectionRefusedError("away")
        return await self._settle(*arguments)  # type: ignore[arg-type]  # as they came

    async def was_refused(self) -> bool:
        """Whether the outage has been met, some times."""
        return self.refused > 2


async def test_after_an_outage_what_was_sent_is_written_down_before_anything_is_leased(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.endpoint()
    await outbox.happen()
    settling, receivers = Settling(monkeypatch), Receivers(thankful)
    async with working(receivers):
        await until(settling.was_refused)
        await outbox.happen(2)
        await Delivery.all().update(due_at=datetime.now(UTC), lease=None)  # as if every lease had ended
        settling.refused = -100
        await until(settling.was_refused)
        assert len(receivers.came) == 1
        settling.is_away = False
        await until(are(outbox, *["delivered"] * 3))
    assert len({headers["webhook-id"] for _, headers, _ in receivers.came}) == len(receivers.came) == 3


async def test_what_is_being_written_down_is_not_sent_again(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when its lease has ended while the database stood still."""
    endpoint = await outbox.endpoint()
    await outbox.happen()
    settle, receivers = delivery_queue.settle, Receivers(thankful)

    async def standing_still(*arguments: object) -> object:
        await Delivery.all().update(due_at=datetime.now(UTC), lease=None)

        async def is_leased_again() -> bool:
            return await Delivery.filter(webhook_id=endpoint, lease__isnull=False).exists()

        await until(is_leased_again)
        return await settle(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(delivery_queue, "settle", standing_still)
    async with working(receivers):
        await until(are(outbox, "delivered"))
    assert len(receivers.came) == 1


async def test_an_outage_while_each_is_recorded_alone_loses_none(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.01)
    await outbox.endpoint()
    await outbox.happen(3)
    settle = delivery_queue.settle
    faults: list[Exception | None] = [ValueError(), None, ConnectionRefusedError("away"), TimeoutError()]

    async def stumbling(*arguments: object) -> object:
        if faults and (fault := faults.pop(0)) is not None:
            raise fault
        return await settle(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(delivery_queue, "settle", stumbling)
    receivers = Receivers(thankful)
    with capture_logs() as logs:
        async with working(receivers):
            await until(are(outbox, *["delivered"] * 3))
    assert len(receivers.came) == 3
    assert [entry["event"] for entry in logs] == ["recording deliveries waits for the database"]


async def test_outcomes_are_kept_while_the_database_is_away(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.01)
    await outbox.endpoint()
    await outbox.happen(3)
    settle, left = delivery_queue.settle, [ConnectionRefusedError("away")] * 3

    async def sometimes(*arguments: object) -> object:
        if left:
            raise left.pop()
        return await settle(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(delivery_queue, "settle", sometimes)
    receivers = Receivers(thankful)
    with capture_logs() as logs:
        async with working(receivers):
            await until(are(outbox, *["delivered"] * 3))
    assert len(receivers.came) == 3
    assert [entry["event"] for entry in logs] == ["recording deliveries waits for the database"]


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = await outbox.endpoint("https://poisoned.example/")
    await outbox.endpoint()
    await outbox.happen(2)
    settle = delivery_queue.settle

    async def picky(done: list[tuple[delivery_queue.Leased, object]], *more: object) -> object:
        if any(leased.webhook_id == poisoned for leased, _ in done):
            raise ValueError
        return await settle(done, *more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(delivery_queue, "settle", picky)
    with capture_logs() as logs:
        async with working(Receivers(thankful)):
            await until(are(outbox, *["delivered"] * 2, *["pending"] * 2))
    assert {entry["event"] for entry in logs} == {"delivery not recorded"}
