"""Kept answers: bounded, gone when something may have changed, and never given beyond their time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.answer_cache import LARGEST, LONGEST, SECONDS, AnswerCache, Entry, Variant
from server.errors import Reply
from services.changes import Changes

NOON = 1_800_000_000.0
CODE, OTHER = "TRC-EXA-26-F5N8K3", "TRC-EXA-26-222222"
PATH = f"/api/v1/verify/{CODE}"


class Told(Changes):
    """Changes as a test tells of them."""

    fine = True
    seen_when_asked = False

    def trusted(self) -> bool:
        """As the test says; on SQLite a change is seen when somebody asks."""
        if self.seen_when_asked:
            self._tell(None)
        return self.fine

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Nothing has to be opened."""
        yield

    def tell(self, code: str | None) -> None:
        """A change."""
        self._tell(code)


def entry(body: bytes = b"{}", since: float = NOON, until: float | None = None) -> Entry:
    variant = Variant('"tag"', Reply(200, body, b""), Reply(304, b"", b""))
    return Entry(body, {"application/json": variant}, since, until)


def made(most: int = 4096, room: int = 1_000_000) -> tuple[AnswerCache, Told]:
    changes = Told()
    return AnswerCache(changes, most, room), changes


def test_what_was_stored_is_found_in_the_spelling_it_was_asked_in() -> None:
    cache, changes = made()
    kept = entry()
    cache.store(PATH, kept, CODE, changes.mark)
    assert cache.find(PATH, NOON) is kept
    assert cache.find(PATH.lower(), NOON) is None


def test_a_change_of_a_certificate_takes_every_spelling_of_its_code_and_nothing_else() -> None:
    cache, changes = made()
    for path in (PATH, PATH.lower(), f"/api/obi/assertion/{CODE}"):
        cache.store(path, entry(), CODE, changes.mark)
    cache.store("another", entry(), OTHER, changes.mark)
    cache.store("issuer", entry(), None, changes.mark)
    changes.tell(CODE)
    assert [cache.find(path, NOON) for path in (PATH, PATH.lower(), f"/api/obi/assertion/{CODE}")] == [None] * 3
    assert cache.find("another", NOON) is not None
    assert cache.find("issuer", NOON) is not None


def test_any_other_change_takes_everything() -> None:
    cache, changes = made()
    cache.store(PATH, entry(), CODE, changes.mark)
    cache.store("issuer", entry(), None, changes.mark)
    changes.tell(None)
    assert len(cache) == 0
    cache.store(PATH, entry(), CODE, changes.mark)
    changes.tell(CODE)
    assert len(cache) == 0


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    cache, changes = made()
    before = changes.mark
    changes.tell(OTHER)
    cache.store(PATH, entry(), CODE, before)
    assert cache.find(PATH, NOON) is None


def test_nothing_is_given_or_kept_while_changes_are_not_heard() -> None:
    cache, changes = made()
    cache.store(PATH, entry(), CODE, changes.mark)
    changes.fine = False
    assert cache.find(PATH, NOON) is None
    cache.store("issuer", entry(), None, changes.mark)
    changes.fine = True
    assert cache.find("issuer", NOON) is None
    assert cache.find(PATH, NOON) is not None


def test_being_asked_for_trust_may_be_what_makes_an_answer_go() -> None:
    cache, changes = made()
    cache.store(PATH, entry(), CODE, changes.mark)
    changes.seen_when_asked = True
    assert cache.find(PATH, NOON) is None
    cache.store(PATH, entry(), CODE, changes.mark)
    assert cache.find(PATH, NOON) is None


@pytest.mark.parametrize(
    ("until", "now", "given"),
    [
        (None, NOON, True),
        (None, NOON + SECONDS - 0.001, True),
        (None, NOON + SECONDS, False),
        (NOON + 5, NOON + 4.999999, True),
        (NOON + 5, NOON + 5, False),
        (NOON + 999, NOON + SECONDS, False),
        (None, NOON - 0.001, False),
    ],
)
def test_an_answer_ends_at_its_instant_and_after_a_minute(until: float | None, now: float, given: bool) -> None:  # noqa: FBT001  # a column of the table
    cache, changes = made()
    cache.store(PATH, entry(until=until), CODE, changes.mark)
    assert (cache.find(PATH, now) is not None) is given


def test_large_answers_are_not_kept() -> None:
    cache, changes = made()
    cache.store("largest", entry(bytes(LARGEST)), None, changes.mark)
    cache.store("larger", entry(bytes(LARGEST + 1)), None, changes.mark)
    assert (cache.find("largest", NOON) is None, cache.find("larger", NOON) is None) == (False, True)


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    cache, changes = made(most=2)
    cache.store("first", entry(), None, changes.mark)
    cache.store("second", entry(), None, changes.mark)
    cache.find("first", NOON)
    cache.store("third", entry(), None, changes.mark)
    assert [cache.find(path, NOON) is None for path in ("first", "second", "third")] == [False, True, False]


@given(sizes=st.lists(st.integers(0, 50), max_size=30))
def test_all_bodies_together_stay_within_their_room(sizes: list[int]) -> None:
    cache, changes = made(room=100)
    for number, size in enumerate(sizes):
        cache.store(str(number), entry(bytes(size)), None, changes.mark)
    kept = [cache.find(str(number), NOON) for number in range(len(sizes))]
    assert sum(len(found.body) for found in kept if found is not None) <= 100
    newest = len(sizes) - len(cache)
    assert [found is not None for found in kept] == [number >= newest for number in range(len(sizes))]


class Keeping(RuleBasedStateMachine):
    """Whatever happens in whatever order, what is found was stored after the last change that concerns it."""

    def __init__(self) -> None:
        super().__init__()
        self.cache, self.changes = made(most=4, room=60)
        self.now = NOON
        self.right: dict[str, Entry] = {}
        self.of: dict[str, str | None] = {}
        self.begun: int | None = None

    @rule()
    def begin(self) -> None:
        """Somebody notes the mark before reading."""
        self.begun = self.changes.mark

    @precondition(lambda self: self.begun is not None)
    @rule(
        path=st.sampled_from("abcdef"),
        code=st.sampled_from([None, CODE, OTHER]),
        size=st.integers(0, 30),
        lasts=st.none() | st.floats(0, 90),
    )
    def store(self, path: str, code: str | None, size: int, lasts: float | None) -> None:
        """What was read since is put away."""
        assert self.begun is not None
        kept = entry(bytes(size), self.now, None if lasts is None else self.now + lasts)
        self.cache.store(path, kept, code, self.begun)
        if self.changes.fine and self.begun == self.changes.mark:
            self.right[path], self.of[path] = kept, code

    @rule(code=st.sampled_from([None, CODE, OTHER]))
    def change(self, code: str | None) -> None:
        """A change of a certificate, or of anything."""
        self.changes.tell(code)
        self.right = {path: kept for path, kept in self.right.items() if code is not None and self.of[path] != code}

    @rule()
    def lose_or_find_again(self) -> None:
        """The channel goes, or comes back."""
        self.changes.fine = not self.changes.fine
        self.change(None)

    @rule(seconds=st.floats(0, 40))
    def go_on(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @invariant()
    def only_what_holds_is_given(self) -> None:
        """Nothing is given that was dropped, or is over."""
        for path in "abcdef":
            found = self.cache.find(path, self.now)
            if found is not None:
                assert found is self.right.get(path)
                assert self.changes.fine
                assert self.now < found.since + SECONDS
                assert found.until is None or self.now < found.until

    @invariant()
    def it_stays_within_its_bounds(self) -> None:
        """In number and in bytes; what is listed by code is what is kept."""
        assert len(self.cache) <= 4
        assert self.cache._used == sum(len(kept.entry.body) for kept in self.cache._kept.values()) <= 60
        listed = {path for paths in self.cache._paths.values() for path in paths}
        assert listed == {path for path, kept in self.cache._kept.items() if kept.code is not None}


TestKeeping = Keeping.TestCase


def test_an_answer_is_wanted_when_it_is_asked_for_again() -> None:
    cache, _ = made()
    assert [cache.wants("/a"), cache.wants("/b"), cache.wants("/a"), cache.wants("/b")] == [False, False, True, True]


def test_what_was_asked_for_long_ago_or_is_endless_is_not_wanted() -> None:
    cache, _ = made(most=3)
    assert not cache.wants("/a")
    assert not any(cache.wants(f"/{number}") for number in range(6))
    assert not cache.wants("/a")
    long = "/" + " " * LONGEST
    assert not any(cache.wants(long) for _ in range(3))
