"""The suite tells a server that keeps the contract from one that does not, and from what is no such server at all."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from tests.conformance.smoke import judged, serving
from tests.installation import ROOT, free_port

FEW = ("--examples=1", "--phases=examples,fuzzing")


def judge(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "conformance.contract", f"--url={url}", "--key=trc_live_none", *options]
    return subprocess.run(program, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)


class Fake(BaseHTTPRequestHandler):
    """A server with one answer to everything but /openapi.yaml, and another to what is created."""

    contract: ClassVar[bytes] = b""
    body: ClassVar[bytes] = b"<p>Welcome</p>"
    type: ClassVar[str] = "text/html"

    def answer(self) -> None:
        """The one answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        described = self.path == "/openapi.yaml"
        body = self.contract if described else self.body
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/yaml" if described else self.type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815  # as http.server finds them

    def log_message(self, *_: object) -> None:
        """Not a word."""


@pytest.fixture
def fake() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_closed_port_cannot_be_judged() -> None:
    ended = judge(f"http://127.0.0.1:{free_port()}")
    assert ended.returncode == 2
    assert ended.stderr.startswith("Cannot tell: ")


def test_a_server_of_pages_cannot_be_judged(fake: str) -> None:
    ended = judge(fake)
    assert ended.returncode == 2
    assert ended.stderr.startswith("Cannot tell: ")


def test_a_server_with_one_answer_does_not_keep_the_contract(fake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fake, "contract", (ROOT / "openapi.yaml").read_bytes())
    monkeypatch.setattr(Fake, "body", b'{"data": {"id": "x", "code": "y"}}')
    monkeypatch.setattr(Fake, "type", "application/json")
    ended = judge(fake, *FEW)
    assert ended.returncode == 1, ended.stderr
    assert "Does NOT keep the contract." in ended.stdout


def test_a_wrong_key_cannot_be_judged() -> None:
    with serving("sqlite") as installation:
        ended = judge(installation.url)
        assert ended.returncode == 2
        assert "401" in ended.stderr
        assert judged(installation, *FEW) == 0
