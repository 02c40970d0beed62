"""Where a web address leads: the host and port to connect to, and what to ask for there."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a web address that has been found to be one to the letter (`rules.webhooks.receiver_url`).

    `host` is in lower case and without brackets; `authority` is what goes into the Host header.
    """

    host: str
    port: int
    is_tls: bool
    authority: str
    path: str

    @property
    def server_name(self) -> str:
        """The name that the certificate must bear: a dot at the end is DNS's, not the certificate's."""
        return self.host.removesuffix(".")

    @property
    def is_address(self) -> bool:
        """Whether the host is an address already, so that there is nothing to resolve."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True


def target(url: str) -> Target:
    """A path that is left out is the root; a port that is left out is the scheme's.

    >>> target("https://Example.com/hooks;v=1?token=7").path, target("http://[::1]:8080").authority
    ('/hooks;v=1?token=7', '[::1]:8080')
    """
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname or "", parts.port or (443 if is_tls else 80), is_tls, parts.netloc, path)
