"""The machine that it is measured on: its cores and who gets which, what is installed, and whose time is spent."""

import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import psutil

PACKAGES = ("connexion", "starlette", "uvicorn", "uvloop", "asyncpg", "orjson", "tortoise-orm")
OF_PEERS = ("fastapi", "sqlalchemy", "pydantic", "litestar", "msgspec")
IDLE_FOR = 0.5
SPAWNED = "--multiprocessing-fork"
"""In the command of a process that another Python started for itself, as `serve` does with its worker."""


class Cores(NamedTuple):
    """Which cores the server has and which everything else; none where they could not be told apart, and why."""

    server: frozenset[int]
    others: frozenset[int]
    why_shared: str = ""

    def __str__(self) -> str:
        if self.why_shared:
            return self.why_shared
        return f"server on core {_listed(self.server)}; PostgreSQL and load generator on {_listed(self.others)}"


def _listed(cores: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(cores)))


def shared_out() -> Cores:
    """One core for the server; this process, and all that it starts from now on, keeps to the others."""
    none = frozenset[int]()
    if not hasattr(os, "sched_setaffinity"):
        return Cores(none, none, "this system lets nobody choose cores: server and load generator disturb each other")
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return Cores(none, none, "there is one core only: server, PostgreSQL and load generator share it")
    cores = Cores(frozenset(allowed[:1]), frozenset(allowed[1:]))
    try:
        os.sched_setaffinity(0, cores.others)
    except PermissionError:
        return Cores(none, none, "choosing cores is not permitted here: server and load generator disturb each other")
    return cores


def shared_again(cores: Cores) -> None:
    """This process, and what it starts from now on, may use every core again."""
    if cores.others:
        os.sched_setaffinity(0, cores.server | cores.others)


def pin(pid: int, cores: frozenset[int]) -> None:
    """Keep a process that has only just begun, and what it will start, to these cores."""
    if cores:
        os.sched_setaffinity(pid, cores)


def pin_beside(pid: int, cores: frozenset[int]) -> None:
    """Keep the worker that a server has started beside itself to other cores."""
    for process in psutil.Process(pid).children(recursive=True):
        if cores and SPAWNED in process.cmdline():
            process.cpu_affinity(sorted(cores))


class Spent(NamedTuple):
    """Seconds of a processor: by what answers, and by the worker that a server has started beside itself."""

    server: float
    beside: float


def spent(pid: int) -> Spent:
    """What a process and all that it has started have spent until now, those that have ended among them."""
    whole = psutil.Process(pid)
    ended = whole.cpu_times()
    server, beside = ended.children_user + ended.children_system, 0.0
    for process in (whole, *whole.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            if SPAWNED in process.cmdline():
                beside += times.user + times.system
            else:
                server += times.user + times.system
    return Spent(server, beside)


def machine_spent() -> float:
    """Seconds of processors that the whole machine has spent until now, whoever made it."""
    times = psutil.cpu_times()
    return float(sum(getattr(times, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal")))


def described() -> dict[str, str]:
    """What a reader has to know of this machine to compare with another."""
    memory = psutil.virtual_memory().total / 2**30
    return {
        "Processor": f"{_processor()}, {psutil.cpu_count()} cores",
        "Memory": f"{memory:.0f} GiB",
        "System": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def _processor() -> str:
    with suppress(OSError):
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), flags=re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def versions(*, with_peers: bool) -> str:
    """The packages that what is measured stands on."""
    found = []
    for name in (*PACKAGES, *(OF_PEERS if with_peers else ())):
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


def wrk_version() -> str | None:
    """The wrk that is installed, if one is."""
    if shutil.which("wrk") is None:
        return None
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
    return " ".join((said.stdout + said.stderr).split()[:2])


def until_idle(spends: Callable[[], float], seconds: float) -> bool:
    """Wait until next to nothing is spent any more, for so long at most, and say whether it came to that."""
    ends, last = time.monotonic() + seconds, spends()
    while time.monotonic() < ends:
        time.sleep(IDLE_FOR)
        now = spends()
        if now - last <= IDLE_FOR / 20:
            return True
        last = now
    return False
