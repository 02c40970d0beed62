"""Sessions: who is signed in, for which academy. Ended ones are gone, and with them what their cookies were worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from models import Membership
from models import Session as SessionRow
from rules import organizations as organization_rule
from rules import roles, session_tokens
from rules.errors import Refused
from rules.instants import EARLIEST
from rules.roles import Role
from services import organizations, users
from services.keyring import Keyring
from services.users import Person

_NOTED_EVERY = timedelta(minutes=5)
"""A session's last use is written down no more often, so that looking at pages costs no write."""


@dataclass(frozen=True, slots=True)
class Place:
    """An academy that somebody may work for, as what, and when they last began to."""

    organization_id: UUID
    name: str
    role: Role
    worked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: who, for which academy, as what, and for which others it could be."""

    id: UUID
    user: Person
    organization: organization_rule.Organization
    role: Role
    others: tuple[Place, ...]


async def sign_in(email: str, password: str, keyring: Keyring, now: datetime) -> str:
    """The token of a new session, for the academy that the person worked for last; never one that was there before."""
    person = await users.authenticated(email, password, now)
    return await start(person.id, None, keyring, now)


async def start(user_id: UUID, organization_id: UUID | None, keyring: Keyring, now: datetime) -> str:
    """The token of a new session, for an academy, or the one worked for last; sessions that are over are cleared away."""
    async with in_transaction():
        places = await _places(user_id)
        if not places:
            raise Refused("unprocessable_entity", "You are in no academy's team. Ask an owner of yours to invite you.")
        here = next((place for place in places if place.organization_id == organization_id), _last(places))
        row = await SessionRow.create(
            id=uuid4(),
            user_id=user_id,
            organization_id=here.organization_id,
            created_at=now,
            seen_at=now,
            expires_at=now + session_tokens.LONGEST,
        )
        await _remember(user_id, here.organization_id, now)
        await SessionRow.filter(Q(expires_at__lte=now) | Q(seen_at__lte=now - session_tokens.IDLE)).delete()
    return session_tokens.token(keyring.keys_of("sessions")[0], row.id, row.expires_at)


async def read(token: str, keyring: Keyring, now: datetime) -> Session | None:
    """The session that a token is for; None where there is none, where it is over, or the person has left the team."""
    session_id = session_tokens.read(token, keyring.keys_of("sessions"), now)
    row = await SessionRow.filter(id=session_id).select_related("user").first() if session_id else None
    if row is None or session_tokens.is_over(row.seen_at, row.expires_at, now):
        return None
    places = await _places(row.user_id)
    here = next((place for place in places if place.organization_id == row.organization_id), None)
    if here is None:
        return None
    if now >= row.seen_at + _NOTED_EVERY:
        await SessionRow.filter(id=row.id).update(seen_at=now)
    others = tuple(place for place in places if place is not here)
    organization = await organizations.read(row.organization_id)
    return Session(row.id, users.as_person(row.user), organization, here.role, others)


async def switch(session: Session, organization_id: UUID, now: datetime) -> None:
    """The same person works for another academy of theirs, also when they sign in next."""
    if organization_id not in {place.organization_id for place in session.others}:
        raise Refused("not_found", "You are not in this academy's team.")
    async with in_transaction():
        await SessionRow.filter(id=session.id).update(organization_id=organization_id)
        await _remember(session.user.id, organization_id, now)


async def end(session_id: UUID) -> None:
    """Signed out: the cookie is worth nothing from now on."""
    await SessionRow.filter(id=session_id).delete()


async def end_others(session: Session) -> int:
    """The person is signed out everywhere else; how many sessions that were."""
    return await SessionRow.filter(user_id=session.user.id).exclude(id=session.id).delete()


async def count_of_others(session: Session, now: datetime) -> int:
    """In how many other places the person is signed in."""
    lasting = SessionRow.filter(user_id=session.user.id, expires_at__gt=now, seen_at__gt=now - session_tokens.IDLE)
    return await lasting.exclude(id=session.id).count()


async def _places(user_id: UUID) -> list[Place]:
    found = Membership.filter(user_id=user_id, accepted_at__isnull=False).select_related("organization")
    rows = await found.order_by("accepted_at")
    return [Place(row.organization_id, row.organization.name, roles.parse(row.role), row.worked_at) for row in rows]


def _last(places: Sequence[Place]) -> Place:
    """The one that was worked for last; the one joined first where none was."""
    return max(places, key=lambda place: place.worked_at or EARLIEST)


async def _remember(user_id: UUID, organization_id: UUID, now: datetime) -> None:
    await Membership.filter(user_id=user_id, organization_id=organization_id).update(worked_at=now)
