"""Serving in real processes: what is accepted gets its answer, whoever ends, dies or is replaced meanwhile."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.server.probe import Running, Wire, running, start, until

BOTH_WAYS = pytest.mark.parametrize("workers", [1, 2])
GET_SLOW = b"GET /slow?seconds=%s HTTP/1.1\r\nHost: example.com\r\n\r\n"
GET = b"GET /echo HTTP/1.1\r\nHost: example.com\r\n\r\n"


def await_ready(server: Running, workers: int) -> list[int]:
    if workers == 1:
        server.logged("ready")
        return [server.process.pid]
    return [line["pid"] for line in server.logged("worker_ready", workers)]


def begin_slow(server: Running, seconds: bytes) -> Wire:
    wire = server.connect()
    wire.send(GET_SLOW % seconds)
    server.logged("slow_began")
    return wire


def refuses(port: int) -> Callable[[], bool]:
    def refused() -> bool:
        # A connection that still waited in the queue when the port closed is reset.
        with contextlib.suppress(ConnectionResetError):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except ConnectionRefusedError:
                return True
        return False

    return refused


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


@contextlib.contextmanager
def asking(server: Running) -> Generator[list[int], None, None]:
    """Four clients ask without pause, each time on a new connection; each time they must be answered."""
    answered_by: list[int] = []
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            with server.connect() as wire:
                answered_by.append(wire.send(GET).answer().json["pid"])

    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(ask) for _ in range(4)]
        try:
            yield answered_by
        finally:
            enough.set()
        for client in clients:
            client.result()


@BOTH_WAYS
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_is_answered_before_the_end(workers: int, wish: signal.Signals) -> None:
    with running(workers=workers) as server:
        pids = await_ready(server, workers)
        with begin_slow(server, b"1") as wire:
            server.process.send_signal(wish)
            until(refuses(server.port))
            answer = wire.answer()
            assert answer.json["slow"] is True
            assert answer.headers["connection"] == "close"
            assert wire.ended()
        assert server.exit_code() == 0
        assert server.logged("after_serving") == [{"event": "after_serving", "code": 0}]
        assert not alive(pids)


@BOTH_WAYS
def test_a_signal_to_the_whole_group_is_no_insistence(workers: int) -> None:
    with running(workers=workers) as server:
        await_ready(server, workers)
        with begin_slow(server, b"1") as wire:
            os.killpg(server.process.pid, signal.SIGTERM)
            os.killpg(server.process.pid, signal.SIGINT)
            assert wire.answer().json["slow"] is True
        assert server.exit_code() == 0


def test_a_request_on_its_way_when_the_signal_comes_is_answered() -> None:
    with running() as server:
        await_ready(server, 1)
        with server.connect() as silent, server.connect() as kept:
            assert kept.send(GET).answer().status == 200
            server.process.terminate()
            until(refuses(server.port))
            assert silent.send(GET).answer().headers["connection"] == "close"
            assert kept.send(GET).answer().headers["connection"] == "close"
        assert server.exit_code() == 0


def test_a_request_half_received_when_the_signal_comes_is_answered() -> None:
    with running(protocol="Patient") as server:
        await_ready(server, 1)
        with server.connect() as silent, server.connect() as begun:
            begun.send(GET[:20])
            server.process.terminate()
            assert silent.ended()
            assert begun.send(GET[20:]).answer().headers["connection"] == "close"
        assert server.exit_code() == 0


@BOTH_WAYS
def test_a_stalled_body_does_not_hold_the_end(workers: int) -> None:
    with running(workers=workers, protocol="Patient", grace_seconds=1) as server:
        await_ready(server, workers)
        with server.connect() as wire:
            wire.send(b"POST /echo HTTP/1.1\r\nHost: example.com\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
            assert wire.answer().status == 100
            server.process.terminate()
            assert until(lambda: server.process.poll() is not None) < 4
        assert server.exit_code() == 0


@BOTH_WAYS
def test_a_second_signal_forces_the_end(workers: int) -> None:
    with running(workers=workers, grace_seconds=30) as server:
        pids = await_ready(server, workers)
        with begin_slow(server, b"30"):
            server.process.terminate()
            until(refuses(server.port))
            time.sleep(0.6)  # one that follows at once counts as the same wish
            server.process.terminate()
            assert until(lambda: server.process.poll() is not None) < 2
        assert server.exit_code() == 1
        assert not alive(pids)


@BOTH_WAYS
def test_a_port_in_use_is_told_in_one_sentence(workers: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with start(port=port, workers=workers, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            _, told = process.communicate(timeout=15)
    assert told == f"Port {port} on 127.0.0.1 is in use: choose another with --port.\n"
    assert process.returncode == 1


@BOTH_WAYS
def test_an_application_that_does_not_start_is_exit_code_1(workers: int) -> None:
    with running(workers=workers, app="create_broken", stderr=subprocess.DEVNULL) as server:
        assert server.exit_code() == 1


def test_a_worker_that_dies_is_replaced() -> None:
    with running(workers=2) as server:
        first, second = await_ready(server, 2)
        os.kill(first, signal.SIGKILL)
        third = server.logged("worker_ready", 3)[2]["pid"]
        assert third not in {first, second}
        assert sorted(alive([first, second, third])) == sorted([second, third])
        with server.connect() as wire:
            assert wire.send(GET).answer().json["pid"] in {second, third}


def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    with running(workers=2) as server:
        await_ready(server, 2)
        pids = [child.pid for child in psutil.Process(server.process.pid).children(recursive=True)]
        with begin_slow(server, b"30"):
            server.process.kill()
            assert until(lambda: not alive(pids)) < 2
        assert refuses(server.port)()


def test_a_rolling_restart_loses_no_connection() -> None:
    with running(workers=2) as server:
        old = await_ready(server, 2)
        with asking(server) as answered_by:
            server.process.send_signal(signal.SIGHUP)
            new = [line["pid"] for line in server.logged("worker_ready", 4)][2:]
            until(lambda: not alive(old))
        events = [line["event"] for line in server.lines if line["event"].startswith("worker_")]
        assert events == ["worker_ready"] * 2 + ["worker_ready", "worker_retired"] * 2
        assert len(answered_by) > 100
        assert set(answered_by) & set(old)
        assert set(answered_by) <= {*old, *new}
        assert sorted(alive(new)) == sorted(new)
