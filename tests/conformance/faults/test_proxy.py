"""Without a rule the proxies change nothing, and with one they change what it says."""

import smtplib
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import httpx
import pytest

from tests.conformance.faults.mail_proxy import MailProxy
from tests.conformance.faults.messages import Ask, Reply, Request
from tests.conformance.faults.proxy import Proxy
from tests.installation import free_port
from tests.postbox import Postbox


class Mirror(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, bytes]]] = []

    def answer(self) -> None:
        """Head and body of the request, in an answer with some headers twice."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((f"{self.requestline}\r\n{self.headers}", body))
        if self.path == "/hang-up":
            self.close_connection = True
            return
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("X-Twice", "one")
        self.send_header("x-tWICE", "two")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815  # as http.server finds them

    def log_message(self, *_: object) -> None:
        """Not a word."""


@pytest.fixture
def mirror() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    Mirror.seen.clear()
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(mirror: int) -> Iterator[Proxy]:
    with Proxy(mirror) as made:
        yield made
        assert made.mistakes == []


def test_a_request_and_its_answer_pass_unchanged(mirror: int, proxy: Proxy) -> None:
    head = "POST /a?b=%C3%A9&b=2 HTTP/1.1\r\nHost: example.com\r\nX-One: 1\r\nx-ONE: 2\r\nContent-Length: 3\r\n"
    answers = []
    for port in (mirror, proxy.port):
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(head.encode() + b"Connection: close\r\n\r\n" + b"\x00\xffx")
            answers.append(link.makefile("rb").read())
    assert Mirror.seen[0] == Mirror.seen[1]
    assert _compared(answers[0]) == _compared(answers[1])


def _compared(answer: bytes) -> list[bytes]:
    """Without the second that it was made in, and without what is between two neighbours alone."""
    return [line for line in answer.split(b"\r\n") if not line.startswith((b"Date", b"Connection"))]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_one_connection_serves_many_requests(proxy: Proxy, method: str) -> None:
    with httpx.Client(base_url=proxy.url, trust_env=False) as client:
        for path in ("/one", "/none", "/two"):
            answer = client.request(method, path)
            assert answer.status_code == (404 if path == "/none" else 200)
            assert answer.headers.get_list("X-Twice") == ["one", "two"]


def test_a_server_that_hangs_up_is_seen_to_do_so(proxy: Proxy) -> None:
    with httpx.Client(base_url=proxy.url, trust_env=False) as client:
        with pytest.raises(httpx.TransportError):
            client.get("/hang-up")
        assert client.get("/one").status_code == 200
    with Proxy(free_port()) as nobody, pytest.raises(httpx.TransportError):
        httpx.get(nobody.url, trust_env=False)


def test_a_rule_asks_as_often_as_it_wants_and_answers_what_it_wants(proxy: Proxy) -> None:
    def rule(request: Request, ask: Ask) -> Reply:
        ask(request)
        reply = ask(request)
        reply.status = 202
        reply.set_header("x-twice", "once")
        reply.set_body(b"other")
        return reply

    proxy.passing = rule
    answer = httpx.post(proxy.url, content=b"mine", trust_env=False)
    assert (answer.status_code, answer.headers.get_list("X-Twice"), answer.text) == (202, ["once"], "other")
    assert [body for _, body in Mirror.seen] == [b"mine", b"mine"]


def test_what_a_rule_does_wrong_is_kept(mirror: int) -> None:
    with Proxy(mirror) as proxy:
        proxy.passing = lambda request, ask: ask(request.json["rule"])
        with pytest.raises(httpx.TransportError):
            httpx.get(proxy.url, trust_env=False)
        assert "TypeError" in proxy.mistakes[0]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    made = Postbox()
    made.start()
    yield made
    made.stop()


CONTENT = b"From: a@example.com\r\nTo: jane@example.com\r\nSubject: =?utf-8?q?Z=C3=B6e?=\r\n\r\nA  line\r\n.dot\r\n"


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as link:
        link.sendmail("a@example.com", ["jane@example.com"], CONTENT)


def test_a_mail_passes_unchanged(postbox: Postbox) -> None:
    with MailProxy(postbox.port) as mails:
        send(mails.port)
        postbox.wait("jane@example.com")
        assert postbox.contents == [CONTENT]


def test_a_rule_sends_other_mails(postbox: Postbox) -> None:
    def rule(mail: EmailMessage) -> list[EmailMessage]:
        other = message_from_bytes(mail.as_bytes(), policy=policy.SMTP)
        other.replace_header("Subject", "Other")
        return [mail, other]

    with MailProxy(postbox.port) as mails:
        mails.passing = rule
        send(mails.port)
        assert [each["Subject"] for each in postbox.wait("jane@example.com", 2)] == ["Zöe", "Other"]
        assert mails.mistakes == []


def test_a_mail_that_nobody_takes_is_lost() -> None:
    with MailProxy(free_port()) as mails:
        send(mails.port)
        assert mails.mistakes == []
