"""Nothing inside is ever connected to: neither by its address nor by a name, nor by one that changes its mind."""

import asyncio
import threading

import pytest

from outgoing.client import NotTried, Outgoing, Unreachable
from outgoing.resolving import SystemResolver
from rules.errors import Refused
from tests.outgoing.receivers import OK, Answers, Receiver, Wiring, receiving, says, says_and_stays

pytestmark = pytest.mark.usefixtures("no_leaks")

PUBLIC, ALSO_PUBLIC, PUBLIC_V6 = "93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"

NOWHERE = r"^The name does not lead to a public address\.$"
LITERALS = [
    ("https://127.0.0.1/", "The address 127.0.0.1 is not public."),
    ("https://10.0.0.1:8443/hooks", "The address 10.0.0.1 is not public."),
    ("https://169.254.169.254/latest/meta-data/", "The address 169.254.169.254 is not public."),
    ("https://[::1]/", "The address ::1 is not public."),
    ("https://[::ffff:7f00:1]/", "The address ::ffff:7f00:1 is not public."),
    ("https://[64:ff9b::7f00:1]/", "The address 64:ff9b::7f00:1 is not public."),
    ("https://127.1/", "127.1 is neither a name nor an address in its usual spelling."),
    ("https://2130706433/", "2130706433 is neither a name nor an address in its usual spelling."),
    ("https://0x7F000001/", "0x7f000001 is neither a name nor an address in its usual spelling."),
    ("https://0177.0.0.1/", "0177.0.0.1 is neither a name nor an address in its usual spelling."),
    ("https://127.0.0.1./", "127.0.0.1. is neither a name nor an address in its usual spelling."),
]
NO_RECEIVERS = [
    "http://example.com/",
    "ftp://example.com/",
    "https://user:pw@example.com/",
    "https://[fe80::1%25eth0]/",
]


class Unused:
    """A resolver or a dialler that nobody may ask."""

    async def __call__(self, *asked: object) -> list[str]:
        """Nobody does."""
        raise AssertionError(asked)


def on_the_wire(wiring: Wiring, answers: Answers) -> Outgoing:
    """A client that refuses what is private, as in production, and whose network is a test's."""
    return Outgoing(resolve=answers, dial=wiring, connect=0.6, total=1.2, look_up=0.1)


@pytest.fixture
def no_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers of these tests speak plain HTTP; only the rule on the scheme is lifted, none on addresses."""

    def any_scheme(url: str, *, allow_private: bool) -> str:
        assert not allow_private
        return url

    monkeypatch.setattr("outgoing.client.receiver_url", any_scheme)


@pytest.mark.parametrize(("url", "reason"), LITERALS)
async def test_addresses_inside_are_refused(url: str, reason: str) -> None:
    wiring = Wiring(1)
    outgoing = Outgoing(resolve=Unused(), dial=wiring)
    with pytest.raises(Refused) as refused:
        await outgoing.check(url)
    with pytest.raises(Unreachable) as unreachable:
        await outgoing.post(url, {}, b"")
    assert refused.value.message == unreachable.value.reason == reason
    assert refused.value.code == "unprocessable_entity"
    assert [detail.field for detail in refused.value.details] == ["url"]
    assert wiring.dialled == []


@pytest.mark.parametrize("url", NO_RECEIVERS)
async def test_what_is_no_receivers_address_is_refused_each_time(url: str) -> None:
    outgoing = Outgoing(resolve=Unused(), dial=Wiring(1))
    with pytest.raises(Refused):
        await outgoing.check(url)
    with pytest.raises(Unreachable):
        await outgoing.post(url, {}, b"")


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], [PUBLIC, "10.0.0.1"], [PUBLIC_V6, PUBLIC, "::ffff:127.0.0.1"], ["fe80::1%eth0"], ["nonsense"]],
)
async def test_a_name_is_refused_when_any_of_its_addresses_is_not_public(addresses: list[str]) -> None:
    wiring = Wiring(1)
    outgoing = Outgoing(resolve=Answers(addresses), dial=wiring)
    with pytest.raises(Refused, match=NOWHERE):
        await outgoing.check("https://hooks.example.com/")
    with pytest.raises(Unreachable, match=NOWHERE):
        await outgoing.post("https://hooks.example.com/", {}, b"")
    assert wiring.dialled == []


async def test_a_public_name_may_be_registered() -> None:
    answers = Answers([PUBLIC, PUBLIC_V6])
    await Outgoing(resolve=answers, dial=Wiring(1)).check("https://Hooks.example.com:8443/in")
    assert answers.asked == ["hooks.example.com"]
    await Outgoing(resolve=Unused(), dial=Wiring(1)).check(f"https://[{PUBLIC_V6}]/")


async def test_a_name_that_does_not_resolve_may_be_registered_and_is_told_as_if_it_led_inside() -> None:
    for answers in (Answers(), Answers([])):
        outgoing = Outgoing(resolve=answers, dial=Wiring(1))
        await outgoing.check("https://hooks.example.com/")
        with pytest.raises(Unreachable, match=NOWHERE):
            await outgoing.post("https://hooks.example.com/", {}, b"")


async def test_a_name_that_takes_too_long() -> None:
    async def hangs(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    outgoing = Outgoing(resolve=hangs, dial=Wiring(1), connect=0.05, look_up=0.05)
    await outgoing.check("https://hooks.example.com/")
    with pytest.raises(Unreachable, match=r"^The name could not be resolved within 0\.05 seconds\.$"):
        await outgoing.post("https://hooks.example.com/", {}, b"")


@pytest.mark.usefixtures("no_https")
async def test_what_was_checked_is_what_is_connected_to() -> None:
    async with receiving(says(OK)) as receiver:
        wiring, answers = Wiring(receiver.port), Answers([PUBLIC], ["127.0.0.1"])
        received = await on_the_wire(wiring, answers).post("http://hooks.example.com/in", {}, b"")
    assert received.status == 200
    assert wiring.dialled == [PUBLIC]
    assert answers.asked == ["hooks.example.com"]
    assert b"\r\nHost: hooks.example.com\r\n" in receiver.seen[0]


@pytest.mark.usefixtures("no_https")
@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_a_name_that_changes_its_mind_never_leads_inside(inside: str) -> None:
    async with receiving(says(OK)) as canary, receiving(says(OK)) as receiver:
        wiring, answers = Wiring(receiver.port), Answers([PUBLIC], [PUBLIC], [inside])
        outgoing, url = on_the_wire(wiring, answers), f"http://rebinds.example.com:{canary.port}/"
        await outgoing.check(url)
        await outgoing.post(url, {}, b"")
        with pytest.raises(Unreachable):
            await outgoing.post(url, {}, b"")
        with pytest.raises(Refused):
            await outgoing.check(url)
    assert wiring.dialled == [PUBLIC]
    assert len(answers.asked) == 4
    assert (receiver.connections, canary.connections) == (1, 0)


@pytest.mark.usefixtures("no_https")
async def test_a_redirect_inside_is_told_and_not_followed() -> None:
    async with receiving(says(OK)) as canary:
        head = f"HTTP/1.1 307 In\r\nLocation: {canary.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with receiving(says(head)) as receiver:
            received = await on_the_wire(Wiring(receiver.port), Answers([PUBLIC])).post("http://a.example/", {}, b"")
    assert received.status == 307
    assert canary.connections == 0


@pytest.mark.usefixtures("no_https")
async def test_addresses_are_tried_in_order_and_a_dead_one_costs_its_share() -> None:
    async with receiving(says(OK)) as receiver:
        wiring = Wiring(receiver.port, dead=(PUBLIC_V6,))
        answers = Answers([PUBLIC_V6, PUBLIC_V6, PUBLIC, ALSO_PUBLIC])
        received = await on_the_wire(wiring, answers).post("http://hooks.example.com/", {}, b"")
    assert received.status == 200
    assert wiring.dialled == [PUBLIC_V6, PUBLIC]


@pytest.mark.usefixtures("no_https")
async def test_when_all_are_dead_the_connection_has_its_deadline() -> None:
    wiring = Wiring(1, dead=(PUBLIC, ALSO_PUBLIC))
    with pytest.raises(Unreachable, match=r"^No connection within 0\.6 seconds\.$"):
        await on_the_wire(wiring, Answers([PUBLIC, ALSO_PUBLIC])).post("http://hooks.example.com/", {}, b"")
    assert wiring.dialled == [PUBLIC, ALSO_PUBLIC]


async def test_for_development_private_addresses_are_allowed() -> None:
    outgoing = Outgoing(allow_private=True, resolve=Answers(["127.0.0.1"]))
    async with receiving(says(OK)) as receiver:
        for url in (receiver.url, f"http://hooks.example.com:{receiver.port}"):
            await outgoing.check(url)
            assert (await outgoing.post(url, {}, b"")).status == 200


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(says(OK)) as proxy, receiving(says(OK)) as receiver:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        assert (await Outgoing(allow_private=True).post(receiver.url, {}, b"")).status == 200
    assert (proxy.connections, receiver.connections) == (0, 1)


class SlowNames:
    """A system whose name servers hang until they are released, but for names that begin with `good`."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked = threading.Semaphore(0)
        self.hosts: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        """It tells that it was asked, and blocks its thread."""
        self.hosts.append(host)
        self.asked.release()
        if not host.startswith("good"):
            self.released.wait(30)
        return ["127.0.0.1"]


async def test_slow_names_do_not_stall_who_needs_none() -> None:
    slow = SlowNames()
    outgoing = Outgoing(allow_private=True, resolve=SystemResolver(slow), connect=30)
    async with receiving(says(OK)) as receiver:
        waiting = [asyncio.create_task(outgoing.post(_named(receiver, n), {}, b"")) for n in range(64)]
        try:
            await asyncio.to_thread(lambda: [slow.asked.acquire(timeout=30) for _ in waiting])
            async with asyncio.timeout(10):  # far less than the names take
                assert (await outgoing.post(receiver.url, {}, b"")).status == 200
            assert receiver.connections == 1
            impatient = Outgoing(allow_private=True, resolve=outgoing._resolve, connect=0.05)
            with pytest.raises(Unreachable, match="could not be resolved within"):
                await impatient.post(_named(receiver, 64), {}, b"")
        finally:
            slow.released.set()
        assert {received.status for received in await asyncio.gather(*waiting)} == {200}
        assert (await outgoing.post(_named(receiver, 65), {}, b"")).status == 200


async def ask_briefly(resolver: SystemResolver, host: str, port: int = 443) -> None:
    """Whoever asks gives up before there is an answer."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await resolver(host, port)


async def test_a_dead_name_takes_one_place_however_often_it_is_asked_for() -> None:
    slow = SlowNames()
    resolver = SystemResolver(slow, most=2)
    for port in range(20):
        await ask_briefly(resolver, "dead.example", port)
    assert slow.hosts == ["dead.example"]
    assert await resolver("good.example", 443) == ["127.0.0.1"]
    joined = [asyncio.create_task(resolver("dead.example", 443)) for _ in range(3)]
    await asyncio.sleep(0)
    slow.released.set()
    assert await asyncio.gather(*joined) == [["127.0.0.1"]] * 3
    assert await resolver("dead.example", 443) == ["127.0.0.1"]
    assert slow.hosts == ["dead.example", "good.example", "dead.example"]


async def test_hundreds_of_dead_names_leave_good_ones_alone() -> None:
    slow = SlowNames()
    outgoing = Outgoing(allow_private=True, resolve=SystemResolver(slow), connect=0.05)
    try:
        async with receiving(says(OK)) as receiver:
            posts = [outgoing.post(_named(receiver, number), {}, b"") for number in range(400)]
            given_up = await asyncio.gather(*posts, return_exceptions=True)
            assert {type(each) for each in given_up} == {Unreachable}
            patient = Outgoing(allow_private=True, resolve=outgoing._resolve)
            assert (await patient.post(f"http://good.example:{receiver.port}/", {}, b"")).status == 200
    finally:
        slow.released.set()


async def test_without_room_for_a_look_up_nothing_is_tried_and_a_name_may_be_registered() -> None:
    slow = SlowNames()
    resolver = SystemResolver(slow, most=1)
    outgoing = Outgoing(allow_private=True, resolve=resolver)
    await ask_briefly(resolver, "dead.example")
    with pytest.raises(NotTried, match="1 names are being looked up already"):
        await outgoing.post("http://good.example/", {}, b"")
    await outgoing.check("http://good.example/")
    slow.released.set()
    async with asyncio.timeout(10), receiving(says(OK)) as receiver:
        while resolver._running:
            await asyncio.sleep(0.01)
        assert (await outgoing.post(f"http://good.example:{receiver.port}/", {}, b"")).status == 200


async def test_without_a_thread_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    with pytest.raises(NotTried, match="can't start new thread"):
        await Outgoing(allow_private=True).post("http://good.example/", {}, b"")


@pytest.mark.parametrize("error", [OSError("unknown"), UnicodeError("label too long"), ValueError("null byte")])
async def test_a_name_that_the_system_does_not_know(error: Exception) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise error

    resolver = SystemResolver(unknown, most=1)
    for _ in range(2):
        with pytest.raises(OSError, match=str(error)):
            await resolver("a.example", 443)


async def test_a_call_that_is_cancelled_while_it_connects_leaves_nothing_open() -> None:
    async with receiving(says_and_stays(b"")) as receiver:
        wiring = Wiring(receiver.port, dead=("127.0.0.1",))
        call = asyncio.create_task(Outgoing(allow_private=True, dial=wiring).post(receiver.url, {}, b""))
        while not wiring.dialled:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


def _named(receiver: Receiver, number: int) -> str:
    return f"http://host{number}.example:{receiver.port}/"
