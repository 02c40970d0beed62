"""Which addresses are public: those that anybody on the internet means by them, and nobody's inside."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Python's own `is_global` answers differently from one patch level to the next, so the tables are ours. They hold what
# the IANA registries of special-purpose addresses (RFC 6890) do not call globally reachable, and some that lead inside.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network: most systems take 0.0.0.0 for themselves
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a carrier
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a registered address, yet on Azure each machine's own platform agent
        "169.254.0.0/16",  # link-local: where clouds hand out a machine's credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; also a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast included
    )
)
# Outside it lie loopback, v4-compatible addresses, 64:ff9b:1::/48, 100::/64, 5f00::/16, unique local, link-local,
# site-local and multicast addresses, and all that has not been assigned.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which leads to the IPv4 address inside
        "3ffe::/16",  # the former test network
        "3fff::/20",  # documentation
    )
)
_V4_INSIDE = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))  # v4-mapped (RFC 4291), NAT64 (RFC 6052)

_ISATAP = 0x00005EFE
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0[Xx][0-9A-Fa-f]*)\.?", re.DOTALL)


def is_public(address: str) -> bool:
    """An address is public when it means the same machine from everywhere; what is not plainly an address is not.

    An IPv4 address inside an IPv6 one decides where translators take it out again; a zone never is public.

    >>> is_public("93.184.215.14"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("fe80::1%eth0")
    (True, False, False, False)
    """
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(known) if isinstance(known, IPv4Address) else _is_public_v6(known)


def is_numeric_host(host: str) -> bool:
    """A host that ends in a number is an IPv4 address to many readers, and in any spelling but the plain one a disguise.

    So `127.1`, `2130706433`, `0x7f000001` and `0177.0.0.1` are, and `127.0.0.1` is not (URL standard, "ends in a number").

    >>> is_numeric_host("127.1"), is_numeric_host("127.0.0.1"), is_numeric_host("example.com")
    (True, False, False)
    """
    if not _ENDS_IN_A_NUMBER.fullmatch(host):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in network for network in _NOT_PUBLIC_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if any(address in network for network in _V4_INSIDE):
        return _is_public_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _GLOBAL_UNICAST or _is_isatap(address):
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)


def _is_isatap(address: IPv6Address) -> bool:
    """RFC 5214, section 6.1: an interface identifier that tunnels to the IPv4 address in its last four bytes."""
    return int(address) >> 32 & 0xFDFFFFFF == _ISATAP
