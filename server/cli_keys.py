"""`truecerta key`: API keys."""

import json
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from server import commands
from services import api_keys as service
from services import organizations
from services.callers import Caller

keys = typer.Typer(help="API keys.", no_args_is_help=True)


@keys.command()
def create(
    organization: Annotated[
        UUID, typer.Argument(parser=commands.academy_id, metavar="ORGANIZATION_ID", help="The academy's id.")
    ],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    *,
    as_json: commands.AsJson = False,
) -> None:
    """Create an API key. It is shown this once."""

    async def make() -> service.NewKey:
        await organizations.read(organization)
        return await service.create(Caller(organization), name, datetime.now(UTC))

    made = commands.on_database(make, nowhere=commands.NO_ACADEMY)
    facts = {"id": str(made.id), "api_key": made.secret}
    print(json.dumps(facts) if as_json else f"API key, shown this once: {made.secret}")


@keys.command(name="list")
def list_of(
    organization: Annotated[
        UUID, typer.Argument(parser=commands.academy_id, metavar="ORGANIZATION_ID", help="The academy's id.")
    ],
    *,
    as_json: commands.AsJson = False,
) -> None:
    """List the keys of an academy, newest first; of each only the last four characters are known."""

    async def found() -> list[service.KeyCard]:
        await organizations.read(organization)
        return await service.list_of(organization)

    rows = [
        {
            "id": key.id,
            "name": key.name,
            "ends in": key.hint,
            "created": key.created_at,
            "last used": key.last_used_at,
            "revoked": key.revoked_at,
        }
        for key in commands.on_database(found, nowhere=commands.NO_ACADEMY)
    ]
    commands.show(rows, as_json=as_json, empty="This academy has no keys.")


@keys.command()
def revoke(
    key: Annotated[
        UUID, typer.Argument(parser=commands.key_id, metavar="KEY_ID", help="The key's id, as `key list` shows it.")
    ],
) -> None:
    """Revoke an API key: it is refused within a second."""

    async def withdraw() -> None:
        await service.revoke(Caller(await service.owner(key)), key, datetime.now(UTC))

    commands.on_database(withdraw)
    print(f"{key} is revoked.")
