"""Names of people, courses and academies where they stand within plain text: in a title, a mail, a preview."""

import re

_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TURN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def one_line(name: str) -> str:
    r"""A name without line breaks and other controls, and without characters that turn around the direction of a text.

    Those would turn what stands behind the name.

    >>> one_line("Jane\u202e\nDoe")
    'Jane Doe'
    """
    return _TURN.sub("", _BREAK.sub(" ", name))


def isolated(name: str) -> str:
    r"""A name within a sentence: in one line, and where it runs from right to left, walled off (Unicode, UAX 9).

    >>> isolated("Jane Doe"), isolated("\u05dc\u05d9") == "\u2068\u05dc\u05d9\u2069"
    ('Jane Doe', True)
    """
    plain = one_line(name)
    return f"\u2068{plain}\u2069" if _RIGHT_TO_LEFT.search(plain) else plain
