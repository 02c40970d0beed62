"""Claiming: once, by whoever reads the holder's mail, and told once however many come with the link."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from models import AuditEntry, Certificate, Mail
from rules import claims as rule
from rules.errors import Refused
from services import certificate_life, certificates, claims, mails
from services.certificate_life import Correction, Renewal
from services.keyring import Keyring
from tests.databases import Database
from tests.services.inside import (
    DAY,
    KEYRING,
    NOW,
    Academy,
    academy,
    at_once,
    count,
    elsewhere,
    lease_all,
    outside,
    somebody_waits,
    token,
)

pytestmark = pytest.mark.usefixtures("alone")

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def refusal(work: Awaitable[object]) -> str | None:
    """The code by which it is refused, if it is."""
    try:
        await work
    except Refused as fault:
        return fault.code
    return None


async def test_a_claim_is_the_holders_word_and_told_to_whoever_listens() -> None:
    own = await academy()
    made = await own.endpoint("certificate.claimed")
    certificate = await own.issue()
    claimed = await claims.claim(token(certificate), KEYRING, NOW + DAY + timedelta(microseconds=7))
    assert claimed == certificate._replace(claimed_at=NOW + DAY)
    assert await certificates.read(own.id, certificate.code) == claimed
    assert await own.kinds() == ["certificate.issued", "certificate.claimed"]
    assert len(await lease_all(made.webhook.id, NOW + 2 * DAY)) == 1


async def test_a_second_claim_answers_the_same_and_tells_nothing() -> None:
    own = await academy()
    certificate = await own.issue()
    first = await claims.claim(token(certificate), KEYRING, NOW + SECOND)
    assert await claims.claim(token(certificate), KEYRING, NOW + DAY) == first
    assert await claims.claim(token(certificate, NOW + DAY), KEYRING, NOW + 2 * DAY) == first
    assert await own.kinds() == ["certificate.issued", "certificate.claimed"]


async def test_looking_changes_nothing() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    before = await Certificate.all().values(), await Mail.all().values()
    for _ in range(2):
        assert await claims.look(token(certificate), KEYRING, NOW) == certificate
    assert (await Certificate.all().values(), await Mail.all().values()) == before
    assert await own.kinds() == ["certificate.issued"]
    claimed = await claims.claim(token(certificate), KEYRING, NOW)
    assert await claims.look(token(certificate), KEYRING, NOW) == claimed


async def claim_elsewhere(link: str) -> str:
    return str((await claims.claim(link, KEYRING, NOW + SECOND)).claimed_at)


async def test_of_many_claims_at_once_one_is_told(alone: Database) -> None:
    own = await academy()
    await own.endpoint()
    certificate = await own.issue()
    link = token(certificate)
    here = (claims.claim(link, KEYRING, NOW + number * SECOND) for number in range(1, 13))
    there = (elsewhere(alone, claim_elsewhere, link) for _ in range(2))
    claimed, others = await asyncio.gather(at_once(*here), at_once(*there))
    (moment,) = {one.claimed_at for one in claimed}
    assert set(others) == {str(moment)}
    assert await own.kinds() == ["certificate.issued", "certificate.claimed"]
    assert await count("delivery") == 2


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (lambda one: token(one)[:-1] + ("A" if token(one)[-1] != "A" else "E"), "unprocessable_entity"),
        (lambda one: rule.token(bytes(32), one.id, one.holder_email, NOW), "unprocessable_entity"),
        (lambda one: rule.token(KEYRING.claim_keys[0], one.id, "other@example.com", NOW), "unprocessable_entity"),
        (lambda one: rule.token(KEYRING.claim_keys[0], one.id, "Jane@example.com", NOW), "unprocessable_entity"),
        (lambda one: rule.token(KEYRING.claim_keys[0], uuid4(), one.holder_email, NOW), "unprocessable_entity"),
        (lambda one: token(one, NOW - rule.LIFETIME), "gone"),
        (lambda _: "", "unprocessable_entity"),
        (lambda _: "a.b.c", "unprocessable_entity"),
    ],
)
async def test_a_link_that_is_not_the_holders_claims_nothing(link: object, code: str) -> None:
    own = await academy()
    certificate = await own.issue()
    assert callable(link)
    for ask in (claims.look, claims.claim):
        assert await refusal(ask(link(certificate), KEYRING, NOW)) == code
    assert (await certificates.read(own.id, certificate.code)).claimed_at is None
    assert await own.kinds() == ["certificate.issued"]


async def test_a_link_outlives_the_secret_key_that_signed_it_and_no_longer() -> None:
    own = await academy()
    certificate = await own.issue()
    new = Keyring("the new key of forty characters or more..", "a secret key of forty characters or more")
    assert await refusal(claims.claim(token(certificate), Keyring("another key, of forty characters or more"), NOW))
    assert await refusal(claims.claim(token(certificate), new, NOW + rule.LIFETIME)) == "gone"
    assert (await claims.claim(token(certificate), new, NOW)).claimed_at == NOW


async def test_what_was_revoked_cannot_be_claimed_nor_looked_at() -> None:
    own = await academy()
    fresh, claimed = await own.issue(), await own.issue()
    await claims.claim(token(claimed), KEYRING, NOW)
    for certificate in (fresh, claimed):
        await certificates.revoke(own.caller, certificate.code, None, NOW)
        for ask in (claims.look, claims.claim):
            assert await refusal(ask(token(certificate), KEYRING, NOW)) == "conflict"
    assert (await certificates.read(own.id, fresh.code)).claimed_at is None


async def test_what_has_expired_or_was_renewed_can_be_claimed() -> None:
    own = await academy(months=1)
    expired = await own.issue(issued_at=NOW - 99 * DAY)
    renewed = await own.issue()
    await certificate_life.renew(own.caller, renewed.code, Renewal(None), NOW)
    for certificate in (expired, renewed):
        assert (await claims.claim(token(certificate), KEYRING, NOW)).claimed_at == NOW


async def test_after_a_correction_of_the_address_only_the_newer_link_claims() -> None:
    own = await academy()
    certificate = await own.issue()
    change = Correction(None, "joan@example.com")
    corrected = await certificate_life.correct(own.caller, certificate.code, change, NOW)
    assert await refusal(claims.claim(token(certificate), KEYRING, NOW)) == "unprocessable_entity"
    assert (await claims.claim(token(corrected), KEYRING, NOW)).holder_email == "joan@example.com"


async def test_after_a_correction_of_the_name_every_link_to_that_address_claims() -> None:
    own = await academy()
    certificate = await own.issue()
    await certificate_life.correct(own.caller, certificate.code, Correction("Joan Doe", None), NOW)
    assert (await claims.claim(token(certificate), KEYRING, NOW)).holder_name == "Joan Doe"


@pytest.mark.parametrize("first", ["claim", "correct"])
async def test_of_a_claim_and_a_correction_at_once_one_happens(first: str) -> None:
    own = await academy()
    for number in range(8):
        certificate = await own.issue(NOW + number * MINUTE)
        change = Correction("Joan Doe", "joan@example.com")
        race = [
            refusal(claims.claim(token(certificate), KEYRING, NOW)),
            refusal(certificate_life.correct(own.caller, certificate.code, change, NOW)),
        ]
        both = await at_once(*(race if first == "claim" else race[::-1]))
        claimed, corrected = both if first == "claim" else both[::-1]
        found = await certificates.read(own.id, certificate.code)
        outcome = (claimed, corrected, found.claimed_at, found.holder_email)
        assert outcome in {
            (None, "conflict", NOW, "jane@example.com"),
            ("unprocessable_entity", None, None, "joan@example.com"),
        }
    corrected_rows = await AuditEntry.filter(action="update_certificate").count()
    assert corrected_rows == await Certificate.filter(holder_email="joan@example.com").count()


async def test_of_a_claim_and_a_revocation_at_once_no_claim_comes_after() -> None:
    own = await academy()
    for number in range(8):
        certificate = await own.issue(NOW + number * MINUTE)
        race = [
            refusal(claims.claim(token(certificate), KEYRING, NOW)),
            refusal(certificates.revoke(own.caller, certificate.code, None, NOW)),
        ]
        both = await at_once(*(race[:: -1 if number % 2 else 1]))
        claimed, revoked = both[:: -1 if number % 2 else 1]
        found = await certificates.read(own.id, certificate.code)
        assert (revoked, found.revoked_at) == (None, NOW)
        assert (claimed, found.claimed_at) in {(None, NOW), ("conflict", None)}
    told = await own.feed()
    assert sum(event.kind == "certificate.revoked" for event in told) == 8
    claimed_rows = await Certificate.filter(claimed_at__isnull=False).count()
    assert sum(event.kind == "certificate.claimed" for event in told) == claimed_rows


async def test_a_claim_waits_for_a_correction_that_has_begun(alone: Database) -> None:
    if not alone.is_postgres:
        return  # one writer at a time
    own = await academy()
    certificate = await own.issue()
    async with outside(alone) as execute:
        await execute("BEGIN")
        await execute("UPDATE certificate SET holder_email = 'joan@example.com' WHERE id = $1", certificate.id)
        claiming = asyncio.create_task(refusal(claims.claim(token(certificate), KEYRING, NOW)))
        await somebody_waits(claiming)
        await execute("COMMIT")
        assert await claiming == "unprocessable_entity"
    assert await own.kinds() == ["certificate.issued"]


async def ask(own: Academy, code: str, now: datetime) -> int | str | None:
    """Whether the link is mailed again; else after how many seconds it would be."""
    try:
        await claims.resend(own.caller, code, now)
    except Refused as fault:
        return fault.retry_after if fault.code == "rate_limited" else fault.code
    return None


@pytest.mark.parametrize("sending", [True, False])
async def test_a_link_is_mailed_again_once_a_minute_and_five_times_a_day(*, sending: bool) -> None:
    """Whether or not the mail server takes what was asked for before."""
    own = await academy()
    code = (await own.issue(notify=True)).code

    async def asked(now: datetime) -> int | str | None:
        answer = await ask(own, code, now)
        for mail in await mails.lease(9, now) if sending else []:
            await mails.sent(mail, now)
        return answer

    assert await asked(NOW) is None
    wait = await asked(NOW + 20 * SECOND)
    assert wait in {40, 41}
    answers = [await asked(NOW + number * MINUTE) for number in range(1, 5)]
    assert answers == [None] * 4
    wait = await asked(NOW + 5 * MINUTE)
    assert isinstance(wait, int)
    assert timedelta(0) <= timedelta(seconds=wait) - (DAY - 5 * MINUTE) <= SECOND
    assert await asked(NOW + DAY - SECOND) is not None
    assert [await asked(NOW + DAY), await asked(NOW + DAY + MINUTE)] == [None, None]
    assert await Mail.filter(kind="claim_again").count() == 7


async def test_a_correction_does_not_forget_what_was_asked_for() -> None:
    own = await academy()
    certificate = await own.issue()
    assert await ask(own, certificate.code, NOW) is None
    await certificate_life.correct(own.caller, certificate.code, Correction("Joan Doe", None), NOW)
    assert isinstance(await ask(own, certificate.code, NOW + SECOND), int)


async def test_each_certificate_has_a_measure_of_its_own() -> None:
    own = await academy()
    codes = [(await own.issue()).code for _ in range(3)]
    assert [await ask(own, code, NOW) for code in codes] == [None] * 3


async def test_of_many_who_ask_at_once_one_is_heard() -> None:
    own = await academy()
    code = (await own.issue()).code
    answers = await at_once(*(ask(own, code, NOW) for _ in range(10)))
    assert answers.count(None) == 1
    assert len(await mails.lease(9, NOW)) == 1


async def test_no_link_is_mailed_for_what_cannot_be_claimed_or_is_anothers() -> None:
    own, rival = await academy(), await academy()
    claimed, revoked, standing = [await own.issue() for _ in range(3)]
    await claims.claim(token(claimed), KEYRING, NOW)
    await certificates.revoke(own.caller, revoked.code, None, NOW)
    asked = [ask(own, claimed.code, NOW), ask(own, revoked.code, NOW), ask(rival, standing.code, NOW)]
    assert [await one for one in asked] == ["conflict", "conflict", "not_found"]
    assert await ask(own, "TRC-ACA-26-222222", NOW) == "not_found"
    assert await count("mail") == 0
    assert await ask(own, f" {standing.code.lower()} ", NOW) is None
