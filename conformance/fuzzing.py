"""Schemathesis inside: one run asks all operations everything, and each operation has a clause of what it found there."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .clause import Clause, Severity
from .contract import Operation, the_contract
from .exchanges import Exchange, shown
from .findings import Blocked, NotMet, NotPossible, Silent, require
from .fuzzing_report import WORDS, Findings, Sent, Wrong
from .fuzzing_run import NeverEnding, Plan, Samples, needed, run
from .fuzzing_samples import endpoints, samples, tidy
from .options import Options
from .reporting.secrecy import Blotter
from .running import chosen

if TYPE_CHECKING:
    from .trial import Trial

FEW_SECONDS, SECONDS_FOR_EACH_EXAMPLE = 300.0, 30.0
LIMITED = 20
"""How many times longer it takes where the server limits requests and each limit is waited out."""
MADE = "fuzzing"
SAID = "schemathesis.txt"
USED_UP = {403, 409}
"""A plan that is used up, or as many endpoints as there may be, leaves an organization without success."""


class OwnFault(Exception):
    """Schemathesis itself failed, which says nothing about the server."""


def _clause(operation: Operation) -> Clause:
    requirement = (
        f"`{operation.method} {operation.path}` keeps to the contract whatever it is asked: by the contract's examples, at "
        "every boundary of every schema, by valid and invalid data made up at random, and on walks along the links."
    )
    pointer = f"openapi.yaml#/paths/{operation.path.replace('/', '~1')}/{operation.method.lower()}"
    slug, check = f"contract/{operation.operation_id}", _check(operation.operation_id)
    return Clause(slug, requirement, (pointer,), Severity.MUST, check, is_late=True)


def _check(operation_id: str) -> "Callable[[Trial], None]":
    def check(trial: "Trial") -> None:
        found, given = _found(trial)
        operation = trial.contract.operations[operation_id]
        label = f"{operation.method} {operation.path}"
        if wrong := found.wrong.get(label):
            raise _not_met(trial, wrong)
        if found.own_fault:
            raise OwnFault(found.own_fault)
        statuses = found.statuses[label]
        if not statuses:
            raise Blocked(f"Schemathesis never came to ask {label}")
        succeeded = any(200 <= status < 300 for status in statuses)
        may_fail = USED_UP & set(statuses) or not all(given[name] for name in needed(operation))
        times = ", ".join(f"{status} {times} times" for status, times in sorted(statuses.items()))
        require(succeeded or may_fail, f"{label}: none of its requests succeeds; the answers are {times}")

    check.__name__ = operation_id
    return check


def _found(trial: "Trial") -> tuple[Findings, Samples]:
    """What the one run of this trial found; the first to ask sets it off."""
    made = trial.stage.made
    if MADE not in made:
        made[MADE] = _outcome(trial)
    if isinstance(made[MADE], Exception):
        raise made[MADE]
    outcome: tuple[Findings, Samples] = made[MADE]
    return outcome


def _outcome(trial: "Trial") -> tuple[Findings, Samples] | Exception:
    try:
        return _fuzzed(trial)
    except NotPossible as why:
        return why
    except NeverEnding as why:
        return Blocked(str(why))


def _fuzzed(trial: "Trial") -> tuple[Findings, Samples]:
    options = trial.options
    wanted = tuple(clause.slug.partition("/")[2] for clause, is_wanted in chosen(FUZZED, options) if is_wanted)
    before = endpoints(trial.academy)
    given = samples(trial, wanted)
    plan = Plan(
        url=trial.public.base,
        key=trial.academy.key or "",
        operation_ids=wanted if len(wanted) < len(FUZZED) else (),
        examples=options.examples,
        seed=options.seed,
        samples=given,
        answer_seconds=options.seconds,
        seconds=_seconds(trial),
        keep=_keeping(options),
    )
    try:
        return run(plan), given
    finally:
        tidy(trial.academy, before)


def _keeping(options: Options) -> Callable[[str], None]:
    """What Schemathesis said goes to the reports, and like them it holds no secret."""

    def keep(text: str) -> None:
        if options.out is not None:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / SAID).write_text(Blotter(options).text(text), encoding="utf-8")

    return keep


def _seconds(trial: "Trial") -> float:
    """How long a run may take: far longer than it does on a slow machine."""
    seconds = FEW_SECONDS + SECONDS_FOR_EACH_EXAMPLE * trial.options.examples
    with suppress(Silent):
        if "X-RateLimit-Limit" in trial.academy.get("/api/v1/courses", params={"limit": 1}).headers:
            trial.public.tell(
                "Schemathesis has a few thousand requests, and waits whenever the server's limits ask it to"
            )
            return seconds * LIMITED
    return seconds


def _not_met(trial: "Trial", wrong: Sequence[Wrong]) -> NotMet:
    """The first of what is wrong with an operation, shown by its requests; the others are named."""
    first, *others = wrong
    last = first.walk[-1]
    trial.public.recorder.exchanges += [_exchange(sent) for sent in first.walk]
    answered = "" if last.status is None else f"it answers {last.status}; "
    detail = _complaint(trial, last) if first.kind == "JsonSchemaError" else None
    why = f"{WORDS[first.kind]} ({detail})" if detail else first.words
    more = f". Besides, elsewhere: {'; '.join(each.words for each in others)}" if others else ""
    return NotMet(f"{last.method} {urlsplit(last.url).path}: {answered}{why}{more}")


def _complaint(trial: "Trial", sent: Sent) -> str | None:
    """What the suite itself has to say about an answer's body, and where in it."""
    operation = trial.contract.operation_of(sent.method, urlsplit(sent.url).path)
    media_type = sent.answer_headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = json.loads(sent.answer)
    except ValueError:
        return None
    if operation is None or sent.status is None:
        return None
    return trial.contract.complaint_about_answer(operation, sent.status, media_type, body)


def _exchange(sent: Sent) -> Exchange:
    return Exchange(
        method=sent.method,
        url=shown(sent.url),
        headers={name: shown(value) for name, value in sent.headers.items()},
        body=shown(sent.body),
        status=sent.status,
        answer_headers={name: shown(value) for name, value in sent.answer_headers.items()},
        answer=shown(sent.answer),
        seconds=sent.seconds,
        who="academy" if "Authorization" in sent.headers else "nobody",
    )


FUZZED: tuple[Clause, ...] = tuple(_clause(operation) for operation in the_contract().operations.values())
"""A clause for each operation of the contract."""
