"""Who may ask how often: budgets per key, per address, and for codes that do not exist."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.types import Scope

from rules.addresses import Network
from rules.errors import Refused
from rules.rates import Rate
from server.deadline import Deadline
from server.limits import Limits, Question, Standing
from server.requests import Request
from server.visitors import Visitors
from services import api_keys
from services.api_keys import Usage
from services.callers import Caller


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits of this installation; None is none."""

    api: Rate | None
    public: Rate | None
    misses: Rate | None
    webhook_tests: Rate | None
    sign_in: Rate | None = None
    account: Rate | None = None

    def of_operation(self, name: str) -> Rate | None:
        """What an organization may ask of one operation, beside what each of its keys may ask in all."""
        return self.webhook_tests if name == "send_test_webhook" else None


class Budgets:
    """What is counted, where, and whom to believe about addresses."""

    def __init__(self, limits: Limits, rates: Rates, trusted: Sequence[Network], usage: Usage) -> None:
        self.limits = limits
        self.rates = rates
        self.usage = usage
        self._visitors = Visitors(trusted)

    def visit(self, scope: Scope) -> "Visit":
        """One request, from the address that it came from."""
        return Visit(self, self._visitors.bucket(scope))

    async def count(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """Count a request, or refuse it."""
        standing = await self.limits.count(budget, rate, who)
        if standing is not None and not standing.allowed:
            raise _too_many(standing)
        return standing


class Visit:
    """One request while it is counted."""

    __slots__ = ("_address", "_budgets", "_standing")

    def __init__(self, budgets: Budgets, address: str) -> None:
        self._budgets = budgets
        self._address = address
        self._standing: Standing | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer tells of the limit that it was counted against."""
        return self._standing.headers() if self._standing else []

    def block(self) -> bytes:
        """The same as it goes over the wire."""
        return self._standing.block() if self._standing else b""

    async def as_caller(self, request: Request, deadline: Deadline) -> Caller:
        """Count a request by its key. A refused key counts against the address it came from."""
        rates = self._budgets.rates
        token = _token(request)
        caller = api_keys.remembered(token) or await deadline.within(api_keys.caller(token))
        if caller is None:
            await self._count("refused keys", rates.public, self._address)
            raise Refused("unauthorized", 'Send a valid API key as "Authorization: Bearer trc_live_…".')
        request.scope["state"]["organization"] = str(caller.organization_id)
        await self._count("api", rates.api, str(caller.key_id))
        if caller.key_id is not None:
            self._budgets.usage.note(caller.key_id, datetime.now(UTC))
        return caller

    async def of_operation(self, name: str, caller: Caller) -> None:
        """Count a request by its organization, where the operation has a limit of its own; that is the one then told."""
        if (rate := self._budgets.rates.of_operation(name)) is not None:
            await self._count(name, rate, str(caller.organization_id))

    async def as_public(self, *, looks_up_codes: bool) -> None:
        """Count a public request by its address; refuse it unheard when its address has missed too often."""
        if self.counted_as_public(looks_up_codes=looks_up_codes):
            return
        rates, asked = self._budgets.rates, []
        if rates.public is not None:
            asked.append(Question("public", rates.public, self._address, counts=True))
        if looks_up_codes and rates.misses is not None:
            asked.append(Question("misses", rates.misses, self._address, counts=False))
        for question, standing in await self._budgets.limits.ask(*asked):
            if question.counts:
                self._hold_to(standing)
            elif not standing.allowed:
                self._refuse(standing)

    def counted_as_public(self, *, looks_up_codes: bool) -> bool:
        """`as_public` without waiting, where this process counts alone; else False, and `as_public` is to be awaited."""
        limits, rates = self._budgets.limits, self._budgets.rates
        if not limits.alone:
            return False
        self._hold_to(limits.count_now("public", rates.public, self._address))
        if looks_up_codes:
            refusal = limits.refusal_now("misses", rates.misses, self._address)
            if refusal is not None:
                self._refuse(refusal)
        return True

    async def refuse_if_misses_are_used_up(self) -> None:
        """Before a code is looked up: else a refusal would tell hits from misses."""
        standing = await self._budgets.limits.peek("misses", self._budgets.rates.misses, self._address)
        if standing is not None and not standing.allowed:
            self._refuse(standing)

    async def as_try(self, what: str, account: str, browser: str | None) -> None:
        """Count a try at an account: by the address that it comes from, and by the account from wherever it comes.

        A browser in which the account's person signed in before is counted by itself instead: no stranger uses that up.
        """
        rates = self._budgets.rates
        await self._budgets.count(what, rates.sign_in, self._address)
        if browser is not None:
            await self._budgets.count(f"{what} by browser", rates.account, browser)
            return
        # A digest: the name of what is counted lies in a shared server.
        digest = hashlib.sha256(account.encode("utf-8", "replace")).hexdigest()
        await self._budgets.count(f"{what} by account", rates.account, digest)

    async def count_miss(self) -> None:
        """Count a code that does not exist."""
        standing = await self._budgets.limits.count("misses", self._budgets.rates.misses, self._address)
        if standing is not None and not standing.allowed:
            self._refuse(standing)

    async def _count(self, budget: str, rate: Rate | None, who: str) -> None:
        limits = self._budgets.limits
        self._hold_to(limits.count_now(budget, rate, who) if limits.alone else await limits.count(budget, rate, who))

    def _hold_to(self, standing: Standing | None) -> None:
        """The answer tells of this standing; where there is no limit, of none."""
        if standing is None:
            return
        self._standing = standing
        if not standing.allowed:
            raise _too_many(standing)

    def _refuse(self, standing: Standing) -> None:
        self._standing = standing
        raise _too_many(standing)


def _too_many(standing: Standing) -> Refused:
    seconds = max(1, standing.reset_after)
    message = f"Too many requests. Try again in {seconds} second{'s' * (seconds > 1)}."
    return Refused("rate_limited", message, retry_after=seconds)


def _token(request: Request) -> str:
    lines = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if len(lines) != 1:
        return ""
    scheme, _, token = lines[0].decode("latin-1").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
