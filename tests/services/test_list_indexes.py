"""Lists by state and the marking of what expired go by their indexes, on SQLite with a table that it knows nothing of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from tortoise.queryset import QuerySet

from models import Certificate
from models.database import fetch
from services import certificate_lists, expiry
from services.certificate_lists import Wanted
from tests.databases import Database

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def questions() -> Iterator[tuple[str, QuerySet[Certificate]]]:
    """What the service asks, with the index that is to answer."""
    everything = Wanted(uuid4(), "all", None, None, 50)
    mine = certificate_lists._wanted(everything)
    yield "certificate_open", certificate_lists._newest(mine.filter(**expiry.OPEN), 50)
    yield "certificate_expired", certificate_lists._newest(mine.filter(**expiry.noted()), 50)
    yield (
        "certificate_falling_due_of_organization",
        mine.filter(expires_at__lte=NOW, **expiry.OPEN).order_by("expires_at").limit(5001),
    )


@pytest.mark.parametrize("number", range(3))
async def test_a_list_goes_by_its_index(connected: Database, number: int) -> None:
    index, question = list(questions())[number]
    if connected.is_postgres:  # chooses by what is in the table: bench.million fills one and looks
        assert (await fetch("SELECT indexname FROM pg_indexes WHERE indexname = $1", index)) != []
        return
    plan = [row["detail"] for row in await fetch(f"EXPLAIN QUERY PLAN {question.sql(params_inline=True)}")]
    assert plan[0].startswith(f"SEARCH certificate USING INDEX {index} "), plan
    assert not any(step.startswith(("SCAN", "USE TEMP")) for step in plan), plan


async def test_a_certificate_succeeds_one_other_at_most(connected: Database) -> None:
    indexes = "SELECT indexdef AS sql FROM pg_indexes" if connected.is_postgres else "SELECT sql FROM sqlite_master"
    written = [row["sql"] or "" for row in await fetch(indexes)]
    (successor,) = [sql for sql in written if "certificate_successor" in sql]
    assert "UNIQUE" in successor
    assert "renewed_by_id IS NOT NULL" in successor
