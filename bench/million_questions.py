"""What is asked of lists and codes, by the services and over HTTP: the same of a small table and of a large one."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import asyncpg

from bench.installed import CERTIFICATES, VERIFY
from bench.million_rows import Filled
from rules import instants
from rules.validity import Status, verdict
from services import certificate_lists, verification
from services.certificate_lists import Choice
from tests.rules.facts import Facts

LIMIT = 20
Course = Literal["usual", "over", "empty"]
Place = Literal["top", "middle", "end"]
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
    course: Course | None
    """Which of the courses that are asked for, if it is of one of them."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask: a code to verify, or a page of a choice, the first, one from the middle, or what is before all."""

    name: str
    choice: Choice | None = None
    place: Place = "top"
    course: Course | None = None
    judged: bool = True
    """Whether its latency is held to the bound: a course among a thousand certificates fills no page."""


QUESTIONS = (
    Question("verify"),
    Question("first page", "all"),
    Question("middle page", "all", place="middle"),
    Question("expired, first page", "expired"),
    Question("expired, middle page", "expired", place="middle"),
    Question("valid, first page", "valid"),
    Question("valid, middle page", "valid", place="middle"),
    Question("a course, first page", "all", course="usual"),
    Question("a course, expired, first page", "expired", course="usual", judged=False),
    Question("a course, valid, first page", "valid", course="usual", judged=False),
    Question("before everything", "all", place="end"),
    Question("expired, before everything", "expired", place="end"),
    Question("valid, before everything", "valid", place="end"),
    Question("an empty course", "all", course="empty"),
    Question("an empty course, expired", "expired", course="empty"),
    Question("an empty course, valid", "valid", course="empty"),
    Question("a course that is over, valid", "valid", course="over"),
)
"""With 0 expired, `expired` matches nothing and `valid` nearly everything; with nine tenths, `expired` nearly everything."""


@dataclass(frozen=True, eq=False)
class Asker:
    """Asks questions of one database; `rows` is all that the academy has, newest first."""

    filled: Filled
    rows: Sequence[Row]
    chance: random.Random

    async def ask(self, question: Question, code: str, before: datetime | None) -> None:
        """Through the service, as a handler does."""
        if question.choice is None:
            await verification.verify(code)
            return
        await certificate_lists.page(self.wanted(question, before), datetime.now(UTC))

    def wanted(self, question: Question, before: datetime | None) -> certificate_lists.Wanted:
        """The page that a question is about."""
        course_id = self.course_id(question.course)
        return certificate_lists.Wanted(self.filled.organization_id, question.choice or "all", course_id, before, LIMIT)

    def path(self, question: Question, code: str, before: datetime | None) -> str:
        """The same over HTTP."""
        if question.choice is None:
            return f"{VERIFY}/{code}"
        course = f"&course_id={self.course_id(question.course)}" if question.course else ""
        cursor = f"&cursor={instants.show(before)}" if before is not None else ""
        return f"{CERTIFICATES}?limit={LIMIT}&status={question.choice}{course}{cursor}"

    def course_id(self, course: Course | None) -> UUID | None:
        """A course's id, or none."""
        return None if course is None else UUID(str(getattr(self.filled.courses, course)))

    def any_code(self) -> str:
        """A code of the academy."""
        return self.chance.choice(self.rows).code

    def cursor(self, question: Question) -> datetime | None:
        """Where the page begins: at the top, somewhere in the middle third, or after the oldest."""
        if question.place == "top":
            return None
        third = len(self.rows) // 3
        return self.rows[-1 if question.place == "end" else third + self.chance.randrange(third)].created_at


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
            usual, over, empty = filled.courses
            asked: dict[UUID, Course] = {usual: "usual", over: "over", empty: "empty"}
            return [_row(record, asked, now) async for record in found]
    finally:
        await connection.close()


def _row(record: asyncpg.Record, asked: Mapping[UUID, Course], now: datetime) -> Row:
    facts = Facts(record["expires_at"], record["revoked_at"], record["renewed_by_id"] is not None)
    return Row(record["created_at"], record["code"], verdict(facts, now).status, asked.get(record["course_id"]))
