"""Certificates are found by any part of a name or address, by the beginning of a code, and by where they stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from rules.certificates import Certificate, Listed
from services import certificate_life, certificate_search, certificates, claims, courses, expiry
from services.certificate_life import Correction, Renewal
from services.certificate_search import Search, Status
from services.certificates import Wanted
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, token

pytestmark = pytest.mark.usefixtures("alone")

SECOND = timedelta(seconds=1)
HOLDERS = [
    ("Jane Doe", "jane@example.com"),
    ("Zoë Müller", "zoe@example.org"),
    ("ОЛЬГА Доу", "olga@example.com"),
    ("100% Jane_Doe", "percent@example.com"),
    (r"Back\slash", "slash@example.com"),
    ("'; DROP TABLE certificate; --", "o'neill@example.com"),
]


async def issued(own: Academy, name: str, email: str, at: datetime, course: UUID | None = None) -> Certificate:
    """A certificate of this holder."""
    return await certificates.issue(own.caller, Wanted(course or own.course_id, name, email, None, notify=False), at)


async def found(
    own: Academy, text: str = "", status: Status = "all", now: datetime = NOW, course: UUID | None = None
) -> list[Listed]:
    """What a search finds, page by page."""
    search = Search(own.id, text, status, course, None, 2)
    seen: list[Listed] = []
    while True:
        page = await certificate_search.page(search, now)
        assert len(page.items) <= search.limit
        seen += page.items
        if not page.has_more:
            return seen
        search = replace(search, before=page.items[-1].created_at)


async def crowd(own: Academy) -> list[Listed]:
    """A certificate for each of the holders, the newest first."""
    return [(await issued(own, *holder, NOW + n * SECOND)).listed for n, holder in enumerate(HOLDERS)][::-1]


def names(these: Sequence[Listed]) -> list[str]:
    """Whose they are."""
    return [certificate.holder_name for certificate in these]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane", ["100% Jane_Doe", "Jane Doe"]),
        ("DOE, ", []),
        ("doe jane", ["100% Jane_Doe", "Jane Doe"]),
        ("ane d", ["100% Jane_Doe", "Jane Doe"]),
        ("zoe mul", ["Zoë Müller"]),
        ("MÜLLER", ["Zoë Müller"]),
        ("ольга", ["ОЛЬГА Доу"]),
        ("example.org", ["Zoë Müller"]),
        ("JANE@EXAMPLE.COM", ["Jane Doe"]),
        ("%", ["100% Jane_Doe"]),
        ("_", ["100% Jane_Doe"]),
        ("e_d", ["100% Jane_Doe"]),
        ("\\", [r"Back\slash"]),
        ("'", ["'; DROP TABLE certificate; --"]),
        ("';", ["'; DROP TABLE certificate; --"]),
        ("nobody", []),
        ("jane nobody", []),
    ],
)
async def test_text_is_found_anywhere_in_name_and_address(text: str, expected: list[str]) -> None:
    own = await academy()
    await crowd(own)
    assert names(await found(own, text)) == expected


async def test_no_text_finds_all() -> None:
    own = await academy()
    everybody = await crowd(own)
    for nothing in ("", "   ", "\u0301"):
        assert await found(own, nothing) == everybody


async def test_a_code_is_found_by_its_beginning_and_whole_in_any_spelling() -> None:
    own = await academy()
    everybody = await crowd(own)
    for certificate in everybody:
        for spelt in (certificate.code, certificate.code.lower(), f"  {certificate.code} "):
            assert await found(own, spelt) == [certificate]
        assert certificate in await found(own, certificate.code[:-1].lower())
    assert await found(own, "trc-exa-26-") == everybody
    assert await found(own, everybody[0].code[4:]) == []


async def test_what_was_corrected_is_found_as_it_is_now() -> None:
    own = await academy()
    certificate = await issued(own, "Jane Doe", "jane@example.com", NOW)
    for correction, expected in (
        (Correction("Joan Roe", None, notify=False), {"joan": 1, "roe": 1, "jane@": 1, "jane doe": 0}),
        (Correction(None, "joan@example.org", notify=False), {"joan": 1, "example.org": 1, "jane": 0}),
    ):
        await certificate_life.correct(own.caller, certificate.code, correction, NOW)
        assert {text: len(await found(own, text)) for text in expected} == expected


async def test_nobody_finds_the_certificates_of_another() -> None:
    own, rival = await academy(), await academy()
    everybody = await crowd(own)
    for text in ("", "jane", everybody[0].code):
        for status in get_args(Status):
            assert await found(rival, text, status) == []


async def standing(own: Academy) -> dict[str, Certificate]:
    """A certificate in each state, and one at each edge of it; courses last for a year."""
    made = {}
    for number, (name, months_ago) in enumerate(
        {
            "fresh": 0,
            "claimed": 0,
            "expiring": 335,
            "expired": 366,
            "revoked": 0,
            "revoked later": 366,
            "renewed": 366,
            "renewed and revoked": 0,
        }.items()
    ):
        earned = NOW - months_ago * DAY
        made[name] = await own.issue(NOW + number * SECOND, issued_at=earned)
    await claims.claim(token(made["claimed"]), KEYRING, NOW)
    for name in ("renewed", "renewed and revoked"):
        made[f"new of {name}"] = await certificate_life.renew(own.caller, made[name].code, Renewal(None), NOW + DAY)
    for name in ("revoked", "revoked later", "renewed and revoked"):
        await certificates.revoke(own.caller, made[name].code, None, NOW)
    return made


@pytest.mark.parametrize("are_marked", [False, True])
@pytest.mark.parametrize("text", ["", "jane"])
async def test_each_is_found_where_it_stands(text: str, *, are_marked: bool) -> None:
    own = await academy(12)
    made = await standing(own)
    now = NOW + 2 * DAY
    if are_marked:
        await expiry.announce_expiring(now)
        await expiry.announce_expired(now)
    for status in get_args(Status):
        if status in {"all", "unclaimed", "expiring"}:
            continue
        wanted = {"valid", "never_expires"} if status == "valid" else {status}
        shown = await found(own, text, status, now)
        everybody = await found(own, text, "all", now)
        assert shown == [each for each in everybody if each.verdict(now).status in wanted]
        assert shown != []
    codes = {name: certificate.code for name, certificate in made.items()}
    assert [each.code for each in await found(own, text, "expiring", now)] == [codes["expiring"]]
    unclaimed = {each.code for each in await found(own, text, "unclaimed", now)}
    assert unclaimed == {
        codes[name] for name in ("fresh", "expiring", "expired", "new of renewed", "new of renewed and revoked")
    }


async def test_the_edges_of_expiry_are_those_of_the_verdict() -> None:
    own = await academy(12)
    certificate = await own.issue(NOW)
    ends = certificate.expires_at
    assert ends is not None
    moment = timedelta(microseconds=1)
    expected: dict[datetime, set[Status]] = {
        ends - 30 * DAY - moment: {"valid"},
        ends - 30 * DAY: {"valid", "expiring"},
        ends - moment: {"valid", "expiring"},
        ends: {"expired"},
    }
    for now, standing_at in expected.items():
        for text in ("", "jane"):
            shown = {s for s in get_args(Status) if await found(own, text, s, now)} - {"all", "unclaimed"}
            assert shown == standing_at


async def test_a_course_narrows_everything_down() -> None:
    own = await academy()
    other = (await courses.create(own.caller, {"name": "Web"}, NOW)).id
    first = await issued(own, "Jane Doe", "jane@example.com", NOW)
    second = await issued(own, "Jane Doe", "jane@example.com", NOW + SECOND, other)
    for text in ("", "jane", "trc-"):
        for status in ("all", "valid", "unclaimed"):
            assert await found(own, text, status, course=other) == [second.listed]
            assert await found(own, text, status, course=own.course_id) == [first.listed]
    assert await found(own, first.code, course=other) == []
