"""The worker, put together from the settings: connected, checked, and run until it is told to stop."""

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from outgoing.client import Outgoing
from outgoing.smtp import post_for
from rules import retries
from rules.errors import Refused
from rules.links import Links
from server import secret_key
from server.settings import Settings
from services import database
from worker.announcing import Announcing
from worker.composing import Composer
from worker.delivering import Delivering
from worker.mailing import Mailing
from worker.rounds import repeat
from worker.running import Work, run


async def work(settings: Settings, *, signals: Collection[int], on_ready: Callable[[], None]) -> None:
    """Work until one of the signals. A database that lacks migrations is refused; one that is away is waited for."""
    stop = asyncio.Event()
    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    outgoing = Outgoing(allow_private=settings.allow_private_webhooks)
    await database.connect(settings.database())
    try:
        await _check_migrations(stop)
        if not stop.is_set():
            on_ready()
            await run(_work(settings, outgoing), stop)
    finally:
        await database.disconnect()


def _work(settings: Settings, outgoing: Outgoing) -> Work:
    keyring = secret_key.keyring(settings)
    composer = Composer(Links(settings.base()), keyring, settings.sender())
    smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    post = post_for(smtp_url, settings.data_dir.expanduser().absolute() / "mail")
    return Work(
        delivering=Delivering(outgoing, keyring, retries.schedule(settings.webhook_retries)),
        mailing=Mailing(post, composer),
        announcing=Announcing(keyring),
    )


async def _check_migrations(stop: asyncio.Event) -> None:
    missing: list[str] = []

    async def ask() -> None:
        try:
            await database.writable(
                datetime.now(UTC)
            )  # one that is away looks to the next line as if nothing were there
        except Exception as fault:
            if database.is_away(fault):
                raise
        missing.extend(await database.pending())

    await repeat("worker", ask, stop)
    if missing:
        raise Refused("unavailable", f"The database lacks {', '.join(missing)}. Run: truecerta migrate")
