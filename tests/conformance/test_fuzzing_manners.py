"""Schemathesis leaves no endpoint behind and writes to nobody, whatever it makes up."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.asking import Caller
from conformance.contract import the_contract
from conformance.fuzzing_addresses import as_long, nobodys, still_none
from conformance.fuzzing_samples import endpoints, tidy
from tests.conformance.faults.trying import could_be_read
from tests.conformance.made_up import trial_of
from tests.installation import ROOT

OURS = "https://hooks.receiver.invalid/truecerta-conformance/x"
ADDRESS = re.compile(the_contract().document["components"]["schemas"]["MailAddress"]["pattern"])
LENIENT = (
    *("jane@b.de", " jane@b.de", "jane@b.de\n", "\tjane@b.de ", "Jane <jane@b.de>", "Jane Doe <jane@b.de> (at work)"),
    *(
        "jane@b\u00fccher.de",
        "jane@b\u3002de",
        "jane\uff20b.de",
        "jane@b .de",
        "jane@evil example.com",
        "a@b.de, c@d.de",
    ),
    *("jane@ b.de", "jane@b.de.", "jane@b", "jane@[b.de]", "mailto:jane@b.de", "jane@example.com@b.de", "jane@b.de;"),
    *("jane@b.de\x00", "jane@b.de@example.com", "jane@example.com.b.de", "j@e@b.de@example.com x@b.de"),
)


@dataclass
class Webhooks:
    """A server that has endpoints."""

    urls: dict[str, str] = field(default_factory=dict)
    refuses: str = ""
    """The id of one that it does not let go."""
    is_listed: bool = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """List or remove them."""
        if request.method == "GET":
            listed = [{"id": name, "url": url} for name, url in self.urls.items()]
            return httpx.Response(200, json={"data": listed}) if self.is_listed else httpx.Response(500)
        name = request.url.path.rpartition("/")[2]
        if name == self.refuses:
            raise httpx.ReadTimeout("too slow", request=request)
        self.urls.pop(name, None)
        return httpx.Response(204)


def academy(server: Webhooks) -> Caller:
    """Asks it."""
    trial, _ = trial_of(server, key="trc_live_J4neD0e")
    return trial.academy


def test_endpoints_that_came_since_are_removed_whatever_their_address() -> None:
    server = Webhooks({"kept": "https://example.com/hooks", "ours before": OURS})
    before = endpoints(academy(server))
    server.urls |= {"a": OURS, "b": "https://[::1]x/", "c": "", "d": "https://example.org/a"}
    tidy(academy(server), before)
    assert set(server.urls) == {"kept", "ours before"}


def test_one_that_stays_does_not_keep_the_others() -> None:
    server = Webhooks({"a": OURS, "b": OURS}, refuses="a")
    tidy(academy(server), {})
    assert set(server.urls) == {"a"}


def test_where_nobody_knows_what_there_was_only_the_runs_own_go() -> None:
    server = Webhooks({"kept": "https://example.com/hooks", "odd": "https://[::1]x/", "a": OURS}, is_listed=False)
    before = endpoints(academy(server))
    assert before is None
    server.is_listed = True
    tidy(academy(server), before)
    assert set(server.urls) == {"kept", "odd"}


@pytest.mark.parametrize("text", LENIENT)
def test_what_may_be_taken_for_an_address_leads_nowhere(text: str) -> None:
    """Nor does it become an address where it was none, for the server is to refuse it."""
    is_address = ADDRESS.fullmatch(text) is not None
    led = nobodys(text) if is_address else still_none(text, ADDRESS)
    assert not could_be_read(led)
    assert (ADDRESS.fullmatch(led) is not None) == is_address
    assert not could_be_read(as_long(text))
    assert len(as_long(text)) <= len(text)


@pytest.mark.parametrize("text", LENIENT)
def test_what_may_be_taken_for_an_address_is_seen(text: str) -> None:
    assert could_be_read(text)


@given(st.text(st.sampled_from("jb.@ <>\n\uff20\u00fc"), max_size=30))
def test_no_text_leads_to_a_stranger(text: str) -> None:
    assert not could_be_read(still_none(text, ADDRESS))
    assert not could_be_read(as_long(text))


def test_every_text_of_a_body_is_looked_at() -> None:
    """In a process of its own, for the hooks are Schemathesis's as soon as they are loaded."""
    body = {
        "holder_email": "Jane <jane@b.de>",
        "holder_name": ["jane@b.de", {"holder_email": "jane@academy.example", "x": 1}],
        "url": "https://b.de/@jane",
    }
    program = (
        "import json, sys; from conformance import fuzzing_hooks as h; from conformance.contract import the_contract;"
        "h.before_load_schema(None, the_contract().document);"
        "print(json.dumps(h.within_reach('', json.load(sys.stdin))))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(body), capture_output=True, text=True, check=True, cwd=ROOT
    )
    led = json.loads(ended.stdout)
    assert led["holder_email"] == "Jane <jane@b.de.example.com>"
    assert led["holder_name"] == ["ample.com", {"holder_email": "jane@aaa.example.com", "x": 1}]
    assert ".invalid" in led["url"]
