"""What is wrong with a call, told before anybody is asked for anything: a sentence says what to change."""

import socket
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from .options import Options

HOST = "127.0.0.1"
SCHEMES = ("http", "https")
OF_THE_API = ("/api/v1", "/api")
"""What the suite puts behind a server's address by itself."""


def wrong_in(options: Options) -> str | None:
    """The first thing that is wrong with a call; None when there is nothing.

    >>> wrong_in(Options("https://staging.example.com/api/v1"))
    'Leave out /api/v1: the address of the server is https://staging.example.com.'
    """
    return next(_wrong(options), None)


def _wrong(options: Options) -> Iterator[str]:
    yield from _address(options.url)
    yield from _keys(options)
    yield from _means(options)
    yield from _folder(options)


def _address(url: str) -> Iterator[str]:
    if not url:
        yield "Which server? Give its address by --url, such as https://staging.example.com. --help tells the rest."
    parts = _split(url)
    if parts is None:
        yield f"{url} is no address of a server: it begins with http:// or https://."
    elif parts.username is not None or parts.query or parts.fragment:
        yield "The address of a server holds neither a name and password nor a query."
    for end in OF_THE_API:
        if url.endswith(end):
            yield f"Leave out {end}: the address of the server is {url.removesuffix(end).rstrip('/')}."


def _split(url: str) -> SplitResult | None:
    """An address in its parts; None where it leads to no server."""
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if parts.scheme in SCHEMES and has_place else None


def _keys(options: Options) -> Iterator[str]:
    if options.key is not None and options.key == options.other_key:
        yield "--key and --other-key are the same key: the other one has to be of another organization."


def _means(options: Options) -> Iterator[str]:
    if options.receiver_url is not None and _split(options.receiver_url) is None:
        yield f"--receiver-url {options.receiver_url} is no address: it begins with http:// or https://."
    if options.smtp_port is not None and options.mail_dir is not None:
        yield "Give --smtp-port or --mail-dir, not both: the server's mail is taken in one way."
    if options.smtp_port is not None and options.smtp_port == options.receiver_port:
        yield "--smtp-port and --receiver-port are the same port."
    for option, port in (("--smtp-port", options.smtp_port), ("--receiver-port", options.receiver_port)):
        if port and (why := _why_not_there(port)) is not None:
            yield f"{option} {port}: nothing can listen there on this machine ({why})."


def _why_not_there(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as why:
            return why.strerror
    return None


def _folder(options: Options) -> Iterator[str]:
    """That reports cannot be written is better known before a run than after it."""
    if options.out is not None:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            yield f"{options.out} cannot take reports: {why.strerror}."
