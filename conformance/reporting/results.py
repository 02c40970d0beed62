"""A run for programs: results.json. Its shape is a promise, told in docs/using-the-suite.md; `format` counts its changes."""

from datetime import UTC
from typing import Any

from ..exchanges import Exchange
from ..options import Options
from ..running import CONFORMANT, COULD_NOT_TELL, Result
from ..version import VERSION
from .account import Account, counted
from .curl import curl

FORMAT = 1


def document(account: Account) -> dict[str, Any]:
    """Everything that is known of a run, but no secret."""
    return {
        "format": FORMAT,
        "suite": VERSION,
        "url": account.options.url,
        "begun_at": account.begun.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "seconds": round(account.seconds, 3),
        "options": _options(account.options),
        "verdict": {
            "exit_status": account.exit_status,
            "conformant": None if account.exit_status == COULD_NOT_TELL else account.exit_status == CONFORMANT,
            "complete": account.is_complete,
            "tried": account.tried,
            "sentence": account.verdict,
        },
        "counts": _named(counted(account.results)),
        "areas": {area: _named(counted(results)) for area, results in account.areas.items()},
        "clauses": [_clause(result) for result in account.results],
    }


def _options(options: Options) -> dict[str, Any]:
    return {
        "key": options.key is not None,
        "other_key": options.other_key is not None,
        "write": options.write,
        "only": list(options.only),
        "without": list(options.without),
        "strict": options.strict,
        "examples": options.examples,
        "seed": options.seed,
        "timeout": options.seconds,
        "receiver_url": options.receiver_url,
        "mail": "smtp" if options.smtp_port is not None else "folder" if options.mail_dir is not None else None,
    }


def _clause(result: Result) -> dict[str, Any]:
    clause = result.clause
    return {
        "slug": clause.slug,
        "area": clause.area,
        "severity": clause.severity.value,
        "status": result.status.value,
        "why": result.why,
        "requirement": clause.requirement,
        "sources": list(clause.source),
        "seconds": round(result.seconds, 3),
        "blocked": result.blocked,
        "shown": next((n for n, each in enumerate(result.exchanges) if each is result.shown), None),
        "exchanges": [_exchange(exchange) for exchange in result.exchanges],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    answer = {"status": exchange.status, "headers": dict(exchange.answer_headers), "body": exchange.answer}
    return {
        "who": exchange.who,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": dict(exchange.headers),
            "body": exchange.body,
            "curl": curl(exchange),
        },
        "answer": None if exchange.status is None else answer,
        "seconds": round(exchange.seconds, 3),
    }


def _named(counts: dict[Any, int]) -> dict[str, int]:
    return {status.value: count for status, count in counts.items()}
