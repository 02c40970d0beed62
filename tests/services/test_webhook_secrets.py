"""Secrets of endpoints: shown once, sealed where they lie, replaced without a delivery that cannot be checked."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from models import Webhook
from models.database import fetch
from services import delivery_queue, webhook_secrets, webhooks
from services.keyring import Keyring, Unreadable
from services.webhook_secrets import Resealed
from tests.databases import Database
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, at_once, lease_all, row_of

pytestmark = pytest.mark.usefixtures("alone")

HOUR = timedelta(hours=1)
OLD, NEW = "the old key of forty characters or more..", "the new key of forty characters or more.."
BEFORE, BETWEEN, AFTER = Keyring(OLD), Keyring(NEW, OLD), Keyring(NEW)


async def signing(webhook_id: UUID, now: datetime = NOW, keyring: Keyring = KEYRING) -> tuple[str, ...]:
    """The secrets that sign what is sent next; something has to be due."""
    (leased,) = await delivery_queue.lease(webhook_id, 1, now, keyring)
    await delivery_queue.release([leased], NOW)
    return leased.secrets


async def with_one_waiting(keyring: Keyring = KEYRING) -> tuple[Academy, UUID, str]:
    """An endpoint for which something is due, and its secret."""
    own = await academy()
    made = await webhooks.create(own.caller, webhooks.Wanted("https://example.com/hooks"), keyring, NOW)
    await own.issue()
    return own, made.webhook.id, made.secret


async def test_a_secret_is_noise_of_its_own() -> None:
    own = await academy()
    secrets = [(await own.endpoint()).secret for _ in range(3)]
    assert len(set(secrets)) == 3
    assert all(re.fullmatch("whsec_[A-Za-z0-9+/]{43}=", secret) for secret in secrets)


async def test_no_secret_lies_in_the_database_in_plain(alone: Database) -> None:
    own, webhook_id, first = await with_one_waiting()
    second = (await webhooks.rotate_secret(own.caller, webhook_id, DAY, KEYRING, NOW)).secret
    assert await signing(webhook_id) == (second, first)
    row = row_of(await fetch("SELECT * FROM webhook"))
    lying = b" ".join(bytes(row[name]) for name in ("secret", "previous_secret"))
    written = [secret.removeprefix("whsec_").encode() for secret in (first, second)]
    assert not any(secret in lying or secret.decode() in str(dict(row)) for secret in written)
    assert KEYRING.unseal("webhook secrets", bytes(row["secret"])) == second.encode()
    if not alone.is_postgres:
        path = Path(alone.url.removeprefix("sqlite:///"))
        files = [path, path.with_name(path.name + "-wal")]
        assert not any(secret in file.read_bytes() for file in files if file.exists() for secret in written)


async def test_both_secrets_sign_until_the_overlap_ends() -> None:
    own, webhook_id, first = await with_one_waiting()
    rotated = await webhooks.rotate_secret(own.caller, webhook_id, HOUR, KEYRING, NOW)
    assert rotated.secret != first
    assert rotated.webhook.previous_secret_until == NOW + HOUR
    assert rotated.webhook == await webhooks.read(own.id, webhook_id)
    moment = timedelta(microseconds=1)
    assert await signing(webhook_id) == (rotated.secret, first)
    assert await signing(webhook_id, NOW + HOUR - moment) == (rotated.secret, first)
    assert await signing(webhook_id, NOW + HOUR) == (rotated.secret,)


async def test_without_an_overlap_only_the_new_one_signs() -> None:
    own, webhook_id, _ = await with_one_waiting()
    await webhooks.rotate_secret(own.caller, webhook_id, HOUR, KEYRING, NOW)
    rotated = await webhooks.rotate_secret(own.caller, webhook_id, timedelta(0), KEYRING, NOW)
    assert rotated.webhook.previous_secret_until is None
    assert await signing(webhook_id) == (rotated.secret,)
    assert (await Webhook.get(id=webhook_id)).previous_secret is None


async def test_rotated_again_within_the_overlap_the_last_two_sign() -> None:
    own, webhook_id, first = await with_one_waiting()
    second = (await webhooks.rotate_secret(own.caller, webhook_id, HOUR, KEYRING, NOW)).secret
    third = (await webhooks.rotate_secret(own.caller, webhook_id, HOUR, KEYRING, NOW + HOUR / 2)).secret
    signs = await signing(webhook_id, NOW + HOUR)
    assert signs == (third, second)
    assert first not in signs


async def test_rotated_by_several_at_once_each_takes_the_place_of_the_one_before() -> None:
    own, webhook_id, first = await with_one_waiting()
    rotated = await at_once(*(webhooks.rotate_secret(own.caller, webhook_id, HOUR, KEYRING, NOW) for _ in range(5)))
    signs = await signing(webhook_id)
    assert len(set(signs)) == 2
    assert set(signs) < {one.secret for one in rotated}
    assert first not in signs


async def test_what_is_on_its_way_is_signed_with_the_secret_of_its_next_attempt() -> None:
    own, webhook_id, first = await with_one_waiting()
    assert await signing(webhook_id) == (first,)
    rotated = await webhooks.rotate_secret(own.caller, webhook_id, timedelta(0), KEYRING, NOW)
    assert await signing(webhook_id) == (rotated.secret,)


async def test_a_secret_outlives_the_secret_key_that_sealed_it() -> None:
    own, webhook_id, first = await with_one_waiting(BEFORE)
    second = (await webhooks.rotate_secret(own.caller, webhook_id, HOUR, BEFORE, NOW)).secret
    assert await signing(webhook_id, keyring=BETWEEN) == (second, first)
    with pytest.raises(Unreadable):
        await delivery_queue.lease(webhook_id, 1, NOW, AFTER)
    assert await webhook_secrets.reseal(BETWEEN) == Resealed(1, 0)
    assert await signing(webhook_id, keyring=AFTER) == (second, first)
    with pytest.raises(Unreadable):
        await delivery_queue.lease(webhook_id, 1, NOW, BEFORE)
    assert await webhook_secrets.reseal(AFTER) == Resealed(1, 0)


async def test_a_lease_that_cannot_be_signed_takes_nothing() -> None:
    _, webhook_id, first = await with_one_waiting(BEFORE)
    with pytest.raises(Unreadable):
        await delivery_queue.lease(webhook_id, 1, NOW, AFTER)
    (leased,) = await delivery_queue.lease(webhook_id, 1, NOW, BEFORE)
    assert leased.secrets == (first,)


async def test_secrets_that_nobody_can_read_keep_no_others_from_being_sealed_anew() -> None:
    ends = [await with_one_waiting(keyring) for keyring in (BEFORE, KEYRING, BEFORE)]
    assert await webhook_secrets.reseal(BETWEEN) == Resealed(2, 1)
    for number in (0, 2):
        assert await signing(ends[number][1], keyring=AFTER) == (ends[number][2],)
    assert await signing(ends[1][1]) == (ends[1][2],)


async def test_a_rotation_mends_an_endpoint_whose_secret_cannot_be_read() -> None:
    own, webhook_id, first = await with_one_waiting(BEFORE)
    rotated = await webhooks.rotate_secret(own.caller, webhook_id, DAY, AFTER, NOW)
    assert await signing(webhook_id, keyring=AFTER) == (rotated.secret,)
    assert rotated.webhook.previous_secret_until is None
    assert first != rotated.secret
    assert await webhook_secrets.reseal(AFTER) == Resealed(1, 0)


async def test_a_rotation_leaves_nothing_under_the_key_before() -> None:
    own, webhook_id, first = await with_one_waiting(BEFORE)
    rotated = await webhooks.rotate_secret(own.caller, webhook_id, DAY, BETWEEN, NOW)
    assert await signing(webhook_id, keyring=AFTER) == (rotated.secret, first)


async def test_sealing_anew_and_rotating_at_once_lose_no_secret() -> None:
    ends = [await with_one_waiting(BEFORE) for _ in range(6)]
    _, *rotated = await at_once(
        webhook_secrets.reseal(BETWEEN),
        *(webhooks.rotate_secret(own.caller, webhook_id, DAY, BETWEEN, NOW) for own, webhook_id, _ in ends),
        webhook_secrets.reseal(BETWEEN),
    )
    for (_, webhook_id, first), one in zip(ends, rotated, strict=False):
        assert isinstance(one, webhooks.NewSecret)
        assert await signing(webhook_id, keyring=AFTER) == (one.secret, first)


async def test_with_the_endpoint_its_secrets_are_gone() -> None:
    own, webhook_id, _ = await with_one_waiting()
    await webhooks.rotate_secret(own.caller, webhook_id, DAY, KEYRING, NOW)
    await webhooks.delete(own.caller, webhook_id, NOW)
    row = row_of(await fetch("SELECT secret, previous_secret FROM webhook"))
    assert (bytes(row["secret"]), row["previous_secret"]) == (b"", None)
    assert await webhook_secrets.reseal(KEYRING) == Resealed(0, 0)
    assert await lease_all(webhook_id) == []
