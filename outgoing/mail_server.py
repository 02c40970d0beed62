"""Which mail server, as an operator writes it, and how far to trust the way to it."""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over, under which name, and when the connection is encrypted."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: Literal["at once", "required", "when offered"]
    is_verified: bool
    """Whether its certificate is checked. What is encrypted only when offered is open to anyone on the way as it is."""

    @property
    def place(self) -> str:
        """Host and port, without what signs us in."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def mail_server(url: str) -> MailServer:
    """`smtp://` encrypts when the server offers it, and insists where a password goes to another machine; `smtps://` always.

    ValueError says what to write instead, and repeats no password.

    >>> mail_server("smtp://jane:p%40ss@mail.example.com:587").tls
    'required'
    >>> mail_server("smtp://localhost").port
    25
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unknown() from None
    if parts.scheme not in _PORTS or not host or port == 0 or _has_more(parts):
        raise _unknown()
    user, password = _unquoted(parts.username), _unquoted(parts.password)
    at_once = parts.scheme == "smtps"
    insists = not at_once and bool(user) and not _is_loopback(host)
    return MailServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        user=user,
        password=password,
        tls="at once" if at_once else "required" if insists else "when offered",
        is_verified=at_once or insists,
    )


def _has_more(parts: SplitResult) -> bool:
    return parts.path not in {"", "/"} or bool(parts.query or parts.fragment)


def _unquoted(text: str | None) -> str | None:
    return unquote(text) if text else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _unknown() -> ValueError:
    return ValueError("Write smtp://HOST:PORT or smtps://HOST:PORT, with USER:PASSWORD@ before HOST to sign in.")
