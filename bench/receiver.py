"""A good receiver of webhooks: a process of its own that checks every signature, answers 204, and writes down what came.

Each line of its record: when (`at`, seconds since 1970), to which path (`to`), the `webhook-id` (`id`), the `event`, the
certificate's `code`, and what was wrong with it (`fault`, null when nothing was). It writes before it answers.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from bench.beside import bound
from bench.beside_parent import Record, arguments, ready

ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
UNKNOWN = "nobody told the receiver this endpoint's secret"


def fault(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """What is wrong with a delivery, or None: both signatures are checked, each in the way that integrators do."""
    written_again = _stringify(body)
    if written_again != body:
        return "the body is not what JSON.stringify makes of it"
    expected = hmac.new(secret.encode(), written_again, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(headers.get("x-truecerta-signature", "").encode(), expected.encode()):
        return "X-TrueCerta-Signature does not fit"
    try:
        _checker(secret).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as wrong:
        return f"Standard Webhooks: {wrong}"
    return None


@cache
def _checker(secret: str) -> Webhook:
    return Webhook(secret)


def _stringify(body: bytes) -> bytes | None:
    """What JavaScript's JSON.stringify(JSON.parse(body)) makes of a body without numbers; None if it is no JSON."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        return None


class Secrets:
    """The secret of each path, which the proof writes into a file beside the record as soon as it knows it."""

    def __init__(self, record: Path) -> None:
        self._file = secrets_of(record)
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str | None:
        """The secret of a path, if it has been told."""
        if path not in self._known and self._file.exists():
            self._known = orjson.loads(self._file.read_bytes())
        return self._known.get(path)


def secrets_of(record: Path) -> Path:
    """Where the secrets lie that belong to a record."""
    return record.with_suffix(".secrets")


class Exchange(asyncio.Protocol):
    """One connection with one delivery."""

    def __init__(self, record: Record, secrets: Secrets, pause: float) -> None:
        self._record, self._secrets, self._pause = record, secrets, pause
        self._came = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once all of the request is there."""
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if len(body) < int(headers.get("content-length", "0")):
            return
        self._note(first.split(" ")[1], headers, body)
        asyncio.get_running_loop().call_later(self._pause, self._answer)

    def _note(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        at, secret = time.time(), self._secrets.of(path)
        wrong = UNKNOWN if secret is None else fault(headers, body, secret)
        try:
            told = orjson.loads(body)
            event, code = told["event"], told["data"]["certificate"]["code"]
        except (ValueError, LookupError, TypeError):
            event, code = None, None
        self._record.add(at=at, to=path, id=headers.get("webhook-id"), event=event, code=code, fault=wrong)

    def _answer(self) -> None:
        if self._transport is not None:
            self._transport.write(ANSWER)
            self._transport.close()


async def receive(port: int, record: Path, pause: float) -> None:
    """Receive until ended."""
    book, secrets = Record(record), Secrets(record)
    server = await asyncio.get_running_loop().create_server(
        lambda: Exchange(book, secrets, pause), sock=bound(port), backlog=1024
    )
    ready()
    await server.serve_forever()


def main() -> int:
    """Receive until the proof that started it ends."""
    parser = arguments("receiver", "a good receiver of webhooks, which writes down what came")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    asyncio.run(receive(options.port, options.record, options.pause))
    return 0


if __name__ == "__main__":
    sys.exit(main())
