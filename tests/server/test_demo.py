"""The demo as a newcomer meets it: started from a clone, its calls pasted into a shell, started again."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from server.demo import Kept, open_academy
from services import api_keys, audit
from tests.installation import ROOT, free_port
from tests.people import KEYRING, csrf_in

PACKAGES = ("wire", "rules", "models", "services", "handlers", "pages", "worker", "outgoing", "printing", "server")
LAST_LINE = "for this demo alone they are kept"
PATIENCE_SECONDS = 30


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the demo needs of a clone, in a folder whose name has spaces."""
    folder = tmp_path / "a clone of mine"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "openapi.yaml", folder)
    return folder


def start(clone: Path, port: int, log: Path) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRUECERTA_")}
    with log.open("wb") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "server.demo", "--port", str(port)],
            cwd=clone,
            env=environment | {"PYTHONPATH": str(clone)},
            stdout=written,
            stderr=written,
        )


@contextlib.contextmanager
def shown(clone: Path, port: int) -> Generator[str]:
    """What a running demo printed; it ends by Ctrl-C, and well."""
    log = clone / "printed"
    process = start(clone, port, log)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while LAST_LINE not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield log.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def curls(printed: str) -> list[str]:
    """The commands, with the lines that they go on over."""
    return re.findall(r"^  curl (?:.*\\\n)*.*$", printed, re.MULTILINE)


def paste(command: str, folder: Path) -> tuple[int, dict[str, object]]:
    """Run a command exactly as it was printed, and tell the status and the body that came back."""
    bash = shutil.which("bash")
    if bash is None or shutil.which("curl") is None:
        return asked(shlex.split(command))
    (folder / ".curlrc").write_text('write-out = "\\n%{http_code}"\n')
    environment = os.environ | {"CURL_HOME": str(folder), "NO_PROXY": "*"}
    done = subprocess.run([bash, "-c", command], env=environment, capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def asked(words: list[str]) -> tuple[int, dict[str, object]]:
    """The same request on a machine without curl."""
    url = next(word for word in words if word.startswith("http"))
    headers = [words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H"]
    body = words[words.index("-d") + 1] if "-d" in words else None
    answer = httpx.request("POST" if body else "GET", url, headers=dict(headers), content=body, trust_env=False)
    return answer.status_code, answer.json()


def credentials(printed: str) -> list[str]:
    """The dashboard's address, and the mail address and password to sign in with."""
    found = re.search(r"^  (http://\S+/dashboard)\n  Email address: (\S+)\n  Password: (\S+)$", printed, re.MULTILINE)
    assert found is not None, printed
    return list(found.groups())


def sign_in(printed: str) -> None:
    """As a newcomer does it in a browser."""
    page, email, password = credentials(printed)
    with httpx.Client(follow_redirects=True, trust_env=False) as web:
        form = {"csrf": csrf_in(web.get(page)), "email": email, "password": password}
        assert "Example Academy" in web.post(f"{page}/sign-in", data=form).text


def test_its_calls_work_as_printed_and_are_the_same_at_the_next_start(clone: Path) -> None:
    port = free_port()
    with shown(clone, port) as printed:
        issue, verify, receive = curls(printed)
        status, issued = paste(issue, clone)
        assert status == 201
        assert issued["data"]["code"].startswith("TRC-EXA-")  # type: ignore[index]  # any JSON value
        status, verified = paste(verify, clone)
        assert (status, verified["valid"], verified["status"]) == (200, True, "valid")
        (page,) = re.findall(r"^  (http://\S+/v/\S+)$", printed, re.MULTILINE)
        assert "It is genuine and valid until" in httpx.get(page, trust_env=False).text
        (link,) = re.findall(r"^  (http://\S+/claim/\S+)$", printed, re.MULTILINE)
        assert "Claim your certificate" in httpx.get(link, trust_env=False).text
        assert paste(receive, clone)[0] == 201
        sign_in(printed)

    folder = clone / ".dev" / "demo"
    kept = [folder / "demo-api-key", folder / "demo-password"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in kept] == [0o600] * 2
    assert str(kept[0]) in printed
    with shown(clone, port) as again:
        assert curls(again)[0] == issue  # the same course and the same key
        assert credentials(again) == credentials(printed)
        sign_in(again)
        assert issued["data"]["code"] in curls(again)[1]  # type: ignore[index]
        assert paste(curls(again)[1], clone)[1]["valid"] is True


@pytest.mark.usefixtures("alone")
async def test_its_audit_log_tells_each_step_after_the_one_before() -> None:
    demo = await open_academy(Kept("", ""), KEYRING)
    academy = await api_keys.caller(demo.api_key)
    assert academy is not None
    entries = (await audit.page(academy.organization_id, None, 10)).items[::-1]
    steps = [entry.action for entry in entries if entry.action != "create_api_key"]
    assert steps == ["create_organization", "add_member", "create_course", "issue_certificate"]
    assert entries[-1].at < datetime.now(UTC)
    assert entries[-1].at - entries[0].at > timedelta(seconds=1)


def test_its_help_names_the_command_that_was_typed(clone: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(clone), "NO_COLOR": "1", "TERM": "dumb"}
    told = subprocess.run(
        [sys.executable, "-m", "server.demo", "--help"], env=environment, capture_output=True, text=True, check=True
    )
    assert "Usage: ./dev serve [OPTIONS]" in told.stdout


def test_a_key_that_the_database_does_not_know_is_replaced(clone: Path) -> None:
    key_file = clone / ".dev" / "demo" / "demo-api-key"
    key_file.parent.mkdir(parents=True)
    key_file.write_text("trc_live_of_another_database\n")
    with shown(clone, free_port()) as printed:
        assert paste(curls(printed)[0], clone)[0] == 201
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_port_in_use_is_told_in_one_sentence_before_anything_is_made(clone: Path) -> None:
    log = clone / "printed"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = start(clone, port, log)
        assert process.wait(PATIENCE_SECONDS) == 1
    assert log.read_text() == f"Port {port} on 127.0.0.1 is in use: choose another with --port.\n"
    assert not (clone / ".dev").exists()
