"""The command line: `truecerta-conformance`, in a checkout `python -m conformance`."""

import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import typer
from rich.console import Console

from . import arguments as given
from .calling import wrong_in
from .clause import Clause
from .clauses import all_clauses
from .judging import judge
from .naming import misnamed
from .options import Options
from .reporting.terminal import Terminal
from .running import COULD_NOT_TELL, chosen

EXAMPLE = "For example: truecerta-conformance --url https://staging.example.com --write --mail-dir mail --out reports"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, epilog=EXAMPLE)


def main() -> None:
    """The program. A fault of its own says nothing about any server, so that it must not look like a verdict."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text until somebody changes them
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        app(prog_name=given.PROGRAM)
    except Exception:  # noqa: BLE001  # all of them
        traceback.print_exc()
        sys.exit(COULD_NOT_TELL)


@app.callback(invoke_without_command=True)
def conformance(  # noqa: PLR0913  # one for each option
    context: typer.Context,
    *,
    url: given.Url = None,
    key: given.Key = None,
    other_key: given.OtherKey = None,
    timeout: given.Timeout = 10.0,
    write: given.Write = False,
    smtp_port: given.SmtpPort = None,
    mail_dir: given.MailDir = None,
    receiver_url: given.ReceiverUrl = None,
    receiver_port: given.ReceiverPort = 0,
    only: given.Only = None,
    without: given.Without = None,
    list_: given.List = False,
    strict: given.Strict = False,
    out: given.Out = None,
    examples: given.Examples = 5,
    seed: given.Seed = 1,
    _version: given.Version = False,
) -> None:
    """Judge any server that offers the TrueCerta API, by its address alone.

    Exit status: 0 it conforms, 1 it does not, 2 that could not be told.
    """
    if context.invoked_subcommand is not None:
        return
    server = Options(
        url=(url or "").rstrip("/"), key=key or None, other_key=other_key or None, seconds=timeout, write=write
    )
    means = replace(
        server, smtp_port=smtp_port, mail_dir=mail_dir, receiver_url=receiver_url, receiver_port=receiver_port
    )
    choice = replace(means, only=tuple(only or ()), without=tuple(without or ()), strict=strict)
    _carry_out(replace(choice, out=out, examples=examples, seed=seed), only_list=list_)


@app.command()
def badge(
    source: given.Badge,
    *,
    recipient: given.Recipient = None,
    official: given.Official = None,
    private: given.Private = False,
    as_json: given.AsJson = False,
) -> None:
    """Judge one Open Badge of any issuer: hosted, signed, or baked into a picture.

    Exit status: 0 it is valid, 1 it is not, 2 that could not be told.
    """
    from .badges.command import badge as judged  # noqa: PLC0415  # whoever judges servers needs none of it

    raise typer.Exit(judged(source, recipient, official, as_json, private))


def _carry_out(options: Options, *, only_list: bool) -> None:
    clauses = all_clauses()
    if wrong := misnamed((*options.only, *options.without), clauses):
        _stop(*wrong)
    if not any(is_wanted for _, is_wanted in chosen(clauses, options)):
        _stop("--only and --without leave no clause to try.")
    if only_list:
        _list(clauses, options)
        return
    if (why := wrong_in(options)) is not None:
        _stop(why)
    raise typer.Exit(judge(options, clauses, Terminal(Console())))


def _list(clauses: Sequence[Clause], options: Options) -> None:
    """A line for each clause, fit for grep."""
    wanted = [clause for clause, is_wanted in chosen(clauses, options) if is_wanted]
    width = max((len(clause.slug) for clause in wanted), default=0)
    for clause in wanted:
        print(f"{clause.slug:{width}}  {clause.severity.value:6}  {clause.requirement}")


def _stop(*sentences: str) -> NoReturn:
    print("\n".join(sentences), file=sys.stderr)
    raise typer.Exit(COULD_NOT_TELL)


def _as_interrupt(_signal: int, _frame: object) -> NoReturn:
    """Whoever is asked to end tidies up first, as with Ctrl-C."""
    raise KeyboardInterrupt
