"""The line of a request is the one that the chain of all other logs would write, in either form."""

import asyncio
import io
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from select import PIPE_BUF

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import logs, request_log
from server.request_log import Line, RequestLog, console_form, json_form
from server.settings import Settings

FORMS = {"json": json_form, "console": console_form}
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")

lines = st.builds(
    Line,
    method=st.sampled_from(["GET", "POST", "HEAD", "M-SEARCH"]),
    path=st.text(max_size=60) | st.from_regex(r"/[a-z0-9/._~-]{0,60}", fullmatch=True),
    status=st.integers(100, 599),
    ms=st.floats(0, 1e5).map(lambda ms: round(ms, 1)),
    request_id=st.from_regex(r"[A-Za-z0-9._-]{8,64}", fullmatch=True),
    state=st.fixed_dictionaries(
        {}, optional={"operation": st.just("verify_certificate"), "organization": st.uuids().map(str), "x": st.none()}
    ),
)


@pytest.fixture(params=list(FORMS))
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the chain writes to standard error, configured for a form."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TRUECERTA_LOG_FORMAT", request.param)
    logs.configure(Settings())
    yield stream
    structlog.reset_defaults()
    request_log.requests.configure(None, sys.stderr)


def _taken(stream: io.StringIO) -> str:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return _TIMESTAMP.sub("…", text)


async def _by_hand(log: RequestLog, *those: Line) -> None:
    for line in those:
        named = logs.REQUEST_ID.set(line.request_id)
        log.write(line)
        logs.REQUEST_ID.reset(named)
    await asyncio.sleep(0)  # the loop comes round once


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=lines)
def test_a_line_is_what_the_chain_would_write(written: io.StringIO, line: Line) -> None:
    asyncio.run(_by_hand(request_log.requests, line))
    by_hand = _taken(written)
    asyncio.run(_by_hand(RequestLog(), line))
    assert by_hand == _taken(written)
    assert by_hand.count("\n") == 1


async def test_lines_that_come_together_are_written_together_and_in_order() -> None:
    stream, log = Counted(), RequestLog()
    log.configure(json_form, stream)
    await _by_hand(log, *(Line("GET", f"/v/{number}", 200, 0.1, "request-1234", {}) for number in range(50)))
    # As many whole lines as a pipe takes in one piece: two processes that write to one pipe don't tear each other's.
    assert all(text.endswith("\n") and len(text) <= PIPE_BUF for text in stream.writes)
    assert all(len(one) + len(next_one) > PIPE_BUF for one, next_one in pairwise(stream.writes))
    assert re.findall(r"/v/([0-9]+)", stream.getvalue()) == [str(number) for number in range(50)]
    assert stream.getvalue().count("\n") == 50


async def test_a_line_that_is_longer_than_a_pipe_takes_is_written_alone() -> None:
    stream, log = Counted(), RequestLog()
    log.configure(json_form, stream)
    paths = ["/a", f"/{'b' * PIPE_BUF}", "/c"]
    await _by_hand(log, *(Line("GET", path, 200, 0.1, "request-1234", {}) for path in paths))
    assert [text.count("\n") for text in stream.writes] == [1, 1, 1]


class Counted(io.StringIO):
    """Text in memory, and what was written to it at once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        """Note and keep it."""
        self.writes.append(text)
        return super().write(text)
