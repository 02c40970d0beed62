"""The feed of events, read as an integrator reads it: from a cursor on, to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .answers import Answer
from .asking import Caller
from .findings import Blocked, NotMet

PATH = "/api/v1/events"
LARGEST_PAGE = 50
"""As many events as the contract lets one ask for at once."""
MOST_PAGES = 400
"""A feed of more pages belongs to an organization that does real work."""


@dataclass
class Reading:
    """What was read: the events in their order, the cursor at the end, and the last answer, of an empty page."""

    events: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    end: Answer | None = None

    def of(self, code: str) -> list[dict[str, Any]]:
        """The events of one certificate."""
        return [each for each in self.events if code_of(each) == code]

    def kinds_of(self, code: str) -> list[str]:
        """What happened to one certificate, in order."""
        return [str(each.get("event")) for each in self.of(code)]


def read(caller: Caller, cursor: str | None, **parameters: Any) -> Reading:
    """All that comes after a cursor (None is the beginning). A cursor that does not move on ends the clause."""
    reading, seen = Reading(cursor=cursor), {cursor}
    for _ in range(MOST_PAGES):
        answer = page(caller, reading.cursor, **{"limit": LARGEST_PAGE, **parameters})
        items, cursor, has_more = told(answer)
        reading.events += items
        if not items and not has_more:
            reading.end = answer
            return reading
        if items and cursor in seen:
            raise answer.not_met(f"its cursor {cursor!r} was given before: whoever goes on from it comes to no end")
        seen.add(cursor)
        reading.cursor = cursor
    raise Blocked(f"the organization's feed has over {MOST_PAGES} pages: give the key of one that is there for tests")


def page(caller: Caller, cursor: str | None, **parameters: Any) -> Answer:
    """One page."""
    asked = parameters if cursor is None else {"cursor": cursor, **parameters}
    return caller.get(PATH, params=asked).expect(200)


def told(answer: Answer) -> tuple[Sequence[dict[str, Any]], str | None, bool]:
    """A page's events, its cursor, and whether there are more."""
    items, cursor, has_more = (answer.member(path) for path in ("data", "pagination.cursor", "pagination.has_more"))
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise answer.not_met("`data` is no list of events")
    if not isinstance(cursor, str | None) or not isinstance(has_more, bool):
        raise answer.not_met("`pagination` is not a cursor and whether there is more")
    return items, cursor, has_more


def code_of(event: Mapping[str, Any]) -> str | None:
    """The code of the certificate that an event is about; None where it names none."""
    found: Any = event
    for step in ("data", "certificate", "code"):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def only_one(events: Sequence[dict[str, Any]], what: str) -> dict[str, Any]:
    """The event, where there is one and no other."""
    if len(events) != 1:
        raise NotMet(f"the feed tells of {what} {len(events)} times, not once")
    return events[0]
