"""Logs: for people or as one JSON object a line, on standard error; what libraries log comes out alike."""

import io
import logging
import re
import sys
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from server import request_log
from server.settings import Settings

_UNPRINTABLE = re.compile(
    r"[^\x20-\x7E\xA1-\uFFFF\U00010000-\U0010FFFF]|[\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]"
)
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being carried out."""
_QUIET = ("connexion", "tortoise", "aiosqlite", "asyncio", "uvicorn.access")
_REPEATING = ("asyncpg.pool",)
"""What says again and again, each time with all of its frames, that the database is away: our own lines say that once."""


def configure(settings: Settings) -> None:
    """Send every log line through one chain, whoever wrote it."""
    shared: list[Any] = [
        _with_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        # json escapes what a path or a header could forge a second line with.
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [_printable, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_traceback)]
    level = getattr(logging, settings.log_level.upper())
    request_log.requests.configure(_form_of_requests(settings, level), sys.stderr)
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(
            sys.stderr
        ),  # a line in one write, so that processes do not mix theirs
        cache_logger_on_first_use=False,
    )
    foreign = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(foreign)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _REPEATING:
        logging.getLogger(name).setLevel(logging.ERROR)


def _form_of_requests(settings: Settings, level: int) -> request_log.Form | None:
    if level > logging.INFO or (settings.log_format == "console" and sys.stderr.isatty()):
        return None  # left out, or coloured
    return request_log.json_form if settings.log_format == "json" else request_log.console_form


def _with_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What is logged while a request is carried out names it."""
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def _printable(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a stranger sent must not move the cursor, colour the screen or begin a line of its own."""
    return {name: _escaped(value) if isinstance(value, str) else value for name, value in event.items()}


def _traceback(sink: TextIO, fault: ExcInfo) -> None:
    """A plain one: a rich one shows the variables of every frame, keys and bodies among them."""
    plain = io.StringIO()
    structlog.dev.plain_traceback(plain, fault)
    sink.write("\n".join(_escaped(line) for line in plain.getvalue().split("\n")))


def _escaped(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
