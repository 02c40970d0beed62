"""What the command line takes, each with its sentence for --help."""

from pathlib import Path
from typing import Annotated

import typer

from .version import VERSION

PROGRAM = "truecerta-conformance"
SERVER, WRITING, CLAUSES, REPORTS = "The server", "What may be done to it", "Clauses", "Figures and reports"
PORT = 65535


def show_version(asked: bool) -> None:  # noqa: FBT001  # as typer calls it
    """The version alone, whatever else was asked."""
    if asked:
        print(f"{PROGRAM} {VERSION}")
        raise typer.Exit


Url = Annotated[
    str | None,
    typer.Option(metavar="URL", rich_help_panel=SERVER, help="Where it is, such as https://staging.example.com."),
]
Key = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        envvar="TRUECERTA_KEY",
        rich_help_panel=SERVER,
        help="A key of an organization that is there for tests. In the environment others on this machine do not see it.",
    ),
]
OtherKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        envvar="TRUECERTA_OTHER_KEY",
        rich_help_panel=SERVER,
        help="A key of another one, to see that each is kept from the other. Better in the environment, too.",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=0.1, rich_help_panel=SERVER, help="How long an answer may take."),
]
Write = Annotated[
    bool,
    typer.Option(
        "--write",
        metavar="",
        rich_help_panel=WRITING,
        help="Make courses, certificates (of people at example.com) and endpoints. Endpoints are removed again.",
    ),
]
SmtpPort = Annotated[
    int | None,
    typer.Option(
        metavar="PORT",
        min=1,
        max=PORT,
        rich_help_panel=WRITING,
        help="Take its mail, listening on this port of 127.0.0.1.",
    ),
]
MailDir = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        file_okay=False,
        rich_help_panel=WRITING,
        help="Read its mail in this folder, where it writes .eml files.",
    ),
]
ReceiverUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        rich_help_panel=WRITING,
        help="Where it reaches the suite's receiver of webhooks, if not at 127.0.0.1.",
    ),
]
ReceiverPort = Annotated[
    int,
    typer.Option(
        metavar="PORT",
        min=0,
        max=PORT,
        rich_help_panel=WRITING,
        help="Where that receiver listens; any free port when 0.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="AREA|CLAUSE", rich_help_panel=CLAUSES, help="Try this alone. May be given several times."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(metavar="AREA|CLAUSE", rich_help_panel=CLAUSES, help="Leave this out. May be given several times."),
]
List = Annotated[
    bool,
    typer.Option(
        "--list", metavar="", rich_help_panel=CLAUSES, help="Show the clauses and try none. That needs no server."
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        metavar="",
        rich_help_panel=REPORTS,
        help="Take a warning for a failure, and each clause that could not be tried for a question left open.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        file_okay=False,
        rich_help_panel=REPORTS,
        help="Write junit.xml, results.json and report.html there.",
    ),
]
Examples = Annotated[
    int,
    typer.Option(
        metavar="N", min=1, rich_help_panel=REPORTS, help="Random requests for each operation, in each phase."
    ),
]
Seed = Annotated[
    int,
    typer.Option(metavar="N", min=0, rich_help_panel=REPORTS, help="The same seed sends the same random requests."),
]
Version = Annotated[
    bool, typer.Option("--version", metavar="", callback=show_version, is_eager=True, help="Show the version and stop.")
]
Badge = Annotated[
    str,
    typer.Argument(metavar="URL|FILE", help="A badge's address, or a file: JSON, a baked PNG or SVG, a signed badge."),
]
Recipient = Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose badge it has to be.")]
Official = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        exists=True,
        help="The Python of an environment with the official validator, to compare verdicts.",
    ),
]
Private = Annotated[
    bool,
    typer.Option(
        "--private",
        metavar="",
        help="Let a badge lead to private addresses, too. One that is at such an address itself always may.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Answer as JSON.")]
