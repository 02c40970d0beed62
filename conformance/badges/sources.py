"""What the command line is given to judge: an address, a file, or standard input. And what people give by mistake."""

import re
import sys
from pathlib import Path

from .addresses import names_a_private_place
from .badge import Form, Presented
from .jws import is_jws
from .recognising import recognised
from .values import is_iri, is_mail_address, is_telephone, is_web_address

MOST_BYTES = 10_000_000
STANDARD_INPUT = "-"
_HOST_FIRST = re.compile(r"(?:www\.[^/]+|[^./][^/]*\.[A-Za-z]{2,}(?::\d+)?/.*|[^/]+:\d+(?:/.*)?)")
_ENDINGS = (".json", ".jsonld", ".png", ".svg", ".txt", ".jws")


class NoSource(Exception):
    """There is nothing to judge. The sentence says why."""


def presented(source: str) -> Presented:
    """What an address, a file's name or `-` stands for. Raises NoSource."""
    if is_web_address(source):
        return Presented(source, Form.HOSTED)
    if source == STANDARD_INPUT:
        return recognised("standard input", sys.stdin.buffer.read(MOST_BYTES))
    try:
        with Path(source).open("rb") as file:
            return recognised(source, file.read(MOST_BYTES))
    except (IsADirectoryError, PermissionError) as error:
        raise NoSource(f"{source} cannot be read: {error.strerror}.") from error
    except OSError as error:
        raise NoSource(_mistaken(source) or f"{source} cannot be read: {error.strerror or error}.") from error


def check_recipient(recipient: str | None) -> None:
    """Whom a badge may be awarded to is a mail address mostly, else another IRI or a telephone number.

    Raises NoSource for anything else: compared letter by letter, it could only ever be somebody else's badge.
    """
    if recipient is None or is_mail_address(recipient) or is_iri(recipient) or is_telephone(recipient):
        return
    raise NoSource(
        f"--recipient {recipient}: is this a mail address? It is not written as one, such as jane@example.com."
    )


def _mistaken(source: str) -> str:
    """What somebody may have meant who named a file that is none; empty if nothing comes to mind.

    >>> _mistaken("www.example.org/x"), _mistaken("badge.png"), _mistaken("./badges/one.png")
    ('There is no file www.example.org/x; or did you mean https://www.example.org/x?', '', '')
    >>> _mistaken("ftp://example.org/x")
    'ftp://example.org/x is no address that can be read: it has to begin with https:// or http://, and a host.'
    """
    if "://" in source:
        return f"{source} is no address that can be read: it has to begin with https:// or http://, and a host."
    if _HOST_FIRST.fullmatch(source) and is_web_address(f"https://{source}"):
        scheme = "http" if names_a_private_place(f"http://{source}") else "https"
        return f"There is no file {source}; or did you mean {scheme}://{source}?"
    if is_jws(source) and Path(source).suffix not in _ENDINGS:
        return (
            "There is no file of this name. If it is a signed badge (JWS), give it in a file, or by standard input as -;"
            " if it is an address, begin with https://."
        )
    return ""
