"""Which addresses are anybody's to read, and which belong to a machine or to a network of its own."""

import ipaddress
import socket
from urllib.parse import urlsplit

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 behind a translator, in the last 32 bits


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet at large.

    >>> is_public("93.184.216.34"), is_public("2606:2800:220:1::1")
    (True, True)
    >>> [is_public(each) for each in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1")]
    [False, False, False, False, False, False]
    """
    given = ipaddress.ip_address(address)
    if isinstance(given, ipaddress.IPv6Address):
        if given.ipv4_mapped:
            return is_public(str(given.ipv4_mapped))
        if given in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(given) & 0xFFFFFFFF)))
        if given.sixtofour or given.teredo or given.is_site_local:
            return False
    return given.is_global and not given.is_multicast


def names_a_private_place(url: str) -> bool:
    """Whether whoever writes a web address says by it alone that it is no public one. Names are not looked up.

    >>> [names_a_private_place(f"http://{host}/") for host in ("127.0.0.1:8000", "[::1]", "localhost", "example.org")]
    [True, True, True, False]
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def public_addresses(host: str, port: int) -> list[str]:
    """The public ones among the addresses of a host, in the order in which they are to be tried.

    Raises OSError where its name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [each for each in dict.fromkeys(str(entry[4][0]) for entry in found) if is_public(each)]
