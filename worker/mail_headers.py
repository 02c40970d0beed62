"""Header lines of mails, encoded to the letter.

The standard library reads a line again before it writes it, and takes a name that looks like an encoded word
(`=?utf-8?q?…?=`) for one; how it folds long names differs between versions. A line made here is written as it is.
"""

import base64
import re
from email.headerregistry import Address
from email.policy import Policy
from typing import Self

_PLAIN = re.compile(r"(?!.*=\?)[ -~]{1,66}")
_ATOMS = re.compile(r"[A-Za-z0-9]{1,20}(?: [A-Za-z0-9]{1,20}){0,2}")
_ENCODED_BYTES = 45  # in Base64 with its frame they stay under the 75 characters of an encoded word


class HeaderLine(str):
    """A line of a mail's head: as text what it says, beside it what is written for that."""

    __slots__ = ("addresses", "name", "written")
    name: str
    written: str
    addresses: tuple[Address, ...]

    @classmethod
    def made(cls, name: str, says: str, written: str, addresses: tuple[Address, ...] = ()) -> Self:
        """A line that says something and is written so; the `email` package takes what has a name for finished."""
        line = cls(says)
        line.name, line.written, line.addresses = name, written, addresses
        return line

    def fold(self, *, policy: Policy) -> str:
        """The line as it stands in the mail."""
        return f"{self.name}: {self.written}{policy.linesep}".replace("\n ", f"{policy.linesep} ")


def text_line(name: str, says: str) -> HeaderLine:
    r"""A line of free text, such as a subject (RFC 5322, section 3.6.5).

    >>> text_line("Subject", "Zoë").written
    '=?utf-8?b?Wm/Dqw==?='
    """
    return HeaderLine.made(name, says, says if _PLAIN.fullmatch(says) else _encoded(says))


def word_line(name: str, says: str) -> HeaderLine:
    """A line of plain ASCII that we made up ourselves: a date, an id.

    >>> word_line("Auto-Submitted", "auto-generated").written
    'auto-generated'
    """
    return HeaderLine.made(name, says, says)


def address_line(name: str, address: str, called: str = "") -> HeaderLine:
    r"""A line with one address, and the name of whoever it belongs to (RFC 5322, section 3.4).

    >>> address_line("From", "post@example.com", "Academy").written
    'Academy <post@example.com>'
    >>> address_line("From", "post@example.com", 'A "B" <c@d>, E').written
    '=?utf-8?b?QSAiQiIgPGNAZD4sIEU=?=\n <post@example.com>'
    """
    user, _, host = address.rpartition("@")
    one = Address(called, user, host)
    if not called:
        return HeaderLine.made(name, address, address, (one,))
    written = f"{called} <{address}>" if _ATOMS.fullmatch(called) else f"{_encoded(called)}\n <{address}>"
    return HeaderLine.made(name, str(one), written, (one,))


def _encoded(text: str) -> str:
    """Encoded words, one a line (RFC 2047, section 2); a character is never divided between two."""
    words: list[bytes] = [b""]
    for character in text:
        more = character.encode("utf-8")
        if len(words[-1]) + len(more) > _ENCODED_BYTES:
            words.append(b"")
        words[-1] += more
    return "\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)
