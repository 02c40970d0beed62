"""What an answer means, what comes next, and what of it is kept."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import deliveries, retries
from rules.deliveries import Attempt, Next, after, excerpt, has_failed_too_long

steady = settings(derandomize=True, deadline=None)
NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SCHEDULE = retries.schedule(retries.DEFAULT)


def attempt(status: int | None, retry_after: str | None = None) -> Attempt:
    return Attempt(NOW, 120, status, None, None, retry_after)


@pytest.mark.parametrize(
    ("status", "success", "gone"),
    [(200, True, False), (204, True, False), (299, True, False), (410, False, True), (None, False, False)]
    + [(status, False, False) for status in (100, 199, 300, 301, 304, 404, 409, 429, 500, 599)],
)
def test_what_an_answer_means(status: int | None, *, success: bool, gone: bool) -> None:
    assert (deliveries.is_success(status), deliveries.is_gone(status)) == (success, gone)


def test_what_got_through_is_not_tried_again() -> None:
    for tries in (1, 2, 10, 11):
        assert after(attempt(204, "60"), tries, SCHEDULE, 0.5, NOW) == Next("delivered", None)


@pytest.mark.parametrize("status", [None, 302, 404, 410, 500])
def test_what_did_not_is_tried_until_the_schedule_ends(status: int | None) -> None:
    steps = [after(attempt(status), tries, SCHEDULE, 0, NOW) for tries in range(1, 11)]
    assert steps == [*(Next("pending", NOW + pause) for pause in SCHEDULE), Next("failed", None)]


def test_a_receiver_may_ask_for_more_time() -> None:
    assert after(attempt(429, "400"), 2, SCHEDULE, 0, NOW).due_at == NOW + timedelta(seconds=400)
    assert after(attempt(429, "4000"), 2, SCHEDULE, 0, NOW).due_at == NOW + timedelta(seconds=600)


@steady
@given(
    st.none() | st.integers(100, 599),
    st.integers(1, 12),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.text() | st.integers(0).map(str),
)
def test_only_what_is_pending_is_due_and_never_at_once(
    status: int | None, tries: int, chance: float, retry_after: str | None
) -> None:
    found = after(attempt(status, retry_after), tries, SCHEDULE, chance, NOW)
    assert (found.status == "pending") == (found.due_at is not None)
    assert found.due_at is None or found.due_at >= NOW + timedelta(seconds=5)


def test_five_days_of_failure_are_too_long() -> None:
    assert not has_failed_too_long(None, NOW)
    assert not has_failed_too_long(NOW, NOW + timedelta(days=5) - TICK)
    assert has_failed_too_long(NOW, NOW + timedelta(days=5))


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (b"", ""),
        (b"ok\r\n\tfine", "ok\r\n\tfine"),
        ("Zoë 🎓".encode(), "Zoë 🎓"),
        (b"\x1f\x8b\x08\x00", "\ufffd" * 4),
        (b"\xed\xa0\x80", "\ufffd" * 3),
        (b"\x1b[31mred\x7f", "\ufffd[31mred\ufffd"),
        (b"x" * 5000, "x" * 1024),
        (b"x" * 1023 + "é".encode(), "x" * 1023),
        (b"x" * 1022 + "é".encode(), "x" * 1022 + "é"),
        (b"x" * 1023 + b"\xc3", "x" * 1023 + "\ufffd"),
    ],
)
def test_excerpts(answer: bytes, kept: str) -> None:
    assert excerpt(answer) == kept


@steady
@given(st.binary(max_size=3000) | st.text(max_size=1500).map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_whatever_came_can_be_stored_and_shown(answer: bytes) -> None:
    kept = excerpt(answer)
    assert len(kept) <= 1024
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", kept)


@steady
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=2000))
def test_text_is_kept_as_it_came(text: str) -> None:
    kept = excerpt(text.encode())
    assert text.startswith(kept)
    assert len(kept.encode()) > 1020 or kept == text
