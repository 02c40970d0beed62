"""Lists by state and the marking of what expired go by their indexes, on SQLite with a table that it knows nothing of."""

from datetime import UTC, datetime
from itertools import product
from typing import Literal
from uuid import uuid4

import pytest

from models.database import fetch, rows
from models.statements import certificates as statements
from models.statements.certificates import Part
from tests.databases import Database

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Question = Literal["all", "valid", "noted", "soonest due"]
OF_ALL: dict[Question, str] = {
    "all": "sqlite_autoindex_certificate_3",  # that of the constraint on organization and instant of creation
    "valid": "certificate_open",
    "noted": "certificate_expired",
    "soonest due": "certificate_falling_due_of_organization",
}
OF_A_COURSE: dict[Question, str] = {
    "all": "certificate_of_course",
    "valid": "certificate_open_of_course",
    "noted": "certificate_expired_of_course",
    "soonest due": "certificate_falling_due_of_course",
}


def asked(question: Question, *, of_course: bool, paged: bool) -> tuple[str, list[object]]:
    """A statement of the lists, and values for it."""
    part = Part(uuid4(), uuid4() if of_course else None, NOW if paged else None)
    if question == "soonest due":
        return statements.due(of_course=of_course, paged=paged), statements._values(part, "due", NOW, 51)
    return statements.page(question, of_course=of_course, paged=paged), statements._values(part, question, NOW, 51)


@pytest.mark.parametrize(("question", "of_course", "paged"), [*product(OF_ALL, (False, True), (False, True))])
async def test_a_list_goes_by_its_index(
    connected: Database, question: Question, *, of_course: bool, paged: bool
) -> None:
    index = (OF_A_COURSE if of_course else OF_ALL)[question]
    if connected.is_postgres:  # chooses by what is in the table: bench.million fills one and looks
        is_known = await fetch("SELECT indexname FROM pg_indexes WHERE indexname = $1", index)
        assert is_known or index.startswith("sqlite_")
        return
    sql, values = asked(question, of_course=of_course, paged=paged)
    plan = [str(row[-1]) for row in await rows(f"EXPLAIN QUERY PLAN {sql}", *values)]
    assert plan[0].startswith(f"SEARCH certificate USING INDEX {index} "), plan
    assert not any(step.startswith(("SCAN", "USE TEMP")) for step in plan), plan


async def test_a_certificate_succeeds_one_other_at_most(connected: Database) -> None:
    indexes = "SELECT indexdef AS sql FROM pg_indexes" if connected.is_postgres else "SELECT sql FROM sqlite_master"
    written = [row["sql"] or "" for row in await fetch(indexes)]
    (successor,) = [sql for sql in written if "certificate_successor" in sql]
    assert "UNIQUE" in successor
    assert "renewed_by_id IS NOT NULL" in successor
