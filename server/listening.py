"""The port is taken before anything else is started, so that whoever can't have it learns so at once and in one sentence."""

import errno
import resource
import socket

# Enough for the edge's `most_connections` and for what the application itself opens.
_OPEN_FILES = 8192


class PortUnavailable(Exception):
    """The wanted address can't be listened on; the text is a sentence for the operator."""


def listen(host: str, port: int, backlog: int = 2048) -> socket.socket:
    """Listen on one address and port, port 0 being any free one; clients that connect from now on wait in the queue."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except (OSError, OverflowError) as error:
        raise PortUnavailable(_sentence(error, host, port)) from error


def _sentence(error: OSError | OverflowError, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: choose another with --port."
    if number in {errno.EACCES, errno.EPERM}:
        return f"Port {port} on {host} is reserved: choose one above 1023 with --port."
    if isinstance(error, OverflowError):
        return f"Port {port} does not exist: choose one from 1 to 65535 with --port."
    return f"{host} is no address of this machine: choose another with --host."


def allow_open_files() -> None:
    """Let this process, and those it starts, hold as many connections as the edge admits, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
