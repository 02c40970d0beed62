"""Nobody chooses his own address by sending a header."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import addresses

steady = settings(derandomize=True, deadline=None)
TRUSTED = addresses.networks("10.0.0.0/8, ::1, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (None, ["203.0.113.9"], "unknown"),
        ("testclient", ["203.0.113.9"], "unknown"),
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["192.0.2.7"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.7", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["203.0.113.9, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("::1", ["203.0.113.9:4711"], "203.0.113.9"),
    ],
)
def test_the_walk_ends_at_the_first_stranger(peer: str | None, forwarded: list[str], expected: str) -> None:
    assert addresses.client(peer, forwarded, TRUSTED) == expected


@steady
@given(st.lists(st.text() | st.ip_addresses().map(str)))
def test_what_a_client_sends_never_hides_him(sent: list[str]) -> None:
    assert addresses.client("203.0.113.9", sent, TRUSTED) == "203.0.113.9"
    assert addresses.client("10.0.0.1", [*sent, "203.0.113.9"], TRUSTED) == "203.0.113.9"
    addresses.client("10.0.0.1", sent, TRUSTED)


@steady
@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_customer_of_ipv6_is_one_bucket(address: IPv6Address, host: int) -> None:
    start = int(address) >> 64 << 64
    same = [str(IPv6Address(start + n)) for n in (host, 0)]
    if start:  # the first /64 holds IPv4 in disguise
        assert addresses.bucket(same[0]) == addresses.bucket(same[1])


def test_buckets() -> None:
    assert addresses.bucket("::ffff:203.0.113.9") == addresses.bucket("203.0.113.9") == "203.0.113.9"
    assert addresses.bucket("fe80::1%eth0") == "fe80::/64"
    assert addresses.bucket(None) == addresses.bucket("unknown") == addresses.UNKNOWN


@pytest.mark.parametrize("text", ["nonsense", "10.0.0.1/8", "10.0.0.0/33"])
def test_trusting_nonsense_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 127\.0\.0\.1"):
        addresses.networks(text)


def test_no_proxies() -> None:
    assert addresses.networks("") == addresses.networks(" , ") == ()
