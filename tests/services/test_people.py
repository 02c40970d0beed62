"""People in the database: one at a time is an owner no more, one link is used once, and hashes follow the parameters."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from models import AuditEntry, Mail, Membership, Session, User
from rules import session_tokens
from rules.errors import Refused
from services import accounts, mails, memberships, password_hashes, sessions, users
from services.callers import Caller
from services.memberships import Member
from tests.people import OTHER_PASSWORD, PASSWORD
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, at_once

pytestmark = pytest.mark.usefixtures("alone")
EMAIL = "Jane.Doe@example.com"
MINUTE = timedelta(minutes=1)


async def joined(own: Academy, email: str = EMAIL, role: str = "owner", password: str = PASSWORD) -> Member:
    """Somebody in the team who can sign in."""
    return await accounts.create(Caller(own.id), email, "Jane Doe", role, password, NOW)


async def code_of(work: Any) -> str | None:  # noqa: ANN401  # anything that can be awaited
    """The code by which it is refused, if it is."""
    try:
        await work
    except Refused as refused:
        return refused.code
    return None


async def test_a_person_is_found_whatever_the_case_and_is_one_in_every_academy() -> None:
    first, second = await academy(), await academy()
    one = await joined(first)
    other = await memberships.add(Caller(second.id), EMAIL.upper(), "Somebody", "viewer", NOW, is_accepted=True)
    assert one.user_id == other.user_id
    person = await users.authenticated(f" {EMAIL.lower()} ", PASSWORD, NOW)
    assert (person.id, person.name, person.email) == (one.user_id, "Jane Doe", EMAIL)


async def test_a_hash_by_older_parameters_is_made_anew_at_the_next_sign_in() -> None:
    member = await joined(await academy())
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await User.filter(id=member.user_id).update(password_hash=old)
    assert await code_of(users.authenticated(EMAIL, OTHER_PASSWORD, NOW)) == "unprocessable_entity"
    assert (await User.get(id=member.user_id)).password_hash == old
    await users.authenticated(EMAIL, PASSWORD, NOW)
    row = await User.get(id=member.user_id)
    assert row.password_hash != old
    assert row.last_signed_in_at == NOW
    kept = row.password_hash
    await users.authenticated(EMAIL, PASSWORD, NOW)
    assert (await User.get(id=member.user_id)).password_hash == kept


async def test_hashes_are_argon2id_and_salted() -> None:
    one, two = await password_hashes.make(PASSWORD), await password_hashes.make(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


async def test_what_is_no_hash_lets_nobody_in() -> None:
    assert not (await password_hashes.check("nonsense", PASSWORD)).is_right
    assert not (await password_hashes.check(None, "a password that nobody has")).is_right


async def test_only_so_many_wait_for_their_password_to_be_checked() -> None:
    answers = await asyncio.gather(
        *(code_of(password_hashes.check("nonsense", PASSWORD)) for _ in range(60)), return_exceptions=True
    )
    assert answers.count("unavailable") == 60 - password_hashes.MOST_WAITING - password_hashes.THREADS
    assert await code_of(password_hashes.check("nonsense", PASSWORD)) is None


async def test_the_last_owner_stays_however_many_leave_at_once() -> None:
    own = await academy()
    team = [await joined(own, f"owner{number}@example.com") for number in range(4)]
    caller = Caller(own.id)
    codes = await at_once(*(code_of(memberships.remove(caller, one.id, NOW)) for one in team))
    assert sorted(codes, key=str) == [None, None, None, "conflict"]
    (last,) = await memberships.list_of(own.id)
    assert last.role == "owner"
    assert await code_of(memberships.change_role(caller, last.id, "viewer", NOW)) == "conflict"


async def test_an_invited_owner_is_none_yet() -> None:
    own = await academy()
    owner = await joined(own)
    await accounts.invite(Caller(own.id), "new@example.com", "owner", "Jane", NOW)
    assert await code_of(memberships.remove(Caller(own.id), owner.id, NOW)) == "conflict"


async def test_somebody_is_invited_once_however_often_at_once() -> None:
    own = await academy()
    codes = await at_once(
        *(code_of(accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)) for _ in range(4))
    )
    assert sorted(codes, key=str) == [None, "conflict", "conflict", "conflict"]
    assert await Mail.filter(kind="invitation").count() == 1


async def test_an_academy_has_a_bound_of_open_invitations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memberships, "MOST_INVITED", 2)
    own = await academy()
    for number in range(2):
        await accounts.invite(Caller(own.id), f"new{number}@example.com", "viewer", "Jane", NOW)
    assert await code_of(accounts.invite(Caller(own.id), "one@example.com", "viewer", "Jane", NOW)) == "conflict"
    await joined(own)


async def test_of_two_who_use_a_reset_link_at_once_one_sets_the_password() -> None:
    await joined(await academy())
    token = await accounts.reset_token(EMAIL, KEYRING, NOW)
    codes = await at_once(*(code_of(accounts.reset(token, f"{OTHER_PASSWORD} {n}", KEYRING, NOW)) for n in range(3)))
    assert sorted(codes, key=str) == [None, "gone", "gone"]


async def test_of_two_who_use_an_invitation_at_once_one_joins() -> None:
    own = await academy()
    invited = await accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)
    token = await accounts.invitation_token(invited.id, KEYRING, NOW)
    codes = await at_once(*(code_of(accounts.accept(token, f"Nora {n}", PASSWORD, KEYRING, NOW)) for n in range(3)))
    assert sorted(codes, key=str) == [None, "gone", "gone"]


async def test_a_link_to_a_password_is_worth_nothing_once_that_is_another() -> None:
    member = await joined(await academy())
    token = await accounts.reset_token(EMAIL, KEYRING, NOW)
    await users.change_password(member.user_id, PASSWORD, OTHER_PASSWORD, NOW)
    assert await code_of(accounts.resettable(token, KEYRING, NOW)) == "gone"


async def test_an_hour_for_a_password_and_a_week_for_an_invitation() -> None:
    own = await academy()
    await joined(own)
    reset = await accounts.reset_token(EMAIL, KEYRING, NOW)
    invited = await accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)
    invitation = await accounts.invitation_token(invited.id, KEYRING, NOW)
    assert await code_of(accounts.resettable(reset, KEYRING, NOW + timedelta(minutes=59))) is None
    assert await code_of(accounts.resettable(reset, KEYRING, NOW + timedelta(minutes=60))) == "gone"
    assert await code_of(accounts.invitation(invitation, KEYRING, NOW + 7 * DAY - MINUTE)) is None
    assert await code_of(accounts.invitation(invitation, KEYRING, NOW + 7 * DAY)) == "gone"


async def test_mails_to_people_carry_what_is_true_when_they_are_sent() -> None:
    own = await academy()
    member = await joined(own)
    await accounts.ask_for_reset(EMAIL.lower(), NOW)
    invited = await accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)
    await users.change_password(member.user_id, PASSWORD, OTHER_PASSWORD, NOW)
    row = await User.get(id=member.user_id)
    leased = {mail.kind: mail for mail in await mails.lease(10, NOW)}
    assert leased["password_reset"].link == accounts.reset_link(row)
    assert leased["password_reset"].recipient == EMAIL
    link = leased["invitation"].link
    assert link is not None
    assert (link.purpose, link.subject) == ("invitation", invited.id)
    assert leased["password_changed"].link is None
    assert await Mail.all().count() == 3
    rows = await Mail.all().values()
    assert "eyJ" not in str(rows)  # no token lies in the database


async def test_an_invitation_that_was_withdrawn_is_not_mailed_any_more() -> None:
    own = await academy()
    invited = await accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)
    await memberships.remove(Caller(own.id), invited.id, NOW)
    assert await mails.lease(10, NOW) == []
    assert await Mail.all().count() == 0


async def test_a_link_is_mailed_after_a_minute_again_and_five_times_a_day() -> None:
    await joined(await academy())
    for minutes in (0, 0.5, 1, 2, 3, 4, 5, 6):
        await accounts.ask_for_reset(EMAIL, NOW + minutes * MINUTE)
    assert await Mail.filter(kind="password_reset").count() == 5
    await accounts.ask_for_reset(EMAIL, NOW + DAY + 5 * MINUTE)
    assert await Mail.filter(kind="password_reset").count() == 6


async def test_what_strangers_ask_for_in_a_day_keeps_no_link_from_a_known_browser() -> None:
    await joined(await academy())
    for minutes in range(6):
        await accounts.ask_for_reset(EMAIL, NOW + minutes * MINUTE)
    for later in (6 * MINUTE, 6.5 * MINUTE):
        await accounts.ask_for_reset(EMAIL, NOW + later, is_known=True)
    assert await Mail.filter(kind="password_reset").count() == 6  # one a minute all the same


async def test_whoever_was_invited_and_asks_for_a_password_gets_the_invitation_again() -> None:
    own = await academy()
    await accounts.invite(Caller(own.id), "new@example.com", "viewer", "Jane", NOW)
    await accounts.ask_for_reset("new@example.com", NOW + DAY)
    assert [mail.kind for mail in await Mail.all()] == ["invitation"] * 2


async def test_sessions_that_are_over_are_cleared_away() -> None:
    own = await academy()
    member = await joined(own)
    tokens = [await sessions.start(member.user_id, own.id, KEYRING, NOW) for _ in range(3)]
    later = NOW + session_tokens.IDLE - MINUTE
    assert await sessions.read(tokens[0], KEYRING, later) is not None  # used: it lasts
    await sessions.start(member.user_id, own.id, KEYRING, NOW + session_tokens.IDLE)
    assert await Session.all().count() == 2
    assert await sessions.read(tokens[0], KEYRING, NOW + session_tokens.IDLE) is not None
    assert await sessions.read(tokens[1], KEYRING, NOW + session_tokens.IDLE) is None


async def test_looking_at_pages_writes_once_in_five_minutes() -> None:
    own = await academy()
    member = await joined(own)
    token = await sessions.start(member.user_id, own.id, KEYRING, NOW)
    for minutes, seen in ((1, 0), (4, 0), (5, 5), (9, 5), (10, 10)):
        await sessions.read(token, KEYRING, NOW + minutes * MINUTE)
        assert (await Session.get()).seen_at == NOW + seen * MINUTE


async def test_a_session_is_worth_what_the_membership_is() -> None:
    own, elsewhere = await academy(), await academy(name="Elsewhere Academy")
    member = await joined(own)
    await memberships.add(Caller(elsewhere.id), EMAIL, "", "viewer", NOW + MINUTE, is_accepted=True)
    token = await sessions.start(member.user_id, elsewhere.id, KEYRING, NOW)
    found = await sessions.read(token, KEYRING, NOW)
    assert found is not None
    assert (found.organization.id, found.role) == (elsewhere.id, "viewer")
    assert [(place.organization_id, place.role) for place in found.others] == [(own.id, "owner")]
    await sessions.switch(found, own.id, NOW)
    switched = await sessions.read(token, KEYRING, NOW)
    assert switched is not None
    assert (switched.organization.id, switched.role) == (own.id, "owner")
    assert await code_of(sessions.switch(switched, uuid4(), NOW)) == "not_found"
    await joined(own, "other@example.com")
    await memberships.remove(Caller(own.id), member.id, NOW)
    assert await sessions.read(token, KEYRING, NOW) is None


async def test_signing_in_leads_to_the_academy_that_was_worked_for_last() -> None:
    first, second = await academy(name="First Academy"), await academy(name="Second Academy")
    await joined(first)
    await memberships.add(Caller(second.id), EMAIL, "", "viewer", NOW + MINUTE, is_accepted=True)

    async def place(now: datetime) -> sessions.Session:
        found = await sessions.read(await sessions.sign_in(EMAIL, PASSWORD, KEYRING, now), KEYRING, now)
        assert found is not None
        return found

    at_first = await place(NOW + 2 * MINUTE)
    assert at_first.organization.id == first.id  # joined first, and no other was worked for
    await sessions.switch(at_first, second.id, NOW + 3 * MINUTE)
    await sessions.end(at_first.id)
    again = await place(NOW + DAY)
    assert again.organization.id == second.id
    await sessions.switch(again, first.id, NOW + DAY + MINUTE)
    assert (await place(NOW + 2 * DAY)).organization.id == first.id


async def test_a_new_password_is_told_to_its_person_and_to_every_team() -> None:
    first, second, asked = await academy(), await academy(), await academy()
    member = await joined(first)
    await memberships.add(Caller(second.id), EMAIL, "", "viewer", NOW, is_accepted=True)
    await memberships.add(Caller(asked.id), EMAIL, "", "viewer", NOW, is_accepted=False)
    await users.change_password(member.user_id, PASSWORD, OTHER_PASSWORD, NOW + MINUTE)
    await accounts.reset(await accounts.reset_token(EMAIL, KEYRING, NOW), PASSWORD, KEYRING, NOW + 2 * MINUTE)
    assert await Mail.filter(kind="password_changed", recipient=EMAIL).count() == 2
    done = {"change_password", "reset_password"}
    entries = await AuditEntry.filter(action__in=done).values_list("organization_id", "action", "user_id", "subject")
    who = (member.user_id, str(member.user_id))
    assert sorted(entries) == sorted((own.id, action, *who) for own in (first, second) for action in done)


async def test_a_wrong_present_password_changes_and_tells_nothing() -> None:
    member = await joined(await academy())
    before = await AuditEntry.all().count()
    assert await code_of(users.change_password(member.user_id, OTHER_PASSWORD, "a third one", NOW)) is not None
    assert (await Mail.all().count(), await AuditEntry.all().count()) == (0, before)


async def test_whoever_joins_is_told_of_with_who_they_are() -> None:
    own, other = await academy(), await academy()
    member = await joined(other)
    for email in (EMAIL, "new@example.com"):
        invited = await accounts.invite(Caller(own.id), email, "viewer", "Jane", NOW)
        token = await accounts.invitation_token(invited.id, KEYRING, NOW)
        await accounts.accept(token, "Nora", PASSWORD, KEYRING, NOW)
        (entry,) = await AuditEntry.filter(action="accept_invitation", subject=str(invited.id))
        assert (entry.organization_id, entry.user_id) == (own.id, invited.user_id)
        assert (invited.user_id == member.user_id) is (email == EMAIL)


@pytest.mark.parametrize("elsewhere", ["joined", "invited", "unknown"])
async def test_inviting_tells_nothing_of_an_account(elsewhere: str) -> None:
    """Whether somebody has one, and how the address is written there, is known to nobody here before they come."""
    own, other = await academy(), await academy()
    typed, caller = EMAIL.upper(), Caller(own.id)
    if elsewhere == "joined":
        await joined(other)
    elif elsewhere == "invited":
        await accounts.invite(Caller(other.id), EMAIL, "viewer", "Jane", NOW)
    invited = await accounts.invite(caller, typed, "viewer", "Jane", NOW)
    with pytest.raises(Refused, match=r"^JANE\.DOE@EXAMPLE\.COM is in the team"):
        await accounts.invite(caller, typed, "viewer", "Jane", NOW)
    changed = await memberships.change_role(caller, invited.id, "editor", NOW)
    listed = await memberships.list_of(own.id)
    again = await code_of(accounts.invite_again(caller, invited.id, "Jane", NOW + MINUTE))
    removed = await memberships.remove(caller, invited.id, NOW)
    seen = [(each.email, each.name, each.last_signed_in_at) for each in (invited, changed, *listed, removed)]
    assert seen == [(typed, None, None)] * 4
    assert again is None
    told = await AuditEntry.filter(organization_id=own.id).values("before", "after")
    assert EMAIL not in str(told)
    assert str(told).count(typed) == 4


async def test_another_academys_mails_do_not_hold_up_an_invitation() -> None:
    """Else being held up would tell of them."""
    own, other = await academy(), await academy()
    invited = await accounts.invite(Caller(own.id), EMAIL, "viewer", "Jane", NOW)
    await accounts.invite(Caller(other.id), EMAIL, "viewer", "Jane", NOW + MINUTE)
    assert await code_of(accounts.invite_again(Caller(own.id), invited.id, "Jane", NOW + MINUTE)) is None
    assert await code_of(accounts.invite_again(Caller(own.id), invited.id, "Jane", NOW + MINUTE)) == "rate_limited"


async def test_somebody_who_came_is_known_by_their_own_address() -> None:
    own, other = await academy(), await academy()
    await joined(other)
    invited = await accounts.invite(Caller(own.id), EMAIL.upper(), "viewer", "Jane", NOW)
    await accounts.accept(await accounts.invitation_token(invited.id, KEYRING, NOW), "", "", KEYRING, NOW)
    assert (await memberships.read(own.id, invited.id)).email == EMAIL


async def test_nobody_signs_in_who_is_in_no_team() -> None:
    own = await academy()
    await joined(own)
    lonely = await joined(own, "lonely@example.com", "viewer")
    await memberships.remove(Caller(own.id), lonely.id, NOW)
    assert await code_of(sessions.sign_in("lonely@example.com", PASSWORD, KEYRING, NOW)) == "unprocessable_entity"
    assert await Session.all().count() == 0


async def test_no_account_gets_a_password_by_being_put_into_another_team() -> None:
    first, second = await academy(), await academy()
    await joined(first)
    assert await code_of(joined(second, EMAIL, "owner", OTHER_PASSWORD)) == "conflict"
    assert await Membership.filter(organization_id=second.id).count() == 0
    await users.authenticated(EMAIL, PASSWORD, NOW)


async def test_a_password_that_was_changed_meanwhile_is_not_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check of an old password and the note of the sign-in, somebody changes it."""
    member = await joined(await academy())
    check = password_hashes.check

    async def slow(kept: str | None, password: str) -> password_hashes.Checked:
        checked = await check(kept, password)
        await users.put_password(member.user_id, kept, await password_hashes.make(OTHER_PASSWORD))
        return checked

    monkeypatch.setattr(password_hashes, "check", slow)
    assert await code_of(users.authenticated(EMAIL, PASSWORD, NOW)) == "unprocessable_entity"
    monkeypatch.setattr(password_hashes, "check", check)
    await users.authenticated(EMAIL, OTHER_PASSWORD, NOW)
