"""The results in words: for the terminal, and as the page that is kept beside the program."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bench.speed_engines import ENGINES
from bench.speed_operations import CONNECTIONS, OPERATIONS, Operation
from bench.speed_results import Figures, Measured, Promise, Spread, cpu_ratio, disturbed, promises, ratio, spread

HEADS = ("", "requests/s", "p50 ms", "p99 ms", "server µs", "beside µs", "PostgreSQL µs", "busy", "ratio", "CPU ratio")
KEPT, BROKEN = "kept ", "NOT KEPT "
READ_SO = {
    "bench.million": """\
The same questions among a thousand certificates and a million, of which none, ten and nine tenths have expired: medians, and
how many times as long the larger takes.
""",
    "bench.two_workers": """\
One worker and two, on all cores, which PostgreSQL, Valkey with the limits and the load generator share with them: so rates
are lower than above, and on two cores a second worker cannot double them. What is compared is the time of processors that
the workers take for a request.
""",
    "bench.staleness": """\
One process revokes while another is asked for the same code as fast as can be: how long after the acknowledgement somebody
asked last who was told that it is valid.
""",
}
"""How a reader takes what the longer measurements print."""
LEGEND = """\
Each figure is the median of the rounds, with the least and the most of them. *server µs* is the time of a processor that the
engine took for a request, in all its processes but the worker that TrueCerta starts beside itself and the peers don't have.
That worker shares the server's core, unless a line says otherwise; *beside µs* is its time for a request, or, after issuing,
for each mail that it sent; the mails that wait when a stretch is over are taken off the queue. *busy* is how much of their
cores was taken: by the server, by its worker, by PostgreSQL and the load generator. *ratio* is to the requests/s of the bare
engine, or of the constant answer where one code is asked for again and again; *CPU ratio* is the same of *server µs*, above
1 where a request takes less. Both are made within each round, so that a machine that is slower for a while changes none."""


class Setting(NamedTuple):
    """How it was measured: facts for a reader, by name, in their order."""

    facts: Mapping[str, str]
    footprint: Sequence[tuple[str, str]] = ()
    """Memory and time to start: what, and how much."""
    proofs: Mapping[str, str] = {}
    """What the longer measurements that were asked for have printed, by their commands."""


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def shown(found: Spread | None) -> str:
    """A median with its spread.

    >>> shown(Spread(1234.5, 999.9, 1500.0))
    '1,234 (1,000–1,500)'
    """
    if found is None:
        return ""
    return f"{_number(found.median)} ({_number(found.least)}–{_number(found.most)})"


def _row(title: str, rounds: Sequence[Figures], *ratios: Spread | None) -> list[str]:
    by_name = {name: spread([getattr(one, name) for one in rounds]) for name in Figures._fields}
    measured = [shown(by_name[name]) for name in ("rate", "p50", "p99", "server")]
    told = [_number(by_name[name].median) for name in ("beside", "database")]
    busy = " ".join(f"{by_name[name].median:.0%}" for name in ("server_busy", "beside_busy", "others_busy"))
    return [title, *measured, *told, busy, *map(shown, ratios)]


def rows(measured: Measured, operation: Operation) -> list[list[str]]:
    """The table of an operation: a line for each engine that has it."""
    return [
        _row(
            engine.title,
            measured[engine.name, operation.name],
            ratio(measured, engine.name, operation),
            cpu_ratio(measured, engine.name, operation),
        )
        for engine in ENGINES
        if measured.get((engine.name, operation.name))
    ]


def text(measured: Measured) -> str:
    """The tables for a terminal."""
    parts = []
    for operation in OPERATIONS:
        if found := rows(measured, operation):
            table = [[operation.title, *HEADS[1:]], *found]
            widths = [max(len(line[column]) for line in table) for column in range(len(HEADS))]
            parts += ["", *("  ".join(map(str.ljust, line, widths)).rstrip() for line in table)]
    return "\n".join(parts)


def verdict(promise: Promise, *, judged: bool = True) -> str:
    """A promise in one line; where too little was measured to judge it, only what was found."""
    found = f"{promise.sentence}: {shown(promise.found)}"
    if not judged:
        return f"found     {found}"
    return f"kept      {found}" if promise.kept else f"NOT KEPT  {found}; {promise.held_by}"


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]], rule: str = "---") -> list[str]:
    ruled = [" | ".join(heads), " | ".join(["---", *[rule] * (len(heads) - 1)])]
    return [f"| {line} |" for line in (*ruled, *(" | ".join(line) for line in lines))]


class Held(NamedTuple):
    """What a longer measurement has said of its promises."""

    kept: int
    broken: Sequence[str]

    @classmethod
    def said(cls, summary: str) -> "Held":
        r"""As `bench.proof` writes them.

        >>> Held.said("  kept      nobody waits for a lock\n  NOT KEPT  two take no more than one\n")
        Held(kept=1, broken=['two take no more than one'])
        """
        lines = [line.strip() for line in summary.splitlines()]
        broken = [line.removeprefix(BROKEN).strip() for line in lines if line.startswith(BROKEN)]
        return cls(sum(line.startswith(KEPT) for line in lines), broken)


def _promised(measured: Measured, proofs: Mapping[str, str]) -> list[str]:
    found = promises(measured)
    longer = {command: Held.said(summary) for command, summary in proofs.items()}
    kept = sum(promise.kept for promise in found) + sum(held.kept for held in longer.values())
    made = len(found) + sum(held.kept + len(held.broken) for held in longer.values())
    rows = [(one.sentence, shown(one.found), "kept" if one.kept else f"**short**: {one.held_by}") for one in found]
    for command, held in longer.items():
        short = f"**short**: {'; '.join(held.broken)}" if held.broken else "kept"
        rows.append((f"`{command}`, below", f"{held.kept} of {held.kept + len(held.broken)}", short))
    return [f"{kept} of {made} promises are kept.", "", *_table(("promise", "found", ""), rows)]


def page(measured: Measured, setting: Setting) -> str:
    """RESULTS.md."""
    command = setting.facts["Command"]
    lines = ["# How fast it is", "", f"Written by `{command}`, and by nobody else: run it again instead."]
    lines += ["What is measured and how fair it is: `python -m bench.speed --help`.", "", "![](RESULTS.svg)", ""]
    lines += [*_table(("", ""), setting.facts.items()), ""]
    if noise := disturbed(measured):
        lines += [f"**{noise}**", ""]
    lines += ["## Promises", "", *_promised(measured, setting.proofs), "", "## Figures", ""]
    lines += [f"{CONNECTIONS} connections. {LEGEND}"]
    for operation in OPERATIONS:
        if found := rows(measured, operation):
            lines += ["", f"### {operation.title[0].upper()}{operation.title[1:]}", "", *_table(HEADS, found, "--:")]
    if setting.footprint:
        lines += ["", "## Memory, and time to start", "", *_table(("", ""), setting.footprint)]
    for proof, said in setting.proofs.items():
        lines += ["", f"## `{proof}`", "", READ_SO.get(proof.split()[2], ""), "```", said.strip("\n"), "```"]
    return "\n".join(lines) + "\n"
