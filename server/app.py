"""The application, put together: Connexion's middleware around our dispatcher, and the pages behind it."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from connexion.middleware import ConnexionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from starlette.types import ASGIApp

import pages
from outgoing.client import Outgoing
from printing.printer import Printer
from rules import addresses, rates
from rules.links import Links
from server import contract, health, key_usage, logs, secret_key
from server.answer_cache import AnswerCache
from server.budgets import Budgets, Rates
from server.dispatcher import Dispatcher
from server.limits import Limits
from server.outermost import Outermost
from server.page_gate import PageGate
from server.settings import Settings
from services import database
from services.api_keys import Usage
from services.changes import Changes

MEGABYTE = 1_000_000
YOUNG = 20_000
"""So many more objects made than gone, and garbage is looked for: some dozens of lists of certificates."""


def create_from_environment() -> ASGIApp:
    """The application as the environment sets it; each serving process makes its own."""
    settings = Settings()
    logs.configure(settings)
    return create(settings)


def create(settings: Settings) -> ASGIApp:
    """The application for these settings. The database has to be migrated."""
    links, keyring = Links(settings.base()), secret_key.keyring(settings)
    outgoing = Outgoing(allow_private=settings.allow_private_webhooks)
    budgets, changes = _budgets(settings), Changes.at(settings.database())
    printer = Printer(settings.data_dir.expanduser() / "documents", room=settings.document_cache_mb * MEGABYTE)
    means = pages.Means(
        links=links,
        gate=PageGate(budgets, outgoing),
        keyring=keyring,
        printer=printer,
        contract=contract.document(),
        framed_by=settings.frame_ancestors,
    )
    app = ConnexionMiddleware(
        pages.site(means, health.routes()),
        middlewares=[
            Outermost,
            partial(
                Dispatcher,
                budgets=budgets,
                changes=changes,
                answers=AnswerCache(changes),
                at_hand={"links": links, "keyring": keyring, "outgoing": outgoing},
            ),
            LifespanMiddleware,
        ],
        lifespan=partial(_lifespan, settings, budgets, changes, printer),
    )
    app.add_api(contract.bound())
    made: ASGIApp = app  # Connexion is not typed
    return made


def _budgets(settings: Settings) -> Budgets:
    return Budgets(
        limits=Limits.at(settings.redis_url.get_secret_value() if settings.redis_url else None),
        rates=Rates(
            api=rates.parse(settings.rate_limit_api),
            public=rates.parse(settings.rate_limit_public),
            misses=rates.parse(settings.rate_limit_misses),
            webhook_tests=rates.parse(settings.rate_limit_webhook_test),
            sign_in=rates.parse(settings.rate_limit_sign_in),
            account=rates.parse(settings.rate_limit_account),
        ),
        trusted=addresses.networks(settings.trusted_proxies),
        usage=Usage(),
    )


@asynccontextmanager
async def _lifespan(
    settings: Settings,
    budgets: Budgets,
    changes: Changes,
    printer: Printer,
    _app: Any,  # noqa: ANN401
) -> AsyncIterator[None]:
    await database.connect(settings.database())
    try:
        async with changes.heard(), key_usage.written_down(budgets.usage):
            _keep_what_stays()
            yield
    finally:
        await printer.close()
        await budgets.limits.close()
        await database.disconnect()


def _keep_what_stays() -> None:
    """What was made at start stays: to look through it for garbage would stop every request for some 80 ms.

    What requests make is nearly all gone with its last reference; the rest is looked for less often than Python would.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
