"""A request and its answer as they pass the proxy: whatever is in them can be read and altered."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from conformance.contract import the_contract

Headers = list[tuple[str, str]]
Json: TypeAlias = Any
"""Any JSON value."""


def _refused(constant: str) -> Json:
    """What Python takes for a number, and JSON does not."""
    raise ValueError(constant)


@dataclass
class Message:
    """Headers in their order, as they were written, and a body."""

    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def set_header(self, name: str, value: str | None) -> None:
        """Give a header a value, once; None leaves it out."""
        self.headers = [(known, told) for known, told in self.headers if known.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    @property
    def json(self) -> Json:
        """The body as JSON, read anew each time; None if it is none, or none in UTF-8."""
        try:
            return json.loads(self.body.decode(), parse_constant=_refused)
        except ValueError:
            return None

    @json.setter
    def json(self, value: Json) -> None:
        if self.body and json.dumps(value) == json.dumps(self.json):
            return  # the bytes stay as they were written
        try:
            written = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # half a surrogate pair can only be written escaped
            written = json.dumps(value, separators=(",", ":")).encode()
        self.set_body(written)

    def set_body(self, body: bytes) -> None:
        """Another body, framed as such."""
        self.body = body
        self.set_header("Transfer-Encoding", None)
        self.set_header("Content-Length", str(len(body)))

    def copy(self) -> Self:
        """One of its own, to be altered."""
        return replace(self, headers=list(self.headers))


@dataclass
class Request(Message):
    """What is asked."""

    method: str = "GET"
    target: str = "/"
    """Path and query, as they were sent."""

    @property
    def path(self) -> str:
        """Where it goes, without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters in their order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def set_query(self, query: Iterable[tuple[str, str]]) -> None:
        """Other parameters."""
        written = urlencode(list(query), quote_via=quote)
        self.target = f"{self.path}?{written}" if written else self.path

    @property
    def operation(self) -> str:
        """The operation's name in the contract; empty where it has none, and for HEAD, which answers with no body."""
        return "" if self.method == "HEAD" else self.asked_about

    @property
    def asked_about(self) -> str:
        """The same, HEAD taken for the GET that it is about."""
        found = the_contract().operation_of(self.method, self.path)
        return found.operation_id if found else ""

    @property
    def key(self) -> str:
        """The API key that goes along."""
        scheme, _, key = self.header("Authorization").partition(" ")
        return key if scheme.lower() == "bearer" else ""


@dataclass
class Reply(Message):
    """What is answered."""

    status: int = 200
    reason: bytes = b""
    """The words after the status, which nobody reads."""


Ask = Callable[[Request], Reply]


@dataclass
class Memory:
    """What one run through the proxy leaves behind, for faults that depend on what was before."""

    keys: tuple[str, ...] = ()
    """The keys of the run's two organizations."""
    notes: dict[Any, Any] = field(default_factory=dict)
    """What a fault remembers."""
    secrets: dict[str, list[str]] = field(default_factory=dict)
    """The secrets of endpoints, the newest first, by the path of their address at the receiver."""
    lock: RLock = field(default_factory=RLock)

    def other_keys(self, request: Request) -> list[str]:
        """The keys that did not go along."""
        return [key for key in self.keys if key != request.key]

    def count(self, name: object) -> int:
        """How often it was counted so far, this time included."""
        with self.lock:
            self.notes[name] = self.notes.get(name, 0) + 1
            found: int = self.notes[name]
            return found
