"""Judging a server: is it one, its clauses one by one, the reports, and the exit status."""

import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .clause import Clause
from .exchanges import Recorder
from .options import Options
from .probing import NotSuchAServer, probe
from .reporting import folder
from .reporting.account import Account
from .reporting.secrecy import Blotter
from .reporting.terminal import Terminal
from .running import Result, chosen, run
from .session import session
from .trial import Trial

LIMIT_HEADER = "x-ratelimit-limit"


@dataclass
class Found:
    """What a run has come to so far; it is kept also when the run is broken off."""

    results: list[Result] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    """What was waited for in vain, all the time."""


def judge(options: Options, clauses: Sequence[Clause], terminal: Terminal) -> int:
    """Judge a server and report. 0: it conforms, 1: it does not, 2: that could not be told."""
    begun, clock = datetime.now(UTC), time.monotonic()
    choice = chosen(clauses, options)
    found = Found()
    obstacle = ""
    planned = sum(wanted for _, wanted in choice)
    try:
        _try_all(options, choice, terminal, found)
    except NotSuchAServer as why:
        obstacle = Blotter(options).text(str(why))
    except KeyboardInterrupt:
        terminal.say("Broken off.")
    except Exception:  # noqa: BLE001  # what is known of the server is told all the same
        terminal.say(f"A fault of the suite itself:\n{Blotter(options).text(traceback.format_exc())}")
    unheard = tuple(found.unheard)
    account = Account(options, begun, time.monotonic() - clock, tuple(found.results), planned, obstacle, unheard)
    terminal.end(account)
    if options.out is not None:
        folder.write(account, options.out)
    return account.exit_status


def _try_all(options: Options, choice: Sequence[tuple[Clause, bool]], terminal: Terminal, found: Found) -> None:
    blotter = Blotter(options)
    with terminal.start(sum(wanted for _, wanted in choice)), session(options, terminal.tell) as (trial, recorder):
        probe(trial)
        _tell_of_limits(recorder, terminal)
        _tell_of_folder(options, terminal)
        if options.write:
            trial.stage.begin()
        for result in run(choice, trial, recorder, terminal.begin):
            found.results.append(blotter.result(result))
            terminal.came(found.results[-1])
        found.unheard += _unheard(trial)


def _unheard(trial: Trial) -> Iterator[str]:
    """What a wrong call looks like: mail or events were waited for, and nothing at all has come."""
    if "mailbox" in vars(trial) and trial.mailbox.is_in_vain:
        option = "--smtp-port" if trial.options.smtp_port is not None else "--mail-dir"
        yield f"No mail came at all: is {option} right?"
    if "receiver" in vars(trial) and trial.receiver.is_in_vain:
        yield f"Nothing came to the receiver of webhooks at all: does the server reach {trial.receiver.url}?"


def _tell_of_folder(options: Options, terminal: Terminal) -> None:
    """A server may make it with its first mail, so this is no wrong call."""
    if options.mail_dir is not None and not options.mail_dir.is_dir():
        terminal.say(f"Note: there is no folder {options.mail_dir} yet; the server has to make it with its first mail.")


def _tell_of_limits(recorder: Recorder, terminal: Terminal) -> None:
    """How long it is going to take, where the server lets nobody ask as fast as he can."""
    limits = [each.answer_headers[LIMIT_HEADER] for each in recorder.exchanges if LIMIT_HEADER in each.answer_headers]
    if limits:
        terminal.say(
            f"Note: the server takes {limits[-1]} requests a minute, so this takes longer; where it asks to wait, the suite"
            " waits. A server for tests is judged sooner without limits."
        )
