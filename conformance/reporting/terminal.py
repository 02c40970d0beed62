"""What a run looks like on a terminal: a bar while it lasts, then a table, every failure, and the verdict in the last line.

Without a terminal (in CI) there is a plain line for each clause instead of the bar. Clauses that could not be tried have
one for each reason, at the end.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..clause import Clause
from ..running import CONFORMANT, NOT_CONFORMANT, Result, Status
from .account import UNTRIED, Account, counted, reasons
from .words import evidence, of_several, visible

STYLES = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.WARNING: "yellow",
    Status.SKIP: "dim",
    Status.DISABLED: "dim",
    Status.ERROR: "bold magenta",
}
LOUD = (Status.FAIL, Status.WARNING, Status.ERROR)
STATUS_WIDTH = max(map(len, Status))
SHOWN_CHARACTERS = 800
"""So much of an answer's body is shown; the reports of --out have more."""
NAMED_SKIPS = 3
"""So many clauses that could not be tried for one reason are named; the reports of --out name all."""


class Terminal:
    """Tells a run while it lasts, and what came of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def start(self, total: int) -> Self:
        """So many clauses are going to be tried."""
        if self._console.is_terminal:
            columns = [
                BarColumn(complete_style="green", finished_style="green"),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
            ]
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=total)
        return self

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _end: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, clause: Clause) -> None:
        """A clause is being tried."""
        if self._bar is not None:
            self._bar.update(self._task, description=clause.slug)

    def tell(self, what: str) -> None:
        """Something that takes a while, or that is worth knowing."""
        if self._bar is None:
            self._say(f"{'':{STATUS_WIDTH}}  {what}")
        else:
            current = self._bar.tasks[self._task].description.partition(" – ")[0]
            self._bar.update(self._task, description=f"{current} – {visible(what)}" if current else visible(what))

    def came(self, result: Result) -> None:
        """A clause has been tried. Those that were left out are no news, and those that could not be are told together."""
        if self._bar is not None:
            self._bar.advance(self._task, int(result.status is not Status.DISABLED))
            if result.status in LOUD:
                self._line(result)
        elif result.status not in UNTRIED:
            self._line(result)

    def say(self, what: str) -> None:
        """A sentence of its own line."""
        self._say(what)

    def end(self, account: Account) -> None:
        """The table, what is to be looked at, and the verdict."""
        if account.results:
            self._say("")
            self._console.print(_table(account))
        for result in account.missed():
            self._say("")
            self._say(f"{result.status}  {result.clause.slug}", STYLES[result.status])
            self._say(_indented(evidence(result, SHOWN_CHARACTERS)))
        skipped = reasons(account.results, Status.SKIP)
        if skipped:
            self._say("")
        for why, results in skipped.items():
            self._say(_together(why, results), STYLES[Status.SKIP])
        style = {CONFORMANT: STYLES[Status.PASS], NOT_CONFORMANT: STYLES[Status.FAIL]}
        self._say("")
        self._say(account.verdict, "bold" if account.is_partly_conformant else style.get(account.exit_status, "bold"))

    def _line(self, result: Result) -> None:
        line = Text(f"{result.status:{STATUS_WIDTH}}", STYLES[result.status])
        line.append(f"  {result.clause.slug}", "default")
        line.append(f"  {result.seconds:.1f} s" if result.seconds >= 1 else "", "dim")
        self._console.print(line, soft_wrap=True)

    def _say(self, what: str, style: str = "") -> None:
        self._console.print(Text(visible(what), style), soft_wrap=True)


def _together(why: str, results: Sequence[Result]) -> str:
    named = ", ".join(result.clause.slug for result in results[:NAMED_SKIPS])
    more = f" and {len(results) - NAMED_SKIPS} more" if len(results) > NAMED_SKIPS else ""
    return f"{len(results)} could not be tried: {of_several(why, len(results))} – {named}{more}"


def _table(account: Account) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    statuses = [status for status, count in account.counts.items() if count]
    table.add_column("area")
    for status in statuses:
        table.add_column(status.value, justify="right")
    rows = {
        area: counted(results)
        for area, results in account.areas.items()
        if any(result.status is not Status.DISABLED for result in results)
    }
    for area, counts in {**rows, "all": account.counts}.items():
        table.add_row(area, *(Text(str(counts[each]), STYLES[each] if counts[each] else "dim") for each in statuses))
    return table


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
