"""Accounts by mail: invited, joined, and a new password where the old one is not known. No link lies in the database."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from models import Mail, Membership, User
from rules import account_links, passwords, roles, text
from rules.account_links import AccountLink
from rules.errors import Refused
from rules.roles import Role
from services import audit, database, mail_outbox, memberships, password_hashes, sessions, users
from services.callers import Caller
from services.keyring import Keyring
from services.memberships import Member, Newcomer

TokenMaker = Callable[[Keyring, datetime], Awaitable[str]]
PAUSE, MOST_A_DAY = timedelta(minutes=1), 5
"""Between two mails of a kind to one person, and how many of them within a day."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as whoever has its link sees it."""

    membership_id: UUID
    academy: str
    email: str
    name: str
    role: Role
    needs_password: bool


async def create(caller: Caller, email: str, name: str, role: str, password: str, now: datetime) -> Member:
    """Somebody is put into the team with a password, which no account that is there already gets anew."""
    passwords.check(password, email)
    wanted = await password_hashes.make(password)
    async with in_transaction():
        member = await memberships.put(caller.organization_id, Newcomer(email, name, role), now, is_accepted=True)
        if not await users.put_password(member.user_id, None, wanted):
            raise Refused("conflict", f"{email} has a password already. Leave --password-stdin out.", field="email")
        await memberships.record(caller, member, now)
    return member


async def set_password(email: str, password: str) -> None:
    """An operator gives somebody a password, and every session of theirs ends."""
    row = await User.get_or_none(email_key=users.key_of(email))
    if row is None:
        raise Refused("not_found", "Nobody has this address.")
    passwords.check(password, row.email)
    await users.put_password(row.id, row.password_hash, await password_hashes.make(password))


async def has_password(email: str, password: str) -> bool:
    """Whether this is the password of whoever has an address."""
    row = await User.get_or_none(email_key=users.key_of(email))
    return (await password_hashes.check(row.password_hash if row else None, password)).is_right


async def invite(caller: Caller, email: str, role: str, inviter: str, now: datetime) -> Member:
    """Somebody is asked by mail to join the team."""
    async with in_transaction():
        member = await memberships.put(caller.organization_id, Newcomer(email, "", role), now, is_accepted=False)
        await _mail_invitation(caller.organization_id, member, inviter, now)
        await memberships.record(caller, member, now)
    return member


async def invite_again(caller: Caller, member_id: UUID, inviter: str, now: datetime) -> Member:
    """Whoever has not come yet is asked again, not before a minute and five times a day."""
    async with in_transaction():
        member = await memberships.read(caller.organization_id, member_id)
        if member.accepted_at is not None:
            raise Refused("conflict", "This person is in the team already.")
        # What other academies sent is not told.
        if await _is_too_soon(_invitations(caller.organization_id, await _address(member)), now):
            raise Refused("rate_limited", "This invitation was mailed just now, or often today. Try again later.")
        await _mail_invitation(caller.organization_id, member, inviter, now)
    return member


async def invitation(token: str, keyring: Keyring, now: datetime) -> Invitation:
    """What an invitation's link is for. Looking changes nothing."""
    return _as_invitation(await _invited(token, keyring, now))


async def accept(token: str, name: str, password: str, keyring: Keyring, now: datetime) -> str | None:
    """Whoever was invited is in the team. Somebody new chooses name and password and gets the token of a session.

    Somebody who has a password signs in with that: None.
    """
    row = await _invited(token, keyring, now)
    if row.user.password_hash is not None:
        async with in_transaction():
            await _join(row, now)
            await _record_joining(row, now)
        return None
    name = text.line(name, field="name", longest=200)
    passwords.check(password, row.user.email)
    wanted = await password_hashes.make(password)
    async with in_transaction():
        await _join(row, now)
        if not await users.put_password(row.user_id, None, wanted, name=name):
            raise account_links.used_up()
        await _record_joining(row, now)
    return await sessions.start(row.user_id, row.organization_id, keyring, now)


async def ask_for_reset(email: str, now: datetime, *, is_known: bool = False) -> None:
    """A link is mailed to whoever has this address. Whether anybody has is not told, nor by how long it takes.

    `is_known`: asked in a browser in which the person signed in before, where a day's bound does not count: strangers
    could use it up.
    """
    async with in_transaction():
        # The same is asked and something is written in every case: so the commit takes as long.
        await database.writable(now)
        row = await User.get_or_none(email_key=users.key_of(email))
        user_id, address = (row.id, row.email) if row else (uuid4(), email)
        kind: Literal["invitation", "password_reset"] = "password_reset" if row and row.password_hash else "invitation"
        is_too_soon = await _is_too_soon(
            Mail.filter(kind=kind, recipient=address), now, None if is_known else MOST_A_DAY
        )
        first = await Membership.filter(user_id=user_id).order_by("created_at").first()
        if first is not None and not is_too_soon:
            subject = {"user_id": str(user_id)} if kind == "password_reset" else {"membership_id": str(first.id)}
            await mail_outbox.to_person(kind, first.organization_id, address, {"inviter": "", **subject}, now)


async def resettable(token: str, keyring: Keyring, now: datetime) -> str:
    """The address of the account that a link sets the password of. Looking changes nothing."""
    return (await _resettable(token, keyring, now)).email


async def reset(token: str, password: str, keyring: Keyring, now: datetime) -> None:
    """A new password by a link from the mail, once; every session of the person ends."""
    row = await _resettable(token, keyring, now)
    passwords.check(password, row.email)
    if not await users.replace_password(row, await password_hashes.make(password), now, is_known=False):
        raise account_links.used_up()


async def reset_token(email: str, keyring: Keyring, now: datetime) -> str:
    """What a link to a new password carries, for the person with this address."""
    row = await User.get_or_none(email_key=users.key_of(email))
    if row is None or row.password_hash is None:
        raise Refused("not_found", "Nobody with a password has this address.")
    return account_links.token(keyring.keys_of("account links")[0], reset_link(row), now)


async def invitation_token(membership_id: UUID, keyring: Keyring, now: datetime) -> str:
    """What the link of an invitation carries."""
    row = await Membership.get(id=membership_id).select_related("user")
    return account_links.token(keyring.keys_of("account links")[0], invitation_link(row), now)


def reset_link(row: User) -> AccountLink:
    """It is for the password that there is now."""
    return AccountLink("password_reset", row.id, account_links.state(row.email, row.password_hash))


def invitation_link(row: Membership) -> AccountLink:
    """It is for a membership that nobody has taken yet, and says as what."""
    return AccountLink("invitation", row.id, account_links.state(row.user.email, row.role, str(row.accepted_at)))


async def link_of(facts: Mapping[str, str]) -> AccountLink | None:
    """What the link in a mail is for, by the facts in the outbox; None for other mails, and where it leads nowhere now."""
    if "user_id" in facts:
        user = await User.get_or_none(id=facts["user_id"])
        return reset_link(user) if user is not None else None
    if "membership_id" in facts:
        row = await Membership.get_or_none(id=facts["membership_id"]).select_related("user")
        return invitation_link(row) if row is not None and row.accepted_at is None else None
    return None


async def _invited(token: str, keyring: Keyring, now: datetime) -> Membership:
    link = account_links.read(token, keyring.keys_of("account links"), "invitation", now)
    row = await Membership.get_or_none(id=link.subject).select_related("user", "organization")
    if row is None or row.accepted_at is not None or invitation_link(row) != link:
        raise account_links.used_up()
    return row


async def _resettable(token: str, keyring: Keyring, now: datetime) -> User:
    link = account_links.read(token, keyring.keys_of("account links"), "password_reset", now)
    row = await User.get_or_none(id=link.subject)
    if row is None or reset_link(row) != link:
        raise account_links.used_up()
    return row


async def _join(row: Membership, now: datetime) -> None:
    if not await Membership.filter(id=row.id, role=row.role, accepted_at__isnull=True).update(accepted_at=now):
        raise account_links.used_up()


async def _record_joining(row: Membership, now: datetime) -> None:
    caller = Caller(row.organization_id, user_id=row.user_id)
    change = (audit.NOTHING, {"email": row.user.email, "role": row.role})
    await audit.record(caller, "accept_invitation", row.id, change, now)


async def _address(member: Member) -> str:
    """Where mails to somebody go: as the person wrote it, however it was typed when inviting."""
    return (await User.get(id=member.user_id)).email


def _invitations(organization_id: UUID, address: str) -> QuerySet[Mail]:
    return Mail.filter(kind="invitation", organization_id=organization_id, recipient=address)


async def _mail_invitation(organization_id: UUID, member: Member, inviter: str, now: datetime) -> None:
    facts = {"membership_id": str(member.id), "inviter": inviter}
    await mail_outbox.to_person("invitation", organization_id, await _address(member), facts, now)


async def _is_too_soon(mails: QuerySet[Mail], now: datetime, most: int | None = MOST_A_DAY) -> bool:
    recent = mails.filter(created_at__gt=now - timedelta(days=1))
    sent = [mail.created_at for mail in await recent.order_by("-created_at").limit(MOST_A_DAY)]
    return bool(sent) and (len(sent) == most or sent[0] + PAUSE > now)


def _as_invitation(row: Membership) -> Invitation:
    needs_password = row.user.password_hash is None
    name = "" if not needs_password or row.user.name == row.user.email else row.user.name
    return Invitation(row.id, row.organization.name, row.user.email, name, roles.parse(row.role), needs_password)
