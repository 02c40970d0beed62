"""The feed is read in large pages to its end; one that has none in sight is given up."""

import httpx
import pytest

from conformance import feed
from conformance.findings import Blocked
from tests.conformance.made_up import asking_with

EVENTS = 120


class Feed:
    """So many events, and what was asked for."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """A page."""
        asked = dict(request.url.params)
        self.asked.append(asked)
        start, limit = int(asked.get("cursor", 0)), int(asked["limit"])
        end = min(start + limit, self.events)
        pagination = {"cursor": str(end), "has_more": end < self.events}
        return httpx.Response(
            200, json={"data": [{"id": str(each)} for each in range(start, end)], "pagination": pagination}
        )


def test_it_is_read_in_the_largest_pages() -> None:
    served = Feed(EVENTS)
    reading = feed.read(asking_with(served), None, event="certificate.issued")
    assert [each["id"] for each in reading.events] == [str(each) for each in range(EVENTS)]
    assert [each.get("cursor") for each in served.asked] == [None, "50", "100", "120"]
    assert {(each["limit"], each["event"]) for each in served.asked} == {("50", "certificate.issued")}


def test_pages_of_another_size_may_be_asked_for() -> None:
    served = Feed(5)
    assert len(feed.read(asking_with(served), "1", limit=3).events) == 4
    assert {each["limit"] for each in served.asked} == {"3"}


def test_a_feed_of_real_work_blocks_what_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_PAGES", 2)
    with pytest.raises(Blocked, match="over 2 pages: give the key"):
        feed.read(asking_with(Feed(EVENTS)), None)
