"""The quickstart's calls: each is pasted as it stands, since what one answers is kept where the next one looks for it."""

import json
from collections.abc import Mapping
from typing import Any

from pages.reference import samples
from pages.reference.operations import Operation
from pages.reference.samples import Call, Sample

COURSE_ID, CODE = "TRUECERTA_COURSE_ID", "TRUECERTA_CODE"
"""Environment variables, as the API key has one."""
COURSE = {
    "name": "First Aid",
    "description": "What to do until the ambulance is there.",
    "validity_period_months": 24,
}
Samples = tuple[Sample, Sample, Sample]


def walk(by_id: Mapping[str, Operation], base: str) -> dict[str, Samples]:
    """The samples of each step by its operation, which call the installation at `base`."""
    created, issued, verified = (by_id[name] for name in ("create_course", "issue_certificate", "verify_certificate"))
    return {
        created.id: samples.of(_posting(created, base, COURSE)),
        issued.id: samples.of(_posting(issued, base, {**_example(issued), "course_id": COURSE_ID}), COURSE_ID),
        verified.id: samples.of(
            Call(verified.method, samples.address(base, verified.path, {"code": CODE}, []), verified.is_public), CODE
        ),
    }


def _posting(operation: Operation, base: str, body: Mapping[str, Any]) -> Call:
    return Call(operation.method, base + operation.path, operation.is_public, body, has_body=True)


def _example(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(operation.body.examples[0].text) if operation.body else {}
    return found
