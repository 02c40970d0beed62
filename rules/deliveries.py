"""Deliveries: what an answer means for an event that was sent, and what comes next."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rules import retries

DeliveryStatus = Literal["pending", "delivered", "failed"]

FAILING_FOR = timedelta(days=5)
"""After so long without one success a receiver is sent nothing more."""

QUIET_FOR = timedelta(days=7)
"""A failure after so long a silence is a first one: nobody knows whether it would have failed all the while."""

EXCERPT_LENGTH = 1024
"""Bytes of an answer that are kept for the academy to read."""

_SUCCESSES, _GONE = range(200, 300), 410  # receivers' answers (RFC 9110, sections 15.3 and 15.5.11), none of ours
_UNREADABLE = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver: what came back and how long it took.

    `status` is None where no answer came; `error` says in a short sentence why it does not count as delivered;
    `answer` is the excerpt that is kept, `retry_after` the receiver's header as it came.

    >>> Attempt.__slots__[:3]
    ('started_at', 'duration_ms', 'status')
    """

    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    answer: str | None
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Next:
    """Where a delivery stands after a try, and when it is due again if it is.

    >>> Next("delivered", None).status
    'delivered'
    """

    status: DeliveryStatus
    due_at: datetime | None


def is_success(status: int | None) -> bool:
    """An event is delivered when the receiver answers anything from 200 to 299; a redirect is not followed.

    >>> is_success(204), is_success(302), is_success(None)
    (True, False, False)
    """
    return status in _SUCCESSES


def is_gone(status: int | None) -> bool:
    """A receiver that answers 410 wants nothing more, ever.

    >>> is_gone(410), is_gone(404)
    (True, False)
    """
    return status == _GONE


def after(attempt: Attempt, tries: int, schedule: Sequence[timedelta], chance: float, now: datetime) -> Next:
    """What was not delivered is tried again when the schedule or the receiver says so, and given up at the schedule's end.

    `tries` counts the tries on this schedule, this one included; `chance` is as for `rules.retries.pause`.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> after(Attempt(noon, 15_000, None, "No answer in time.", None, None), 1, [timedelta(minutes=5)], 0, noon).due_at
    datetime.datetime(2026, 3, 15, 12, 5, tzinfo=datetime.timezone.utc)
    """
    if is_success(attempt.status):
        return Next("delivered", None)
    pause = retries.pause(schedule, tries, chance, retries.asked_pause(attempt.retry_after, now))
    return Next("failed", None) if pause is None else Next("pending", now + pause)


def failing_since(since: datetime | None, failed_at: datetime | None, failed_now: datetime) -> datetime:
    """A receiver fails since its first failure after a success, or after a silence in which nobody asked it.

    `since` and `failed_at` are what is known from before: the first and the latest failure, None for one that works.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> failing_since(noon, noon, noon + timedelta(hours=1)) == noon
    True
    >>> failing_since(noon, noon, noon + timedelta(days=30)) == noon
    False
    """
    if since is None or failed_at is None or failed_now - failed_at > QUIET_FOR:
        return failed_now
    return since


def has_failed_too_long(failing_since: datetime | None, now: datetime) -> bool:
    """A receiver that has let nothing through for five days is given up; None is one that works.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> has_failed_too_long(noon, noon + FAILING_FOR), has_failed_too_long(None, noon)
    (True, False)
    """
    return failing_since is not None and now - failing_since >= FAILING_FOR


def excerpt(answer: bytes) -> str:
    r"""An answer's first 1,024 bytes are kept as text that can be stored and shown, whatever they were.

    Bytes that are no UTF-8, and control characters other than breaks and tabs, show as the replacement character. A
    character that the limit cuts in two is left out.

    >>> excerpt(b"OK\r\n\x00\xff")
    'OK\r\n\ufffd\ufffd'
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(answer[:EXCERPT_LENGTH], final=len(answer) <= EXCERPT_LENGTH)
    return _UNREADABLE.sub(_REPLACEMENT, text)
