"""A run for those who show test results: junit.xml, a suite for each area and a case for each clause."""

import re
from collections.abc import Sequence
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, tostring

from ..running import Result, Status
from .account import Account
from .words import evidence

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""
COUNTED = {"failures": {Status.FAIL}, "errors": {Status.ERROR}, "skipped": {Status.SKIP, Status.DISABLED}}


def xml(account: Account) -> bytes:
    """The document. What could not be tried is skipped; a warning is passed and tells, but in a strict run a failure."""
    strict = account.options.strict
    all_of_them = _counts(account.results, account.seconds, strict=strict)
    root = Element("testsuites", {"name": "truecerta-conformance", **all_of_them})
    if account.obstacle:
        root.set("tests", "1")
        root.set("errors", "1")
        suite = SubElement(root, "testsuite", name="server", tests="1", failures="0", errors="1", skipped="0")
        case = SubElement(suite, "testcase", classname="server", name="can be judged")
        SubElement(case, "error", type="obstacle", message=_writable(account.obstacle))
    for area, results in account.areas.items():
        counts = _counts(results, sum(result.seconds for result in results), strict=strict)
        begun = account.begun.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        suite = SubElement(root, "testsuite", {"name": area, "timestamp": begun, **counts})
        for result in results:
            _case(suite, result, strict=strict)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, encoding='unicode')}\n".encode()


def _counts(results: Sequence[Result], seconds: float, *, strict: bool) -> dict[str, str]:
    counted = dict(COUNTED, failures={Status.FAIL, Status.WARNING}) if strict else COUNTED
    figures = {name: sum(result.status in statuses for result in results) for name, statuses in counted.items()}
    return {"tests": str(len(results)), **{name: str(n) for name, n in figures.items()}, "time": f"{seconds:.3f}"}


def _case(suite: Element, result: Result, *, strict: bool) -> None:
    clause = result.clause
    case = SubElement(suite, "testcase", classname=clause.area, name=clause.slug, time=f"{result.seconds:.3f}")
    told, message = _writable(evidence(result)), _writable(result.why)
    if result.status in COUNTED["skipped"]:
        SubElement(case, "skipped", message=message)
    elif result.status is Status.ERROR:
        SubElement(case, "error", type="error", message=message.strip().rpartition("\n")[2]).text = told
    elif result.status is Status.FAIL or (result.status is Status.WARNING and strict):
        SubElement(case, "failure", type=clause.severity.value, message=message).text = told
    elif result.status is Status.WARNING:
        SubElement(case, "system-out").text = f"Warning.\n{told}"


def _writable(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", text)
