"""One run of Schemathesis as a process of its own: its configuration, its command line, its report."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .contract import COPY, Operation
from .fuzzing_links import are_linked
from .fuzzing_report import Findings, findings

HERE = Path(__file__).parent
KEY_VARIABLE, EXAMPLES_VARIABLE = "CONFORMANCE_KEY", "CONFORMANCE_EXAMPLES"
"""The environment tells Schemathesis the key that is in force, and real things to take for examples: by operation (`*` for
all others) the place in a request, such as `path.code`, and the value."""
OFTEN = 0.9
"""How often a real id takes the place of a random one."""
WALKS = 3
"""So many more of its walks along links than of its other cases: each is many requests, and few are needed to have gone
everywhere."""
WITHOUT_LINKS = ("examples", "coverage", "fuzzing")
"""Its phases where there is no link to walk along, which it takes for a mistake of whoever calls it."""
DRAWN = {
    "path.course_id": "courses",
    "query.course_id": "courses",
    "path.code": "codes",
    "path.organization_id": "issuers",
    "path.webhook_id": "webhooks",
    "path.delivery_id": "deliveries",
}
"""Which parameters name real things."""
DRAWN_BY_ONE = {
    "issue_certificate": ("body.course_id", "courses"),
    "get_assertion": ("path.code", "claimed"),
    "delete_webhook": ("path.webhook_id", "removable"),  # for it would soon have left none to the others
    "revoke_certificate": ("path.code", "revocable"),  # the same
    "renew_certificate": ("path.code", "renewable"),
    "claim_certificate": ("body.token", "tokens"),
}
"""Which do so in one operation only."""

LAST_WORDS = 4_000
"""So many characters of its own words go into the report of its fault."""

Samples = Mapping[str, Sequence[str]]
"""Ids, codes and tokens of real things, by the names above."""


class NeverEnding(Exception):
    """It took too long."""


@dataclass(frozen=True)
class Plan:
    """What is judged, and how much of it."""

    url: str
    key: str
    operation_ids: tuple[str, ...]
    examples: int
    seed: int
    samples: Samples
    answer_seconds: float
    """How long an answer may take."""
    seconds: float
    """How long all of it may take."""
    keep: Callable[[str], None] = lambda _text: None
    """Takes what Schemathesis writes for people."""


def run(plan: Plan) -> Findings:
    """All phases over the operations of the plan. NeverEnding says why there are no findings, `own_fault` why not all."""
    with tempfile.TemporaryDirectory(prefix="truecerta-conformance-") as temporary:
        folder = Path(temporary)
        settings, report, told = folder / "schemathesis.toml", folder / "report.ndjson", folder / "schemathesis.txt"
        settings.write_text(configuration(plan), encoding="utf-8")
        with told.open("wb") as output:
            exit_code = _ended(
                plan, [*command(plan, settings), f"--report-ndjson-path={report}"], folder, output.fileno()
            )
        text = told.read_text(encoding="utf-8", errors="replace")
        plan.keep(text)
        found = findings(report.read_text(encoding="utf-8").splitlines() if report.exists() else ())
        if found.faults or not found.has_ended:
            found.own_fault = "\n".join([f"Schemathesis ended with {exit_code}.", *found.faults, text[-LAST_WORDS:]])
        return found


def _ended(plan: Plan, program: list[str], folder: Path, output: int) -> int:
    path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
    # The key goes by the environment, into no file. No proxy stands in between, as for the suite's own requests.
    told = {KEY_VARIABLE: plan.key, EXAMPLES_VARIABLE: json.dumps(examples(plan.samples))}
    environment = {**os.environ, "PYTHONPATH": path, **told, "NO_PROXY": "*", "no_proxy": "*"}
    try:
        ended = subprocess.run(
            program,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            timeout=plan.seconds,
        )
    except subprocess.TimeoutExpired as why:
        raise NeverEnding(f"Schemathesis did not come to an end within {plan.seconds:.0f} s") from why
    return ended.returncode


def command(plan: Plan, settings: Path) -> list[str]:
    """Schemathesis's command line for a plan. It judges by the contract that the suite carries."""
    program = [sys.executable, "-m", "schemathesis.cli", f"--config-file={settings}", "run", str(COPY)]
    chosen = [f"--include-operation-id={name}" for name in plan.operation_ids]
    if plan.operation_ids and not are_linked(plan.operation_ids):
        chosen.append(f"--phases={','.join(WITHOUT_LINKS)}")
    numbers = [f"--seed={plan.seed}", f"--max-examples={plan.examples}", f"--request-timeout={plan.answer_seconds}"]
    return [*program, f"--url={plan.url}", *numbers, *chosen, "--no-color"]


def configuration(plan: Plan) -> str:
    """fuzzing.toml with what only the caller knows."""
    filled = {name: list(values) for name, values in plan.samples.items() if values}
    lines = [f'hooks = "{__package__}.fuzzing_hooks"', (HERE / "fuzzing.toml").read_text(encoding="utf-8")]
    lines += ["[phases.stateful.generation]", f"max-examples = {plan.examples + WALKS}"]
    lines += ["[auth.openapi.apiKey]", f'bearer = "${{{KEY_VARIABLE}}}"', "[parameters]"]
    lines += [drawn(place, name) for place, name in DRAWN.items() if name in filled]
    lines += _by_one(filled)
    for name, values in filled.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    return "\n".join([*lines, ""])


def needed(operation: Operation) -> set[str]:
    """The real things, by their name among the samples, that an operation cannot succeed without."""
    places = {f"path.{each['name']}" for each in operation.parameters if each["in"] == "path"}
    known = {place: name for place, name in DRAWN.items() if place in places}
    if operation.operation_id in DRAWN_BY_ONE:
        place, name = DRAWN_BY_ONE[operation.operation_id]
        known[place] = name
    return set(known.values())


def examples(given: Samples) -> dict[str, dict[str, str]]:
    """By operation (`*` for all others), the real thing that a place in a request has where nothing else is tried there.

    >>> examples({"codes": ["A", "B"], "revocable": ["C"]})
    {'*': {'path.code': 'A'}, 'revoke_certificate': {'path.code': 'C'}}
    """
    everywhere = {place: given[name][0] for place, name in DRAWN.items() if given.get(name)}
    by_one = {
        operation: {place: given[name][0]} for operation, (place, name) in DRAWN_BY_ONE.items() if given.get(name)
    }
    return {"*": everywhere, **by_one}


def _by_one(filled: Samples) -> Iterable[str]:
    for operation, (place, name) in DRAWN_BY_ONE.items():
        if name in filled:
            yield "[[operations]]"
            yield f'include-operation-id = "{operation}"'
            yield "[operations.parameters]"
            yield drawn(place, name)


def drawn(place: str, name: str) -> str:
    """A line of configuration: a parameter's values are often taken from a list.

    >>> drawn("path.code", "codes")
    '"path.code" = { dictionary = "codes", probability = 0.9 }'
    """
    return f'"{place}" = {{ dictionary = "{name}", probability = {OFTEN} }}'
