"""Users: people who sign in, found by their mail address whatever its case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models import Membership, User
from models import Session as SessionRow
from rules import passwords, text
from rules.errors import Refused
from services import audit, mail_outbox, password_hashes
from services.callers import Caller

WRONG = "The email address or password is wrong."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in."""

    id: UUID
    name: str
    email: str


def key_of(email: str) -> str:
    """What a person is found by: the address without regard to case or to blanks around it."""
    return email.strip().casefold()


def as_person(row: User) -> Person:
    """The row of a user as pages know it."""
    return Person(row.id, row.name, row.email)


async def authenticated(email: str, password: str, now: datetime) -> Person:
    """Who somebody is, by address and password. An unknown address takes the same work and gets the same answer."""
    row = await User.get_or_none(email_key=key_of(email))
    kept = row.password_hash if row else None
    checked = await password_hashes.check(kept, password)
    if row is None or not checked.is_right:
        raise Refused("unprocessable_entity", WRONG)
    # By the hash that was checked: a password that was changed meanwhile is not put back.
    change = {"last_signed_in_at": now, "password_hash": checked.renewed or kept}
    if not await User.filter(id=row.id, password_hash=kept).update(**change):
        raise Refused("unprocessable_entity", WRONG)
    return as_person(row)


async def rename(user_id: UUID, name: str) -> None:
    """A person is called otherwise, in every academy."""
    name = text.line(name, field="name", longest=200)
    async with in_transaction():
        await User.filter(id=user_id).update(name=name)


async def change_password(user_id: UUID, present: str, wanted: str, now: datetime) -> None:
    """A person who knows the present password sets another, which ends every session."""
    row = await User.get(id=user_id)
    passwords.check(wanted, row.email, field="new_password")
    is_right = (await password_hashes.check(row.password_hash, present)).is_right
    if not is_right or not await replace_password(row, await password_hashes.make(wanted), now, is_known=True):
        raise Refused("unprocessable_entity", "This is not your present password.", field="password")


async def replace_password(row: User, wanted: str, now: datetime, *, is_known: bool) -> bool:
    """As `put_password`, for somebody who knew the present one or had a link; told by mail and in the teams' audit logs."""
    async with in_transaction():
        if not await put_password(row.id, row.password_hash, wanted):
            return False
        joined = Membership.filter(user_id=row.id, accepted_at__isnull=False)
        # In one order always: an entry may wait for another's instant, and nobody may do so in a circle.
        teams = [Caller(team.organization_id, user_id=row.id) for team in await joined.order_by("organization_id")]
        for caller in teams[:1]:
            await mail_outbox.to_person("password_changed", caller.organization_id, row.email, {}, now)
        told = (audit.NOTHING, {"email": row.email})
        for caller in teams:
            await audit.record(caller, "change_password" if is_known else "reset_password", row.id, told, now)
    return True


async def put_password(user_id: UUID, before: str | None, wanted: str, **more: object) -> bool:
    """A password's hash takes the place of the one there was, and every session ends; False where that one was replaced."""
    async with in_transaction():
        had = (
            User.filter(id=user_id, password_hash=before)
            if before
            else User.filter(id=user_id, password_hash__isnull=True)
        )
        if not await had.update(password_hash=wanted, **more):
            return False
        await SessionRow.filter(user_id=user_id).delete()
    return True


async def found_or_made(email: str, name: str, now: datetime) -> User:
    """The user with an address; made without a password where there is none. Belongs into the transaction of the change.

    `email` is one of rules.text.address.
    """
    known = await User.get_or_none(email_key=key_of(email))
    if known is not None:
        return known
    name = text.line(name or email, field="name", longest=200)
    made, _ = await User.get_or_create(
        {"id": uuid4(), "email": email, "name": name, "created_at": now}, email_key=key_of(email)
    )
    return made
