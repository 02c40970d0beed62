"""Passwords: long enough and not among the first that anybody would try; nothing is asked about their characters.

As NIST SP 800-63B advises (5.1.1.2): length counts, rules about kinds of characters do not.
"""

import re

from rules.errors import Refused

SHORTEST, LONGEST = 10, 200
_COMMON = frozenset(
    {
        "password",
        "passwort",
        "wachtwoord",
        "welkom",
        "welcome",
        "qwerty",
        "qwertyuiop",
        "azerty",
        "letmein",
        "iloveyou",
        "administrator",
        "admin",
        "football",
        "baseball",
        "basketball",
        "superman",
        "sunshine",
        "princess",
        "trustno",
        "changeme",
        "secret",
        "dragon",
        "monkey",
        "master",
        "asdfghjkl",
        "zxcvbnm",
        "abcdefghij",
        "onetwothree",
        "truecerta",
        "certificate",
    }
)
_NOT_LETTERS, _AROUND = re.compile("[^a-z]"), re.compile("^[^a-z]+|[^a-z]+$")
_STAND_INS = str.maketrans("013457@$!", "oieastasi")
_ROWS = ("01234567890123456789", "98765432109876543210", "1q2w3e4r5t6y7u8i9o0p", "abcdefghijklmnopqrstuvwxyz")


def check(password: str, email: str, *, field: str = "password") -> str:
    """A new password has ten characters or more, is not the mail address, and not among the first to be guessed.

    >>> check("three short words", "jane@example.com")
    'three short words'
    """
    if len(password) < SHORTEST:
        raise _refused(field, f"must be at least {SHORTEST} characters long; several words are easy to remember")
    if len(password) > LONGEST:
        raise _refused(field, f"must be at most {LONGEST} characters long")
    if _is_address(password.lower(), email.lower()):
        raise _refused(field, "must not be your email address, which others know")
    if _is_guessed(password.lower()):
        raise _refused(field, "is among the first that anybody would try; choose another")
    return password


def _is_address(password: str, email: str) -> bool:
    return password in {email, email.partition("@")[0], email.partition("@")[2]}


def _is_guessed(password: str) -> bool:
    """A common word with figures or signs around it, one character or a short piece again and again, a row of keys."""
    core = _AROUND.sub("", password).translate(_STAND_INS)
    words = {_NOT_LETTERS.sub("", password), core, core[: len(core) // 2] if core[: len(core) // 2] * 2 == core else ""}
    repeats = any(password == (password[:size] * len(password))[: len(password)] for size in (1, 2, 3))
    return repeats or bool(words & _COMMON) or any(password in row for row in _ROWS)


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"The password {why}.", field=field)
