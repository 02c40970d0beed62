"""A conformant server and the proxies around it: between suite and server, and on the ways back of events and mails."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from services import organizations
from tests import postgres
from tests.conformance.faults.fault import NONE, Fault, Ground
from tests.conformance.faults.mail_proxy import MailProxy
from tests.conformance.faults.messages import Ask, Memory, Reply, Request
from tests.conformance.faults.proxy import Proxy
from tests.databases import Database
from tests.installation import UNLIMITED, Installation, free_port

SETTINGS = {
    Ground.USUAL: {**UNLIMITED, "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true"},
    Ground.LIMITED: {"TRUECERTA_TRUSTED_PROXIES": "127.0.0.1"},
}


@dataclass
class Traffic:
    """What a run asked of the server, as far as it says something about the suite itself."""

    methods: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    """Every address of a holder that was sent."""
    requests: int = 0


@dataclass
class Pair:
    """Server and proxies, used for one run after the other."""

    installation: Installation
    database: Database
    api: Proxy
    events: Proxy
    mails: MailProxy
    receiver_port: int
    _visitor: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self, fault: Fault) -> tuple[Memory, Traffic]:
        """From now on this is broken, for two organizations that are new."""
        memory, traffic = Memory(self.new_keys()), Traffic()
        address = _address(next(self._visitor))

        def asked(request: Request, ask: Ask) -> Reply:
            _note(request, traffic)
            return fault.pass_on(request, lambda sent: _learnt(sent, _from(address, sent, ask), memory), memory)

        def mailed(mail: EmailMessage) -> list[EmailMessage]:
            return fault.mail(mail, memory)

        self.api.passing = asked
        self.events.passing = lambda request, ask: fault.deliver(request, ask, memory)
        self.mails.passing = mailed if fault.mails else None
        for each in (self.api, self.events, self.mails):
            each.mistakes.clear()
        return memory, traffic

    @property
    def mistakes(self) -> list[str]:
        """What went wrong in rules since the run began."""
        return [*self.api.mistakes, *self.events.mistakes, *self.mails.mistakes]

    def new_keys(self) -> tuple[str, str]:
        """The keys of two new organizations."""

        async def made() -> tuple[str, str]:
            facts = {"email": "office@example.com", "url": "https://example.com", "now": datetime.now(UTC)}
            names = ("Example Academy", "Another Academy")
            one, other = [await organizations.create(name=name, **facts) for name in names]  # type: ignore[arg-type]
            return one.api_key, other.api_key

        return self.database.run(made)

    def endpoints(self, key: str) -> int:
        """How many endpoints an organization has, asked past the proxy."""
        with self.installation.client(key) as client:
            return len(client.get("/api/v1/webhooks").json()["data"])


MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of one's own is made in it
"""Where there is such a place, nothing has to be written to a disk: nobody will miss it."""


@contextmanager
def standing(kind: str, ground: Ground) -> Iterator[Pair]:
    """A pair with an empty database of a kind; everything is gone afterwards."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place) as name, _database(kind, Path(name)) as url:
        receiver_port, server_port = free_port(), free_port()
        with Proxy(server_port) as api, Proxy(receiver_port) as events, MailProxy(free_port()) as mails:
            settings = {
                **SETTINGS.get(ground, SETTINGS[Ground.USUAL]),
                "TRUECERTA_PUBLIC_URL": api.url,
                "TRUECERTA_LOG_LEVEL": "error",
                "TRUECERTA_SMTP_URL": f"smtp://127.0.0.1:{mails.port}",
            }
            installation = Installation(Path(name), url, settings, server_port)
            installation.start()
            try:
                pair = Pair(installation, Database(url), api, events, mails, receiver_port)
                pair.begin(NONE)
                yield pair
            finally:
                installation.stop()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'truecerta.sqlite3'}"
        return
    with postgres.server_url() as server, postgres.fresh_database(server) as url:
        yield url


def _address(number: int) -> str:
    """An address for documentation's sake that no run before had: budgets per address begin anew."""
    return f"2001:db8:0:{number:x}::1"


def _from(address: str, request: Request, ask: Ask) -> Reply:
    sent = request.copy()
    sent.set_header("X-Forwarded-For", address)
    return ask(sent)


def _note(request: Request, traffic: Traffic) -> None:
    traffic.requests += 1
    traffic.methods.add(request.method)
    sent = request.json if request.body else None
    if isinstance(sent, dict) and isinstance(holder := sent.get("holder_email"), str):
        traffic.holders.add(holder)


def _learnt(request: Request, reply: Reply, memory: Memory) -> Reply:
    """The secrets of endpoints are remembered: whoever alters an event may want to sign it."""
    told = reply.json if request.method == "POST" and "/webhooks" in request.path and reply.status < 300 else None
    made = told.get("data") if isinstance(told, dict) else None
    if isinstance(made, dict) and "secret" in made:
        memory.secrets.setdefault(urlsplit(made["url"]).path, []).insert(0, made["secret"])
    return reply
