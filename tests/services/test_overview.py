"""The overview: every certificate counted once where it stands, month by month, and what cannot wait."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from rules.certificates import Certificate
from services import certificate_life, certificates, claims, courses, delivery_queue, expiry, overview, webhooks
from services.certificate_life import Renewal
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, attempt, lease_all, token

pytestmark = pytest.mark.usefixtures("alone")

SECOND = timedelta(seconds=1)


async def various(own: Academy) -> list[Certificate]:
    """Certificates in all states, whose courses last a year and for ever."""
    forever = (await courses.create(own.caller, {"name": "Web"}, NOW)).id
    made = []
    for number, days_ago in enumerate((0, 0, 10, 40, 340, 350, 364, 365, 366, 400, 500, 700)):
        for course in (own.course_id, forever):
            at = NOW + (number * 2 + (course == forever)) * SECOND
            made.append(await own.issue(at, issued_at=NOW - days_ago * DAY, course=course))
    for certificate in made[::3]:
        await claims.claim(token(certificate), KEYRING, NOW)
    for certificate in made[::5]:
        await certificate_life.renew(own.caller, certificate.code, Renewal(None), NOW + DAY)
    for certificate in made[::7]:
        await certificates.revoke(own.caller, certificate.code, None, NOW)
    return [await certificates.read(own.id, code) for code in await _codes(own)]


async def _codes(own: Academy) -> list[str]:
    rows = await certificates.with_all().filter(organization_id=own.id)
    return [row.code for row in rows]


@pytest.mark.parametrize("are_marked", [False, True])
async def test_each_certificate_counts_where_its_verdict_puts_it(*, are_marked: bool) -> None:
    own = await academy(12)
    every = await various(own)
    now = NOW + DAY
    if are_marked:
        await expiry.announce_expiring(now)
        await expiry.announce_expired(now)
    found = await overview.of(own.id, now)
    stand = Counter(certificate.verdict(now).status for certificate in every)
    assert found.issued == len(every)
    assert found.in_force == stand["valid"] + stand["never_expires"]
    assert (found.expired, found.revoked) == (stand["expired"], stand["revoked"])
    assert found.unclaimed == sum(
        each.claimed_at is None and each.verdict(now).status not in {"revoked", "renewed"} for each in every
    )
    assert min(stand.values()) > 0
    soon = [each for each in every if each.verdict(now).valid and each.expires_at and each.expires_at <= now + 30 * DAY]
    assert found.expiring_count == len(soon)
    assert list(found.expiring) == sorted(soon, key=lambda each: (each.expires_at, str(each.id)))[:5]


async def test_of_many_that_expire_soon_the_first_are_shown() -> None:
    own = await academy(12)
    made = [await own.issue(NOW + n * SECOND, issued_at=NOW - (340 + n) * DAY) for n in range(8)]
    found = await overview.of(own.id, NOW)
    assert (found.expiring_count, [each.code for each in found.expiring]) == (8, [each.code for each in made[:2:-1]])


async def test_more_than_a_thousand_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "COUNTED", 2)
    own = await academy(12)
    for n in range(4):
        await own.issue(NOW + n * SECOND, issued_at=NOW - 340 * DAY)
    assert (await overview.of(own.id, NOW)).expiring_count == 3


async def test_the_figures_of_a_large_academy_are_kept_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    own, rival = await academy(), await academy()
    await own.issue()
    monkeypatch.setattr(overview, "FEW", 1)
    for n, (number, expected) in enumerate([(1, 2), (2, 2), (60, 2), (61, 5), (62, 5), (-1, 7)]):
        await own.issue(NOW + (n + 1) * SECOND)
        now = NOW + number * SECOND
        found = await overview.of(own.id, now)
        assert (found.issued, found.months[-1].issued) == (expected, expected), number
        assert found.as_of == NOW + {2: 1, 5: 61, 7: -1}[expected] * SECOND
    assert (await overview.of(rival.id, NOW)).issued == 0


async def test_of_few_each_new_one_is_counted_at_once() -> None:
    own = await academy()
    for number in range(1, 4):
        await own.issue(NOW + number * SECOND)
        assert (await overview.of(own.id, NOW)).issued == number


async def test_views_at_once_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = await academy()
    await own.issue()
    monkeypatch.setattr(overview, "FEW", 0)
    counted, count = [], overview._counted

    async def told(organization_id: UUID, now: datetime) -> overview.Figures:
        counted.append(organization_id)
        return await count(organization_id, now)

    monkeypatch.setattr(overview, "_counted", told)
    found = await asyncio.gather(*(overview.of(own.id, NOW) for _ in range(5)))
    assert ({each.issued for each in found}, counted) == ({1}, [own.id])


async def test_months_are_cut_in_utc_and_none_is_left_out() -> None:
    own = await academy()
    now = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    edges = {
        datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC): None,
        datetime(2025, 4, 1, tzinfo=UTC): date(2025, 4, 1),
        datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC): date(2026, 1, 1),
        datetime(2026, 2, 1, tzinfo=UTC): date(2026, 2, 1),
        datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC): date(2026, 3, 1),
    }
    for number, issued_at in enumerate(edges):
        certificate = await own.issue(now + number * SECOND, issued_at=issued_at)
        if number % 2:
            await claims.claim(token(certificate, issued_at), KEYRING, issued_at)
    found = (await overview.of(own.id, now)).months
    assert [month.first for month in found] == [date(2025 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(4, 16)]
    issued = Counter(first for first in edges.values() if first)
    assert {month.first: month.issued for month in found if month.issued} == dict(issued)
    assert {month.first for month in found if month.claimed} == {date(2025, 4, 1), date(2026, 2, 1)}


async def test_endpoints_that_get_nothing_are_named() -> None:
    own = await academy()
    fine, off, gone, failing = [(await own.endpoint()).webhook.id for _ in range(4)]
    await webhooks.disable(own.caller, off, NOW)
    await webhooks.disable(own.caller, gone, NOW)
    await webhooks.delete(own.caller, gone, NOW)
    await own.issue()
    schedule = (timedelta(seconds=5),)
    for endpoint, status in ((fine, 200), (failing, 500)):
        (leased,) = await lease_all(endpoint)
        await delivery_queue.settle([(leased, attempt(status))], schedule, lambda: 0, NOW)
    found = (await overview.of(own.id, NOW)).failing
    assert {webhook.id for webhook in found} == {off, failing}
    assert {webhook.enabled for webhook in found} == {True, False}


async def test_an_academy_sees_nothing_of_another() -> None:
    own, rival = await academy(12), await academy(12)
    await various(own)
    await own.endpoint()
    found = await overview.of(rival.id, NOW)
    assert (found.issued, found.in_force, found.expired, found.revoked, found.unclaimed) == (0, 0, 0, 0, 0)
    assert (found.failing, found.expiring, found.expiring_count) == ((), (), 0)
    assert {(month.issued, month.claimed) for month in found.months} == {(0, 0)}
    assert len(found.months) == 12
