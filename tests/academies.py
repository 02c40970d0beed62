"""An academy on a running installation, as a test sees it: its key, and the short way to courses and certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, partialmethod
from typing import Any
from uuid import UUID

import httpx

from models import Certificate
from services import organizations
from services.callers import Caller
from tests.databases import Database

Headers = Mapping[str, str] | Sequence[tuple[str, str | bytes]]
HOLDER = {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}


@dataclass(frozen=True)
class Academy:
    """An organization with one key, which every call carries."""

    id: UUID
    key: str
    web: httpx.Client
    database: Database

    @property
    def caller(self) -> Caller:
        """Whoever acts for it at the command line."""
        return Caller(self.id)

    def call(self, method: str, path: str, *, headers: Headers = (), **options: Any) -> httpx.Response:
        """Ask the API with the academy's key."""
        more = headers.items() if isinstance(headers, Mapping) else headers
        lines: list[Any] = [("Authorization", f"Bearer {self.key}"), *more]
        return self.web.request(method, path, headers=lines, **options)

    get = partialmethod(call, "GET")
    post = partialmethod(call, "POST")
    patch = partialmethod(call, "PATCH")

    def course(self, **members: object) -> dict[str, Any]:
        """A new course."""
        made = self.post("/api/v1/courses", json={"name": "Web Development", **members})
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()["data"]
        return found

    def issue(self, course_id: str | None = None, **members: object) -> dict[str, Any]:
        """A new certificate, of a new course where none is named."""
        wanted = {"course_id": course_id or self.course()["id"], **HOLDER, **members}
        made = self.post("/api/v1/certificates", json=wanted)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()["data"]
        return found

    def read(self, code: str) -> dict[str, Any]:
        """A certificate as it is now."""
        found: dict[str, Any] = self.get(f"/api/v1/certificates/{code}").json()["data"]
        return found

    def revoke(self, code: str, **members: object) -> httpx.Response:
        """Revoke a certificate."""
        return self.call("POST", f"/api/v1/certificates/{code}/revoke", json=members)

    def alter(self, code: str, /, **columns: object) -> None:
        """Set facts of a certificate in the database, for which there is no operation yet."""

        async def update() -> int:
            return await Certificate.filter(code=code).update(**columns)

        assert self.database.run(update) == 1
        self.database.until_heard()

    def count(self) -> int:
        """How many certificates it has, counted in the database."""

        async def ask() -> int:
            return await Certificate.filter(organization_id=self.id).count()

        return self.database.run(ask)


def found_academy(
    web: httpx.Client, database: Database, *, name: str = "Example Academy", plan: str | None = None
) -> Academy:
    """A new academy."""
    facts = {"name": name, "email": "office@example.com", "url": "https://example.com", "plan": plan}
    made = database.run(partial(organizations.create, **facts, now=datetime.now(UTC)))  # type: ignore[arg-type]
    return Academy(made.id, made.api_key, web, database)
