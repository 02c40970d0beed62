"""Remembering whom a request is counted for changes nobody's bucket, and holds a few thousand addresses at most."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import addresses
from server import visitors
from server.visitors import Visitors

TRUSTED = addresses.networks("10.0.0.0/8, ::1, fd00::/8")
known = st.sampled_from(["10.0.0.1", "::ffff:10.0.0.1", "::1", "203.0.113.9", "2001:db8::1", "fd00::2", "testclient"])
peers = st.none() | known | st.ip_addresses().map(str)
lines = st.lists(st.lists(known | st.text(st.characters(max_codepoint=255))).map(", ".join), max_size=3)


def scope(peer: str | None, forwarded: Sequence[str]) -> dict[str, object]:
    """A request's, as the server tells it."""
    headers = [(b"host", b"example.org"), *((b"x-forwarded-for", line.encode("latin-1")) for line in forwarded)]
    return {"type": "http", "client": (peer, 4711) if peer else None, "headers": headers}


@given(st.lists(st.tuples(peers, lines), max_size=8))
def test_the_bucket_is_the_rules(requests: list[tuple[str | None, list[str]]]) -> None:
    remembering = Visitors(TRUSTED)
    for peer, forwarded in requests * 2:
        expected = addresses.bucket(addresses.client(peer, forwarded, TRUSTED))
        assert remembering.bucket(scope(peer, forwarded)) == expected


def test_where_the_connection_tells_nothing_everybody_is_one() -> None:
    assert Visitors(TRUSTED).bucket({"type": "http", "headers": []}) == addresses.UNKNOWN


def _worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The peers for whom the rule was asked from now on."""
    worked_out: list[str | None] = []
    ruled = addresses.client

    def client(peer: str | None, *rest: Sequence[object]) -> str:
        worked_out.append(peer)
        return ruled(peer, *rest)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(addresses, "client", client)
    return worked_out


def test_who_comes_again_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    remembering, worked_out = Visitors(TRUSTED), _worked_out(monkeypatch)
    assert {remembering.bucket(scope("10.0.0.1", ["203.0.113.9"])) for _ in range(9)} == {"203.0.113.9"}
    assert worked_out == ["10.0.0.1"]


def test_what_is_too_long_is_read_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    remembering, worked_out = Visitors(TRUSTED), _worked_out(monkeypatch)
    long = ["x" * visitors.LONGEST, "203.0.113.9"]
    assert {remembering.bucket(scope("10.0.0.1", long)) for _ in range(9)} == {"203.0.113.9"}
    assert worked_out == ["10.0.0.1"] * 9


def test_no_more_than_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "REMEMBERED", 10)
    remembering, worked_out = Visitors(TRUSTED), _worked_out(monkeypatch)
    for n in [*range(11), 10, 0]:
        assert remembering.bucket(scope("10.0.0.1", [f"203.0.113.{n}"])) == f"203.0.113.{n}"
    assert len(worked_out) == 12
