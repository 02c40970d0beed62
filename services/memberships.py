"""Memberships: who is in an academy's team, and as what. There is always an owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from models import Membership
from models import Session as SessionRow
from rules import roles, text
from rules.errors import Refused
from rules.roles import Role
from services import audit, organization_locks, organizations, users
from services.callers import Caller

MOST_INVITED = 100
"""Invitations of one academy that are open at once."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, or invited to it (no `accepted_at`).

    Whoever has not come yet is known by the address alone, as it was typed here: what an account is called elsewhere, or
    that there is one, is its person's to tell.
    """

    id: UUID
    user_id: UUID
    name: str | None
    email: str
    role: Role
    invited_at: datetime
    accepted_at: datetime | None
    last_signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is put into a team, or invited to it, and as what; the name counts for somebody without an account alone."""

    email: str
    name: str
    role: str


async def list_of(organization_id: UUID) -> list[Member]:
    """The team of an academy in the order in which they came, then those who are invited."""
    found = await _of(organization_id).order_by("created_at", "id")
    return sorted(map(_as_member, found), key=lambda member: member.accepted_at is None)


async def read(organization_id: UUID, member_id: UUID) -> Member:
    """Somebody in the team or invited to it."""
    return _as_member(await _held(organization_id, member_id))


async def change_role(caller: Caller, member_id: UUID, role: str, now: datetime) -> Member:
    """A member does something else from the next request on. The last owner stays one."""
    wanted = roles.parse(role)
    async with in_transaction():
        await organization_locks.hold(caller.organization_id)
        row = await _held(caller.organization_id, member_id)
        before = row.role
        if before == wanted:
            return _as_member(row)
        await _keep_an_owner(row)
        row.role = wanted
        await row.save(update_fields=["role"])
        facts = {"email": _as_member(row).email}
        change = ({**facts, "role": before}, {**facts, "role": wanted})
        await audit.record(caller, "change_role", str(row.id), change, now)
    return _as_member(row)


async def remove(caller: Caller, member_id: UUID, now: datetime) -> Member:
    """A member is out of the team at once, or an invitation withdrawn. The last owner stays."""
    async with in_transaction():
        await organization_locks.hold(caller.organization_id)
        row = await _held(caller.organization_id, member_id)
        await _keep_an_owner(row)
        await SessionRow.filter(user_id=row.user_id, organization_id=row.organization_id).delete()
        await row.delete()
        before = {"email": _as_member(row).email, "role": row.role}
        await audit.record(caller, "remove_member", str(row.id), (before, {}), now)
    return _as_member(row)


async def add(caller: Caller, email: str, name: str, role: str, now: datetime, *, is_accepted: bool) -> Member:
    """Somebody is put into the team, or invited to it. Whoever is in it already is refused."""
    async with in_transaction():
        member = await put(caller.organization_id, Newcomer(email, name, role), now, is_accepted=is_accepted)
        await record(caller, member, now)
    return member


async def put(organization_id: UUID, who: Newcomer, now: datetime, *, is_accepted: bool) -> Member:
    """The same within a transaction that does more and ends with `record`."""
    wanted, email = roles.parse(who.role), text.address(who.email.strip(), field="email")
    await organizations.read(organization_id)
    await organization_locks.hold(organization_id)
    user = await users.found_or_made(email, who.name, now)
    if await Membership.filter(organization_id=organization_id, user_id=user.id).exists():
        raise Refused("conflict", f"{email} is in the team or invited already.", field="email")
    if not is_accepted:
        await _keep_within_bounds(organization_id)
    row = Membership(
        id=uuid4(),
        organization_id=organization_id,
        user=user,
        role=wanted,
        invited_email=email,
        created_at=now,
        accepted_at=now if is_accepted else None,
    )
    await row.save()
    return _as_member(row)


async def record(caller: Caller, member: Member, now: datetime) -> None:
    """Somebody new is told of in the audit log: the last thing of the transaction."""
    change = (audit.NOTHING, {"email": member.email, "role": member.role})
    await audit.record(caller, "add_member" if member.accepted_at else "invite_member", member.id, change, now)


async def _keep_within_bounds(organization_id: UUID) -> None:
    """Nobody floods mailboxes by inviting the world."""
    if await Membership.filter(organization_id=organization_id, accepted_at__isnull=True).count() >= MOST_INVITED:
        raise Refused("conflict", f"{MOST_INVITED} invitations are open. Withdraw some first.", field="email")


async def _keep_an_owner(row: Membership) -> None:
    """Refused where this is the only owner who has come."""
    if row.role != "owner" or row.accepted_at is None:
        return
    others = Membership.filter(organization_id=row.organization_id, role="owner", accepted_at__isnull=False)
    if not await others.exclude(id=row.id).exists():
        raise Refused("conflict", "An academy has an owner always. Make somebody else an owner first.", field="role")


async def _held(organization_id: UUID, member_id: UUID) -> Membership:
    row = await _of(organization_id).get_or_none(id=member_id)
    if row is None:
        raise Refused("not_found", "Nobody in the team has this address.")
    return row


def _of(organization_id: UUID) -> QuerySet[Membership]:
    return Membership.filter(organization_id=organization_id).select_related("user")


def _as_member(row: Membership) -> Member:
    has_come = row.accepted_at is not None
    return Member(
        row.id,
        row.user_id,
        row.user.name if has_come else None,
        row.user.email if has_come else row.invited_email,
        roles.parse(row.role),
        row.created_at,
        row.accepted_at,
        row.user.last_signed_in_at if has_come else None,
    )
