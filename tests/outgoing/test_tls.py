"""Over TLS the server proves to be the host of the address, to an authority that is trusted."""

import asyncio
import ssl

import pytest
import trustme

from outgoing.client import Outgoing, Unreachable
from tests.outgoing.receivers import OK, OPEN, Answers, Receiver, Wiring, receiving, repeats, says, says_and_stays

pytestmark = pytest.mark.usefixtures("no_leaks")

PUBLIC = "93.184.215.14"
NAME = "hooks.example.com"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority of the tests' own."""
    return trustme.CA()


@pytest.fixture(scope="module")
def proof(authority: trustme.CA) -> ssl.SSLContext:
    """What a server of that name shows."""
    return _proof(authority, NAME)


def client(receiver: Receiver, trusted: trustme.CA | None, *, total: float = 15, connect: float = 5) -> Outgoing:
    tls = None
    if trusted is not None:
        tls = ssl.create_default_context()
        trusted.configure_trust(tls)
    return Outgoing(resolve=Answers([PUBLIC]), dial=Wiring(receiver.port), tls=tls, total=total, connect=connect)


async def test_the_right_host_passes(authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with receiving(says(OK), proof) as receiver:
        for url in (f"https://{NAME}/in", f"https://{NAME.upper()}.:8443/in"):
            received = await client(receiver, authority).post(url, {"X-A": "b"}, b"{}")
            assert (received.status, received.body) == (200, b"ok")
    assert receiver.seen[0].startswith(b"POST /in HTTP/1.1\r\nHost: hooks.example.com\r\n")


async def test_an_address_is_a_host_too(authority: trustme.CA) -> None:
    async with receiving(says(OK), _proof(authority, PUBLIC)) as receiver:
        assert (await client(receiver, authority).post(f"https://{PUBLIC}/", {}, b"")).status == 200


async def test_another_host_is_refused(authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with receiving(says(OK), proof) as receiver:
        with pytest.raises(
            Unreachable, match=r"^The certificate of the server is not valid: .*other\.example\.com'\.$"
        ):
            await client(receiver, authority).post("https://other.example.com/", {}, b"")
    assert receiver.seen == []


@pytest.mark.parametrize("trusted", [None, trustme.CA()], ids=["the system's", "another"])
async def test_an_unknown_authority_is_refused(trusted: trustme.CA | None, proof: ssl.SSLContext) -> None:
    async with receiving(says(OK), proof) as receiver:
        with pytest.raises(Unreachable, match=r"^The certificate of the server is not valid: unable to get .*\.$"):
            await client(receiver, trusted).post(f"https://{NAME}/", {}, b"")
    assert receiver.seen == []


async def test_a_server_that_speaks_no_tls(authority: trustme.CA) -> None:
    async with receiving(says_and_stays(b"220 mail.example.com ESMTP\r\n"), hears=False) as receiver:
        with pytest.raises(Unreachable, match=r"^No TLS connection could be made: wrong version number\.$"):
            await client(receiver, authority).post(f"https://{NAME}/", {}, b"")


async def test_a_server_that_closes_during_the_handshake(authority: trustme.CA) -> None:
    async with receiving(says(b""), hears=False) as receiver:
        with pytest.raises(Unreachable, match=r"^The connection was closed while it was being made\.$"):
            await client(receiver, authority).post(f"https://{NAME}/", {}, b"")


async def test_a_handshake_that_never_ends_has_the_deadline_of_the_connection(authority: trustme.CA) -> None:
    async with receiving(says_and_stays(b""), hears=False) as receiver:
        with pytest.raises(Unreachable, match=r"^No connection within 0\.2 seconds\.$"):
            await client(receiver, authority, connect=0.2).post(f"https://{NAME}/", {}, b"")
        await receiver.abandoned()


async def test_a_body_that_drips_over_tls(authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with receiving(repeats(OPEN, b".", 0.02), proof) as receiver:
        received = await client(receiver, authority, total=0.4).post(f"https://{NAME}/", {}, b"")
        await receiver.abandoned()
    assert received.status == 200
    assert set(received.body) <= set(b".")


async def test_an_endless_body_over_tls(authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with asyncio.timeout(7), receiving(repeats(OPEN, b"x" * 10_000), proof) as receiver:
        received = await client(receiver, authority).post(f"https://{NAME}/", {}, b"")
        await receiver.abandoned()
    assert (received.status, len(received.body)) == (200, 64 * 1024)


async def test_a_receiver_that_hangs_over_tls(authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with receiving(says_and_stays(b""), proof) as receiver:
        with pytest.raises(Unreachable, match=r"^No answer within 0\.2 seconds\.$"):
            await client(receiver, authority, total=0.2).post(f"https://{NAME}/", {}, b"")
        await receiver.abandoned()


@pytest.mark.parametrize("rounds", range(0, 60, 3))
async def test_a_call_may_be_cancelled_at_any_moment(rounds: int, authority: trustme.CA, proof: ssl.SSLContext) -> None:
    async with receiving(says_and_stays(OPEN), proof) as receiver:
        call = asyncio.create_task(client(receiver, authority).post(f"https://{NAME}/", {}, b""))
        for _ in range(rounds):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        if receiver.connections:
            await receiver.abandoned()


def _proof(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
