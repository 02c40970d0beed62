"""FastAPI with SQLAlchemy's asynchronous ORM and pydantic's models, as their manuals show them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from bench.peers import pydantic_models as shapes
from bench.peers.sqlalchemy_issuing import issue
from bench.peers.sqlalchemy_tables import ApiKey, Certificate
from bench.peers.statements import POOL, digest
from rules.open_badges import NO_REASON, identity

router = APIRouter()


def create(database: str, base_url: str) -> FastAPI:
    """The application on a database; its links begin with `base_url`."""
    address = "postgresql+asyncpg:" + database.partition(":")[2]
    engine = create_async_engine(address, pool_size=POOL, max_overflow=0, pool_reset_on_return=None)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.base = base_url
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.include_router(router)
    return app


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with request.app.state.sessions() as session:
        yield session


def base_of(request: Request) -> str:
    """What links begin with."""
    return str(request.app.state.base)


Base = Annotated[str, Depends(base_of)]
Session = Annotated[AsyncSession, Depends(open_session)]


async def key_of(request: Request, session: Session) -> ApiKey:
    """The key that a request carries."""
    hashed = digest(request.headers.get("authorization", ""))
    key = await session.scalar(select(ApiKey).filter_by(key_hash=hashed, revoked_at=None))
    if key is None:
        raise HTTPException(401)
    return key


Key = Annotated[ApiKey, Depends(key_of)]


@router.get("/api/v1/verify/{code}", response_model_exclude_unset=True)
async def verify(code: str, base: Base, session: Session) -> shapes.Verification:
    """Whether a certificate is genuine and in force."""
    shown = (Certificate.version, Certificate.organization, Certificate.renewed_by)
    row = await session.scalar(select(Certificate).filter_by(code=code).options(*map(joinedload, shown)))
    if row is None:
        raise HTTPException(404)
    status, academy = row.status(datetime.now(UTC)), row.organization
    facts = shapes.VerifiedCertificate(
        code=row.code,
        holder_name=row.holder_name,
        is_claimed=row.claimed_at is not None,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
    if row.revoked_at is not None:
        facts.revoked_at, facts.revocation_reason = row.revoked_at, row.revocation_reason
    logo = f"{base}/pictures/{academy.logo_id}.png" if academy.logo_id else academy.logo_url
    return shapes.Verification(
        valid=status in {"valid", "never_expires"},
        status=status,
        certificate=facts,
        course=shapes.VerifiedCourse.model_validate(row.version),
        academy=shapes.VerifiedAcademy(name=academy.name, logo_url=logo),
        links=_links(row, base),
    )


@router.get("/api/obi/assertion/{code}", response_model_exclude_none=True)
async def read_assertion(code: str, base: Base, session: Session, response: Response) -> shapes.Assertion:
    """The Open Badges assertion of a claimed certificate."""
    found = select(Certificate).filter_by(code=code).filter(Certificate.claimed_at.is_not(None))
    row = await session.scalar(found.options(joinedload(Certificate.version)))
    if row is None:
        raise HTTPException(404)
    id, number = f"{base}/api/obi/assertion/{code}", row.version.number
    if row.revoked_at is not None:
        response.status_code = 410
        return shapes.Assertion(id=id, revoked=True, reason=row.revocation_reason or NO_REASON)
    return shapes.Assertion(
        id=id,
        recipient={"type": "email", "hashed": True, "salt": code, "identity": identity(row.holder_email, code)},
        badge=f"{base}/api/obi/badge-class/{row.course_id}" + ("" if number == 1 else f"?version={number}"),
        verification={"type": "HostedBadge"},
        issued_on=row.issued_at,
        expires=row.expires_at,
    )


@router.get("/api/v1/certificates")
async def list_certificates(key: Key, base: Base, session: Session, limit: int = 20) -> shapes.Page:
    """A page of an organization's certificates, newest first."""
    own = select(Certificate).filter_by(organization_id=key.organization_id)
    own = own.options(joinedload(Certificate.version), joinedload(Certificate.renewed_by))
    found = await session.scalars(own.order_by(Certificate.created_at.desc()).limit(limit + 1))
    rows, now = found.all(), datetime.now(UTC)
    items = [_certificate(row, base, now) for row in rows[:limit]]
    way = shapes.Pagination(cursor=items[-1].created_at if items else None, has_more=len(rows) > limit)
    return shapes.Page(data=items, pagination=way)


@router.post("/api/v1/certificates", status_code=201)
async def issue_certificate(body: shapes.IssueCertificate, key: Key, base: Base, session: Session) -> shapes.Issued:
    """A new certificate."""
    issued = await issue(session, key, body)
    if issued is None:
        raise HTTPException(404)
    return shapes.Issued(data=_certificate(issued, base, issued.created_at))


def _certificate(row: Certificate, base: str, now: datetime) -> shapes.Certificate:
    named = ("id", "code", "holder_name", "holder_email", "course_id", "issued_at", "expires_at", "claimed_at")
    return shapes.Certificate(
        **{name: getattr(row, name) for name in (*named, "revoked_at", "revocation_reason", "created_at")},
        course_name=row.version.name,
        course_version=row.version.number,
        status=row.status(now),
        is_claimed=row.claimed_at is not None,
        links=_links(row, base),
    )


def _links(row: Certificate, base: str) -> dict[str, str]:
    links = {"verify_page": f"{base}/v/{row.code}", "open_badge": f"{base}/api/obi/assertion/{row.code}"}
    return links if row.renewed_by is None else {**links, "renewed_by": f"{base}/v/{row.renewed_by.code}"}
