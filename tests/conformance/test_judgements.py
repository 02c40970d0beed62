"""Judgements that clauses come to about what they cannot bring about: late deliveries, long pauses, pages without a form."""

import json

import httpx
import pytest

from conformance.clauses.claim_links import _below, _Form
from conformance.clauses.webhook_expiry import _expect_prompt
from conformance.earned import below
from conformance.findings import NotMet
from conformance.receiving import Received

DUE = 1_773_568_800.0
BODY = json.dumps({"event": "certificate.expired", "timestamp": "2026-03-15T10:00:00Z"}).encode()


def came(seconds: float) -> Received:
    """An event that came so long after it had fallen due, and says that it happened on time."""
    return Received("watched", "POST", httpx.Headers(), BODY, DUE + seconds)


@pytest.mark.parametrize("seconds", [0, 9, 14.9])
def test_a_delivery_in_time_is_one(seconds: float) -> None:
    _expect_prompt(came(seconds), DUE)


def test_a_late_delivery_is_late_whatever_it_says_of_itself() -> None:
    with pytest.raises(NotMet, match=r"15\.5 s after"):
        _expect_prompt(came(15.5), DUE)


@pytest.mark.parametrize(
    ("address", "base", "path"),
    [
        ("https://example.com/api/obi/issuer/1", "https://example.com", "/api/obi/issuer/1"),
        ("https://example.com/academy/api/obi/issuer/1", "https://example.com/academy", "/api/obi/issuer/1"),
        ("https://example.com.example.org/1", "https://example.com", "https://example.com.example.org/1"),
        ("https://example.org/badge.png", "https://example.com", "https://example.org/badge.png"),
    ],
)
def test_an_address_of_the_server_is_read_below_the_url_that_is_asked(address: str, base: str, path: str) -> None:
    assert below(address, base) == path


def test_a_form_may_name_the_servers_public_address() -> None:
    assert _below("https://example.com/academy/claim/a.b.c?yes=1") == "/claim/a.b.c?yes=1"
    assert _below("/confirmations/1") == "/confirmations/1"


def test_only_a_form_that_is_sent_by_post_confirms() -> None:
    search, form = _Form(), _Form()
    search.feed("<form action=/search><input name=q></form>")
    assert search.action is None
    form.feed("<form action=/search><input name=q></form>")
    form.feed('<form method=post action="/claim/a.b.c"><input name=sure value=yes></form>')
    assert (form.action, form.fields) == ("/claim/a.b.c", {"sure": "yes"})
