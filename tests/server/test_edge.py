"""The edge over raw sockets: who sends too much or too slowly is refused, and nobody else."""

from collections.abc import Iterator

import psutil
import pytest

from tests.server.probe import Running, Wire, assert_refused, running, until

GET = b"GET /echo HTTP/1.1\r\nHost: example.com\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: example.com\r\n"
KILOBYTES_64 = 64 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as started:
        started.logged("ready")
        yield started


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    with server.connect() as connected:
        yield connected


def test_a_plain_request_is_answered_and_the_connection_kept(wire: Wire) -> None:
    for _ in range(2):
        answer = wire.send(GET, b"X-Empty:\r\nX-Kind: a\r\n\r\n").answer()
        assert answer.status == 200
        assert answer.json["headers"] == [["host", "example.com"], ["x-empty", ""], ["x-kind", "a"]]
        assert "server" not in answer.headers
        assert "date" in answer.headers


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X-Large: " + b"a" * KILOBYTES_64 + b"\r\n\r\n",
        GET + b"X-Many: a\r\n" * 7000 + b"\r\n",
        b"GET /echo?" + b"a" * KILOBYTES_64 + b" HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"\r\n" * KILOBYTES_64,
    ],
    ids=["one header", "many headers", "request line", "blank lines"],
)
def test_a_head_beyond_64_kilobytes_is_431(wire: Wire, head: bytes) -> None:
    assert_refused(wire.send(head).answer(), 431, "request_header_fields_too_large")
    assert wire.ended()


def test_a_client_can_finish_sending_before_it_reads_its_refusal(wire: Wire) -> None:
    wire.socket.sendall(GET + b"X-Large: " + b"a" * KILOBYTES_64)
    for _ in range(100):
        wire.socket.sendall(b"a" * KILOBYTES_64)
    assert wire.answer().status == 431


def test_a_head_just_within_64_kilobytes_is_answered(wire: Wire) -> None:
    padding = b"a" * (KILOBYTES_64 - len(GET) - 100)
    assert wire.send(GET, b"X-Large: ", padding, b"\r\n\r\n").answer().status == 200


@pytest.mark.parametrize("piece", [b"a" * 65536, b"X-Many: aaaaaaaa\r\n" * 4096], ids=["one header", "many headers"])
def test_52_megabytes_of_headers_take_no_memory(server: Running, wire: Wire, piece: bytes) -> None:
    memory = psutil.Process(server.process.pid).memory_info
    before = memory().rss
    wire.send(GET, b"X-Large: ")
    for _ in range(52_000_000 // len(piece)):
        wire.send(piece)
    assert_refused(wire.answer(), 431, "request_header_fields_too_large")
    assert memory().rss - before < 4_000_000


def test_trailers_count_as_headers(wire: Wire) -> None:
    wire.send(POST, b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Large: ")
    for _ in range(10):
        wire.send(b"a" * 65536)
    assert_refused(wire.answer(), 431, "request_header_fields_too_large")


def test_a_dripping_head_is_408(wire: Wire) -> None:
    assert 0.4 < wire.send(GET).drip(b"X-Drip: a\r\n") < 1.5
    assert_refused(wire.answer(), 408, "request_timeout")
    assert wire.ended()


def test_a_dripping_second_head_is_408(wire: Wire) -> None:
    assert wire.send(GET, b"\r\n").answer().status == 200
    assert 0.4 < wire.send(GET).drip(b"X-Drip: a\r\n") < 1.5
    assert_refused(wire.answer(), 408, "request_timeout")


def test_a_silent_connection_is_closed_without_a_word(wire: Wire) -> None:
    assert 0.4 < until(wire.ended) < 1.5


@pytest.mark.parametrize(
    ("framing", "piece"),
    [(b"Content-Length: 10000\r\n\r\n", b"a"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")],
    ids=["length", "chunks"],
)
def test_a_dripping_body_is_408(server: Running, wire: Wire, framing: bytes, piece: bytes) -> None:
    gone_before = len([line for line in server.lines if line["event"] == "client_gone"])
    assert 0.4 < wire.send(POST, framing).drip(piece) < 1.5
    assert_refused(wire.answer(), 408, "request_timeout")
    assert wire.ended()
    server.logged("client_gone", gone_before + 1)


def test_a_body_that_stops_is_408(wire: Wire) -> None:
    assert_refused(wire.send(POST, b"Content-Length: 10\r\n\r\nabc").answer(), 408, "request_timeout")


def test_a_body_that_drips_behind_its_answer_ends_the_connection(wire: Wire) -> None:
    wire.send(b"POST /early HTTP/1.1\r\nHost: example.com\r\nContent-Length: 10000\r\n\r\n")
    assert wire.answer().json == {"early": True}
    assert wire.drip(b"a") < 1.5
    assert wire.ended()


def test_an_idle_connection_is_closed_and_blank_lines_do_not_prolong_it(wire: Wire) -> None:
    assert wire.send(GET, b"\r\n").answer().status == 200
    assert 0.9 < wire.drip(b"\r\n") < 2
    assert wire.ended()


def test_a_client_that_waits_for_us_is_not_called_slow(wire: Wire) -> None:
    slow = b"GET /slow?seconds=0.8 HTTP/1.1\r\nHost: example.com\r\n\r\n"
    wire.send(slow, POST, b"Content-Length: 3\r\n\r\na")
    assert wire.answer().json["slow"] is True
    assert wire.send(b"bc").answer().json["body"] == "abc"


def test_answers_that_nobody_reads_end_the_connection(server: Running, wire: Wire) -> None:
    own_port = wire.socket.getsockname()[1]

    def connected() -> bool:
        connections = psutil.Process(server.process.pid).net_connections("tcp")
        return own_port in [port for connection in connections for port in connection.raddr[1:]]

    wire.send(b"GET /large HTTP/1.1\r\nHost: example.com\r\n\r\n")
    until(connected)
    assert until(lambda: not connected()) < 3


def test_beyond_the_most_connections_one_more_is_503(server: Running) -> None:
    wires = [server.connect() for _ in range(60)]
    try:
        with server.connect() as one_more:
            assert_refused(one_more.answer(), 503, "unavailable")
    finally:
        for wire in wires:
            wire.socket.close()


def test_a_refusal_is_logged_with_its_request_id(server: Running, wire: Wire) -> None:
    request_id = wire.send(b"nonsense\r\n\r\n").answer().headers["x-request-id"]
    until(lambda: request_id in [line.get("request_id") for line in server.logged("request_refused")])
