"""Asking the server: under one key or none, with patience as long as it asks for it, every exchange on record."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from .answers import Answer
from .bounded import BoundedTransport
from .contract import Contract
from .exchanges import Exchange, Recorder, shown
from .findings import NotMet, NotPossible, Silent
from .patience import LONGEST_SECONDS, Patience

PATIENCE_SECONDS = LONGEST_SECONDS
ENDPOINTS = "/api/v1/webhooks"
NOT_PATIENT_FOR = frozenset({"resend-claim", "test"})
"""What is limited so tightly that its 429 is no reason to wait."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_SHOWN = frozenset({"accept-encoding", "connection", "user-agent", "host", "content-length"})
"""Headers that every request has and nobody wants to see."""


def connection(url: str, seconds: float) -> httpx.Client:
    """A way to the server, with a deadline for each answer and past any proxy of the environment."""
    return httpx.Client(
        base_url=url,
        headers={"Accept-Encoding": "identity"},
        timeout=seconds,
        transport=BoundedTransport(seconds),
        trust_env=False,
        follow_redirects=False,
    )


class Caller:
    """Asks as one party: nobody, the academy, or the other academy."""

    def __init__(
        self,
        client: httpx.Client,
        contract: Contract,
        recorder: Recorder,
        *,
        who: str = "nobody",
        key: str | None = None,
        may_write: bool = False,
        tell: Callable[[str], None] = lambda _what: None,
        patience: Patience | None = None,
    ) -> None:
        self.who, self.key = who, key
        self.base = str(client.base_url).rstrip("/")
        self.recorder, self.tell = recorder, tell
        self.endpoints: dict[str, Mapping[str, str]] = {}
        """Ids of the endpoints that it made and did not remove since, wherever they lead; and under which key."""
        self._client, self._contract, self._may_write = client, contract, may_write
        self._patience = patience or Patience()

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        """PATCH."""
        return self.ask("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, **options)

    def ask(
        self, method: str, path: str, *, patient: bool = True, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Answer:
        """One request; `json`, `content` and `params` are httpx's. A whole address of this server is a path, too.

        `patient=False` takes a 429 for an answer; otherwise it is waited out, or the clause is blocked where it cannot be.
        `headers` win over the key's own.
        """
        if method not in READING and not self._may_write:
            raise NotPossible("it has to write, and the call does not allow that (--write)")
        sent = {**({"Authorization": f"Bearer {self.key}"} if self.key else {}), **(headers or {})}
        patient = patient and not NOT_PATIENT_FOR & set(path.split("/"))
        waits: list[int] = []
        while True:
            answer = self._once(method, path.removeprefix(self.base) or "/", sent, options)
            self._note(answer, sent)
            if not patient or answer.status != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            self._patience.wait(f"{method} {answer.path}", answer.headers.get("Retry-After", ""), waits, self.tell)

    def _note(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Endpoints are removed after the run, also those that a clause made for the sake of their odd address."""
        path = answer.path.rstrip("/")
        if (answer.method, answer.status, path) == ("POST", httpx.codes.CREATED, ENDPOINTS):
            with suppress(NotMet):
                own = {name: value for name, value in headers.items() if name == "Authorization"}
                self.endpoints[str(answer.member("data.id"))] = own
        elif (answer.method, answer.status) == ("DELETE", httpx.codes.NO_CONTENT):
            self.endpoints.pop(path.rpartition("/")[2], None)

    def _once(self, method: str, path: str, headers: Mapping[str, str], options: Mapping[str, Any]) -> Answer:
        request = self._client.build_request(method, path, headers=headers, **options)
        request.read()  # a body in chunks is kept for the record; it still goes out in chunks
        begun = time.monotonic()
        try:
            response = self._client.send(request)
        except (httpx.RequestError, httpx.InvalidURL) as fault:
            self.recorder.exchanges.append(self._exchange(request, None, time.monotonic() - begun))
            reason = "took too long" if isinstance(fault, httpx.TimeoutException) else f"gave no answer ({fault})"
            raise Silent(f"{method} {urlsplit(str(request.url)).path}: the server {reason}") from fault
        exchange = self._exchange(request, response, time.monotonic() - begun)
        self.recorder.exchanges.append(exchange)
        return Answer(response, exchange, self._contract, urlsplit(self.base).path)

    def _exchange(self, request: httpx.Request, response: httpx.Response | None, seconds: float) -> Exchange:
        return Exchange(
            method=request.method,
            url=shown(str(request.url)),
            headers={name: shown(value) for name, value in request.headers.items() if name not in NOT_SHOWN},
            body=shown(request.content),
            status=response.status_code if response is not None else None,
            answer_headers={name: shown(value) for name, value in response.headers.items()}
            if response is not None
            else {},
            answer=shown(response.content) if response is not None else "",
            seconds=seconds,
            who=self.who,
        )
