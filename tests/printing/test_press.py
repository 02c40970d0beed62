"""The press: whatever becomes of its child, an order ends in time, and the next one finds a child again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from printing import press as module
from printing import sheet as sheets
from printing.press import Jammed, Misprint, Press, order
from printing.sheet import Sheet
from tests.installation import ROOT

SLOW = "#for i in range(30000) { for j in range(30000) { let x = calc.sin(j) } }\n"
WIDE = "#let all = range(100).map(i => range(1000000).map(j => str(i * j)))\n#all.len()\n"
WRONG = '#panic("this template is wrong")\n'
STARTS_ONE = """
import asyncio
from printing.press import Press, order
async def main():
    press = Press()
    await press.set({order!r})
    print(press.child, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def ordered(sheet: Sheet, template: str = "classic") -> bytes:
    """An order for a PDF."""
    return order(template=template, form="pdf", facts=sheets.facts(sheet, "pdf"), logo=None)


def templates(folder: Path, source: str) -> Path:
    """A folder of templates with one that misbehaves beside the real ones."""
    for template in module.TEMPLATES.glob("*.typ"):
        (folder / template.name).write_bytes(template.read_bytes())
    (folder / "other.typ").write_text(source)
    return folder


def child_of(press: Press) -> int:
    """The number of its child, which there is."""
    assert press.child is not None
    return press.child


async def gone(pid: int) -> None:
    """Wait for a process to be gone."""
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.02)


async def test_a_child_starts_with_the_first_order_and_serves_the_next(sheet: Sheet) -> None:
    press = Press()
    first = await press.set(ordered(sheet))
    child = child_of(press)
    assert await press.set(ordered(sheet)) == first
    assert child_of(press) == child
    await press.close()
    await gone(child)


async def test_a_child_is_confined(sheet: Sheet) -> None:
    press = Press()
    await press.set(ordered(sheet))
    child = psutil.Process(child_of(press))
    assert child.nice() == 10
    assert child.rlimit(psutil.RLIMIT_AS) == (module.MEMORY, module.MEMORY)
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert not any(name.startswith("TRUECERTA") for name in child.environ())
    assert child.memory_info().rss < 200_000_000
    await press.close()


async def test_orders_given_at_once_are_carried_out_one_by_one(sheet: Sheet) -> None:
    press = Press()
    made = await asyncio.gather(*(press.set(ordered(sheet)) for _ in range(5)))
    assert len(set(made)) == 1
    await press.close()


async def test_a_child_killed_in_the_middle_fails_that_order_alone(tmp_path: Path, sheet: Sheet) -> None:
    press = Press(templates=templates(tmp_path, SLOW))
    await press.set(ordered(sheet))
    child = child_of(press)
    waiting = asyncio.create_task(press.set(ordered(sheet, "other")))
    async with asyncio.timeout(10):
        busy = psutil.Process(child).cpu_times().user
        while psutil.Process(child).cpu_times().user < busy + 0.1:
            await asyncio.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(Jammed, match="ended"):
        await waiting
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    assert child_of(press) != child
    await press.close()


async def test_a_child_that_died_between_orders_is_replaced(sheet: Sheet) -> None:
    press = Press()
    await press.set(ordered(sheet))
    os.kill(child_of(press), signal.SIGKILL)
    async with asyncio.timeout(10):
        while press.child is not None:
            await asyncio.sleep(0.01)
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    await press.close()


async def test_an_order_that_takes_too_long_is_given_up(tmp_path: Path, sheet: Sheet) -> None:
    press = Press(templates=templates(tmp_path, SLOW), seconds=1)
    await press.set(ordered(sheet))
    child = child_of(press)
    began = time.monotonic()
    with pytest.raises(Jammed, match="took too long"):
        await press.set(ordered(sheet, "other"))
    assert time.monotonic() - began < 5
    assert not psutil.pid_exists(child)
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    await press.close()


async def test_a_document_cannot_take_all_memory(tmp_path: Path, sheet: Sheet) -> None:
    press = Press(templates=templates(tmp_path, WIDE), seconds=30, memory=250_000_000)
    with pytest.raises(Jammed, match="ended"):
        await press.set(ordered(sheet, "other"))
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    await press.close()


async def test_a_wrong_template_is_told_as_such(tmp_path: Path, sheet: Sheet) -> None:
    press = Press(templates=templates(tmp_path, WRONG))
    with pytest.raises(Misprint, match="this template is wrong"):
        await press.set(ordered(sheet, "other"))
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    await press.close()


async def test_an_order_that_nobody_waits_for_any_more_costs_no_child_and_leaves_no_answer_to_the_next(
    sheet: Sheet,
) -> None:
    press = Press()
    expected = await press.set(ordered(sheet))
    child = child_of(press)
    for steps in range(8):  # it leaves before it is given, while it is given, and after that
        left = asyncio.create_task(press.set(ordered(replace(sheet, holder="Jane Roe"))))
        for _ in range(steps):
            await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        assert await press.set(ordered(sheet)) == expected
    assert child_of(press) == child
    await press.close()


async def test_closing_does_not_wait_for_the_order_under_way(tmp_path: Path, sheet: Sheet) -> None:
    press = Press(templates=templates(tmp_path, SLOW), seconds=60)
    await press.set(ordered(sheet))
    child = child_of(press)
    orders = [asyncio.create_task(press.set(ordered(sheet, template))) for template in ("other", "classic")]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await press.close()
    assert [type(answer) for answer in await asyncio.gather(*orders, return_exceptions=True)] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
    ]
    assert press.child is None
    assert not psutil.pid_exists(child)


async def test_a_child_without_orders_ends(sheet: Sheet) -> None:
    press = Press(idle=0.1)
    await press.set(ordered(sheet))
    child = child_of(press)
    await gone(child)
    assert (await press.set(ordered(sheet))).startswith(b"%PDF")
    await press.close()


async def test_a_child_ends_with_its_parent(sheet: Sheet) -> None:
    with subprocess.Popen(  # noqa: ASYNC220  # its output is read in a thread
        [sys.executable, "-c", STARTS_ONE.format(order=ordered(sheet))], stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        child = int(await asyncio.to_thread(parent.stdout.readline))
        assert psutil.pid_exists(child)
        parent.kill()
    await gone(child)
