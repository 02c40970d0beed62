"""What leads inside is refused in whatever clothes it comes."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.public_addresses import is_numeric_host, is_public

steady = settings(derandomize=True, deadline=None, max_examples=500)

PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
]
INSIDE = [
    "0.0.0.0",  # noqa: S104 - not bound to
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.7",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "3ffe::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
DISGUISED = [
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",  # as translators without state write it
    "::127.0.0.1",  # v4-compatible
    "::1.1.1.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1.1.1.1",
    "2002:7f00:1::",  # 6to4
    "2002:101:101::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo
    "2606:4700::5efe:10.0.0.1",  # ISATAP
    "2606:4700::200:5efe:1.1.1.1",
]
NO_ADDRESS = ["", " 1.1.1.1", "1.1.1", "1.1.1.1/32", "01.1.1.1", "2606:4700::1%eth0", "fe80::1%1", "localhost", "[::1]"]

# Where ours is stricter than the registries' "globally reachable", which is all that Python asks.
STRICTER = [
    IPv4Network(network)
    for network in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "100.64.0.0/10")
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE + DISGUISED + NO_ADDRESS)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@steady
@given(st.ip_addresses(v=4))
def test_ipv4_agrees_with_python_but_where_it_is_stricter(address: IPv4Address) -> None:
    if not any(address in network for network in STRICTER):
        assert is_public(str(address)) == address.is_global


@steady
@given(st.ip_addresses(v=6))
def test_ipv6_is_never_laxer_than_python(address: IPv6Address) -> None:
    if is_public(str(address)) and address not in IPv6Network("::ffff:0:0/96"):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_site_local


@steady
@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "64:ff9b::"]))
def test_an_ipv4_address_inside_decides(inside: IPv4Address, prefix: str) -> None:
    assert is_public(str(IPv6Address(int(IPv6Address(prefix)) + int(inside)))) == is_public(str(inside))


@steady
@given(st.ip_addresses(v=4), st.sampled_from(["::", "::ffff:0:0:0", "64:ff9b:1::", "2606:4700::5efe:0:0"]))
def test_other_ways_to_hold_an_ipv4_address_are_never_public(inside: IPv4Address, prefix: str) -> None:
    assert not is_public(str(IPv6Address(int(IPv6Address(prefix)) + int(inside))))
    assert not is_public(str(IPv6Address((0x2002 << 112) + (int(inside) << 80) + 1)))


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "256.1.1.1",
        "1.2.3.4.5",
        "example.0x",
        "example.1",
        "example.com.1.",
        "9" * 2000,
    ],
)
def test_a_number_in_disguise(host: str) -> None:
    assert is_numeric_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "1.1.1.1",
        "example.com",
        "example.com.",
        "1.example",
        "0x7f.example",
        "1e100.net",
        "a1",
        "0xyz",
        "::1",
    ],
)
def test_a_name_or_an_address_as_everybody_writes_it(host: str) -> None:
    assert not is_numeric_host(host)


@steady
@given(st.ip_addresses(v=4))
def test_the_usual_spelling_is_no_disguise(address: IPv4Address) -> None:
    assert not is_numeric_host(str(address))
    assert is_numeric_host(str(int(address)))
    assert is_numeric_host(hex(int(address)))
