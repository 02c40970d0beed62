"""The one exception by which the domain refuses: a code of the contract and a sentence for a stranger."""

from dataclasses import dataclass

from wire.schemas import ErrorCode

__all__ = ["Detail", "ErrorCode", "Refused"]


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
