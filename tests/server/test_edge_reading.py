"""The edge over raw sockets: a request has one meaning, and requests on one connection are kept apart."""

from collections.abc import Iterator

import pytest

from tests.server.probe import Running, Wire, assert_refused, running

GET = b"GET /echo HTTP/1.1\r\nHost: example.com\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: example.com\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as started:
        started.logged("ready")
        yield started


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    with server.connect() as connected:
        yield connected


@pytest.mark.parametrize(
    "head",
    [
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: identity\r\n\r\n",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.0\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naa",
        POST + b"Content-Length: 1, 1\r\n\r\na",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: +1\r\n\r\na",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\na",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        GET + GET + b"\r\n",
        GET + b"Host: example.com\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: example.com/evil\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: a@example.com\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: example.com, example.org\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: example.com:port\r\n\r\n",
        b"GET /echo HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        GET + b"X-Nul: a\0b\r\n\r\n",
        GET + b"X-Fold: a\r\n b\r\n\r\n",
        GET + b"X-Space : a\r\n\r\n",
        b"GET /echo HTTP/1.1\nHost: example.com\n\n",
        b"GET /ech\xff HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET /echo\r\n\r\n",
        b"GET /echo HTTP/2.0\r\nHost: example.com\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"BREW /echo HTTP/1.1\r\nHost: example.com\r\n\r\n",
        bytes.fromhex("16030100c8010000c40303"),
        bytes(range(256)),
    ],
)
def test_what_is_malformed_or_could_be_read_in_two_ways_is_400(wire: Wire, head: bytes) -> None:
    assert_refused(wire.send(head).answer(), 400, "bad_request")
    assert wire.ended()


@pytest.mark.parametrize("host", [b"example.com", b"example.com:8000", b"127.0.0.1:80", b"[::1]:8000", b"my_service"])
def test_hosts_that_exist_are_accepted(wire: Wire, host: bytes) -> None:
    assert wire.send(b"GET /echo HTTP/1.1\r\nHost: ", host, b"\r\n\r\n").answer().status == 200


def test_http_1_0_needs_no_host(wire: Wire) -> None:
    assert wire.send(b"GET /echo HTTP/1.0\r\n\r\n").answer().status == 200
    assert wire.ended()


def test_pipelined_requests_are_answered_in_order(wire: Wire) -> None:
    wire.send(*(POST + b"Content-Length: 1\r\n\r\n%d" % number for number in range(5)))
    assert [wire.answer().json["body"] for _ in range(5)] == ["0", "1", "2", "3", "4"]


def test_a_refusal_waits_for_the_answers_owed_before_it(server: Running, wire: Wire) -> None:
    slow = b"/slow?seconds=0.2 HTTP/1.1\r\nHost: example.com\r\n"
    wire.send(b"GET ", slow, b"\r\n", GET, b"\r\n", b"POST ", slow, b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n")
    assert wire.answer().json["slow"] is True
    assert wire.answer().json["path"] == "/echo"
    assert_refused(wire.answer(), 400, "bad_request")
    assert wire.ended()
    with server.connect() as another:
        assert another.send(b"GET ", slow, b"\r\n").answer().status == 200
    assert len(server.logged("slow_began", 2)) == 2, "what is refused is not carried out"


def test_trailers_reach_neither_this_request_nor_the_next(wire: Wire) -> None:
    wire.send(POST, b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: a\r\nHost: b\r\n\r\n", GET, b"\r\n")
    first, second = wire.answer().json, wire.answer().json
    assert first["body"] == "abc"
    assert first["headers"] == [["host", "example.com"], ["transfer-encoding", "chunked"]]
    assert second["headers"] == [["host", "example.com"]]


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    ids=["length", "chunks"],
)
def test_an_offer_to_upgrade_is_passed_over_and_loses_no_body(wire: Wire, body: bytes) -> None:
    offer = POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    wire.send(offer, body[:-2]).send(body[-2:], offer, body, GET, b"\r\n")
    assert [wire.answer().json["body"] for _ in range(3)] == ["abc", "abc", ""]


def test_thousands_of_offers_to_upgrade_are_harmless(wire: Wire) -> None:
    offer = b"GET /early HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n"
    wire.send(offer * 3000)
    assert {wire.answer().status for _ in range(3000)} == {200}


def test_a_body_is_asked_for_when_the_client_waits_to_be_asked(wire: Wire) -> None:
    wire.send(POST, b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert wire.answer().status == 100
    assert wire.send(b"abc").answer().json["body"] == "abc"
