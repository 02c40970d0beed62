"""Fetching is bounded and never raises, whatever a site does; a badge on a good site is read as it is."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from conformance.badges.fetching import Fetcher
from conformance.badges.finding import Verdict
from conformance.badges.judging import judge_url
from conformance.badges.web import ACCEPT, Fetched, Unread
from tests.conformance.badges.bad_sites import BadSite, Mute, misbehaving
from tests.conformance.badges.serving import Web, serving

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECONDS = 1.0
ENOUGH = 15.0  # on a machine that does other things as well


@pytest.fixture(scope="module")
def site() -> Iterator[BadSite]:
    with misbehaving() as made:
        yield made


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


def unread(url: str, **bounds: float) -> str:
    """Why an address could not be read."""
    began = time.monotonic()
    answer = Fetcher(SECONDS, int(bounds.get("most_bytes", 1_000_000))).get(url)
    assert time.monotonic() - began < ENOUGH
    assert isinstance(answer, Unread), answer
    return answer.why


def test_an_answer_is_read_as_it_is(site: BadSite) -> None:
    answer = Fetcher().get(f"{site.url}/json")
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.media_type, answer.body) == (200, "application/ld+json", b'{"type": "Assertion"}')
    assert site.accepts[-1] == ACCEPT


def test_five_redirects_are_followed_and_no_sixth(site: BadSite) -> None:
    assert isinstance(Fetcher().get(f"{site.url}/steps/5"), Fetched)
    assert unread(f"{site.url}/steps/6") == "redirects more than 5 times"


def test_a_circle_is_left(site: BadSite) -> None:
    assert unread(f"{site.url}/circle") == "redirects more than 5 times"


@pytest.mark.parametrize("path", ["silence", "headers", "trickle"])
def test_who_takes_for_ever_is_not_waited_for(site: BadSite, path: str) -> None:
    assert unread(f"{site.url}/{path}") == "did not answer within 1 s"


def test_a_port_that_says_nothing_is_not_waited_for() -> None:
    with Mute() as mute:
        assert unread(mute.url) == "did not answer within 1 s"


def test_who_was_silent_is_not_asked_again(site: BadSite) -> None:
    fetcher = Fetcher(SECONDS)
    assert fetcher.get(f"{site.url}/silence") == Unread("did not answer within 1 s")
    before = list(site.asked)
    answer = fetcher.get(f"{site.url}/json")
    assert answer == Unread("was not asked: its host did not answer within 1 s before")
    assert site.asked == before


def test_what_does_not_end_is_cut_off(site: BadSite) -> None:
    answer = Fetcher(ENOUGH).get(f"{site.url}/flood")
    assert answer == Unread("is longer than 1,000,000 bytes")


@pytest.mark.parametrize("path", ["nonsense", "halves", "encoded", "unknown"])
def test_what_is_no_http_is_unread(site: BadSite, path: str) -> None:
    assert unread(f"{site.url}/{path}").startswith("could not be reached (")


def test_nothing_but_the_web_is_asked(site: BadSite) -> None:
    assert unread(f"{site.url}/out") == "redirects to file:///etc/hostname, which is no web address"
    assert (
        unread("file:///etc/hostname") == unread("ftp://127.0.0.1/") == unread("/etc/hostname") == "is no web address"
    )


def test_a_closed_port_is_unread() -> None:
    with Mute() as mute:
        url = mute.url
    assert unread(url).startswith("could not be reached (")


@pytest.mark.parametrize(
    ("path", "verdict", "rule"),
    [
        ("page", Verdict.INVALID, "json"),
        ("silence", Verdict.COULD_NOT_TELL, "reachable"),
        ("circle", Verdict.COULD_NOT_TELL, "reachable"),
        ("flood", Verdict.COULD_NOT_TELL, "reachable"),
    ],
)
def test_a_bad_site_comes_to_a_verdict(site: BadSite, path: str, verdict: Verdict, rule: str) -> None:
    report = judge_url(f"{site.url}/{path}", Fetcher(SECONDS if path == "silence" else ENOUGH).get, NOW)
    assert (report.verdict, report.broken()) == (verdict, [rule])


@pytest.mark.parametrize(
    "name", ["accept/full-profile", "accept/endorsement", "accept/image-baked", "reject/profile-email"]
)
def test_a_good_site_is_judged_as_its_documents_are(web: Web, name: str) -> None:
    shown = web.serve(name)
    report = judge_url(shown.presented.source, Fetcher().get, shown.now)
    assert report.broken() == [*shown.broken]
    assert set(report.documents) == set(shown.web)
