"""`truecerta user`: the people of the academies on this installation."""

import json
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from rules import account_links
from server import commands, secret_key
from server.settings import PREFIX, Settings
from services import accounts, memberships, organizations
from services.callers import Caller

users = typer.Typer(help="The people who sign in to the dashboard.", no_args_is_help=True)
Organization = Annotated[UUID, typer.Option(help="The academy's id.")]
Email = Annotated[str, typer.Option(help="The person's mail address, by which they sign in.")]


@users.command()
def create(
    organization: Organization,
    email: Email,
    name: Annotated[str, typer.Option(help="What the person is called; can be given later.")] = "",
    role: Annotated[str, typer.Option(help="owner, editor or viewer.")] = "owner",
    *,
    password_stdin: Annotated[
        bool, typer.Option(help="Read a password from standard input, and print no link.")
    ] = False,
    as_json: commands.AsJson = False,
) -> None:
    """Put a person into an academy's team: prints the link by which they choose a password and join."""
    now, caller = datetime.now(UTC), Caller(organization)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        member = commands.on_database(partial(accounts.create, caller, email, name, role, password, now))
        _tell(member, None, as_json=as_json)
        return
    member = commands.on_database(partial(memberships.add, caller, email, name, role, now, is_accepted=False))
    settings = commands.load_settings()
    _tell(member, _link(settings, "invitation", partial(accounts.invitation_token, member.id)), as_json=as_json)
    _warn_of_link(settings)


@users.command(name="list")
def list_all(organization: Organization, *, as_json: commands.AsJson = False) -> None:
    """List an academy's team, and who is invited to it."""

    async def team() -> list[memberships.Member]:
        await organizations.read(organization)
        return await memberships.list_of(organization)

    found = commands.on_database(team)
    rows = [
        {
            "id": member.user_id,
            "email": member.email,
            "name": member.name,
            "role": member.role,
            "joined": member.accepted_at.date() if member.accepted_at else None,
        }
        for member in found
    ]
    commands.show(rows, as_json=as_json, empty="Nobody is in the team yet. Begin with: truecerta user create")


@users.command()
def reset(email: Email) -> None:
    """Print a link by which a person chooses a new password, for whoever gets no mail."""
    settings = commands.load_settings()
    print(_link(settings, "password_reset", partial(accounts.reset_token, email)))
    _warn_of_link(settings)


def _link(settings: Settings, purpose: account_links.Purpose, make: accounts.TokenMaker) -> str:
    token = commands.on_database(partial(make, secret_key.keyring(settings), datetime.now(UTC)))
    return account_links.address(settings.base(), purpose, token)


def _warn_of_link(settings: Settings) -> None:
    """A link that is passed on cannot be called back. Told below it, apart from what a program reads."""
    if settings.public_url is None:
        sys.stdout.flush()
        sys.stderr.write(
            f"{PREFIX}PUBLIC_URL is not set: this link leads to {settings.base()}."
            " Set it to where people reach this service, or put that in the place of it.\n"
        )


def _tell(member: memberships.Member, link: str | None, *, as_json: bool) -> None:
    if as_json:
        facts = {"user_id": str(member.user_id), "email": member.email, "role": member.role, "link": link}
        print(json.dumps(facts))
        return
    if link is None:
        print(f"{member.email} is in the team as {member.role} and can sign in.")
        return
    print(f"{member.email} may join the team as {member.role}, and chooses a password here, within seven days:")
    print(link)
