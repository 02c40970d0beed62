"""One run of Schemathesis as a process of its own: its configuration, its progress, its figures."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.samples import Samples

HERE = Path(__file__).parent
PHASES = ("examples", "coverage", "fuzzing", "stateful")
KEY_VARIABLE, ANSWERS_VARIABLE = "CONFORMANCE_KEY", "CONFORMANCE_ANSWERS"
"""As schemathesis_hooks.py calls them, which can be imported by Schemathesis only."""
OFTEN = 0.6
"""How often a real id takes the place of a random one."""
DRAWN = {
    "path.course_id": "courses",
    "query.course_id": "courses",
    "body.course_id": "courses",
    "path.code": "codes",
    "path.organization_id": "issuers",
    "path.webhook_id": "webhooks",
    "path.delivery_id": "deliveries",
}
"""Which parameters name real things."""
DRAWN_BY_ONE = {
    "get_assertion": ("path.code", "claimed"),  # others would soon have revoked them
    "delete_webhook": ("path.webhook_id", "removable"),  # for it would soon have left none to the others
    "claim_certificate": ("body.token", "tokens"),
}
"""Which do so in one operation only."""


@dataclass(frozen=True)
class Plan:
    """What is judged, and how much of it."""

    url: str
    key: str
    examples: int
    seed: int
    phases: tuple[str, ...]
    samples: Samples


@dataclass(frozen=True)
class Outcome:
    """What a run found: Schemathesis's own report, and the answers by operation and status."""

    exit_code: int
    report: dict[str, Any]
    answers: tuple[tuple[str, int, int], ...]

    @property
    def verdict(self) -> int:
        """0 conformant, 1 not, 2 could not tell."""
        if any(status >= 500 for _, status, _ in self.answers) or self.report.get("failures"):
            return 1
        complete = self.report.get("complete", False) and not self.report.get("errors")
        return 0 if complete and self.exit_code == 0 else 2


def run(plan: Plan, kept: Path | None = None) -> Outcome:
    """Run all phases, showing what Schemathesis shows; its reports stay in `kept` where one is given."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report, answers = folder / "report.json", folder / "answers.json"
        for earlier in (report, answers):
            earlier.unlink(missing_ok=True)
        settings = Path(temporary) / "schemathesis.toml"
        settings.write_text(configuration(plan), encoding="utf-8")
        kinds = [f"--report-json-path={report}", f"--report-junit-path={folder / 'junit.xml'}"]
        ended = subprocess.run(
            [*command(plan, settings), *kinds], cwd=temporary, env=environment(plan, answers), check=False
        )
        return Outcome(ended.returncode, read(report) or {}, tuple(tuple(row) for row in read(answers) or ()))


def command(plan: Plan, settings: Path) -> list[str]:
    """Schemathesis's command line for a plan."""
    program = [sys.executable, "-m", "schemathesis.cli", f"--config-file={settings}", "run", f"{plan.url}/openapi.yaml"]
    return [*program, f"--seed={plan.seed}", f"--max-examples={plan.examples}", "--phases=" + ",".join(plan.phases)]


def environment(plan: Plan, answers: Path) -> dict[str, str]:
    """What the process needs: where our hooks are found, the key (in no file), and where it counts the answers."""
    path = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, KEY_VARIABLE: plan.key, ANSWERS_VARIABLE: str(answers)}


def configuration(plan: Plan) -> str:
    """schemathesis.toml with what only the caller knows."""
    known = plan.samples
    lists = {
        "courses": known.course_ids,
        "codes": known.codes,
        "issuers": known.organization_ids,
        "webhooks": known.webhook_ids,
        "deliveries": known.delivery_ids,
        "removable": known.removable_webhook_ids,
        "claimed": known.claimed,
        "tokens": known.claim_tokens,
    }
    filled = {name: values for name, values in lists.items() if values}
    lines = [f'hooks = "{__package__}.schemathesis_hooks"', (HERE / "schemathesis.toml").read_text(encoding="utf-8")]
    lines += ["[auth.openapi.apiKey]", f'bearer = "${{{KEY_VARIABLE}}}"', "[parameters]"]
    lines += [drawn(place, name) for place, name in DRAWN.items() if name in filled]
    for operation, (place, name) in DRAWN_BY_ONE.items():
        if name in filled:
            lines += ["[[operations]]", f'include-operation-id = "{operation}"']
            lines += ["[operations.parameters]", drawn(place, name)]
    for name, values in filled.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    return "\n".join([*lines, ""])


def drawn(place: str, name: str) -> str:
    """A line of configuration: a parameter's values are often taken from a list."""
    return f'"{place}" = {{ dictionary = "{name}", probability = {OFTEN} }}'


def read(file: Path) -> Any:  # noqa: ANN401  # any JSON value
    """A file's JSON, or None where it was not written."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
