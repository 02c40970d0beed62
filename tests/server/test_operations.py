"""Operations: what they call, with what, and when."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

import pytest

from handlers import webhooks
from handlers.answers import Answer
from handlers.beforehand import step_before
from server.errors import Head
from server.operations import Call, Operation
from services import idempotency
from services.callers import Caller
from services.idempotency import KeptAnswer, Repetition


def operation(first: Call[None] | None, handler: Call[Answer], media_types: tuple[str, ...]) -> Operation:
    """An operation that takes nothing."""
    return Operation(
        name="do_something",
        secured=True,
        conditional=False,
        open_to_scripts=False,
        lasting=Head.of([]),
        looks_up_codes=False,
        media_types=media_types,
        takes_body=False,
        body_required=False,
        check_body=None,
        read=lambda _request, _path: {},
        first=first,
        handler=handler,
        success=200,
    )


async def test_what_a_handler_waits_for_comes_before_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []

    async def step(outgoing: str) -> None:
        happened.append(f"asked {outgoing}")

    async def handler(now: datetime) -> Answer:
        happened.append(f"done in {now.year // 1000}xxx")
        return Answer(None)

    async def once(_: Repetition, act: Callable[[], Awaitable[KeptAnswer]], keyring: str, _now: datetime) -> KeptAnswer:
        happened.append(f"begun with {keyring}")
        return await act()

    async def nothing_kept(_: Repetition, _keyring: str, _now: datetime) -> None:
        happened.append("nothing kept")

    monkeypatch.setattr(idempotency, "once", once)
    monkeypatch.setattr(idempotency, "kept", nothing_kept)
    there = {"outgoing", "now"}
    something = operation(Call.of(step, there), Call.of(handler, there), ())
    at_hand = {"outgoing": "the network", "keyring": "a keyring"}
    caller = Caller(uuid4(), uuid4())
    kept = await something.carry_out({"idempotency_key": "once"}, {}, caller, at_hand)
    assert happened == ["nothing kept", "asked the network", "begun with a keyring", "done in 2xxx"]
    assert (kept.status, kept.body) == (200, b"")


def test_an_endpoints_address_is_looked_at_before_the_transaction() -> None:
    for handler in (webhooks.create_webhook, webhooks.update_webhook):
        assert step_before(handler) is not None
    assert step_before(webhooks.list_webhooks) is None


def test_a_step_that_asks_for_what_nobody_gives_stops_the_start() -> None:
    async def step(colour: str) -> None: ...

    with pytest.raises(TypeError, match="colour"):
        Call.of(step, {"body", "caller"})
