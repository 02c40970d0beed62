"""`truecerta org`: the academies on this installation."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from server import commands
from services import organizations as service
from services import plans
from services.callers import Caller

organizations = typer.Typer(help="The academies on this installation.", no_args_is_help=True)


@organizations.command()
def create(
    name: Annotated[str, typer.Option(help="The academy's name, as it stands on certificates.")],
    email: Annotated[str, typer.Option(help="Its public mail address.")],
    url: Annotated[str | None, typer.Option(help="Its web site.")] = None,
    logo_url: Annotated[str | None, typer.Option(help="Where its logo (PNG, JPEG or SVG) is published.")] = None,
    plan: Annotated[str | None, typer.Option(help="Its plan; the one without limits when not given.")] = None,
    *,
    as_json: commands.AsJson = False,
) -> None:
    """Create an academy with its first API key."""
    made = commands.on_database(
        partial(service.create, name=name, email=email, url=url, logo_url=logo_url, plan=plan, now=datetime.now(UTC))
    )
    if as_json:
        facts = {
            "organization_id": str(made.id),
            "name": made.name,
            "code_letters": made.code_letters,
            "plan": made.plan,
            "api_key": made.api_key,
        }
        print(json.dumps(facts))
        return
    print(f"Created {made.name} ({made.id}), whose codes begin with TRC-{made.code_letters}.")
    print(f"API key, shown this once: {made.api_key}")


@organizations.command(name="list")
def list_all(*, as_json: commands.AsJson = False) -> None:
    """List the academies."""
    found = commands.on_database(service.list_all)
    rows = [
        {"id": o.id, "name": o.name, "email": o.email, "plan": o.plan, "created": o.created_at.date()} for o in found
    ]
    commands.show(rows, as_json=as_json, empty="No academies yet. Create one with: truecerta org create")


@organizations.command()
def letters(
    organization: Annotated[
        UUID, typer.Argument(parser=commands.academy_id, metavar="ORGANIZATION_ID", help="The academy's id.")
    ],
    chosen: Annotated[str, typer.Argument(metavar="LETTERS", help="Three letters, such as ABC.")],
) -> None:
    """Choose the letters of an academy's codes, as long as it has issued no certificate."""
    change = partial(service.change_letters, Caller(organization), chosen, datetime.now(UTC))
    commands.on_database(change, nowhere=commands.NO_ACADEMY)
    print(f"The codes of {organization} begin with TRC-{chosen.upper()}.")


@organizations.command()
def plan(
    organization: Annotated[
        UUID, typer.Argument(parser=commands.academy_id, metavar="ORGANIZATION_ID", help="The academy's id.")
    ],
    name: Annotated[str, typer.Argument(help="The plan's name.")],
) -> None:
    """Put an academy on a plan."""
    commands.on_database(partial(plans.assign, Caller(organization), name, datetime.now(UTC)))
    print(f"{organization} is on the plan {name}.")
