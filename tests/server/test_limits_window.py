"""One process's own count: exact over any timeline, in bounded memory."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.rates import Rate
from server.limits_window import Counted, Standing, Window

# Mostly bursts, sometimes the very edge of a window, sometimes a long silence.
pauses = st.one_of(st.just(0.0), st.floats(0, 5), st.sampled_from([59.999, 60.0, 60.001, 30.0]), st.floats(0, 130))
timelines = st.lists(pauses, max_size=120).map(lambda gaps: [math.fsum(gaps[: n + 1]) for n in range(len(gaps))])


@given(timelines, st.integers(1, 12))
def test_no_window_admits_more_than_the_limit_and_none_refuses_less(moments: list[float], limit: int) -> None:
    window = Window(Rate(limit, 60))
    admitted: list[float] = []
    for now in moments:
        used = [moment for moment in admitted if moment >= now - 60]
        expected = len(used) < limit
        assert window.peek("a", now).allowed is expected
        standing = window.count("a", now)
        assert standing.allowed is expected
        if expected:
            admitted.append(now)
            assert standing.remaining == limit - len(used) - 1
    # Exactly, for `moment + 60` rounds: two requests a hair more than 60 s apart would seem to share a window.
    exact = [Fraction(moment) for moment in admitted]
    for moment in exact:
        assert sum(moment <= other <= moment + 60 for other in exact) <= limit


@given(timelines, st.integers(1, 12))
def test_who_comes_again_when_told_is_admitted(moments: list[float], limit: int) -> None:
    window = Window(Rate(limit, 60))
    for now in moments:
        standing = window.count("a", now)
        if not standing.allowed:
            assert standing.remaining == 0
            assert 1 <= standing.reset_after <= 60
            # A thousandth later: a whole second can fall on the window's very end, which still belongs to it.
            assert window.peek("a", now + standing.reset_after + 0.001).allowed


def test_the_whole_limit_passes_in_one_burst_again_and_again() -> None:
    window = Window(Rate(120, 60))
    for start in (0.0, 60.5, 121.0):
        assert [window.count("a", start).allowed for _ in range(121)] == [True] * 120 + [False]


def test_visitors_are_counted_apart() -> None:
    window = Window(Rate(1, 60))
    assert window.count("a", 0.0).allowed
    assert window.count("b", 0.0).allowed
    assert not window.count("a", 0.0).allowed


def test_asking_neither_counts_nor_remembers() -> None:
    window = Window(Rate(1, 60))
    for _ in range(5):
        assert window.peek("a", 0.0) == Standing(allowed=True, limit=1, remaining=1, reset_after=0)
    assert len(window) == 0
    assert window.count("a", 0.0) == Standing(allowed=True, limit=1, remaining=0, reset_after=60)
    assert window.peek("a", 59.2) == Standing(allowed=False, limit=1, remaining=0, reset_after=1)


def test_a_request_recorded_late_counts_from_when_it_came() -> None:
    window = Window(Rate(2, 60))
    window.count("a", 10.0)
    window.record("a", 9.8)
    assert not window.count("a", 69.8).allowed
    assert window.count("a", 69.9).allowed
    assert not window.count("a", 69.95).allowed


@given(timelines, st.lists(st.sampled_from(["count", "record", "peek", "refusal"]), min_size=120, max_size=120))
def test_whatever_is_asked_the_answer_is_a_plain_counts(moments: list[float], asked: list[str]) -> None:
    window, limit = Window(Rate(12, 60)), 12
    plain: list[float] = []
    for now, what in zip(moments, asked, strict=False):
        plain = [moment for moment in plain if moment >= now - 60]
        refused = len(plain) >= limit
        if what == "record":
            # Told late: it came half a second ago.
            window.record("a", now - 0.5)
            plain = sorted([*plain, now - 0.5])
            continue
        if what == "refusal":
            refusal = window.refusal("a", now)
            assert (refusal is not None) is refused
            assert refusal is None or refusal == window.peek("a", now)
            continue
        standing = window.count("a", now) if what == "count" else window.peek("a", now)
        if what == "count" and not refused:
            plain.append(now)
        waits_for = (plain[-limit] if refused else plain[0]) + 60 - now if plain else 0
        reset = min(60, max(1, math.ceil(waits_for))) if plain else 0
        assert standing == Standing(not refused, limit, 0 if refused else limit - len(plain), reset)


@pytest.mark.parametrize("at_once", [3, 10, 1_000, 100_000])
def test_nothing_is_moved_more_often_than_once_however_much_is_counted(at_once: int) -> None:
    counted, left, moved = Counted(), 0, 0
    for n in range(4 * at_once):
        counted.add(float(n))
        kept = len(counted.moments)
        counted.let_go(float(n - at_once))
        if len(counted.moments) < kept:
            left += kept - len(counted.moments)
            moved += len(counted.moments)
        assert len(counted.moments) - counted.first == min(n, at_once) + 1
        assert 2 * counted.first <= len(counted.moments)
    assert moved <= left
    assert left > at_once


def test_a_flood_of_addresses_fills_no_more_than_its_bound() -> None:
    window = Window(Rate(60, 60), most=500)
    for n in range(5_000):
        window.count(str(n), n / 1_000)
    assert len(window) == 500
    assert window.peek("4999", 5.0).remaining == 59


def test_whoever_has_left_the_window_is_forgotten_while_others_come() -> None:
    window = Window(Rate(60, 60))
    for n in range(200):
        window.count(str(n), 0.0)
    for n in range(110):
        window.count("a" if n % 2 else "b", 61.0 + n / 1_000_000)
    assert len(window) == 2


def test_headers_tell_the_standing() -> None:
    assert Standing(allowed=True, limit=120, remaining=119, reset_after=60).headers() == [
        (b"x-ratelimit-limit", b"120"),
        (b"x-ratelimit-remaining", b"119"),
        (b"x-ratelimit-reset", b"60"),
    ]
    assert Standing(allowed=False, limit=5, remaining=0, reset_after=7).headers()[-1] == (b"x-ratelimit-reset", b"7")
