"""What is asked of lists and codes, by the services and over HTTP: the same of a small table and of a large one."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bench.installed import CERTIFICATES, VERIFY
from bench.million_rows import Filled
from rules import instants
from rules.validity import Facts, Status, verdict
from services import certificate_lists, verification
from services.certificate_lists import Choice

LIMIT = 20
SHOWN: dict[Choice, tuple[Status, ...]] = {
    "all": ("valid", "never_expires", "expired", "renewed", "revoked"),
    "valid": ("valid", "never_expires"),
    "expired": ("expired",),
}
"""The states that each choice of the list shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate as the table has it, decided by the pure rule."""

    created_at: datetime
    code: str
    status: Status
    in_course: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask: a code to verify, or a page of a choice, the first or one from the middle."""

    name: str
    choice: Choice | None = None
    middle: bool = False
    of_course: bool = False
    judged: bool = True
    """Whether its latency is held to the bound: a course among a thousand certificates fills no page."""


QUESTIONS = (
    Question("verify"),
    Question("first page", "all"),
    Question("middle page", "all", middle=True),
    Question("expired, first page", "expired"),
    Question("expired, middle page", "expired", middle=True),
    Question("valid, first page", "valid"),
    Question("valid, middle page", "valid", middle=True),
    Question("a course, first page", "all", of_course=True),
    Question("a course, expired, first page", "expired", of_course=True, judged=False),
    Question("a course, valid, first page", "valid", of_course=True, judged=False),
)


@dataclass(frozen=True, eq=False)
class Asker:
    """Asks questions of one database; `rows` is all that the academy has, newest first."""

    filled: Filled
    rows: Sequence[Row]
    chance: random.Random

    async def ask(self, question: Question, code: str, before: datetime | None) -> None:
        """Through the service, as a handler does."""
        if question.choice is None:
            await verification.find(code)
            return
        await certificate_lists.page(self.wanted(question, before), datetime.now(UTC))

    def wanted(self, question: Question, before: datetime | None) -> certificate_lists.Wanted:
        """The page that a question is about."""
        course = self.filled.course_id if question.of_course else None
        return certificate_lists.Wanted(self.filled.organization_id, question.choice or "all", course, before, LIMIT)

    def path(self, question: Question, code: str, before: datetime | None) -> str:
        """The same over HTTP."""
        if question.choice is None:
            return f"{VERIFY}/{code}"
        course = f"&course_id={self.filled.course_id}" if question.of_course else ""
        cursor = f"&cursor={instants.show(before)}" if before is not None else ""
        return f"{CERTIFICATES}?limit={LIMIT}&status={question.choice}{course}{cursor}"

    def any_code(self) -> str:
        """A code of the academy."""
        return self.chance.choice(self.rows).code

    def cursor(self, question: Question) -> datetime | None:
        """Where the page begins: somewhere in the middle third, or at the top."""
        third = len(self.rows) // 3
        return self.rows[third + self.chance.randrange(third)].created_at if question.middle else None


async def scan(filled: Filled, now: datetime) -> list[Row]:
    """Every certificate of the academy, newest first, read straight from its table and decided by the pure rule."""
    connection = await asyncpg.connect(filled.url)
    try:
        async with connection.transaction():
            sql = (
                "SELECT created_at, code, expires_at, revoked_at, renewed_by_id, course_id FROM certificate"
                " WHERE organization_id = $1 ORDER BY created_at DESC"
            )
            found = connection.cursor(sql, filled.organization_id, prefetch=5000)
            return [_row(record, filled.course_id, now) async for record in found]
    finally:
        await connection.close()


def _row(record: asyncpg.Record, course_id: UUID, now: datetime) -> Row:
    facts = Facts(record["expires_at"], record["revoked_at"], record["renewed_by_id"] is not None)
    return Row(record["created_at"], record["code"], verdict(facts, now).status, record["course_id"] == course_id)
