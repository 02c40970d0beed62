"""Issuing within one process: instants and codes stay unique when chance or the clock would repeat them."""

import asyncio
import string
from datetime import UTC, datetime
from uuid import UUID

import pytest

from models import Certificate, CodePrefix
from rules import codes
from services import certificates, code_prefixes, courses, organizations
from services.callers import Caller
from services.certificates import Wanted

pytestmark = pytest.mark.usefixtures("connected")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def academy(name: str = "Example Academy") -> tuple[Caller, UUID]:
    """An organization and a course of its."""
    made = await organizations.create(name=name, email="a@example.com", url=None, plan=None, now=NOW)
    caller = Caller(made.id)
    course = await courses.create(caller, {"name": "Web"}, NOW)
    return caller, course.id


def wanted(course: UUID) -> Wanted:
    return Wanted(course, "Jane Doe", "jane@example.com", None)


async def test_one_instant_for_all_gives_each_its_own() -> None:
    caller, course = await academy()
    made = await asyncio.gather(*(certificates.issue(caller, wanted(course), NOW) for _ in range(80)))
    instants = {certificate.created_at for certificate in made}
    assert len(instants) == 80
    assert NOW in instants
    assert all((instant - NOW).total_seconds() < 1 for instant in instants)
    assert {certificate.issued_at for certificate in made} == {NOW}


async def test_two_organizations_may_share_an_instant() -> None:
    made = []
    for _ in range(2):
        caller, course = await academy()
        made.append(await certificates.issue(caller, wanted(course), NOW))
    assert [certificate.created_at for certificate in made] == [NOW, NOW]


async def test_a_code_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    caller, course = await academy()
    first = await certificates.issue(caller, wanted(course), NOW)
    drawn = iter([first.code, first.code, first.code[:-1] + ("2" if first.code[-1] != "2" else "3")])
    monkeypatch.setattr(codes, "draw", lambda *_: next(drawn))
    second = await certificates.issue(caller, wanted(course), NOW)
    assert second.code != first.code
    assert await Certificate.filter(organization_id=caller.organization_id).count() == 2


async def test_codes_grow_once_a_hundredth_of_them_is_used() -> None:
    caller, course = await academy("Growing " + "".join(string.ascii_lowercase))
    hundredth = len(codes.ALPHABET) ** 6 // 100
    await CodePrefix.update_or_create(prefix="TRC-GRO-26", defaults={"used": hundredth})
    certificates._LENGTHS._known.clear()
    made = await certificates.issue(caller, wanted(course), NOW)
    assert made.code.startswith("TRC-GRO-26-")
    assert len(made.code) == len("TRC-GRO-26-") + 7
    await CodePrefix.filter(prefix="TRC-GRO-26").delete()
    certificates._LENGTHS._known.clear()


async def test_use_of_a_prefix_is_counted_about_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_prefixes, "SAMPLE", 1)
    await asyncio.gather(*(code_prefixes.count("TRC-CNT-26") for _ in range(20)))
    assert (await CodePrefix.get(prefix="TRC-CNT-26")).used == 20
    await CodePrefix.filter(prefix="TRC-CNT-26").delete()


async def test_of_two_revocations_at_once_the_first_reason_stays() -> None:
    caller, course = await academy()
    code = (await certificates.issue(caller, wanted(course), NOW)).code
    revoked = await asyncio.gather(*(certificates.revoke(caller, code, f"Reason {n}", NOW) for n in range(8)))
    assert len({certificate.revocation_reason for certificate in revoked}) == 1
