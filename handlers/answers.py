"""What handlers answer with, before it is written as bytes."""

from datetime import datetime
from typing import NamedTuple

from rules.errors import ErrorCode


class Answer(NamedTuple):
    """A body: an object to be written as JSON, or text in the one media type that the contract names; None for no content.

    The status is the one that the contract names for success, unless the answer stands for an error `code`. `until` is the
    moment from which time alone makes another answer of it; None where it does not.
    """

    body: object
    location: str | None = None
    code: ErrorCode | None = None
    until: datetime | None = None
