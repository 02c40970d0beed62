"""The demo behind `./dev serve`: an academy with a course, a key and a certificate, and the calls to try on them."""

import secrets
import shlex
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from rules import claims
from rules.certificates import Certificate, Listed
from rules.courses import Course
from rules.links import Links
from server import cli, commands, listening, secret_key
from server.settings import Settings, allow_private_webhooks, keep_in
from services import accounts, api_keys, certificate_lists, certificates, courses, database, memberships, organizations
from services.callers import Caller
from services.keyring import Keyring

FOLDER = Path(__file__).resolve().parent.parent / ".dev" / "demo"
KEY_FILE, PASSWORD_FILE = "demo-api-key", "demo-password"
OWNER = "owner@example.com"
COURSE = {
    "name": "Web Development",
    "description": "Builds web applications, from the page to the database.",
    "validity_period_months": 12,
    "eqf_level": 5,
    "nlqf_level": "5",
    "qualification_label": "MBO 4",
    "criteria_narrative": "Build a web application and defend it.",
}
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Demo:
    """What there is to try: a key, a course, a certificate in force, its holder's token, and an owner's password."""

    api_key: str
    course_id: UUID
    code: str
    token: str
    password: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier start has kept; blank where there was none."""

    api_key: str
    password: str


def main(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve a demo academy and print the calls to try. What was made is still there at the next start."""
    keep_in(FOLDER)
    allow_private_webhooks()
    try:
        # Before anything is made; and whoever holds the port already must not be taken for us below.
        listening.listen(host, port).close()
    except listening.PortUnavailable as unavailable:
        commands.stop(str(unavailable))
    settings = commands.load_settings()
    commands.run(database.migrate(settings.database()))
    folder = settings.data_dir.expanduser().absolute()
    key_file, password_file = folder / KEY_FILE, folder / PASSWORD_FILE
    kept = Kept(_kept(key_file), _kept(password_file))
    demo = commands.on_database(partial(open_academy, kept, secret_key.keyring(settings)))
    for secret, before, file in (
        (demo.api_key, kept.api_key, key_file),
        (demo.password, kept.password, password_file),
    ):
        if secret != before:
            _keep(secret, file)
    threading.Thread(target=_introduce, args=(demo, key_file, host, port), daemon=True).start()
    cli.serve(host=host, port=port, workers=1)


async def open_academy(kept: Kept, keyring: Keyring) -> Demo:
    """The academy that a key stands for, or a new one where it stands for none; what it lacks to be tried is added.

    A second lies between one step and the next, so that the audit log tells them in their order.
    """
    now, api_key = datetime.now(UTC), kept.api_key
    founded, staffed, planned, issued = (now - timedelta(seconds=before) for before in (4, 3, 2, 1))
    caller = await api_keys.caller(api_key)
    if caller is not None:
        organization_id = caller.organization_id
    else:
        academy = await organizations.create(
            name="Example Academy", email="office@example.com", url="https://example.com", plan=None, now=founded
        )
        organization_id, api_key = academy.id, academy.api_key
    password = await _owners_password(organization_id, kept.password, staffed)
    course = await _course(organization_id, planned)
    certificate = await _certificate(organization_id, course.id, issued)
    token = claims.token(keyring.claim_keys[0], certificate.id, certificate.holder_email, now)
    return Demo(api_key, course.id, certificate.code, token, password)


async def _owners_password(organization_id: UUID, kept: str, now: datetime) -> str:
    """The password that is kept, where it is still the owner's, else a new one; of an owner who is there from now on."""
    if not any(member.email == OWNER for member in await memberships.list_of(organization_id)):
        await memberships.add(Caller(organization_id), OWNER, "Olivia Owner", "owner", now, is_accepted=True)
    if kept and await accounts.has_password(OWNER, kept):
        return kept
    password = secrets.token_urlsafe(12)
    await accounts.set_password(OWNER, password)
    return password


async def _course(organization_id: UUID, now: datetime) -> Course:
    present = (await courses.page(organization_id, None, None)).items
    return present[-1] if present else await courses.create(Caller(organization_id), COURSE, now)


async def _certificate(organization_id: UUID, course_id: UUID, now: datetime) -> Certificate | Listed:
    """The newest certificate in force; a new one where all have been revoked, or a year has passed."""
    wanted = certificate_lists.Wanted(organization_id, "valid", course_id, None, 1)
    present = (await certificate_lists.page(wanted, now)).items
    if present:
        return present[0]
    holder = certificates.Wanted(course_id, "Jane Doe", "jane@example.com", None)
    return await certificates.issue(Caller(organization_id), holder, now)


def _kept(file: Path) -> str:
    return file.read_text(encoding="ascii").strip() if file.exists() else ""


def _keep(secret: str, file: Path) -> None:
    """For the demo alone: of every other key and password nothing but a hash is kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(secret + "\n", encoding="ascii")


def _introduce(demo: Demo, key_file: Path, host: str, port: int) -> None:
    """Nothing is printed before it works."""
    while not _is_ready(host, port):
        time.sleep(_PAUSE_SECONDS)
    print(introduction(demo, Settings().public_url or "", key_file), flush=True)


def _is_ready(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _in_a_browser(demo: Demo, links: Links) -> str:
    return f"""See it as people do, in a browser; and claim it as its holder does, by the link in the holder's mail:

  {links.verify_page(demo.code)}

  {links.claim(demo.token)}

Work for the academy in the dashboard, as its owner:

  {links.base}/dashboard
  Email address: {OWNER}
  Password: {demo.password}
"""


def introduction(demo: Demo, base: str, key_file: Path) -> str:
    r"""What to try, ready to be pasted into a shell.

    >>> demo = Demo("trc_live_…", UUID(int=1), "TRC-EXA-26-F5N8K3", "e30.e30.x", "three short words")
    >>> lines = introduction(demo, "http://127.0.0.1:8000", Path("demo-api-key")).splitlines()
    >>> "  http://127.0.0.1:8000/v/TRC-EXA-26-F5N8K3" in lines, "  http://127.0.0.1:8000/claim/e30.e30.x" in lines
    (True, True)
    """
    links = Links(base)
    body = f'{{"course_id": "{demo.course_id}", "holder_name": "Jane Doe", "holder_email": "jane@example.com"}}'
    return f"""
TrueCerta is ready at {base}, with a demo academy in it. Ctrl-C ends it.

Issue a certificate; the answer shows its code:

  curl -s {shlex.quote(base + "/api/v1/certificates")} \\
    -H 'Authorization: Bearer {demo.api_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{body}'

Verify the newest one that was there at this start:

  curl -s {shlex.quote(links.verification(demo.code))}

{_in_a_browser(demo, links)}
Have events sent to a program of yours, also one on this machine; the answer holds the secret that they are signed with:

  curl -s {shlex.quote(base + "/api/v1/webhooks")} \\
    -H 'Authorization: Bearer {demo.api_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"url": "http://127.0.0.1:9000/"}}'

Mails become files here, in {key_file.parent / "mail"}.
Key and password stay the same at the next start: for this demo alone they are kept, in
{key_file} and {PASSWORD_FILE} beside it.
"""


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command()(main)
    app(prog_name="./dev serve")
