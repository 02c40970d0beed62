"""Nobody is ever written to: whatever Schemathesis makes up that could be taken for a mail address leads to example.com.

No mail to this host or below it reaches anybody (RFC 2606, section 3). A server that takes more for an address than the
contract does, which is what Schemathesis wants to know, must not make the suite write to strangers either.
"""

import re

from .stage import HOST

ATS = "@\uff20\ufe6b"
"""The sign itself, and two more that some normalize to it."""
RUN = re.compile(rf"[^\s\x00-\x1f\x7f<>\[\],;:\"'()\\{ATS}]+")
"""What may be a host, or a piece of one to a server that drops blanks."""
TAIL = re.compile(rf"[{ATS}].*", re.DOTALL)
AT_HOME = re.compile(rf"[{ATS}](?:[a-z0-9-]+\.)*{re.escape(HOST)}", re.IGNORECASE)
WEB = re.compile(r"\s*https?://", re.IGNORECASE)


def nobodys(email: str) -> str:
    """An address like this one at example.com or below it, as long as it was if that can be.

    >>> nobodys("jane@b.de"), nobodys("jane@academy.example")
    ('jane@example.com', 'jane@aaa.example.com')
    >>> {len(nobodys("@" + "d" * length)) - length for length in range(14, 254)}
    {1}
    """
    local, _, host = email.rpartition("@")
    room = len(host) - len(HOST) - 1
    if room < 1:
        return f"{local}@{HOST}"
    every = 64 if room % 64 else 60  # a label has at most 63 characters, and one at least
    labels = "".join("a" if place % every else "." for place in range(1, room + 1))
    return f"{local}@{labels}.{HOST}"


def still_none(text: str, address: re.Pattern[str]) -> str:
    r"""A text that is no address stays none, and leads below example.com however leniently it is read.

    >>> address = re.compile(r"[a-z]+@[a-z]+(\.[a-z]+)*")
    >>> for text in (" jane@b.de", "Jane <jane@b.de>", "jane@b .de"):
    ...     print(still_none(text, address).strip())
    jane@b.de.example.com
    Jane <jane@b.de.example.com>
    jane@b.example.com .de.example.com
    """
    led = _led(text, f".{HOST}")
    return _led(text, f"..{HOST}") if address.fullmatch(led) else led


def as_long(text: str) -> str:
    """The same for any other text: no longer than it was, for it may be valid as it is; a web address is no mail address.

    >>> as_long("Write to jane@b.de"), as_long("https://example.com/@jane")
    ('e@b.de.example.com', 'https://example.com/@jane')
    """
    return text if WEB.match(text) else _led(text, f".{HOST}")[-len(text) :]


def _led(text: str, home: str) -> str:
    found = TAIL.search(text)
    if found is None or AT_HOME.fullmatch(found[0]):
        return text
    return text[: found.start()] + RUN.sub(lambda run: run[0] + home, found[0])
