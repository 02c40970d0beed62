"""What the pages need of the server: its budgets, its deadline, and what its errors mean."""

from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

from starlette.types import Scope

from outgoing.client import Outgoing
from rules.errors import Refused
from server import errors
from server.budgets import Budgets
from server.deadline import Deadline

Result = TypeVar("Result")


class PageGate:
    """Pages ask what the API asks, so they are held to the same budgets."""

    def __init__(self, budgets: Budgets, outgoing: Outgoing) -> None:
        self._budgets = budgets
        self._outgoing = outgoing

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

    async def counted_session(self, session_id: str) -> None:
        """Counts a request of somebody signed in, as those of an API key are."""
        await self._budgets.count("sessions", self._budgets.rates.api, session_id)

    async def may_try(self, scope: Scope, what: str, account: str, browser: str | None) -> None:
        """Counts a try at an account, or refuses it: the same whether the account is there or not."""
        await self._budgets.visit(scope).as_try(what, account, browser)

    async def may_confirm(self, user_id: UUID) -> None:
        """Counts a password typed by somebody signed in, apart from what strangers try at the account."""
        await self._budgets.count("password by user", self._budgets.rates.account, str(user_id))

    async def may_send_test(self, organization_id: UUID) -> None:
        """Counts a test of endpoints in the same budget as the API's."""
        await self._budgets.count("send_test_webhook", self._budgets.rates.webhook_tests, str(organization_id))

    async def may_receive(self, url: str) -> None:
        """Refuses an address that events may not be sent to."""
        await self._outgoing.check(url)

    async def within_deadline(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of work on the database, or TimeoutError."""
        return await Deadline().within(work)
