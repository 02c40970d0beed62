"""`truecerta plan`: how much academies may issue."""

from functools import partial
from typing import Annotated

import typer

from server import commands
from services import plans as service

MOST = 2_147_483_647  # what the tables hold; no limit is for more
plans = typer.Typer(help="How much academies may issue.", no_args_is_help=True)


@plans.command(name="set")
def define(
    name: Annotated[str, typer.Argument(help="The plan's name.")],
    certificates: Annotated[
        int | None, typer.Option(help="Certificates in all; if not given, no limit.", min=0, max=MOST)
    ] = None,
    courses: Annotated[
        int | None, typer.Option(help="Courses in all; if not given, no limit.", min=0, max=MOST)
    ] = None,
) -> None:
    """Define a plan, or change it for every academy on it. Limits below use stop only new ones."""
    commands.on_database(partial(service.define, name, certificates, courses))
    limits = f"certificates {'without limit' if certificates is None else certificates}"
    print(f"{name}: {limits}, courses {'without limit' if courses is None else courses}.")


@plans.command(name="list")
def list_all(*, as_json: commands.AsJson = False) -> None:
    """List the plans."""
    rows = [
        {
            "name": plan.name,
            "certificates": plan.max_certificates,
            "courses": plan.max_courses,
            "organizations": plan.organizations,
        }
        for plan in commands.on_database(service.list_all)
    ]
    commands.show(rows, as_json=as_json, empty="There are no plans.")
