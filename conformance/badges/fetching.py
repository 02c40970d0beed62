"""Reads addresses of any site, good or bad: within bounds of time, size and redirects, and without ever raising."""

import queue
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx

from .addresses import public_addresses
from .values import authority
from .web import ACCEPT, Answer, Fetched, Unread

SECONDS = 10.0
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 5
_HEADERS = {"Accept": ACCEPT, "Accept-Encoding": "identity", "User-Agent": "truecerta-conformance"}
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)


class _GaveUp(Exception):
    """A bound was reached. The words go on a sentence that begins with the address."""


@dataclass
class Fetcher:
    """Reads addresses, one after the other. A host that was silent once is not asked again."""

    seconds: float = SECONDS
    """For a whole document, from the look-up of the host's name to the last byte."""
    most_bytes: int = MOST_BYTES
    is_public_only: bool = False
    """Whether to keep away from every address that is not public, whatever name or redirect leads there."""
    _silent: dict[str, str] = field(default_factory=dict)
    _context: ssl.SSLContext | None = None

    def get(self, url: str) -> Answer:
        """What an address answers in the end, after at most five redirects; or why it answers nothing.

        A thread of its own does the asking, since neither a name's look-up nor headers that trickle can be timed
        otherwise. It is left behind when its time is up.
        """
        host = authority(url)
        if host is None:
            return Unread("is no web address")
        if host in self._silent:
            return Unread(f"was not asked: its host {self._silent[host]} before")
        box: queue.Queue[Answer] = queue.Queue()
        asking = threading.Thread(target=lambda: box.put(self._asked(url)), daemon=True)
        asking.start()
        try:
            return box.get(timeout=self.seconds)
        except queue.Empty:
            self._silent[host] = f"did not answer within {self.seconds:g} s"
            return Unread(self._silent[host])

    def _asked(self, url: str) -> Answer:
        deadline = time.monotonic() + self.seconds
        # A second more than whoever waits for it: so the same words are said each time.
        patience = self.seconds + 1
        try:
            # The environment's proxies and passwords are not for strangers' sites.
            with httpx.Client(headers=_HEADERS, timeout=patience, verify=self._tls(), trust_env=False) as client:
                return self._followed(client, url, deadline)
        except _GaveUp as why:
            return Unread(str(why))
        except Exception as error:  # noqa: BLE001  # no site may bring the judge down, whatever it answers
            return Unread(f"could not be reached ({str(error) or type(error).__name__})")

    def _followed(self, client: httpx.Client, url: str, deadline: float) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            with self._opened(client, url) as response:
                target = response.headers.get("location")
                if response.status_code in _REDIRECTS and target:
                    url = urljoin(url, target)
                    if authority(url) is None:
                        raise _GaveUp(f"redirects to {url}, which is no web address")
                    continue
                body = self._body(response, deadline)
                media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Fetched(response.status_code, media_type, body, dict(response.headers))
        raise _GaveUp(f"redirects more than {MOST_REDIRECTS} times")

    @contextmanager
    def _opened(self, client: httpx.Client, url: str) -> Iterator[httpx.Response]:
        """An answer whose body is still to be read, from the first of the host's addresses that takes the request."""
        *others, last = self._ways(url)
        for way in others:
            try:
                answer = client.send(way, stream=True)
                break
            except httpx.ConnectError:
                continue
        else:
            answer = client.send(last, stream=True)
        try:
            yield answer
        finally:
            answer.close()

    def _ways(self, url: str) -> list[httpx.Request]:
        """The request for an address; where only public ones may be asked, one for each of them, by its number.

        A number cannot be given another meaning between the look-up and the request, as a name can.
        """
        asked = httpx.URL(url)
        if not self.is_public_only:
            return [httpx.Request("GET", asked, headers=_HEADERS)]
        host = asked.raw_host.decode("ascii")
        numbers = public_addresses(host, asked.port or _PORTS[asked.scheme])
        if not numbers:
            raise _GaveUp(f"was not asked: {host} is at no public address (--private allows that)")
        named = {**_HEADERS, "Host": asked.netloc.decode("ascii")}
        known_as = {"sni_hostname": host}
        return [
            httpx.Request("GET", asked.copy_with(host=number), headers=named, extensions=known_as) for number in numbers
        ]

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        body = b""
        for piece in response.iter_bytes(16_384):
            body += piece
            if len(body) > self.most_bytes:
                raise _GaveUp(f"is longer than {self.most_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise _GaveUp(f"did not end within {self.seconds:g} s")
        return body

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = httpx.create_ssl_context()
        return self._context
