"""A clock that jumped ahead and back delays nothing for long."""

from datetime import timedelta

import pytest

from services import clock_jumps, delivery_queue, mails
from services.clock_jumps import FARTHEST
from tests.services.inside import KEYRING, NOW, academy

pytestmark = pytest.mark.usefixtures("alone")


async def test_what_was_dated_by_a_clock_that_ran_ahead_is_due_again() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    ahead = NOW + FARTHEST + timedelta(days=300)
    await own.issue(ahead, notify=True)
    assert await delivery_queue.lease(made, 9, NOW, KEYRING) == []
    assert await clock_jumps.bring_back(NOW) == 2
    assert len(await delivery_queue.lease(made, 9, NOW, KEYRING)) == 1
    assert len(await mails.lease(9, NOW)) == 1


async def test_a_lease_taken_by_such_a_clock_ends() -> None:
    own = await academy()
    made = (await own.endpoint()).webhook.id
    await own.issue(NOW)
    (lost,) = await delivery_queue.lease(made, 9, NOW + FARTHEST * 2, KEYRING)
    assert await clock_jumps.bring_back(NOW) == 1
    (found,) = await delivery_queue.lease(made, 9, NOW, KEYRING)
    assert (found.id, found.lease != lost.lease) == (lost.id, True)


async def test_a_long_pause_stays_one() -> None:
    own = await academy()
    await own.endpoint()
    await own.issue(NOW + FARTHEST)
    assert await clock_jumps.bring_back(NOW) == 0
