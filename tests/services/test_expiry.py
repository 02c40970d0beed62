"""Marks on what has fallen due: each set once, by whoever comes first."""

import asyncio
from datetime import timedelta

import pytest

from models import Certificate
from services import expiry
from tests.services.test_certificate_lists import NOW, shelf

pytestmark = pytest.mark.usefixtures("connected")


async def marked(ids: list[object]) -> int:
    return await Certificate.filter(id__in=ids, expired_noted_at__isnull=False).count()


async def test_only_what_is_open_and_due_is_marked() -> None:
    own, past = await shelf(), NOW - timedelta(days=1)
    (other,) = await own.put([{"expires_at": None}])
    rows = await own.put(
        [
            {"expires_at": past},
            {"expires_at": NOW},
            {"expires_at": NOW + timedelta(microseconds=1)},
            {"expires_at": None},
            {"expires_at": past, "revoked_at": past},
            {"expires_at": past, "renewed_by_id": other.id},
        ]
    )
    while await expiry.note(NOW):
        pass
    noted = [(await Certificate.get(id=row.id)).expired_noted_at for row in rows]
    assert noted == [NOW, NOW, None, None, None, None]


async def test_several_at_once_mark_each_one_once() -> None:
    own = await shelf()
    rows = await own.put([{"expires_at": NOW - timedelta(days=1)}] * (2 * expiry.BATCH + 7))
    counts = await asyncio.gather(*(_note_all() for _ in range(4)))
    assert sum(counts) == len(rows)
    assert await marked([row.id for row in rows]) == len(rows)


async def _note_all() -> int:
    count = 0
    while noted := await expiry.note(NOW):
        count += noted
    return count
