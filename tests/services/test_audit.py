"""The audit log: each change is in it once, with who made it, and what changes nothing is not."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models import AuditEntry, Delivery, User
from rules.errors import Refused
from services import (
    accounts,
    api_keys,
    audit,
    certificates,
    claims,
    courses,
    deliveries,
    events,
    organizations,
    pictures,
    plans,
    webhooks,
)
from services.callers import Caller
from services.certificate_life import Correction, Renewal, correct, renew
from tests.drawings import drawing
from tests.people import PASSWORD
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, at_once, count, failing

pytestmark = pytest.mark.usefixtures("alone")

SECOND = timedelta(seconds=1)
_CHANGE = re.compile(r"INSERT|UPDATE|DELETE|SELECT .* FOR |WITH .* UPDATE", re.DOTALL)
EVER, NEVER = deliveries.Range(NOW, None, "all"), deliveries.Range(NOW + DAY, None, "all")
Act = Callable[[Academy, dict[str, Any]], Awaitable[object]]


async def prepared(own: Academy) -> dict[str, Any]:
    """One of each thing that can be changed."""
    on = (await own.endpoint()).webhook.id
    return {
        "code": (await own.issue()).code,
        "key": (await api_keys.create(own.caller, "spare", NOW)).id,
        "on": on,
        "delivery": (await Delivery.get(webhook_id=on)).id,
        "off": (await webhooks.disable(own.caller, (await own.endpoint()).webhook.id, NOW)).id,
    }


ACTS: Mapping[str, tuple[Act, Act | None]] = {
    "issue_certificate": (lambda own, _: own.issue(), None),
    "revoke_certificate": (
        lambda own, had: certificates.revoke(own.caller, had["code"], "Withdrawn", NOW),
        lambda own, had: certificates.revoke(own.caller, had["code"], "Again", NOW),
    ),
    "update_certificate": (
        lambda own, had: correct(own.caller, had["code"], Correction("Joan Doe", None), NOW),
        lambda own, had: correct(own.caller, had["code"], Correction("Joan Doe", None), NOW),
    ),
    "renew_certificate": (lambda own, had: renew(own.caller, had["code"], Renewal(None), NOW), None),
    "resend_claim": (lambda own, had: claims.resend(own.caller, had["code"], NOW), None),
    "create_course": (lambda own, _: courses.create(own.caller, {"name": "Web"}, NOW), None),
    "update_course": (
        lambda own, _: courses.update(own.caller, own.course_id, {"name": "Web", "eqf_level": 5}, NOW),
        lambda own, _: courses.update(own.caller, own.course_id, {"eqf_level": 5}, NOW),
    ),
    "create_api_key": (lambda own, _: api_keys.create(own.caller, "another", NOW), None),
    "revoke_api_key": (
        lambda own, had: api_keys.revoke(own.caller, had["key"], NOW),
        lambda own, had: api_keys.revoke(own.caller, had["key"], NOW + DAY),
    ),
    "create_webhook": (lambda own, _: own.endpoint(), None),
    "update_webhook": (
        lambda own, had: webhooks.update(own.caller, had["on"], {"description": "Ours"}, NOW),
        lambda own, had: webhooks.update(own.caller, had["on"], {"description": "Ours"}, NOW),
    ),
    "delete_webhook": (lambda own, had: webhooks.delete(own.caller, had["on"], NOW), None),
    "disable_webhook": (
        lambda own, had: webhooks.disable(own.caller, had["on"], NOW),
        lambda own, had: webhooks.disable(own.caller, had["on"], NOW + DAY),
    ),
    "enable_webhook": (
        lambda own, had: webhooks.enable(own.caller, had["off"], NOW),
        lambda own, had: webhooks.enable(own.caller, had["off"], NOW + DAY),
    ),
    "rotate_webhook_secret": (
        lambda own, had: webhooks.rotate_secret(own.caller, had["on"], DAY, KEYRING, NOW),
        None,
    ),
    "update_organization": (
        lambda own, _: organizations.update(own.caller, {"name": "Other Academy"}, NOW),
        lambda own, _: organizations.update(own.caller, {"name": "Other Academy"}, NOW),
    ),
    "set_logo": (
        lambda own, _: organizations.set_logo(own.caller, drawing(), NOW),
        lambda own, _: organizations.set_logo(own.caller, drawing(), NOW),
    ),
    "send_test_webhook": (lambda own, _: events.send_test(own.caller, NOW), None),
    "redeliver": (lambda own, had: deliveries.redeliver(own.caller, had["on"], had["delivery"], NOW), None),
    "redeliver_range": (lambda own, had: deliveries.redeliver_range(own.caller, had["on"], EVER, NOW), None),
    "invite_member": (lambda own, _: accounts.invite(own.caller, "new@example.com", "viewer", "Jane", NOW), None),
    "add_member": (
        lambda own, _: accounts.create(own.caller, "old@example.com", "Jane Doe", "owner", PASSWORD, NOW),
        None,
    ),
    "assign_plan": (
        lambda own, _: plans.assign(own.caller, "audited", NOW),
        lambda own, _: plans.assign(own.caller, "audited", NOW),
    ),
}
"""What can be done, and the same where it changes nothing any more."""


async def told(own: Academy) -> list[audit.Entry]:
    """The whole log, the latest first."""
    return (await audit.page(own.id, None, 1000)).items


@pytest.mark.parametrize("action", ACTS)
async def test_each_change_is_told_once(action: str) -> None:
    own = await academy()
    had = await prepared(own)
    await plans.define("audited", None, None)
    before = await count("audit_entry")
    act, idle = ACTS[action]
    await act(own, had)
    assert await count("audit_entry") == before + 1
    (entry,) = await AuditEntry.filter(action=action).order_by("-created_at").limit(1)
    assert (entry.organization_id, entry.api_key_id, entry.user_id) == (own.id, own.caller.key_id, None)
    if idle is not None:
        await idle(own, had)
        assert await count("audit_entry") == before + 1


@pytest.mark.parametrize("action", ACTS)
async def test_nothing_changes_where_it_cannot_be_told(action: str) -> None:
    own = await academy()
    had = await prepared(own)
    await plans.define("audited", None, None)
    before = [
        await count(table) for table in ("certificate", "course", "api_key", "webhook", "event", "picture", "mail")
    ]
    async with failing("audit_entry"):
        with pytest.raises(Exception, match="refused"):
            await ACTS[action][0](own, had)
    after = [
        await count(table) for table in ("certificate", "course", "api_key", "webhook", "event", "picture", "mail")
    ]
    assert before == after
    await ACTS[action][0](own, had)  # as if nothing had been tried


@pytest.mark.parametrize("action", [action for action, (_, idle) in ACTS.items() if idle is not None])
async def test_of_many_who_do_the_same_at_once_one_has_done_it(action: str) -> None:
    own = await academy()
    had = await prepared(own)
    await plans.define("audited", None, None)
    before = await count("audit_entry")
    await at_once(*(ACTS[action][0](own, had) for _ in range(6)))
    assert await count("audit_entry") == before + 1


@pytest.mark.parametrize("action", ACTS)
async def test_an_entry_is_the_last_that_is_written(action: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever waits for its instant holds nobody up by what he does after it."""
    own = await academy()
    had = await prepared(own)
    await plans.define("audited", None, None)
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        await ACTS[action][0](own, had)
    changes = [line.getMessage() for line in caplog.records if _CHANGE.match(line.getMessage())]
    assert "audit_entry" in changes[-1]


async def test_sending_nothing_again_is_told_nowhere() -> None:
    own = await academy()
    had = await prepared(own)
    before = await count("audit_entry")
    assert (await deliveries.redeliver_range(own.caller, had["on"], NEVER, NOW)).queued == 0
    assert await count("audit_entry") == before


async def test_everything_at_once_holds_nobody_up_for_good() -> None:
    own = await academy()
    had = [await prepared(own) for _ in range(2)]
    await plans.define("audited", None, None)
    work = [act(own, each) for each in had for act, _ in ACTS.values()]
    for outcome in await at_once(*(_outcome(each) for each in work)):
        assert outcome in {None, "conflict", "not_found", "rate_limited"}
    entries = await AuditEntry.filter(organization_id=own.id)
    assert len({entry.created_at for entry in entries}) == len(entries)


async def _outcome(work: Awaitable[object]) -> str | None:
    try:
        await work
    except Refused as refused:
        return refused.code
    return None


async def test_the_log_says_who() -> None:
    own = await academy()
    jane = await User.create(
        id=uuid4(), email="j@example.com", email_key="j@example.com", name="Jane Doe", created_at=NOW
    )
    unnamed = await User.create(id=uuid4(), email="x@example.com", email_key="x@example.com", name="", created_at=NOW)
    for number, caller in enumerate(
        (own.caller, Caller(own.id, user_id=jane.id), Caller(own.id, user_id=unnamed.id), Caller(own.id))
    ):
        await courses.update(caller, own.course_id, {"name": f"Course {number}"}, NOW + (number + 1) * SECOND)
    entries = [entry for entry in await told(own) if entry.action == "update_course"]
    assert [(entry.who, entry.name) for entry in entries] == [
        ("operator", None),
        ("user", "x@example.com"),
        ("user", "Jane Doe"),
        ("key", "first key"),
    ]
    assert [entry.after for entry in entries] == [{"name": f"Course {number}"} for number in (3, 2, 1, 0)]
    assert entries[0].before == {"name": "Course 2"}


async def test_a_new_academy_begins_its_log() -> None:
    own = await academy()
    first = {entry.action: entry for entry in await told(own)}
    assert set(first) == {"create_organization", "create_api_key", "create_course"}
    assert first["create_organization"].who == "operator"
    assert first["create_organization"].after["name"] == "Example Academy"


async def test_the_log_is_read_in_pages_by_its_own_academy_alone() -> None:
    own, rival = await academy(), await academy()
    for number in range(7):
        await courses.update(own.caller, own.course_id, {"name": f"Course {number}"}, NOW + number * SECOND)
    seen: list[audit.Entry] = []
    before: datetime | None = None
    while True:
        page = await audit.page(own.id, before, 3)
        assert len(page.items) <= 3
        seen += page.items
        if not page.has_more:
            break
        before = page.items[-1].at
    assert seen == await told(own)
    assert len(seen) == 10
    assert {entry.id for entry in seen}.isdisjoint(entry.id for entry in await told(rival))


async def test_no_secret_is_in_the_log() -> None:
    own = await academy()
    key = await api_keys.create(own.caller, "spare", NOW)
    made = await own.endpoint(url="https://example.com/hooks?token=swordfish")
    rotated = await webhooks.rotate_secret(own.caller, made.webhook.id, DAY, KEYRING, NOW)
    await webhooks.update(own.caller, made.webhook.id, {"url": "https://example.com/other?token=swordfish"}, NOW)
    await organizations.set_logo(own.caller, drawing(), NOW)
    await webhooks.delete(own.caller, made.webhook.id, NOW)
    written = json.dumps([(entry.before, entry.after) async for entry in AuditEntry.all()])
    for secret in (key.secret, key.secret[:-4], made.secret, rotated.secret, "swordfish"):
        assert secret not in written
    assert "https://example.com/other?" in written


async def test_a_key_is_revoked_by_its_own_academy_alone() -> None:
    own, rival = await academy(), await academy()
    key = await api_keys.create(own.caller, "spare", NOW)
    for stranger, key_id in ((rival.caller, key.id), (own.caller, uuid4())):
        assert await _outcome(api_keys.revoke(stranger, key_id, NOW)) == "not_found"
    assert await api_keys.caller(key.secret) == Caller(own.id, key.id)
    assert await api_keys.owner(key.id) == own.id
    assert await _outcome(api_keys.owner(uuid4())) == "not_found"


async def test_a_picture_is_told_by_its_digest() -> None:
    own = await academy()
    shown = await organizations.set_logo(own.caller, drawing(), NOW)
    (entry,) = [entry for entry in await told(own) if entry.action == "set_logo"]
    assert (entry.before, entry.after) == ({"logo": None}, {"logo": shown.logo})
    assert (await pictures.read(shown.logo or "")).digest == shown.logo
