"""The application, put together: Connexion's middleware around our dispatcher, and the pages behind it."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from connexion.middleware import ConnexionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from starlette.types import ASGIApp, Scope

import pages
from outgoing.client import Outgoing
from rules import addresses, rates
from rules.errors import Refused
from rules.links import Links
from server import contract, errors, health, key_usage, logs, secret_key
from server.budgets import Budgets, Rates
from server.deadline import Deadline
from server.dispatcher import Dispatcher
from server.limits import Limits
from server.outermost import Outermost
from server.settings import Settings
from services import database
from services.api_keys import Usage

Result = TypeVar("Result")


def create_from_environment() -> ASGIApp:
    """The application as the environment sets it; each serving process makes its own."""
    settings = Settings()
    logs.configure(settings)
    return create(settings)


def create(settings: Settings) -> ASGIApp:
    """The application for these settings. The database has to be migrated."""
    links, keyring = Links(settings.base()), secret_key.keyring(settings)
    outgoing = Outgoing(allow_private=settings.allow_private_webhooks)
    budgets = _budgets(settings)
    site = pages.site(links, PageGate(budgets), keyring, health.routes())
    app = ConnexionMiddleware(
        site,
        middlewares=[
            Outermost,
            LifespanMiddleware,
            partial(Dispatcher, budgets=budgets, at_hand={"links": links, "keyring": keyring, "outgoing": outgoing}),
        ],
        lifespan=partial(_lifespan, settings, budgets),
    )
    app.add_api(contract.bound())
    made: ASGIApp = app  # Connexion is not typed
    return made


class PageGate:
    """Pages ask what the API asks, so they are held to the same budgets."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets

    def status(self, refused: Refused) -> int:
        """The status that goes with a refusal."""
        return errors.STATUS[refused.code]

    def refusal_of(self, fault: Exception) -> Refused:
        """What a visitor is told of a fault."""
        return errors.refusal_of(fault)

    async def counted(self, scope: Scope) -> None:
        """Counts a visit among the public requests of its address, or refuses it."""
        await self._budgets.visit(scope).as_public(looks_up_codes=False)

    async def before(self, scope: Scope) -> None:
        """Refuses a visitor who has missed too often."""
        await self._budgets.visit(scope).refuse_if_misses_are_used_up()

    async def missed(self, scope: Scope) -> None:
        """Counts a code that does not exist; refuses a visitor whose misses are used up by it."""
        await self._budgets.visit(scope).count_miss()

    async def within_deadline(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of work on the database, or TimeoutError."""
        return await Deadline().within(work)


def _budgets(settings: Settings) -> Budgets:
    return Budgets(
        limits=Limits.at(settings.redis_url.get_secret_value() if settings.redis_url else None),
        rates=Rates(
            api=rates.parse(settings.rate_limit_api),
            public=rates.parse(settings.rate_limit_public),
            misses=rates.parse(settings.rate_limit_misses),
            webhook_tests=rates.parse(settings.rate_limit_webhook_test),
        ),
        trusted=addresses.networks(settings.trusted_proxies),
        usage=Usage(),
    )


@asynccontextmanager
async def _lifespan(settings: Settings, budgets: Budgets, _app: Any) -> AsyncIterator[None]:  # noqa: ANN401
    await database.connect(settings.database())
    try:
        async with key_usage.written_down(budgets.usage):
            yield
    finally:
        await budgets.limits.close()
        await database.disconnect()
