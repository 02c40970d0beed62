"""A request as the dispatcher sees it: what the connection says, and the body counted while it streams in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from rules import json_text
from rules.errors import Refused

LARGEST_BODY = 65_536
NOTHING = object()
"""What stands for a body that is not there; null is a body."""


@dataclass
class Request:
    """One HTTP request on a path of the contract."""

    scope: Scope
    receive: Receive

    @property
    def method(self) -> str:
        """The method as it was sent."""
        return str(self.scope["method"])

    def header(self, name: bytes) -> str | None:
        """A header's one value; None where it is missing. Given more than once it is refused."""
        values = [value for key, value in self.scope["headers"] if key == name]
        if len(values) > 1:
            shown = name.decode().title()
            raise Refused("unprocessable_entity", f"{shown} is given more than once.", field=shown)
        return values[0].decode("latin-1") if values else None

    def header_lines(self, name: bytes) -> Sequence[str]:
        """Every value of a header that may be repeated."""
        return [value.decode("latin-1") for key, value in self.scope["headers"] if key == name]

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, in their order. Escapes that are not UTF-8 become the replacement character."""
        return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)

    async def json(self) -> object:
        """The body as a JSON value, or `NOTHING`; refused while it streams in once it is too large."""
        self._refuse_encoding()
        body = await self._body()
        if not body:
            return NOTHING
        self._refuse_type()
        return json_text.parse(body)

    def _refuse_encoding(self) -> None:
        encoding = self.header(b"content-encoding")
        if encoding and encoding.strip().lower() != "identity":
            raise Refused("unsupported_media_type", "Send the body without Content-Encoding.", field="Content-Encoding")

    def _refuse_type(self) -> None:
        media_type, _, parameters = (self.header(b"content-type") or "application/json").partition(";")
        charset = parameters.replace(" ", "").replace('"', "").lower()
        if media_type.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
            raise Refused("unsupported_media_type", "Send the body as application/json in UTF-8.", field="Content-Type")

    async def _body(self) -> bytes:
        chunks, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Refused("bad_request", "The request ended before its body did.")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > LARGEST_BODY:
                raise Refused("payload_too_large", f"The body is larger than {LARGEST_BODY} bytes.")
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)
