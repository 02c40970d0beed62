"""One try to deliver an event: signed, sent, and told in a sentence if it did not get through."""

import asyncio
import time
from datetime import UTC, datetime

import structlog

from outgoing.client import NotTried, Outgoing, Received, Unreachable
from rules import deliveries, signatures
from rules.deliveries import Attempt
from services.delivery_queue import Leased

LONGEST_SECONDS = 20.0
"""Beyond the client's own deadline and below the lease: whatever the client does, no delivery is sent by two at once."""

_log = structlog.get_logger()


async def attempt(outgoing: Outgoing, leased: Leased) -> Attempt:
    """Send an event to its endpoint once. Nothing that happens on the way is raised; NotTried is when there was no way."""
    started_at, began = datetime.now(UTC), time.monotonic()
    received, error = await _answer(outgoing, leased, started_at)
    return Attempt(
        started_at=started_at,
        duration_ms=round((time.monotonic() - began) * 1000),
        status=received.status if received else None,
        error=error,
        answer=deliveries.excerpt(received.body) if received else None,
        retry_after=received.retry_after if received else None,
    )


async def _answer(outgoing: Outgoing, leased: Leased, now: datetime) -> tuple[Received | None, str | None]:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            received = await outgoing.post(leased.url, _headers(leased, now), leased.body)
    except NotTried:
        raise
    except Unreachable as unreachable:
        return None, str(unreachable)
    except Exception as fault:  # noqa: BLE001  # one endpoint's fault is no other's
        _log.error("delivery attempt failed", delivery=str(leased.id), exc_info=fault)
        return None, "It could not be sent, by a fault on our side."
    return received, _shortcoming(received.status)


def _headers(leased: Leased, now: datetime) -> dict[str, str]:
    signed = signatures.headers(leased.event_id, leased.body, leased.secrets, now)
    return {"Content-Type": "application/json", "User-Agent": "TrueCerta", **signed}


def _shortcoming(status: int) -> str | None:
    if deliveries.is_success(status):
        return None
    return f"The endpoint answered {status}: only 200 to 299 means that the event has arrived."
