"""Whose request it is: the client's address behind proxies, and what is counted as one client."""

import re
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
"""One bucket for everybody whose address the server was not told (a Unix socket, say)."""

_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::[0-9]{1,5})?|(?P<v4>[0-9.]+):[0-9]{1,5}")


def networks(text: str) -> tuple[Network, ...]:
    """Proxies to be trusted are a comma-separated list of addresses and networks; blank is none.

    Anything else raises ValueError with a sentence for the operator.

    >>> [str(network) for network in networks("10.0.0.0/8, 127.0.0.1")]
    ['10.0.0.0/8', '127.0.0.1/32']
    """
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as problem:
        raise ValueError(f"{problem}: write addresses and networks, such as 127.0.0.1, 10.0.0.0/8.") from None


def client(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The client is the nearest address that is not a proxy of ours.

    Each trusted proxy vouches for the one address it wrote, the rightmost in X-Forwarded-For that is left, so the
    walk goes from the right and ends at the first stranger; what stands further left anybody could have sent.
    `forwarded` holds the header's values in the order they came.

    >>> client("10.0.0.1", ["192.0.2.7, 203.0.113.9"], networks("10.0.0.0/8"))
    '203.0.113.9'
    >>> client("203.0.113.9", ["192.0.2.7"], networks("10.0.0.0/8"))
    '203.0.113.9'
    """
    nearest = _address(peer or "")
    if nearest is None:
        return UNKNOWN
    for entry in reversed(",".join(forwarded).split(",")):
        further = _address(entry) if _is_among(nearest, trusted) else None
        if further is None:
            break
        nearest = further
    return str(nearest)


def is_trusted(peer: str | None, trusted: Sequence[Network]) -> bool:
    """Only a proxy of ours is believed about whom it speaks for.

    >>> is_trusted("10.0.0.1", networks("10.0.0.0/8")), is_trusted(None, networks("10.0.0.0/8"))
    (True, False)
    """
    address = _address(peer or "")
    return address is not None and _is_among(address, trusted)


def bucket(address: str | None) -> str:
    """Requests are counted per IPv4 address and per IPv6 /64, the least that one customer is given.

    >>> bucket("2001:db8::1"), bucket("::ffff:192.0.2.7"), bucket(None)
    ('2001:db8::/64', '192.0.2.7', 'unknown')
    """
    known = _address(address or "")
    if known is None:
        return UNKNOWN
    if isinstance(known, IPv4Address):
        return str(known)
    return str(IPv6Network((int(known) >> 64 << 64, 64)))


def _address(text: str) -> Address | None:
    """Some proxies add the port, and a dual-stack socket shows IPv4 inside IPv6: both are the plain address."""
    bare = text.strip()
    if found := _WITH_PORT.fullmatch(bare):
        bare = found["v6"] or found["v4"] or ""
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_among(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
