"""No report holds a secret: neither a key that the call gave, in whatever form, nor anything that looks like one."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from ..exchanges import SECRETS, Exchange
from ..options import Options
from ..running import Result

KEY, OTHER_KEY = "$TRUECERTA_KEY", "$TRUECERTA_OTHER_KEY"
"""What stands in the place of the two keys: the variables that the suite and its curl commands take them from."""
BLOT = "…"
PLACEHOLDERS = frozenset({KEY, OTHER_KEY, *(instead for _, instead in SECRETS)})
TELLING = 12
"""So many characters of a key, from its beginning, are not shown either: bodies are cut anywhere."""

SHORTEST = 8
"""A shorter piece of base64 or the like may be part of anything."""


class Blotter:
    """Blots secrets out of text."""

    def __init__(self, options: Options) -> None:
        given = {options.key: KEY, options.other_key: OTHER_KEY}
        longest_first = sorted((secret for secret in given if secret), key=len, reverse=True)
        self._given = {secret: given[secret] for secret in longest_first}
        derived = {form for secret in longest_first for form in _derived(secret) if len(form) >= SHORTEST}
        derived -= set(longest_first)
        self._derived = sorted(derived, key=lambda form: (-len(form), form))
        self._beginnings = [form for form in (*longest_first, *self._derived) if len(form) > TELLING]

    def text(self, text: str) -> str:
        """The text without secrets.

        >>> Blotter(Options("https://example.com", key="abc")).text("abc and whsec_MfKQ")
        '$TRUECERTA_KEY and whsec_…'
        """
        text = text.encode(
            "utf-8", "backslashreplace"
        ).decode()  # half a surrogate pair is JSON, and nobody can write it
        for secret, instead in self._given.items():
            text = text.replace(secret, instead)
        for form in self._derived:
            text = text.replace(form, BLOT)
        for pattern, instead in SECRETS:
            text = pattern.sub(instead, text)
        for form in self._beginnings:
            text = _without_beginning(text, form)
        return text

    def result(self, result: Result) -> Result:
        """A result without secrets, its exchanges included; the one that is shown is always one of them."""
        told = {id(each): each for each in (*result.exchanges, result.shown) if each is not None}
        clean = {key: self.exchange(each) for key, each in told.items()}
        shown = None if result.shown is None else clean[id(result.shown)]
        return replace(result, why=self.text(result.why), exchanges=tuple(clean.values()), shown=shown)

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange without secrets."""
        return replace(
            exchange,
            url=self.text(exchange.url),
            headers=self._each(exchange.headers),
            body=self.text(exchange.body),
            answer_headers=self._each(exchange.answer_headers),
            answer=self.text(exchange.answer),
        )

    def _each(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {
            name: self.credentials(value) if name.lower() == "authorization" else self.text(value)
            for name, value in headers.items()
        }

    def credentials(self, value: str) -> str:
        """What Authorization says, of which only `Bearer` is shown with what follows: nobody knows how others wrap a key.

        >>> blotter = Blotter(Options("https://example.com", key="abc"))
        >>> [blotter.credentials(value) for value in ("Bearer none", "Basic YTpi", "Token abc", "YTpi")]
        ['Bearer none', 'Basic …', 'Token $TRUECERTA_KEY', '…']
        """
        scheme, blank, rest = self.text(value).partition(" ")
        if scheme.lower() == "bearer" or (rest or scheme) in PLACEHOLDERS:
            return f"{scheme}{blank}{rest}"
        return f"{scheme} {BLOT}" if rest else BLOT


def _derived(secret: str) -> Iterator[str]:
    """What clauses, Schemathesis and servers make of a key."""
    for form in (secret, secret.swapcase(), secret.upper(), secret.lower()):
        yield from (form, quote(form), quote(form, safe=""), json.dumps(form)[1:-1])
        for before in range(3):
            yield from _encoded(form, before)


def _encoded(secret: str, before: int) -> Iterator[str]:
    """Base64 of anything that holds the secret: what stands around it alters no more than the characters at its ends.

    `before`: how many bytes of a group of three precede it.
    """
    content = secret.encode("utf-8", "backslashreplace")
    first, end = -(-before * 8 // 6), (before + len(content)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        core = encode(bytes(before) + content).decode()[first:end]
        if core:
            yield core


def _without_beginning(text: str, form: str) -> str:
    """The text without the form's beginnings, each as far as it goes."""
    at = text.find(form[:TELLING])
    while at >= 0:
        length = TELLING
        while text[at + length : at + length + 1] == form[length : length + 1] != "":
            length += 1
        text = f"{text[:at]}{BLOT}{text[at + length :]}"
        at = text.find(form[:TELLING], at + 1)
    return text
