"""Browsers in which somebody signed in before: each carries a mark of its own for that account, and is believed by it.

So guesses from elsewhere, which use up what an account allows in all, do not keep its person out. A mark opens nothing and
does not tell the account: it is a random name, signed for one account.
"""

from collections.abc import Sequence

from rules import form_tokens

_NAME = 32


def mark(key: bytes, account: str, name: bytes) -> str:
    """The mark of a browser; `name` is 16 random bytes.

    >>> len(mark(bytes(32), "jane@example.com", bytes(16)))
    97
    """
    return form_tokens.token(key, account, name)


def name(mark: str, keys: Sequence[bytes], account: str) -> str | None:
    """What the browser with this mark is called; None where one of the keys did not sign it for this account.

    >>> made = mark(bytes(32), "jane@example.com", bytes(16))
    >>> name(made, [bytes(32)], "jane@example.com"), name(made, [bytes(32)], "joan@example.com")
    ('00000000000000000000000000000000', None)
    """
    return mark[:_NAME] if form_tokens.is_for(mark, keys, account) else None
