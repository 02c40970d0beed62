"""An academy at work, so that every page has something to show, and a newcomer's, where every page is still empty."""

import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from services import accounts, api_keys, memberships
from services.callers import Caller
from tests.academies import Academy
from tests.claiming import claim, token_for
from tests.databases import Database
from tests.endpoints import deliveries, register
from tests.installation import UNLIMITED, Installation
from tests.people import KEYRING
from tests.postbox import Postbox
from tests.receiver import Receiver, Reply, receiving
from tests.server.probe import until

Result = TypeVar("Result")
PASSWORD = secrets.token_urlsafe(16)
OWNER, NEWCOMER = "olivia@example.com", "nora@example.org"
_PEOPLE = {OWNER: "Olivia Owner", NEWCOMER: "Nora Newcomer"}
_SETTINGS = {
    **UNLIMITED,
    "TRUECERTA_RATE_LIMIT_SIGN_IN": "off",
    "TRUECERTA_RATE_LIMIT_ACCOUNT": "off",
    "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true",
    "TRUECERTA_WEBHOOK_RETRIES": "1s,1s",
}
_COURSE = {
    "name": "Web Development",
    "description": "Builds web applications, from the page to the database.",
    "validity_period_months": 12,
    "eqf_level": 5,
    "nlqf_level": "5",
    "qualification_label": "MBO 4",
    "criteria_narrative": "Build a web application and defend it.",
}


@dataclass
class World:
    """What there is, and where its pages are found: `places` are the parts of addresses by what they stand for."""

    installation: Installation
    postbox: Postbox
    receiver: Receiver
    academy: Academy
    places: dict[str, str] = field(default_factory=lambda: {"design": "modern"})

    def apart(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do something with services, in a thread of its own: the browser's event loop holds this one."""
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(self.academy.database.run, work).result()

    def person(self, email: str, organization_id: object, role: str = "owner") -> None:
        """Somebody who can sign in with PASSWORD."""
        name = _PEOPLE.get(email, email.partition("@")[0])
        person = ["--organization", str(organization_id), "--email", email, "--name", name, "--role", role]
        subprocess.run(
            [sys.executable, "-m", "server.cli", "user", "create", *person, "--password-stdin"],
            env=self.installation.settings(),
            cwd=self.installation.folder,
            input=f"{PASSWORD}\n",
            text=True,
            check=True,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """The service with everything around it, until the end of the block."""
    postbox = Postbox()
    postbox.start()
    database_url = f"sqlite:///{folder / 'truecerta.sqlite3'}"
    installation = Installation(folder, database_url, {**_SETTINGS, "TRUECERTA_SMTP_URL": postbox.url})
    with receiving() as receiver:
        try:
            made = installation.organization("Example Academy", "--url", "https://example.com")
            installation.start()
            with installation.client() as web:
                academy = Academy(UUID(made["organization_id"]), made["api_key"], web, Database(database_url))
                yield World(installation, postbox, receiver, academy)
        finally:
            installation.stop()
            postbox.stop()


def fill(world: World) -> None:
    """Certificates in every state, endpoints that work, fail and rest, and people."""
    world.person(OWNER, world.academy.id)
    newcomers = world.installation.organization("New Academy")
    world.person(NEWCOMER, newcomers["organization_id"])
    _endpoints(world)
    _certificates(world)
    _claims(world)
    world.places |= world.apart(partial(_people, world))
    failing = world.places["failing"]
    until(lambda: any(each["status"] == "failed" for each in deliveries(world.academy, failing)))
    until(lambda: deliveries(world.academy, world.places["webhook_id"], status="delivered") != [])
    (world.places["delivery_id"], *_) = (
        each["id"] for each in deliveries(world.academy, failing) if each["status"] == "failed"
    )
    world.places["newcomers"] = newcomers["organization_id"]


async def _people(world: World) -> dict[str, str]:
    """A colleague, somebody who is invited, somebody who has forgotten the password, and a key that was used."""
    now, caller = datetime.now(UTC), Caller(world.academy.id)
    colleague = await memberships.add(caller, "eva@example.com", "Eva Editor", "editor", now, is_accepted=True)
    invited = await memberships.add(caller, "victor@example.com", "", "viewer", now, is_accepted=False)
    (key, *_) = await api_keys.list_of(world.academy.id)
    return {
        "member_id": str(colleague.id),
        "key_id": str(key.id),
        "invitation_token": await accounts.invitation_token(invited.id, KEYRING, now),
        "reset_token": await accounts.reset_token(OWNER, KEYRING, now),
    }


def _endpoints(world: World) -> None:
    lively, dead = world.receiver.place(), world.receiver.place()
    dead.usual = Reply(503, b"Back in a minute.")
    resting = register(world.academy, "https://receiver.example.com/hooks", description="Learning platform")["id"]
    world.academy.post(f"/api/v1/webhooks/{resting}/disable")
    world.places["webhook_id"] = register(world.academy, lively.url, description="Records")["id"]
    world.places["failing"] = register(world.academy, dead.url, description="Alumni", events=["certificate.issued"])[
        "id"
    ]


def _certificates(world: World) -> None:
    academy, places, now = world.academy, world.places, datetime.now(UTC)
    course = academy.course(**_COURSE)["id"]
    lasting = academy.course(name="Foundations of Accessible Interface Design")["id"]
    places["course_id"] = course

    def issue(name: str, course_id: str = course, months_ago: int = 0) -> str:
        then = (now - timedelta(days=30 * months_ago)).isoformat()
        return str(academy.issue(course_id, holder_name=name, issued_at=then, notify=False)["code"])

    places["valid"] = places["code"] = issue("Jane Doe")
    places["never_expires"] = issue("Ζωή Παπαδοπούλου", lasting)
    places["expired"] = issue("Олександра Шевченко", months_ago=20)
    places["expiring"] = issue("محمد العربي", months_ago=12)
    places["revoked"] = issue("Jan Jansen")
    academy.revoke(places["revoked"], reason="Issued in error.")
    places["renewed"] = issue("Anna de Vries", months_ago=10)
    renewed = academy.post(f"/api/v1/certificates/{places['renewed']}/renew", json={"notify": False})
    places["successor"] = renewed.json()["data"]["code"]
    for months in range(12):
        issue(f"Holder Number {months + 1}", (course, lasting)[months % 2], months)


def _claims(world: World) -> None:
    """A link that is open, one that was used, one that is too old, one that leads nowhere, one to what was revoked."""
    academy, places = world.academy, world.places
    taken = academy.issue(places["course_id"], holder_name="Claire Klaas", notify=False)
    places |= {"claim_used": token_for(taken), "claimed": taken["code"]}
    claim(academy.web, places["claim_used"])
    certificates: dict[str, dict[str, Any]] = {name: academy.read(places[name]) for name in ("valid", "revoked")}
    places["claim_open"] = token_for(certificates["valid"])
    places["claim_expired"] = token_for(certificates["valid"], ago=timedelta(days=8))
    places["claim_revoked"] = token_for(certificates["revoked"])
    places["claim_wrong"] = token_for(certificates["valid"], key=bytes(32))
