"""Fetching is bounded and never raises, whatever a site does; a badge on a good site is read as it is."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from conformance.badges import fetching
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


HERE = "was not asked: 127.0.0.1 is at no public address (--private allows that)"


def numbers(host: str) -> list[tuple[object, ...]]:
    """What a look-up finds, of two names that stand for others."""
    found = {"public.example": ["93.184.216.34"], "inside.example": ["10.0.0.1", "::1"]}
    return [(0, 0, 0, "", (number, 0)) for number in found.get(host, [host])]


@pytest.mark.parametrize("host", ["127.0.0.1", "inside.example", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_where_only_the_public_is_read_no_private_address_is(
    site: BadSite, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda name, *_, **__: numbers(name))
    before = list(site.asked)
    answer = Fetcher(ENOUGH, is_public_only=True).get(f"http://{host}:{site.server_port}/json")
    assert isinstance(answer, Unread)
    assert "is at no public address" in answer.why
    assert site.asked == before


def test_a_public_address_is_asked_by_its_number_and_leads_to_no_private_one(
    site: BadSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx.Request] = []

    def redirecting(_client: httpx.Client, request: httpx.Request, **_options: object) -> httpx.Response:
        sent.append(request)
        return httpx.Response(302, headers={"Location": f"{site.url}/json"}, request=request)

    monkeypatch.setattr(socket, "getaddrinfo", lambda name, *_, **__: numbers(name))
    monkeypatch.setattr(httpx.Client, "send", redirecting)
    assert Fetcher(ENOUGH, is_public_only=True).get("https://public.example:8443/a?b=c") == Unread(HERE)
    (request,) = sent
    assert str(request.url) == "https://93.184.216.34:8443/a?b=c"
    assert request.headers["Host"] == "public.example:8443"
    assert request.extensions["sni_hostname"] == "public.example"


def test_the_next_address_is_tried_where_one_takes_nothing(site: BadSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "public_addresses", lambda *_: ["127.0.0.2", "127.0.0.1"])
    answer = Fetcher(ENOUGH, is_public_only=True).get(f"http://public.example:{site.server_port}/json")
    assert isinstance(answer, Fetched)


def test_proxies_of_the_environment_are_not_used(site: BadSite, monkeypatch: pytest.MonkeyPatch) -> None:
    with Mute() as mute:
        monkeypatch.setenv("HTTP_PROXY", mute.url)
        monkeypatch.setenv("ALL_PROXY", mute.url)
        monkeypatch.setenv("NO_PROXY", "")
        assert isinstance(Fetcher(ENOUGH).get(f"{site.url}/json"), Fetched)


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
