"""Receivers: where they may listen, and what they may choose to hear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.errors import Refused
from rules.events import CERTIFICATE_KINDS, KINDS, EventKind
from rules.webhooks import receiver_url, takes, wanted_events

steady = settings(derandomize=True, deadline=None)
choices = st.sets(st.sampled_from(CERTIFICATE_KINDS), min_size=1)


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "HTTPS://example.com:8443/hooks?token=7", "https://[2001:db8::1]/", "https://a_b.test/%23"],
)
def test_https_is_fine(url: str) -> None:
    assert receiver_url(url, allow_private=False) == receiver_url(url, allow_private=True) == url


@pytest.mark.parametrize("url", ["http://example.com/hooks", "HTTP://127.0.0.1:9000/"])
def test_http_is_for_development(url: str) -> None:
    assert receiver_url(url, allow_private=True) == url
    with pytest.raises(Refused, match="https://") as refused:
        receiver_url(url, allow_private=False)
    assert (refused.value.code, refused.value.details[0].field) == ("unprocessable_entity", "url")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hooks",
        "ftp://example.com",
        "https://",
        "https:///hooks",
        "https://me:secret@example.com/",
        "https://example.com/#part",
        "https://example.com/#",
        "https://example.com/a b",
        "https://exämple.com/",
        "https://example.com/\r\nHost: other",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://[::1%25eth0]/",
        "https://example.com/" + "x" * 2048,
    ],
)
def test_what_is_no_receiver_is_refused_everywhere(url: str) -> None:
    for allow_private in (False, True):
        with pytest.raises(Refused, match=r"^url must ") as refused:
            receiver_url(url, allow_private=allow_private)
        assert (refused.value.code, refused.value.details[0].field) == ("unprocessable_entity", "url")


def test_no_choice_is_all() -> None:
    assert wanted_events(None) is None
    assert all(takes(None, kind) for kind in KINDS)


@pytest.mark.parametrize(
    "events", [[], ["webhook.test"], ["certificate.issued", "webhook.test"], ["Certificate.issued"], ["*"], [""]]
)
def test_a_choice_names_events_that_there_are(events: list[str]) -> None:
    with pytest.raises(Refused, match=r"^events m") as refused:
        wanted_events(events)
    assert (refused.value.code, refused.value.details[0].field) == ("unprocessable_entity", "events")


@steady
@given(choices)
def test_a_choice_is_kept_once_each_and_in_order(choice: set[EventKind]) -> None:
    assert wanted_events([*choice, *choice]) == tuple(kind for kind in KINDS if kind in choice)


@steady
@given(choices, st.sampled_from(CERTIFICATE_KINDS))
def test_a_receiver_takes_what_it_chose_and_every_test(choice: set[EventKind], kind: EventKind) -> None:
    events = wanted_events(choice)
    assert takes(events, kind) == (kind in choice)
    assert takes(events, "webhook.test")
