"""No report holds a secret: neither a key that the call gave, nor anything that looks like one."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..exchanges import SECRETS, Exchange
from ..options import Options
from ..running import Result

KEY, OTHER_KEY = "$TRUECERTA_KEY", "$TRUECERTA_OTHER_KEY"
"""What stands in the place of the two keys: the variables that the suite and its curl commands take them from."""


class Blotter:
    """Blots secrets out of text."""

    def __init__(self, options: Options) -> None:
        given = {options.key: KEY, options.other_key: OTHER_KEY}
        longest_first = sorted((secret for secret in given if secret), key=len, reverse=True)
        self._given = {secret: given[secret] for secret in longest_first}

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
        for pattern, instead in SECRETS:
            text = pattern.sub(instead, text)
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
            headers=_each(exchange.headers, self.text),
            body=self.text(exchange.body),
            answer_headers=_each(exchange.answer_headers, self.text),
            answer=self.text(exchange.answer),
        )


def _each(headers: Mapping[str, str], blot: Callable[[str], str]) -> dict[str, str]:
    return {name: blot(value) for name, value in headers.items()}
