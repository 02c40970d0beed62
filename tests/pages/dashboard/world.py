"""Two academies with one of everything that a path of the dashboard can name, and how their database is at a moment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from models.database import fetch
from rules.roles import Role
from services import memberships, webhooks
from tests.academies import Academy, found_academy
from tests.conftest import FILLED, Kept, _another
from tests.databases import Database
from tests.installation import UNLIMITED, Installation
from tests.people import KEYRING, Somebody, member, session_of

SECRET_WORD = "Zebrafinch"  # noqa: S105  # of which nothing may be seen by strangers
URL = "https://receiver.example/hooks"


@dataclass(frozen=True)
class Side:
    """An academy with its people, by role, and what its paths name."""

    academy: Academy
    people: dict[Role, Somebody]
    params: dict[str, str]

    def token(self, role: Role) -> str:
        """What the cookie of one of its people holds."""
        return session_of(self.academy.database, self.people[role], self.academy.id)


@dataclass(frozen=True)
class World:
    """An installation without a worker, so that nothing changes by itself."""

    installation: Installation
    database: Database
    own: Side
    other: Side


def world_of(database: Database, kept: Kept, request: pytest.FixtureRequest, folder: Path) -> World:
    """The world on this kind of database; made once."""
    return kept.get(("world", database), _made(database, kept, request, folder))


def _made(database: Database, kept: Kept, request: pytest.FixtureRequest, folder: Path) -> Iterator[World]:
    apart = kept.get(("database of the world", database), _another(database, folder, request))
    installation = Installation(folder, apart.url, {**UNLIMITED, "TRUECERTA_ALLOW_PRIVATE_WEBHOOKS": "true"})
    installation.start("--no-worker")
    try:
        yield World(installation, apart, _side(installation, apart, SECRET_WORD), _side(installation, apart, "Other"))
    finally:
        installation.stop()


def _side(installation: Installation, database: Database, word: str) -> Side:
    with installation.client() as web:
        academy = found_academy(web, database, name=f"{word} Academy")
        people: dict[Role, Somebody] = {
            "viewer": member(database, academy.id, "viewer", name=f"{word} Viewer"),
            "editor": member(database, academy.id, "editor", name=f"{word} Editor"),
            "owner": member(database, academy.id, "owner", name=f"{word} Owner"),
        }
        invited = database.run(
            lambda: memberships.add(
                academy.caller, f"{word}@example.org", "", "owner", datetime.now(UTC), is_accepted=False
            )
        )
        wanted = webhooks.Wanted(URL, None, f"{word} receiver")
        hook = database.run(lambda: webhooks.create(academy.caller, wanted, KEYRING, datetime.now(UTC)))
        course = academy.course(name=f"{word} Course")
        code = academy.issue(course["id"], holder_name=f"{word} Doe")["code"]
    params = {
        "organization_id": str(academy.id),
        "course_id": course["id"],
        "code": code,
        "member_id": str(invited.id),
        "webhook_id": str(hook.webhook.id),
        "delivery_id": _only(database, "SELECT id FROM delivery WHERE webhook_id = $1", hook.webhook.id),
        "key_id": _only(database, "SELECT id FROM api_key WHERE organization_id = $1", academy.id),
        "design": "classic",  # the same for everybody
        "token": "e30.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    }
    return Side(academy, people, params)


def _only(database: Database, sql: str, about: UUID) -> str:
    (row,) = database.rows(sql, str(about))
    return str(row["id"])


def picture_of(database: Database) -> dict[str, list[str]]:
    """Every row of every table that people fill; when a session or key was last used is no change."""

    async def everything() -> dict[str, list[str]]:
        found = {}
        for table in FILLED:
            rows = [dict(row) for row in await fetch(f"SELECT * FROM {table}")]  # noqa: S608  # names of ours
            for row in rows:
                row.pop("last_used_at", None)
                row.pop("seen_at", None)
            found[table] = sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
        return found

    return database.run(everything)


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows that are in one of them only, by table."""
    tables = {table: sorted({*before[table]} ^ {*after[table]}) for table in before}
    return {table: rows for table, rows in tables.items() if rows}
