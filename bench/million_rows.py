"""Databases filled with certificates as years of use would leave them: several academies, courses, states, and marks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
from tortoise.context import TortoiseContext

from models import Certificate, CourseVersion
from models.database import configuration
from rules import holders
from rules.codes import ALPHABET
from rules.validity import EXPIRING_FOR
from services import api_keys, courses, database, organizations
from services.callers import Caller

OTHERS, COURSES = 20, 20


@dataclass(frozen=True, slots=True)
class Population:
    """How many certificates an academy has, and how many of them have expired.

    Of these, `unmarked` have expired within the last seconds, so that the upkeep has not come by yet.
    """

    name: str
    rows: int
    expired: int
    unmarked: int = 5


class Courses(NamedTuple):
    """Courses of the academy that is looked at: one like most, one all of whose certificates expired, one without any."""

    usual: UUID
    over: UUID
    empty: UUID


@dataclass(frozen=True, slots=True)
class Filled:
    """A database that has been filled: its address, Tortoise's connection to it, and the academy that is looked at."""

    population: Population
    url: str
    tables: TortoiseContext
    organization_id: UUID
    key: str
    courses: Courses

    @property
    def course_id(self) -> UUID:
        """A course like most."""
        return self.courses.usual


@dataclass(frozen=True, slots=True)
class Academy:
    """An academy whose certificates are made up, with the ids of its courses and of their versions."""

    id: UUID
    courses: list[tuple[UUID, UUID]]


async def fill(url: str, population: Population, chance: random.Random) -> Filled:
    """Migrate, let the services make academies and courses, copy the certificates in, and let the planner count them."""
    await database.migrate(url)
    tables = TortoiseContext()
    now = datetime.now(UTC)
    with tables:
        await tables.init(config=configuration(url))
        academies = [await _academy(number, COURSES + 1 if number == 0 else 3, now) for number in range(OTHERS + 1)]
        key = await api_keys.create(Caller(academies[0].id), "proof", now)
        columns = list(Certificate._meta.fields_db_projection.values())
    share = max(2, population.rows // 200)
    parts = [population, *(Population("other", share, share // 2, unmarked=1) for _ in range(OTHERS))]
    numbers = iter(chance.sample(range(len(ALPHABET) ** 6), sum(part.rows for part in parts)))
    connection = await asyncpg.connect(url)
    try:
        # Rows point to rows that come later in the same copy; what is made up here is consistent.
        await connection.execute("SET session_replication_role = replica")
        for academy, part in zip(academies, parts, strict=True):
            rows = _certificates(academy, part, numbers, chance, now)
            records = ([row[column] for column in columns] for row in rows)
            await connection.copy_records_to_table("certificate", records=records, columns=columns)
        await connection.execute("VACUUM (ANALYZE)")  # as autovacuum does sooner or later
    finally:
        await connection.close()
    ids = [course_id for course_id, _ in academies[0].courses]
    return Filled(population, url, tables, academies[0].id, key.secret, Courses(ids[0], ids[COURSES - 1], ids[COURSES]))


async def _academy(number: int, count: int, now: datetime) -> Academy:
    made = await organizations.create(name=f"Example Academy {number}", email="office@example.com", now=now)
    ids = []
    for course in range(count):
        wanted = {"name": f"Course {course}", "description": "Two terms.", "validity_period_months": 12}
        course_id = (await courses.create(Caller(made.id), wanted, now)).id
        ids.append((course_id, (await CourseVersion.get(course_id=course_id, number=1)).id))
    return Academy(made.id, ids)


def _states(part: Population, chance: random.Random) -> list[str]:
    rest = part.rows - part.expired
    few = rest // 100
    unmarked = min(part.unmarked, part.expired)
    states = ["marked"] * (part.expired - unmarked) + ["unmarked"] * unmarked
    states += ["revoked"] * few + ["renewed"] * few + ["never_expires"] * (rest // 5)
    states += ["valid"] * (part.rows - len(states))
    chance.shuffle(states)
    return states


def _certificates(
    academy: Academy, part: Population, numbers: Iterator[int], chance: random.Random, now: datetime
) -> Iterator[dict[str, Any]]:
    states = _states(part, chance)
    ids = [uuid4() for _ in states]
    successors = (id for id, state in zip(ids, states, strict=True) if state in {"valid", "never_expires"})
    step = timedelta(days=900) / part.rows
    for position, (id, state) in enumerate(zip(ids, states, strict=True)):
        created_at = now - timedelta(days=901) + step * position
        drawn = chance.randrange(COURSES if state == "marked" else COURSES - 1)  # the last course is over
        course_id, version_id = academy.courses[min(drawn, len(academy.courses) - 1)]
        yield {
            "id": id,
            "code": f"TRC-EXA-26-{_spelt(next(numbers))}",
            "organization_id": academy.id,
            "course_id": course_id,
            "course_version_id": version_id,
            "holder_name": f"Jane Doe {position}",
            "holder_email": f"jane.{position}@example.com",
            "holder_key": holders.key(f"Jane Doe {position}", f"jane.{position}@example.com"),
            "issued_at": created_at.replace(microsecond=0),
            "claimed_at": created_at + timedelta(hours=1) if position % 3 == 0 else None,
            "renewed_by_id": next(successors) if state == "renewed" else None,
            "created_at": created_at,
            **_fate(state, created_at, now, chance),
        }


def _fate(state: str, created_at: datetime, now: datetime, chance: random.Random) -> dict[str, Any]:
    """When a certificate expires, and what was noted of it; of the revoked and the renewed, half had expired before."""
    past = created_at + chance.random() * (now - timedelta(hours=1) - created_at)
    noted = past + timedelta(seconds=chance.random() * 5)
    future = now + timedelta(days=2 + 700 * chance.random())
    over = state == "marked" or (state in {"revoked", "renewed"} and chance.random() < 0.5)
    expires_at = past if over else future
    if state == "unmarked":
        expires_at = now - timedelta(seconds=1 + chance.random())
    told_at = expires_at - EXPIRING_FOR
    return {
        "expires_at": None if state == "never_expires" else expires_at,
        "expiring_noted_at": told_at if told_at <= now and state != "never_expires" else None,
        "expired_noted_at": noted if over else None,
        "revoked_at": now - timedelta(minutes=5) if state == "revoked" else None,
        "revocation_reason": "Issued by mistake" if state == "revoked" else None,
    }


def _spelt(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters
