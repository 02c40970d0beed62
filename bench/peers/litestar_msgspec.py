"""Litestar with msgspec's structs over asyncpg, as its manual shows it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException, NotFoundException
from msgspec import UNSET

from bench.peers.issuing import Wanted, issue
from bench.peers.msgspec_structs import (
    Assertion,
    Certificate,
    IssueCertificate,
    Issued,
    Links,
    Page,
    Pagination,
    Recipient,
    RevokedAssertion,
    Verification,
    VerifiedAcademy,
    VerifiedCertificate,
    VerifiedCourse,
)
from bench.peers.statements import ASSERTION, KEY, LIST, VERIFY, digest, open_pool, status
from rules.open_badges import NO_REASON, identity


def create(database: str, base_url: str) -> Litestar:
    """The application on a database; its links begin with `base_url`."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await open_pool(database)
        yield
        await app.state.pool.close()

    state = State({"base": base_url})
    handlers = [verify, read_assertion, list_certificates, issue_certificate]
    return Litestar(handlers, lifespan=[lifespan], state=state, openapi_config=None)


@get("/api/v1/verify/{code:str}")
async def verify(code: str, state: State) -> Verification:
    """Whether a certificate is genuine and in force."""
    row = await state.pool.fetchrow(VERIFY, code)
    if row is None:
        raise NotFoundException
    now_is, is_revoked = status(row, datetime.now(UTC)), row["revoked_at"] is not None
    logo = f"{state.base}/pictures/{row['logo_id']}.png" if row["logo_id"] else row["logo_url"]
    return Verification(
        valid=now_is in {"valid", "never_expires"},
        status=now_is,
        certificate=VerifiedCertificate(
            code=row["code"],
            holder_name=row["holder_name"],
            is_claimed=row["claimed_at"] is not None,
            issued_at=row["issued_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"] if is_revoked else UNSET,
            revocation_reason=row["revocation_reason"] if is_revoked else UNSET,
        ),
        course=VerifiedCourse(
            name=row["course_name"],
            description=row["description"],
            eqf_level=row["eqf_level"],
            nlqf_level=row["nlqf_level"],
            qualification_label=row["qualification_label"],
        ),
        academy=VerifiedAcademy(row["academy"], logo),
        links=_links(row, state.base),
    )


@get("/api/obi/assertion/{code:str}")
async def read_assertion(code: str, state: State) -> Response[Assertion | RevokedAssertion]:
    """The Open Badges assertion of a claimed certificate."""
    row = await state.pool.fetchrow(ASSERTION, code)
    if row is None:
        raise NotFoundException
    id = f"{state.base}/api/obi/assertion/{code}"
    if row["revoked_at"] is not None:
        return Response(RevokedAssertion(id, row["revocation_reason"] or NO_REASON), status_code=410)
    version = "" if row["number"] == 1 else f"?version={row['number']}"
    document = Assertion(
        id=id,
        recipient=Recipient(salt=code, identity=identity(row["holder_email"], code)),
        badge=f"{state.base}/api/obi/badge-class/{row['course_id']}{version}",
        issued_on=row["issued_at"],
        expires=row["expires_at"] or UNSET,
    )
    return Response(document)


@get("/api/v1/certificates")
async def list_certificates(request: Request[Any, Any, State], state: State, limit: int = 20) -> Page:
    """A page of an organization's certificates, newest first."""
    async with state.pool.acquire() as connection:
        key = await _key(connection, request)
        rows = await connection.fetch(LIST, key["organization_id"], limit + 1)
    now = datetime.now(UTC)
    items = [_certificate(row, state.base, now) for row in rows[:limit]]
    return Page(items, Pagination(items[-1].created_at if items else None, len(rows) > limit))


@post("/api/v1/certificates")
async def issue_certificate(data: IssueCertificate, request: Request[Any, Any, State], state: State) -> Issued:
    """A new certificate."""
    wanted = Wanted(data.course_id, data.holder_name, data.holder_email)
    async with state.pool.acquire() as connection:
        row = await issue(connection, await _key(connection, request), wanted)
    if row is None:
        raise NotFoundException
    return Issued(_certificate(row, state.base, row["created_at"]))


async def _key(connection: Any, request: Request[Any, Any, State]) -> Mapping[str, Any]:  # noqa: ANN401  # untyped
    key: Mapping[str, Any] | None = await connection.fetchrow(KEY, digest(request.headers.get("authorization", "")))
    if key is None:
        raise NotAuthorizedException
    return key


def _certificate(row: Mapping[str, Any], base: str, now: datetime) -> Certificate:
    named = ("id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at")
    return Certificate(
        **{name: row[name] for name in (*named, "claimed_at", "revoked_at", "revocation_reason", "created_at")},
        course_version=row["number"],
        status=status(row, now),
        is_claimed=row["claimed_at"] is not None,
        links=_links(row, base),
    )


def _links(row: Mapping[str, Any], base: str) -> Links:
    code, successor = row["code"], row["renewed_by"]
    links = {"verify_page": f"{base}/v/{code}", "open_badge": f"{base}/api/obi/assertion/{code}"}
    return links if successor is None else {**links, "renewed_by": f"{base}/v/{successor}"}
