"""A result in plain text, for terminals and for JUnit."""

import unicodedata

from ..exchanges import KEPT_BYTES, Exchange
from ..running import Result, Status
from .curl import curl

BREAKS = frozenset("\n\t")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""What moves a terminal's cursor, colours it, or turns the direction of text: Unicode's control and format characters."""


def of_several(why: str, count: int) -> str:
    """The reason that clauses share, as it is said of so many.

    >>> of_several("it needs a key (--key)", 2), of_several("it has to write", 1)
    ('they need a key (--key)', 'it has to write')
    """
    if count > 1:
        for one, several in (("it needs ", "they need "), ("it has to ", "they have to ")):
            if why.startswith(one):
                return several + why.removeprefix(one)
    return why


def evidence(result: Result, longest: int = KEPT_BYTES) -> str:
    """The requirement, why it is not met, the request as curl and the answer, of which `longest` characters are told."""
    lines = result.why.strip().splitlines()
    is_fault = result.status is Status.ERROR
    told = [
        f"Asked:  {result.clause.requirement}",
        f"Fault:  {lines[-1]}" if is_fault else f"Why:    {result.why.strip()}",
        f"Source: {', '.join(result.clause.source)}",
    ]
    if is_fault:
        told += ["", *lines]
    elif result.shown is not None:
        told += ["", curl(result.shown), "", answer(result.shown, longest)]
    return "\n".join(told)


def answer(exchange: Exchange, longest: int = KEPT_BYTES) -> str:
    """An answer as HTTP has it, roughly."""
    if exchange.status is None:
        return "No answer."
    headers = [f"{name}: {value}" for name, value in exchange.answer_headers.items()]
    body = exchange.answer if len(exchange.answer) <= longest else f"{exchange.answer[:longest]} …"
    return "\n".join([f"{exchange.status} after {exchange.seconds:.2f} s", *headers, "", body]).rstrip()


def visible(text: str) -> str:
    r"""Text whose every character shows itself: a server must not write to somebody's terminal as it likes.

    >>> visible("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in INVISIBLE and character not in BREAKS
        else character
        for character in text
    )
