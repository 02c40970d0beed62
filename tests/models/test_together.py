"""Look-ups that come together are made together, and are no older and no more entangled than made alone."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from models.statements.together import MOST, Together

LENGTHS = {"a": 1, "bb": 2, "ccc": 3}


class Book:
    """Where names are looked up, and what was looked up at once. Closed, it keeps everybody waiting."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fault: OSError | None = None

    async def look_up(self, names: Sequence[str]) -> Mapping[str, int]:
        """Those of the names that there are."""
        self.asked.append(sorted(names))
        fault = self.fault
        await self.open.wait()
        if fault is not None:
            raise fault
        return {name: LENGTHS[name] for name in names if name in LENGTHS}

    async def until_asked(self, times: int) -> None:
        """Wait for so many look-ups to have begun."""
        async with asyncio.timeout(5):
            while len(self.asked) < times:
                await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_is_one_look_up() -> None:
    book = Book()
    together = Together(book.look_up)
    found = await asyncio.gather(*(together.find(name) for name in ("bb", "a", "zz", "bb")))
    assert found == [2, 1, None, 2]
    assert book.asked == [["a", "bb", "zz"]]
    assert await together.find("ccc") == 3
    assert book.asked[1:] == [["ccc"]]


async def test_nobody_is_given_what_was_read_before_it_asked() -> None:
    book = Book()
    together = Together(book.look_up)
    book.open.clear()
    first = asyncio.create_task(together.find("a"))
    await book.until_asked(1)
    second = asyncio.create_task(together.find("a"))
    await book.until_asked(2)
    book.open.set()
    assert (await first, await second) == (1, 1)
    assert book.asked == [["a"], ["a"]]


async def test_a_fault_is_everybodys_who_asked_and_nobodys_who_comes_later() -> None:
    book = Book()
    together = Together(book.look_up)
    book.fault = away = OSError("away")
    ended: list[object] = [*await asyncio.gather(together.find("a"), together.find("bb"), return_exceptions=True)]
    assert ended == [away, away]
    book.fault = None
    assert await together.find("a") == 1


async def test_who_goes_away_takes_nobody_along() -> None:
    book = Book()
    together = Together(book.look_up)
    book.open.clear()
    leaving, staying = (asyncio.create_task(together.find("a")) for _ in range(2))
    await book.until_asked(1)
    leaving.cancel()
    book.open.set()
    assert await staying == 1
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_statement_has_so_many_names_at_most() -> None:
    book = Book()
    together = Together(book.look_up)
    found = await asyncio.gather(*(together.find(f"{number:03}") for number in range(2 * MOST + 1)))
    assert found == [None] * (2 * MOST + 1)
    assert [len(names) for names in book.asked] == [MOST, MOST, 1]


def test_another_event_loop_waits_for_nothing_of_the_last_one() -> None:
    book = Book()
    together = Together(book.look_up)

    async def leave() -> None:
        asking = together.find("a")
        asking.send(None)
        asking.close()

    asyncio.run(leave())
    assert asyncio.run(together.find("bb")) == 2
    assert book.asked[-1] == ["bb"]
