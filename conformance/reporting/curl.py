"""A request as one repeats it by hand: a curl command for a POSIX shell, its keys taken from the environment."""

import re
import shlex

from ..exchanges import Exchange
from .secrecy import KEY, OTHER_KEY

KEYS = {"academy": KEY, "other academy": OTHER_KEY}
"""Whose key goes along, by who asks."""
BLOTTED_KEY = "trc_live_…"
VARIABLES = re.compile(rf"({re.escape(OTHER_KEY)}|{re.escape(KEY)})")
PLAIN = re.compile(r"[\w :,./=-]*", re.ASCII)
"""What means itself between double quotes."""
CURLS_OWN = {("accept", "*/*")}


def curl(exchange: Exchange) -> str:
    r"""The command. A body that was cut in the record is cut here as well.

    >>> key = {"authorization": "Bearer trc_live_…"}
    >>> print(curl(Exchange("GET", "https://example.com/x", key, "", 200, {}, "", 0, "academy")))
    curl -i https://example.com/x \
      -H "Authorization: Bearer $TRUECERTA_KEY"
    """
    parts = [f"curl -i{_method(exchange)} {_globbing(exchange.url)}{quoted(exchange.url)}"]
    for name, value in exchange.headers.items():
        if (name.lower(), value) not in CURLS_OWN:
            parts.append(f"-H {quoted(f'{_titled(name)}: {_with_key(name, value, exchange.who)}')}")
    if exchange.body:
        parts.append(f"--data-raw {quoted(exchange.body)}")
    return " \\\n  ".join(parts)


def quoted(text: str) -> str:
    """One word of the shell, with the variables of the keys still variables in it.

    >>> print(quoted("two words"), quoted("Bearer $TRUECERTA_KEY"), quoted("$HOME $TRUECERTA_KEY"))
    'two words' "Bearer $TRUECERTA_KEY" '$HOME '"$TRUECERTA_KEY"
    """
    pieces = VARIABLES.split(text)
    if len(pieces) > 1 and all(PLAIN.fullmatch(piece) for piece in pieces[::2]):
        return f'"{text}"'
    return "".join(f'"{piece}"' if number % 2 else shlex.quote(piece) for number, piece in enumerate(pieces) if piece)


def _method(exchange: Exchange) -> str:
    if exchange.method == "HEAD":
        return " --head"
    return "" if exchange.method == ("POST" if exchange.body else "GET") else f" -X {exchange.method}"


def _globbing(url: str) -> str:
    """Brackets in an address are a pattern to curl, and `..` goes up in it, unless it is told otherwise."""
    told = ["--globoff"] if set("[]{}") & set(url) else []
    told += ["--path-as-is"] if "/." in url else []
    return "".join(f"{option} " for option in told)


def _with_key(name: str, value: str, who: str) -> str:
    if name.lower() != "authorization" or who not in KEYS:
        return value
    return value.replace(BLOTTED_KEY, KEYS[who])


def _titled(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
