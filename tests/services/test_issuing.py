"""Issuing: few round trips, and whatever is taken or refused meanwhile, all of it or nothing."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models import AuditEntry, Event, Organization
from models.database import fetch
from rules import codes
from rules.certificates import Certificate as Issued
from rules.errors import Refused
from services import certificates, code_prefixes, plans
from services import events as event_service
from services.certificate_life import Renewal, renew
from services.idempotency import KeptAnswer, Repetition, once
from tests.databases import Database
from tests.services.inside import (
    DAY,
    KEYRING,
    NOW,
    Academy,
    academy,
    at_once,
    count,
    counts,
    outside,
    row_of,
    somebody_waits,
    waiting_before,
)

pytestmark = pytest.mark.usefixtures("alone")

OUTBOX = ("certificate", "event", "mail", "delivery")


Work = Callable[[Academy, Issued, datetime], Awaitable[object]]


async def _repeatable(own: Academy, _: Issued, now: datetime) -> object:
    async def act() -> KeptAnswer:
        return KeptAnswer(201, None, (await own.issue(now, notify=True)).code.encode())

    return await once(Repetition(own.id, str(uuid4()), "f" * 64), act, KEYRING, now)


# What Tortoise begins and commits is in no log, and two more round trips; what we begin ourselves is.
ASKED: dict[str, tuple[Work, list[str]]] = {
    "issue": (
        lambda own, _, now: own.issue(now, notify=True),
        ["BEGIN; SELECT pg_advisory", "SELECT version.id", "WITH new_certificate", "COMMIT"],
    ),
    "issue with a key": (
        _repeatable,
        [
            *("SELECT pg_advisory", "SELECT fingerprint"),
            *("SELECT pg_advisory", "SELECT version.id", "WITH new_certificate"),
            "INSERT INTO idempotency_record",
        ],
    ),
    "renew": (
        lambda own, old, now: renew(own.caller, old.code, Renewal(None), now),
        [
            *("SELECT id FROM certificate", "SELECT certificate.id"),
            *("SELECT pg_advisory", "SELECT version.id", "WITH new_certificate"),
            *("UPDATE certificate", "INSERT INTO audit_entry"),
        ],
    ),
    "revoke": (
        lambda own, old, now: certificates.revoke(own.caller, old.code, None, now),
        [
            *("SELECT certificate.id", "UPDATE certificate", "SELECT certificate.id"),
            *("SELECT pg_advisory", "SELECT id, organization_id, events FROM webhook", "WITH new_event"),
        ],
    ),
}


async def asked(caplog: pytest.LogCaptureFixture, work: Awaitable[object]) -> list[str]:
    """The statements of some work."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        await work
    return [line.getMessage() for line in caplog.records if line.name == "tortoise.db_client"]


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("plan", [plans.UNLIMITED, "many"])
async def test_nobody_adds_a_round_trip_unnoticed(
    alone: Database, plan: str, what: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not alone.is_postgres:
        return  # asks nobody far away
    monkeypatch.setattr(code_prefixes, "SAMPLE", 2**60)
    own = await academy()
    await own.endpoint()
    await plans.define("many", 1000, None)
    await plans.assign(own.caller, plan, NOW + DAY)
    old = await own.issue(NOW + 2 * DAY)
    work, promised = ASKED[what]
    statements = await asked(caplog, work(own, old, NOW + 3 * DAY))
    counting = (
        [] if plan == plans.UNLIMITED else [line for line in statements if line.startswith("UPDATE organization")]
    )
    others = [line for line in statements if line not in counting]
    assert len(counting) == (plan == "many" and what != "revoke")
    assert len(others) == len(promised), others
    assert [line for line, begin in zip(others, promised, strict=True) if not line.startswith(begin)] == []


async def test_an_endpoint_is_there_once_the_issues_that_did_not_know_it_are_over(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    await own.endpoint()
    async with outside(alone) as execute, waiting_before(execute, "delivery") as go_on:
        issuing = asyncio.create_task(own.issue())
        await somebody_waits(issuing)
        adding = asyncio.create_task(own.endpoint())
        await somebody_waits(issuing, adding, number=2)
        later = asyncio.create_task(own.issue(NOW + DAY))
        await somebody_waits(issuing, adding, later, number=3)
        await go_on()
        await asyncio.gather(issuing, adding, later)
    # The first to the one endpoint that there was; the other waited for the second endpoint, which was in turn before it.
    assert await count("delivery") == 3


async def test_what_goes_out_carries_the_code_that_was_free(monkeypatch: pytest.MonkeyPatch) -> None:
    own = await academy()
    await own.endpoint()
    taken = (await own.issue()).code
    free = taken[:-1] + ("2" if taken[-1] != "2" else "3")
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(codes, "draw", lambda *_: next(drawn))
    before = await counts(*OUTBOX)
    issued = await own.issue(NOW + DAY, notify=True)
    assert issued.code == free
    assert await counts(*OUTBOX) == {table: number + 1 for table, number in before.items()}
    event = await Event.get(certificate_id=issued.id)
    assert json.loads(event.body)["data"]["certificate"]["code"] == free
    assert await AuditEntry.filter(subject=free).count() == 1
    assert await AuditEntry.filter(subject=taken).count() == 1


async def test_an_entry_whose_instant_is_taken_moves_and_everything_else_stays() -> None:
    own = await academy()
    await own.endpoint()
    moment = NOW + DAY
    await event_service.send_test(own.caller, moment)
    before = await counts(*OUTBOX)
    issued = await own.issue(moment, notify=True)
    assert issued.created_at == moment
    assert await counts(*OUTBOX) == {table: number + 1 for table, number in before.items()}
    entry = await AuditEntry.get(subject=issued.code)
    assert timedelta(0) < entry.created_at - moment < timedelta(milliseconds=1)


async def test_of_many_at_one_instant_each_is_told_and_sent_once() -> None:
    own = await academy()
    await own.endpoint()
    issued = await at_once(*(own.issue(NOW + DAY, notify=True) for _ in range(30)))
    moments: list[datetime] = [one.created_at for one in issued]
    assert len(set(moments)) == len({one.code for one in issued}) == 30
    assert await counts(*OUTBOX) == dict.fromkeys(OUTBOX, 30)
    subjects = await AuditEntry.filter(action="issue_certificate").values_list("subject", flat=True)
    assert sorted(map(str, subjects)) == sorted(one.code for one in issued)


async def test_a_limit_holds_exactly_and_what_was_refused_left_nothing() -> None:
    own = await academy()
    await own.endpoint()
    await plans.define("seven", 7, None)
    await plans.assign(own.caller, "seven", NOW)
    refused: list[str] = []

    async def try_one() -> UUID | None:
        try:
            return (await own.issue(NOW + DAY, notify=True)).id
        except Refused as refusal:
            refused.append(refusal.code)
            return None

    issued = await at_once(*(try_one() for _ in range(20)))
    assert len([one for one in issued if one]) == 7
    assert refused == ["plan_limit_exceeded"] * 13
    assert await counts(*OUTBOX) == dict.fromkeys(OUTBOX, 7)
    assert (await Organization.get(id=own.id)).certificates_used == 7
    assert (
        row_of(await fetch("SELECT count(*) AS number FROM audit_entry WHERE action = 'issue_certificate'"))["number"]
        == 7
    )
    assert await count("event") == 7
