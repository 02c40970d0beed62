"""Who may ask how often: budgets per key, per address, and for codes that do not exist."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.types import Scope

from rules import addresses
from rules.addresses import Network
from rules.errors import Refused
from rules.rates import Rate
from server.deadline import Deadline
from server.limits import Limits, Standing
from server.requests import Request
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
        return {"send_test_webhook": self.webhook_tests}.get(name)


@dataclass(frozen=True)
class Budgets:
    """What is counted, where, and whom to believe about addresses."""

    limits: Limits
    rates: Rates
    trusted: tuple[Network, ...]
    usage: Usage

    def visit(self, scope: Scope) -> "Visit":
        """One request, from the address that it came from."""
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        client = scope.get("client")
        return Visit(self, addresses.bucket(addresses.client(client[0] if client else None, forwarded, self.trusted)))

    async def count(self, budget: str, rate: Rate | None, who: str) -> Standing | None:
        """Count a request, or refuse it."""
        standing = await self.limits.count(budget, rate, who)
        if standing is not None and not standing.allowed:
            raise _too_many(standing)
        return standing


class Visit:
    """One request while it is counted."""

    def __init__(self, budgets: Budgets, address: str) -> None:
        self._budgets = budgets
        self._address = address
        self._standing: Standing | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer tells of the limit that it was counted against."""
        return self._standing.headers() if self._standing else []

    async def as_caller(self, request: Request, deadline: Deadline) -> Caller:
        """Count a request by its key. A refused key counts against the address it came from."""
        rates = self._budgets.rates
        caller = await deadline.within(api_keys.caller(_token(request)))
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
        await self._count(name, self._budgets.rates.of_operation(name), str(caller.organization_id))

    async def as_public(self, *, looks_up_codes: bool) -> None:
        """Count a public request by its address; refuse it unheard when its address has missed too often."""
        rates = self._budgets.rates
        await self._count("public", rates.public, self._address)
        if looks_up_codes:
            await self.refuse_if_misses_are_used_up()

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
        standing = await self._budgets.limits.count(budget, rate, who)
        if standing is None:
            return
        self._standing = standing
        if not standing.allowed:
            self._refuse(standing)

    def _refuse(self, standing: Standing) -> None:
        self._standing = standing
        raise _too_many(standing)


def _too_many(standing: Standing) -> Refused:
    seconds = max(1, standing.reset_after)
    message = f"Too many requests. Try again in {seconds} second{'s' * (seconds > 1)}."
    return Refused("rate_limited", message, retry_after=seconds)


def _token(request: Request) -> str:
    lines = request.header_lines(b"authorization")
    if len(lines) != 1:
        return ""
    scheme, _, token = lines[0].strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
