"""How speed is measured: one command that works everywhere, figures that are right, and promises that are judged rightly."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from bench import speed_python, speed_wrk
from bench.speed_operations import OPERATIONS, Seeds, Traffic, traffic
from bench.speed_python import AnswerError
from bench.speed_report import Setting, page, text, verdict
from bench.speed_results import Figures, disturbed, promises, ratio, spread
from tests.installation import ROOT

BY_NAME = {operation.name: operation for operation in OPERATIONS}
SEEDS = Seeds("key", "course", ["A", "B", "C"], ["B"], "A")
WALK = Traffic("/walk/{}", codes=["A", "B", "C"])
NUMBERS = Traffic("/numbers", "POST", {"Content-Type": "application/json"}, '{"mail":"jane.{}@example.com"}')


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bench.speed", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def figures(rate: float = 100.0, p99: float = 2.0, others_busy: float = 0.5, foreign: float = 0.0) -> Figures:
    return Figures(rate, 1.0, p99, 50.0, 0.0, 10.0, 1.0, 0.0, others_busy, foreign)


class Told(BaseHTTPRequestHandler):
    """Answers everything alike, and remembers what it was asked for."""

    protocol_version = "HTTP/1.1"
    status: ClassVar[int]
    asked: ClassVar[list[str]]

    def handle(self) -> None:
        """Whoever has heard enough hangs up, which is no error here."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """One answer to all."""
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.asked.append(self.path + body)
        self.send_response(self.status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"told")

    do_POST = do_GET  # noqa: N815  # http.server's name

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


class Server(ThreadingHTTPServer):
    """All clients connect at once."""

    request_queue_size = 64


@contextmanager
def telling(status: int) -> Iterator[tuple[int, list[str]]]:
    heard = list[str]()
    kind = type("Kind", (Told,), {"status": status, "asked": heard})
    with Server(("127.0.0.1", 0), kind) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def wrk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wrk that prints what a file beside it says."""
    program = tmp_path / "wrk"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_every_operation_is_answered_and_told() -> None:
    run = command("--short", "--seed", "7", "--engines", "ours,bare,constant")
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    tables = re.split(r"\n\n", run.stdout)
    for operation in OPERATIONS:
        table = next((part for part in tables if part.startswith(f"{operation.title}  ")), "")
        engine = "constant ASGI answer" if operation.name == "constant" else "TrueCerta"
        assert re.search(rf"^{engine} +[1-9][\d,]*(\.\d+)? \(", table, flags=re.MULTILINE), run.stdout
    assert "its ratios mean nothing" in run.stdout
    assert len(re.findall(r"^found  ", run.stdout, flags=re.MULTILINE)) == 2 * (len(OPERATIONS) - 1)
    assert "NOT KEPT" not in run.stdout


def test_it_explains_itself() -> None:
    run = command("--help")
    assert run.returncode == 0
    assert "python -m bench.speed" in run.stdout
    assert "apt install wrk" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engines", "nonesuch"), "nonesuch is none of ours,"),
        (("--operations", "verify,nonesuch"), "nonesuch is none of verify,"),
        (("--short", "--write"), "too little"),
    ],
)
def test_what_it_cannot_do_is_said_at_once(arguments: Sequence[str], said: str) -> None:
    run = command(*arguments)
    assert run.returncode == 2
    assert said in run.stderr


@pytest.mark.parametrize(("asked", "status"), [(WALK, 200), (NUMBERS, 201), (Traffic("/same"), 200)])
def test_the_generator_walks_on_from_where_it_was(asked: Traffic, status: int) -> None:
    with telling(status) as (port, heard):
        counted = speed_python.run(asked, port, 4, 0.05, status)
    assert counted.requests == len(heard)
    assert 0 < counted.p50 <= counted.p99 <= counted.seconds
    places = range(4, 4 + len(heard))
    ways = {"/walk/{}": "/walk/{}", "/numbers": '/numbers{{"mail":"jane.{}@example.com"}}', "/same": "/same"}
    assert sorted(heard) == sorted(ways[asked.path].format(asked.item(at)) for at in places)


@pytest.mark.parametrize("status", [304, 404, 500])
def test_an_unexpected_status_ends_the_run_and_says_what_was_asked(status: int) -> None:
    with (
        telling(status) as (port, _),
        pytest.raises(AnswerError, match=rf"GET /walk/[ABC] .*answered {status} .*200 was"),
    ):
        speed_python.run(WALK, port, 1, 5.0, 200)


def test_a_server_that_is_not_there_is_named() -> None:
    with telling(200) as (port, _):
        pass
    with pytest.raises(AnswerError, match=f"port {port}: no connection"):
        speed_python.ask(WALK, port, 0, 200)


def test_wrk_is_believed_when_it_counts_no_errors(wrk: Path) -> None:
    (wrk / "said").write_text("Running 1s test\n\ncounted 5000 1000000 200 900 0 0 0 0 0\n")
    assert speed_wrk.run(wrk, WALK, 1, 7, 1.0, 200) == speed_python.Stretch(5000, 1.0, 0.0002, 0.0009)
    script = (wrk / "wrk.lua").read_text()
    assert "local at, codes = 7, {}" in script
    assert (wrk / "codes").read_text() == "A\nB\nC"


@pytest.mark.parametrize("errors", ["3 0 0 0 0", "0 1 0 0 0", "0 0 0 0 2"])
def test_an_error_that_wrk_counts_is_explained_by_asking_again(wrk: Path, errors: str) -> None:
    (wrk / "said").write_text(f"counted 5000 1000000 200 900 {errors}\n")
    with telling(503) as (port, _), pytest.raises(AnswerError, match=r"among 5000 answers: \d .*GET /walk/. .* 503 "):
        speed_wrk.run(wrk, WALK, port, 0, 1.0, 200)


def test_a_request_for_a_change_is_of_one_length_whatever_its_number() -> None:
    asked = traffic(BY_NAME["issue"], SEEDS)
    for at in (0, 123_456_789):
        head, _, body = asked.request(80, at).partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}\r\n".encode() in head + b"\r\n"


def test_ratios_are_made_round_by_round() -> None:
    """The machine was half as fast in the second round: nobody's ratio suffers from it."""
    measured = {
        ("ours", "verify"): [figures(90), figures(50), figures(110)],
        ("bare", "verify"): [figures(100), figures(50), figures(100)],
    }
    assert ratio(measured, "ours", BY_NAME["verify"]) == spread([0.9, 1.0, 1.1])
    assert ratio(measured, "bare", BY_NAME["verify"]) == spread([1.0, 1.0, 1.0])
    assert ratio(measured, "ours", BY_NAME["list"]) is None


@pytest.mark.parametrize(
    ("rate", "p99", "kept"), [(100.0, 3.0, (True, True)), (99.0, 2.0, (False, True)), (100.0, 3.1, (True, False))]
)
def test_a_promise_is_kept_or_not(rate: float, p99: float, kept: tuple[bool, bool]) -> None:
    measured = {("ours", "verify"): [figures(rate, p99)], ("bare", "verify"): [figures(100)]}
    assert tuple(promise.kept for promise in promises(measured)) == kept


def test_what_is_short_says_so_and_by_what_it_is_held() -> None:
    measured: Mapping[tuple[str, str], Sequence[Figures]] = {
        ("ours", "issue"): [figures(50, others_busy=0.3)],
        ("bare", "issue"): [figures(100)],
    }
    short = promises(measured)[0]
    assert verdict(short).startswith("NOT KEPT  issue: requests a second at least 0.9 × those of the bare engine: 0.50")
    assert "the server holds it" in verdict(short)
    assert verdict(short, judged=False).startswith("found  ")
    written = page(measured, Setting({"Command": "python -m bench.speed --write"}))
    assert "1 of 2 promises are kept" in written
    assert "**short**: the server holds it" in written
    assert "| TrueCerta | 50.0 (50.0–50.0) |" in written
    assert "TrueCerta" in text(measured)


def test_what_longer_measurements_promise_is_counted_too() -> None:
    measured = {("ours", "verify"): [figures(100)], ("bare", "verify"): [figures(100)]}
    said = "two workers: 0 waits\n  kept      nobody waits\n  NOT KEPT  no more than one\n  FAILED, 1 of 2 promises broken\n"
    setting = Setting({"Command": "python -m bench.speed --write"}, proofs={"python -m bench.two_workers": said})
    written = page(measured, setting)
    assert "3 of 4 promises are kept" in written
    assert "| `python -m bench.two_workers`, below | 1 of 2 | **short**: no more than one |" in written
    assert "```\ntwo workers: 0 waits\n  kept      nobody waits\n" in written


def test_a_machine_that_was_not_quiet_is_told() -> None:
    quiet = {("ours", "verify"): [figures(), figures(foreign=0.1)]}
    assert disturbed(quiet) == ""
    loud = {("ours", "verify"): [figures(), figures(foreign=0.1), figures(foreign=0.7)]}
    assert "0.10 of its cores at the median, 0.70 at worst" in disturbed(loud)
    assert disturbed(loud) in page(loud, Setting({"Command": "python -m bench.speed --write"}))
