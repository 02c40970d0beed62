"""An answer of the server, and what a clause asks of it. Whatever is not as asked ends the clause with a sentence."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn, Self

import httpx

from .contract import ERROR_STATUSES, Contract
from .exchanges import Exchange
from .findings import NotMet


class Answer:
    """What came back for one request."""

    def __init__(self, response: httpx.Response, exchange: Exchange, contract: Contract, prefix: str = "") -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        """By name, in any case."""
        self.all_headers: list[tuple[str, str]] = response.headers.multi_items()
        self.body = response.content
        self.method = response.request.method
        self.path = response.request.url.path.removeprefix(prefix)
        """Below the server's own address."""
        self.exchange = exchange
        self._contract = contract

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:  # noqa: ANN401  # any JSON value
        """The body as JSON. One that is no JSON ends the clause."""
        try:
            return json.loads(self.body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self.not_met(f"its body is no JSON: {self.body[:80]!r}") from None

    def member(self, path: str) -> Any:  # noqa: ANN401
        """What stands at a path such as `data.code` or `data.0.id`; ends the clause where nothing does."""
        found = self.json
        for step in path.split("."):
            try:
                found = found[int(step)] if isinstance(found, list) else found[step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise self.not_met(f"its body has no `{path}`") from None
        return found

    def expect(self, *statuses: int) -> Self:
        """It has one of these statuses."""
        if self.status not in statuses:
            raise self.not_met(f"it answers {self.status}, not {' or '.join(map(str, statuses))}")
        return self

    def expect_member(self, path: str, value: Any) -> Self:  # noqa: ANN401
        """A member has a value, its JSON type included (1, 1.0 and true are three)."""
        found = self.member(path)
        if type(found) is not type(value) or found != value:
            raise self.not_met(f"`{path}` is {_told(found)}, not {_told(value)}")
        return self

    def expect_error(self, code: str) -> Self:
        """It is the error of this code: its status, the one shape of errors, JSON."""
        self.expect(ERROR_STATUSES[code])
        if self.method == "HEAD":
            return self
        if self.media_type != "application/json":
            raise self.not_met(f"an error is application/json, and this one is {self.media_type or 'without a type'}")
        message = self.member("error.message")
        if not isinstance(message, str) or not message.strip():
            raise self.not_met("`error.message` tells nothing")
        return self.expect_member("error.code", code)

    def expect_described(self) -> Self:
        """Its body is as the contract describes it for this operation and status."""
        operation = self._contract.operation_of(self.method, self.path)
        if operation is None:
            raise self.not_met("the contract has no such operation")
        wrong = self._contract.complaint_about_answer(operation, self.status, self.media_type, self.json)
        if wrong is not None:
            raise self.not_met(wrong)
        return self

    def header(self, name: str) -> str:
        """A header's value; ends the clause where there is none."""
        value = self.headers.get(name)
        if value is None:
            raise self.not_met(f"it has no header {name}")
        return value

    def not_met(self, why: str) -> NotMet:
        """The end of a clause, about this answer."""
        return NotMet(f"{self.method} {self.path}: {why}", self)


def _told(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")
