"""The suite against a server with one fault: which clauses notice, and what else has gone wrong."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.clause import Clause
from conformance.clauses import all_clauses
from conformance.contract import the_contract
from conformance.options import Options
from conformance.running import Result, Status, chosen, run
from conformance.session import session
from tests.conformance.faults.fault import Fault, Ground
from tests.conformance.faults.pair import Pair, Traffic

MOST_SECONDS = {Ground.USUAL: 240.0, Ground.LIMITED: 400.0, Ground.FUZZED: 900.0}
"""A run that takes longer is broken off between two clauses: a fault has to be noticed sooner."""
NOTICED = (Status.FAIL, Status.WARNING)
HOST = "example.com"
AT_SIGNS = "\uff20\ufe6b"
"""Other forms of `@`, which some servers take for it."""
APART = re.compile(r"[\s\x00-\x1f\x7f<>()\[\],;:\"'\\]+")
"""What ends a domain, or is dropped from within it."""
FUZZED_EXAMPLES = 1
PUBLIC_ONLY = "webhooks/public-only"
ONLY = {Ground.USUAL: (), Ground.LIMITED: ("limits", PUBLIC_ONLY), Ground.FUZZED: ("contract",)}
"""What is asked on each ground, less what belongs elsewhere; all when empty."""


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    fault: str
    tripped: tuple[str, ...]
    """The clauses that noticed, shoulds included, in the suite's order."""
    wrong: tuple[str, ...]
    """What must not be under any fault: the suite's own errors, a fault's mistakes, mail to strangers, endpoints left."""
    not_passed: tuple[str, ...] = ()
    """The clauses that did not pass, and what they say (without writing, skipped ones are none of them)."""
    passed: int = 0
    seconds: float = 0.0
    noticing_seconds: float = 0.0
    """How long the clauses took that noticed."""
    why: dict[str, str] = field(default_factory=dict)
    """What each clause that noticed says."""


def could_be_read(address: str) -> bool:
    r"""Whether a mail to this would reach somebody, if only to a lenient server; none at example.com (RFC 2606, 3).

    Blanks, names and comments around an address are dropped by some; so each piece behind an `@` is looked at, and the
    pieces in one.

    >>> [could_be_read(each) for each in ("jane@example.com", "jane@a.EXAMPLE.com", "jane@example.community", "jane@")]
    [False, False, True, False]
    >>> [could_be_read(each) for each in (" jane@b.de", "Jane <jane@b.de>", "jane@b.de\n", "jane @ example.com")]
    [True, True, True, False]
    """
    told = address.lower()
    for sign in AT_SIGNS:
        told = told.replace(sign, "@")
    tails = told.split("@")[1:]
    return any(_is_strangers(piece) for tail in tails for piece in (*APART.split(tail), APART.sub("", tail)))


def _is_strangers(domain: str) -> bool:
    """Of whom nobody knows whether he exists."""
    return any(map(str.isalnum, domain)) and domain != HOST and not domain.endswith(f".{HOST}")


def ground_of(clause: Clause) -> Ground:
    """Where a clause is asked.

    >>> [ground_of(each) for each in all_clauses() if each.slug == "states/expired"]
    [<Ground.USUAL: 'usual'>]
    """
    if clause.area == "limits" or clause.slug == PUBLIC_ONLY:
        return Ground.LIMITED
    operation = clause.slug.removeprefix("contract/")
    return Ground.FUZZED if operation in the_contract().operations else Ground.USUAL


def tried(pair: Pair, fault: Fault, *, only: tuple[str, ...] = (), write: bool = True) -> Outcome:
    """One run under a fault, of the clauses (or areas) named or of all that belong on its ground."""
    begun = time.monotonic()
    memory, traffic = pair.begin(fault)
    options = Options(
        url=pair.api.url,
        key=memory.keys[0],
        other_key=memory.keys[1],
        write=write,
        only=only or ONLY[fault.ground],
        without=elsewhere(fault.ground),
        examples=FUZZED_EXAMPLES,
        receiver_url=pair.events.url,
        receiver_port=pair.receiver_port,
        smtp_port=pair.mails.upstream,
    )
    results = _results(options, MOST_SECONDS[fault.ground])
    seconds = time.monotonic() - begun
    wrong = [*pair.mistakes, *_wrong(results), *_told_of_traffic(traffic, write=write)]
    if len(results) < len(all_clauses()):
        wrong.append(f"it was broken off after {seconds:.0f} s")
    if write and not fault.areas and (left := sum(map(pair.endpoints, memory.keys))):
        wrong.append(f"{left} endpoints were left behind")
    noticed = [each for each in results if each.status in NOTICED]
    return Outcome(
        fault=fault.name,
        tripped=tuple(each.clause.slug for each in noticed),
        wrong=tuple(wrong),
        not_passed=_not_passed(results, write=write),
        passed=sum(each.status is Status.PASS for each in results),
        seconds=seconds,
        noticing_seconds=sum(each.seconds for each in noticed),
        why={each.clause.slug: each.why for each in noticed},
    )


def _not_passed(results: Iterable[Result], *, write: bool) -> tuple[str, ...]:
    fine = {Status.PASS, Status.DISABLED} if write else {Status.PASS, Status.DISABLED, Status.SKIP}
    return tuple(f"{each.clause.slug}: {each.status}: {each.why}" for each in results if each.status not in fine)


def elsewhere(ground: Ground) -> tuple[str, ...]:
    """The clauses that are not asked on a ground."""
    return tuple(clause.slug for clause in all_clauses() if ground_of(clause) is not ground)


def _results(options: Options, most_seconds: float) -> list[Result]:
    begun, results = time.monotonic(), []
    with session(options) as (trial, recorder):
        if options.write:
            trial.stage.begin()
        for result in run(chosen(all_clauses(), options), trial, recorder, lambda _clause: None):
            results.append(result)
            if time.monotonic() - begun > most_seconds:
                break
    return results


def _wrong(results: list[Result]) -> list[str]:
    return [
        f"{each.clause.slug} is no check but a crash: {each.why}" for each in results if each.status is Status.ERROR
    ]


def _told_of_traffic(traffic: Traffic, *, write: bool) -> list[str]:
    """What the suite asked says whether it keeps its promises: no mail to strangers, no writing unless it was allowed."""
    strangers = sorted(holder for holder in traffic.holders if could_be_read(holder))
    told = [f"the suite names a holder at somebody's address, {holder}" for holder in strangers]
    writing = sorted(traffic.methods - {"GET", "HEAD", "OPTIONS"})
    if writing and not write:
        told.append(f"the suite writes ({', '.join(writing)}) although it may not")
    return told
