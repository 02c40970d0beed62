"""Mails: in the outbox with the change that they tell of, sent once by one worker, and never about what is over."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from models import Mail
from services import certificate_life, certificates, claims, mail_outbox, mails
from services.certificate_life import Correction, Renewal
from services.mails import LEASE, LeasedMail
from tests.databases import Database
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, at_once, count, elsewhere, token

pytestmark = pytest.mark.usefixtures("alone")

MOMENT = timedelta(microseconds=1)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


async def waiting(number: int = 1) -> tuple[Academy, list[UUID]]:
    """An academy with so many certificates that their holders are to hear of."""
    own = await academy()
    return own, [(await own.issue(NOW + each * SECOND, notify=True)).id for each in range(number)]


async def correct(own: Academy, code: str, *, name: str | None = None, email: str | None = None) -> None:
    await certificate_life.correct(own.caller, code, Correction(name, email), NOW)


async def test_a_mail_carries_all_that_its_text_is_made_from() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    (leased,) = await mails.lease(10, NOW)
    assert (leased.kind, leased.recipient) == ("claim", "jane@example.com")
    assert leased.certificate == certificate
    assert leased.organization.id == own.id
    assert (leased.tries, leased.created_at, leased.facts) == (0, NOW, {})


async def test_no_link_that_claims_lies_in_the_database() -> None:
    await waiting()
    row = (await Mail.all().values())[0]
    assert "." not in str(row["facts"])
    assert row["facts"] == "{}"


async def test_without_notify_no_mail() -> None:
    own = await academy()
    await own.issue(notify=False)
    assert await count("mail") == 0
    assert await mails.oldest_due(NOW + DAY) is None


async def test_mails_are_leased_in_turn_and_no_more_than_asked() -> None:
    _, issued = await waiting(5)
    first, second = await mails.lease(2, NOW + DAY), await mails.lease(9, NOW + DAY)
    assert [one.certificate.id for one in (*first, *second) if one.certificate] == issued
    assert await mails.lease(9, NOW + DAY) == []
    assert await mails.lease(9, NOW + DAY + LEASE - MOMENT) == []
    assert len(await mails.lease(9, NOW + DAY + LEASE)) == 5


async def test_only_what_is_due_is_leased_and_the_oldest_is_told() -> None:
    await waiting(2)
    assert await mails.lease(9, NOW - MOMENT) == []
    assert await mails.oldest_due(NOW - MOMENT) is None
    assert await mails.oldest_due(NOW + DAY) == NOW
    assert len(await mails.lease(9, NOW)) == 1
    assert await mails.oldest_due(NOW + SECOND) == NOW + SECOND


@pytest.mark.parametrize("number", [400, 2000])
async def test_a_bound_holds_in_a_table_that_the_database_knows_nothing_of(number: int) -> None:
    own, _ = await waiting()
    first = await Mail.first()
    assert first is not None
    await Mail.bulk_create([first.clone(pk=UUID(int=each)) for each in range(1, number)], batch_size=500)
    assert len(await mails.lease(3, NOW + DAY)) == 3
    assert await Mail.filter(lease__isnull=False, organization_id=own.id).count() == 3


async def send_all(now: str) -> list[str]:
    """A worker that sends all it gets."""
    sent: list[str] = []
    moment = NOW + float(now) * SECOND
    while leased := await mails.lease(3, moment):
        for mail in leased:
            await mails.sent(mail, moment)
            sent.append(str(mail.id))
    return sent


async def test_several_workers_send_each_mail_once(alone: Database) -> None:
    await waiting(40)
    here = [send_all("1000") for _ in range(6)]
    got = await at_once(*here, *(elsewhere(alone, send_all, 1000) for _ in range(2)))
    sent = Counter(one for each in got for one in each)
    assert len(sent) == 40
    assert set(sent.values()) == {1}
    assert await Mail.filter(sent_at__isnull=True).count() == 0


async def test_what_is_sent_is_done() -> None:
    await waiting()
    (leased,) = await mails.lease(1, NOW)
    await mails.sent(leased, NOW + SECOND)
    row = await Mail.get(id=leased.id)
    assert (row.sent_at, row.due_at, row.lease, row.last_error) == (NOW + SECOND, None, None, None)
    await mails.sent(leased, NOW + DAY)
    assert (await Mail.get(id=leased.id)).sent_at == NOW + SECOND
    await mails.failed(leased, "Too late.", for_good=False, now=NOW + DAY)
    assert await mails.lease(9, NOW + 9 * DAY) == []


async def test_a_mail_server_that_is_down_delays_a_mail_for_days_and_then_it_is_given_up() -> None:
    await waiting()
    now, pauses = NOW, list[timedelta]()
    while leased := await mails.lease(1, now):
        await mails.failed(leased[0], "x" * 999, for_good=False, now=now)
        row = await Mail.get(id=leased[0].id)
        assert (row.lease, row.last_error, row.tries) == (None, "x" * 300, len(pauses) + 1)
        if row.due_at is None:
            break
        pauses.append(row.due_at - now)
        assert await mails.lease(1, row.due_at - MOMENT) == []
        now = row.due_at
    assert pauses[:7] == [5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR]
    assert pauses[7:] == [3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, DAY]
    (row,) = await Mail.all()
    assert (row.gave_up_at, row.sent_at, row.tries) == (now, None, 13)
    assert await mails.oldest_due(NOW + 99 * DAY) is None


async def test_pauses_grow_by_chance() -> None:
    await waiting()
    (leased,) = await mails.lease(1, NOW)
    await mails.failed(leased, "Down.", for_good=False, now=NOW, chance=0.5)
    assert (await Mail.get(id=leased.id)).due_at == NOW + 5.5 * SECOND


async def test_what_was_not_offered_is_given_back_and_counts_no_try() -> None:
    await waiting(2)
    sent, unsent = await mails.lease(2, NOW + DAY)
    await mails.sent(sent, NOW + DAY)
    await mails.release([sent, unsent], NOW + DAY)
    (again,) = await mails.lease(9, NOW + DAY)
    assert (again.id, again.tries) == (unsent.id, 0)
    await mails.release([unsent], NOW + DAY)  # by a lease that has passed to another
    assert await mails.lease(9, NOW + DAY) == []


async def test_what_is_refused_for_good_is_not_tried_again() -> None:
    await waiting()
    (leased,) = await mails.lease(1, NOW)
    await mails.failed(leased, "No such address.", for_good=True, now=NOW)
    row = await Mail.get(id=leased.id)
    assert (row.due_at, row.gave_up_at, row.last_error) == (None, NOW, "No such address.")
    assert await mails.lease(1, NOW + 9 * DAY) == []


async def test_a_failure_by_a_stale_lease_changes_nothing_and_a_success_counts() -> None:
    await waiting()
    (stale,) = await mails.lease(1, NOW)
    (present,) = await mails.lease(1, NOW + LEASE)
    await mails.failed(stale, "Too slow.", for_good=True, now=NOW + LEASE)
    row = await Mail.get(id=stale.id)
    assert (row.lease, row.tries, row.gave_up_at) == (present.lease, 0, None)
    await mails.sent(stale, NOW + LEASE)
    await mails.failed(present, "It was there already.", for_good=False, now=NOW + LEASE)
    row = await Mail.get(id=stale.id)
    assert (row.sent_at, row.due_at) == (NOW + LEASE, None)


async def withdraw(own: Academy, code: str) -> None:
    await certificates.revoke(own.caller, code, None, NOW)


async def claim(own: Academy, code: str) -> None:
    await claims.claim(token(await certificates.read(own.id, code)), KEYRING, NOW)


@pytest.mark.parametrize("change", [withdraw, claim])
async def test_nobody_is_mailed_about_what_is_over(change: Callable[[Academy, str], Awaitable[None]]) -> None:
    own = await academy()
    over, open_still = await own.issue(notify=True), await own.issue(notify=True)
    await change(own, over.code)
    (leased,) = await mails.lease(9, NOW)
    assert leased.certificate is not None
    assert leased.certificate.id == open_still.id
    assert await count("mail") == 1
    await mails.sent(leased, NOW)
    assert await mails.oldest_due(NOW + 9 * DAY) is None


async def test_what_was_renewed_or_has_expired_can_still_be_claimed_and_is_mailed() -> None:
    own = await academy(months=1)
    certificate = await own.issue(notify=True)
    await certificate_life.renew(own.caller, certificate.code, Renewal(None), NOW + SECOND)
    leased = await mails.lease(9, NOW + 99 * DAY)
    assert [mail.kind for mail in leased] == ["claim", "claim"]


async def test_whoever_had_claimed_hears_of_the_new_one_instead() -> None:
    own = await academy()
    certificate = await own.issue()
    await claims.claim(token(certificate), KEYRING, NOW)
    new = await certificate_life.renew(own.caller, certificate.code, Renewal(None), NOW)
    (leased,) = await mails.lease(9, NOW)
    assert (leased.kind, leased.certificate) == ("renewed", new)
    await certificates.revoke(own.caller, new.code, None, NOW)
    assert await mails.lease(9, NOW + DAY) == []


def about(leased: list[LeasedMail]) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.recipient, one.certificate.holder_name if one.certificate else None) for one in leased]


async def test_after_corrections_one_mail_is_sent_to_the_right_address() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    await correct(own, certificate.code, email="joan@example.com")
    await correct(own, certificate.code, name="Joan Doe")
    assert about(await mails.lease(9, NOW + DAY)) == [("claim_again", "joan@example.com", "Joan Doe")]


async def test_a_correction_while_the_mail_is_being_sent_sends_another() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    (leased,) = await mails.lease(9, NOW)
    await correct(own, certificate.code, email="joan@example.com")
    await mails.sent(leased, NOW)
    assert about(await mails.lease(9, NOW + DAY)) == [("claim_again", "joan@example.com", "Jane Doe")]
    assert await mails.lease(9, NOW + DAY) == []


async def test_what_fails_after_a_correction_is_not_tried_again() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    (leased,) = await mails.lease(9, NOW)
    await correct(own, certificate.code, email="joan@example.com")
    await mails.failed(leased, "Down.", for_good=False, now=NOW)
    assert [mail.recipient for mail in await mails.lease(9, NOW + 9 * DAY)] == ["joan@example.com"]


async def test_a_correction_without_notice_sends_nothing_new_and_nothing_to_the_wrong_address() -> None:
    own = await academy()
    name, address = await own.issue(notify=True), await own.issue(notify=True)
    await certificate_life.correct(own.caller, name.code, Correction("Joan Doe", None, notify=False), NOW)
    change = Correction(None, "joan@example.com", notify=False)
    await certificate_life.correct(own.caller, address.code, change, NOW)
    assert about(await mails.lease(9, NOW + DAY)) == [("claim", "jane@example.com", "Joan Doe")]


async def test_a_link_asked_for_again_takes_the_place_of_what_was_not_sent() -> None:
    own = await academy()
    certificate, other = await own.issue(notify=True), await own.issue(NOW + 9 * MINUTE, notify=True)
    await claims.resend(own.caller, certificate.code, NOW + MINUTE)
    await claims.resend(own.caller, certificate.code, NOW + 2 * MINUTE)
    leased = await mails.lease(9, NOW + DAY)
    assert [mail.kind for mail in leased] == ["claim_again", "claim"]
    assert leased[1].certificate == other


async def test_an_academy_is_told_of_its_endpoint_with_what_it_must_know() -> None:
    own = await academy()
    await mail_outbox.webhook_disabled(own.id, "office@example.com", {"url": "https://example.com/ü"}, NOW)
    (leased,) = await mails.lease(1, NOW)
    assert (leased.kind, leased.recipient, leased.certificate) == ("webhook_disabled", "office@example.com", None)
    assert leased.organization.id == own.id
    assert leased.facts == {"url": "https://example.com/ü"}
