"""The one exception by which the domain refuses: a code of the contract and a sentence for a stranger."""

from dataclasses import dataclass
from typing import Literal

ErrorCode = Literal[
    "bad_request",
    "unauthorized",
    "plan_limit_exceeded",
    "not_found",
    "method_not_allowed",
    "request_timeout",
    "conflict",
    "gone",
    "payload_too_large",
    "unsupported_media_type",
    "unprocessable_entity",
    "rate_limited",
    "request_header_fields_too_large",
    "internal_error",
    "unavailable",
]


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong with a request: where (`holder_name`, `query.limit`) and what."""

    field: str
    message: str


class Refused(Exception):
    """A request that the domain does not carry out, with the reason as the contract names it.

    >>> Refused("not_found", "No such course.").code
    'not_found'
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        field: str | None = None,
        details: tuple[Detail, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or ((Detail(field, message),) if field else ())
        self.retry_after = retry_after
