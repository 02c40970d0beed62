"""The demo behind `./dev serve`: an academy with a course, a key and a certificate, and the calls to try on them."""

import shlex
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from rules import claims
from rules.certificates import Certificate
from rules.courses import Course
from rules.links import Links
from server import cli, commands, listening, secret_key
from server.settings import Settings, allow_private_webhooks, keep_in
from services import api_keys, certificate_lists, certificates, courses, database, organizations
from services.keyring import Keyring

FOLDER = Path(__file__).resolve().parent.parent / ".dev" / "demo"
KEY_FILE = "demo-api-key"
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
    """What there is to try: a key, a course to issue for, the code of a certificate in force, and its holder's token."""

    api_key: str
    course_id: UUID
    code: str
    token: str


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
    key_file = settings.data_dir.expanduser().absolute() / KEY_FILE
    kept = key_file.read_text(encoding="ascii").strip() if key_file.exists() else ""
    demo = commands.on_database(partial(open_academy, kept, secret_key.keyring(settings)))
    if demo.api_key != kept:
        _keep(demo.api_key, key_file)
    threading.Thread(target=_introduce, args=(demo, key_file, host, port), daemon=True).start()
    cli.serve(host=host, port=port, workers=1)


async def open_academy(api_key: str, keyring: Keyring) -> Demo:
    """The academy that a key stands for, or a new one where it stands for none; what it lacks to be tried is added."""
    now = datetime.now(UTC)
    caller = await api_keys.caller(api_key)
    if caller is not None:
        organization_id = caller.organization_id
    else:
        academy = await organizations.create(
            name="Example Academy", email="office@example.com", url="https://example.com", plan=None, now=now
        )
        organization_id, api_key = academy.id, academy.api_key
    course = await _course(organization_id, now)
    certificate = await _certificate(organization_id, course.id, now)
    token = claims.token(keyring.claim_keys[0], certificate.id, certificate.holder_email, now)
    return Demo(api_key, course.id, certificate.code, token)


async def _course(organization_id: UUID, now: datetime) -> Course:
    present = (await courses.page(organization_id, None, None)).items
    return present[-1] if present else await courses.create(organization_id, COURSE, now)


async def _certificate(organization_id: UUID, course_id: UUID, now: datetime) -> Certificate:
    """The newest certificate in force; a new one where all have been revoked, or a year has passed."""
    wanted = certificate_lists.Wanted(organization_id, "valid", course_id, None, 1)
    present = (await certificate_lists.page(wanted, now)).items
    if present:
        return present[0]
    holder = certificates.Wanted(course_id, "Jane Doe", "jane@example.com", None)
    return await certificates.issue(organization_id, holder, now)


def _keep(api_key: str, key_file: Path) -> None:
    """For the demo alone: of every other key nothing but a hash is kept."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    key_file.unlink(missing_ok=True)
    key_file.touch(mode=0o600)
    key_file.write_text(api_key + "\n", encoding="ascii")


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


def introduction(demo: Demo, base: str, key_file: Path) -> str:
    r"""What to try, ready to be pasted into a shell.

    >>> demo = Demo("trc_live_…", UUID(int=1), "TRC-EXA-26-F5N8K3", "e30.e30.x")
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

See it as people do, in a browser; and claim it as its holder does, by the link in the holder's mail:

  {links.verify_page(demo.code)}

  {links.claim(demo.token)}

Have events sent to a program of yours, also one on this machine; the answer holds the secret that they are signed with:

  curl -s {shlex.quote(base + "/api/v1/webhooks")} \\
    -H 'Authorization: Bearer {demo.api_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"url": "http://127.0.0.1:9000/"}}'

Mails become files here, in {key_file.parent / "mail"}.
The key stays the same at the next start: for this demo alone it is kept, in {key_file}.
"""


if __name__ == "__main__":
    typer.run(main)
