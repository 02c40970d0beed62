"""How a check ends that does not pass: the server did not do it, it could not be tried, or nobody answered."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Answer


class NotMet(Exception):
    """The server does not do what the clause asks. The sentence says what it did instead."""

    def __init__(self, why: str, answer: "Answer | None" = None) -> None:
        super().__init__(why)
        self.answer = answer
        """The answer that shows it; the last one of the check when left out."""


class NotPossible(Exception):
    """The clause cannot be tried: the call does not allow it, or what it needs is not to be had. The sentence says what."""


class Blocked(NotPossible):
    """The clause cannot be tried since the server failed at something before, which is another clause's business."""


class Silent(Exception):
    """The server gave no answer: it cannot be reached, hung up, or took too long."""


def require(condition: object, why: str, answer: "Answer | None" = None) -> None:
    """Whatever a clause asks besides what an `Answer` can be asked: without it the clause is not met, as `why` says.

    >>> require(1 < 2, "One is not less than two.")
    """
    if not condition:
        raise NotMet(why, answer)
