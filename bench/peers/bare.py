"""The bare engine: Starlette's routing, asyncpg and orjson, and nothing between them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.peers.issuing import Wanted, issue
from bench.peers.statements import ASSERTION, JSON, KEY, LIST, VERIFY, digest, open_pool, status
from rules.open_badges import CONTEXT, NO_REASON, identity


def create(database: str, base_url: str) -> Starlette:
    """The application on a database; its links begin with `base_url`."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.base = base_url
        app.state.pool = await open_pool(database)
        yield
        await app.state.pool.close()

    routes = [
        Route("/api/v1/verify/{code}", verify),
        Route("/api/obi/assertion/{code}", assertion),
        Route("/api/v1/certificates", listed),
        Route("/api/v1/certificates", issued, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _answer(content: object, status_code: int = 200) -> Response:
    return Response(orjson.dumps(content, option=JSON), status_code, media_type="application/json")


def _refusal(number: int, code: str) -> Response:
    return _answer({"error": {"code": code}}, number)


async def verify(request: Request) -> Response:
    """Whether a certificate is genuine and in force."""
    row = await request.app.state.pool.fetchrow(VERIFY, request.path_params["code"])
    if row is None:
        return _refusal(404, "not_found")
    base, now_is = request.app.state.base, status(row, datetime.now(UTC))
    facts = {name: row[name] for name in ("code", "holder_name", "issued_at", "expires_at")}
    facts["is_claimed"] = row["claimed_at"] is not None
    if row["revoked_at"] is not None:
        facts |= {"revoked_at": row["revoked_at"], "revocation_reason": row["revocation_reason"]}
    logo = f"{base}/pictures/{row['logo_id']}.png" if row["logo_id"] else row["logo_url"]
    verification = {
        "valid": now_is in {"valid", "never_expires"},
        "status": now_is,
        "certificate": facts,
        "course": {
            "name": row["course_name"],
            "description": row["description"],
            "eqf_level": row["eqf_level"],
            "nlqf_level": row["nlqf_level"],
            "qualification_label": row["qualification_label"],
        },
        "academy": {"name": row["academy"], "logo_url": logo},
        "links": _links(row, base),
    }
    return _answer(verification)


async def assertion(request: Request) -> Response:
    """The Open Badges assertion of a claimed certificate."""
    row = await request.app.state.pool.fetchrow(ASSERTION, request.path_params["code"])
    if row is None:
        return _refusal(404, "not_found")
    base, code = request.app.state.base, row["code"]
    head = {"@context": CONTEXT, "type": "Assertion", "id": f"{base}/api/obi/assertion/{code}"}
    if row["revoked_at"] is not None:
        return _answer({**head, "revoked": True, "revocationReason": row["revocation_reason"] or NO_REASON}, 410)
    version = "" if row["number"] == 1 else f"?version={row['number']}"
    document = {
        **head,
        "recipient": {"type": "email", "hashed": True, "salt": code, "identity": identity(row["holder_email"], code)},
        "badge": f"{base}/api/obi/badge-class/{row['course_id']}{version}",
        "verification": {"type": "HostedBadge"},
        "issuedOn": row["issued_at"],
    }
    return _answer(document if row["expires_at"] is None else {**document, "expires": row["expires_at"]})


async def listed(request: Request) -> Response:
    """A page of an organization's certificates, newest first."""
    limit = int(request.query_params.get("limit", "20"))
    async with request.app.state.pool.acquire() as connection:
        key = await connection.fetchrow(KEY, digest(request.headers.get("authorization", "")))
        if key is None:
            return _refusal(401, "unauthorized")
        rows = await connection.fetch(LIST, key["organization_id"], limit + 1)
    base, now = request.app.state.base, datetime.now(UTC)
    items = [_certificate(row, base, now) for row in rows[:limit]]
    pagination = {"cursor": items[-1]["created_at"] if items else None, "has_more": len(rows) > limit}
    return _answer({"data": items, "pagination": pagination})


async def issued(request: Request) -> Response:
    """A new certificate."""
    body = orjson.loads(await request.body())
    if not all(isinstance(body.get(name), str) for name in ("course_id", "holder_name", "holder_email")):
        return _refusal(422, "unprocessable_entity")
    wanted = Wanted(UUID(body["course_id"]), body["holder_name"], body["holder_email"])
    async with request.app.state.pool.acquire() as connection:
        key = await connection.fetchrow(KEY, digest(request.headers.get("authorization", "")))
        if key is None:
            return _refusal(401, "unauthorized")
        row = await issue(connection, key, wanted)
    if row is None:
        return _refusal(404, "not_found")
    return _answer({"data": _certificate(row, request.app.state.base, row["created_at"])}, 201)


def _certificate(row: Mapping[str, Any], base: str, now: datetime) -> dict[str, Any]:
    return {
        "id": str(row["id"]),  # asyncpg's own kind of UUID, which orjson does not know
        "code": row["code"],
        "holder_name": row["holder_name"],
        "holder_email": row["holder_email"],
        "course_id": str(row["course_id"]),
        "course_name": row["course_name"],
        "course_version": row["number"],
        "status": status(row, now),
        "issued_at": row["issued_at"],
        "expires_at": row["expires_at"],
        "claimed_at": row["claimed_at"],
        "is_claimed": row["claimed_at"] is not None,
        "revoked_at": row["revoked_at"],
        "revocation_reason": row["revocation_reason"],
        "created_at": row["created_at"],
        "links": _links(row, base),
    }


def _links(row: Mapping[str, Any], base: str) -> dict[str, str]:
    code, successor = row["code"], row["renewed_by"]
    links = {"verify_page": f"{base}/v/{code}", "open_badge": f"{base}/api/obi/assertion/{code}"}
    return links if successor is None else {**links, "renewed_by": f"{base}/v/{successor}"}
