"""Judging a server: is it one, its clauses one by one, the reports, and the exit status."""

import time
import traceback
from collections.abc import Sequence
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

LIMIT_HEADER = "x-ratelimit-limit"


def judge(options: Options, clauses: Sequence[Clause], terminal: Terminal) -> int:
    """Judge a server and report. 0: it conforms, 1: it does not, 2: that could not be told."""
    begun, clock = datetime.now(UTC), time.monotonic()
    choice = chosen(clauses, options)
    results: list[Result] = []
    obstacle = ""
    planned = sum(wanted for _, wanted in choice)
    try:
        _try_all(options, choice, terminal, results)
    except NotSuchAServer as why:
        obstacle = Blotter(options).text(str(why))
    except KeyboardInterrupt:
        terminal.say("Broken off.")
    except Exception:  # noqa: BLE001  # what is known of the server is told all the same
        terminal.say(f"A fault of the suite itself:\n{Blotter(options).text(traceback.format_exc())}")
    account = Account(options, begun, time.monotonic() - clock, tuple(results), planned, obstacle)
    terminal.end(account)
    if options.out is not None:
        folder.write(account, options.out)
    return account.exit_status


def _try_all(
    options: Options, choice: Sequence[tuple[Clause, bool]], terminal: Terminal, results: list[Result]
) -> None:
    """The results go where they are kept also when the run is broken off."""
    blotter = Blotter(options)
    with terminal.start(sum(wanted for _, wanted in choice)), session(options, terminal.tell) as (trial, recorder):
        probe(trial)
        _tell_of_limits(recorder, terminal)
        if options.write:
            trial.stage.begin()
        for result in run(choice, trial, recorder, terminal.begin):
            results.append(blotter.result(result))
            terminal.came(results[-1])


def _tell_of_limits(recorder: Recorder, terminal: Terminal) -> None:
    """How long it is going to take, where the server lets nobody ask as fast as he can."""
    limits = [each.answer_headers[LIMIT_HEADER] for each in recorder.exchanges if LIMIT_HEADER in each.answer_headers]
    if limits:
        terminal.say(
            f"Note: the server takes {limits[-1]} requests a minute, so this takes longer; where it asks to wait, the suite"
            " waits. A server for tests is judged sooner without limits."
        )
