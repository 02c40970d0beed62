"""Clauses and results that never were, for tests of what becomes of them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import httpx

from conformance.asking import Caller
from conformance.clause import Check, Clause, Severity
from conformance.contract import the_contract
from conformance.exchanges import Exchange, Recorder
from conformance.options import Options
from conformance.patience import Patience
from conformance.reporting.account import Account
from conformance.reporting.secrecy import Blotter
from conformance.running import Result, Status
from conformance.trial import Trial

URL = "https://staging.example.com"


def met(_trial: Trial) -> None:
    """Nothing is asked, so it is met."""


def clause(slug: str, check: Check = met, severity: Severity = Severity.MUST) -> Clause:
    """A clause."""
    return Clause(slug, f"A server does what {slug} says.", ("rulings/certificate-states/expired",), severity, check)


def exchange(**members: object) -> Exchange:
    """A request that was answered with a certificate's state."""
    usual = {
        "method": "GET",
        "url": f"{URL}/api/v1/verify/TRC-EXA-26-ABCDEF",
        "headers": {"accept": "*/*"},
        "body": "",
        "status": 200,
        "answer_headers": {"content-type": "application/json"},
        "answer": '{"status": "valid"}',
        "seconds": 0.02,
        "who": "nobody",
    }
    return Exchange(**{**usual, **members})  # type: ignore[arg-type]  # the members of an exchange


def result(slug: str, status: Status, why: str = "", *exchanges: Exchange, blocked: bool = False) -> Result:
    """What came of a clause."""
    severity = Severity.SHOULD if status is Status.WARNING else Severity.MUST
    shown = exchanges[-1] if exchanges else None
    return Result(clause(slug, severity=severity), status, why, exchanges, shown, 0.1, blocked)


def account(results: Iterable[Result], options: Options | None = None, planned: int | None = None) -> Account:
    """A run that came to these results, its secrets blotted as in a real one."""
    asked = options or Options(URL)
    told = tuple(Blotter(asked).result(each) for each in results)
    tried = sum(each.status is not Status.DISABLED for each in told)
    return Account(asked, datetime(2026, 3, 15, 10, tzinfo=UTC), 12.5, told, tried if planned is None else planned)


def trial_of(answer: Callable[[httpx.Request], httpx.Response], *, key: str | None = None) -> tuple[Trial, Recorder]:
    """A trial of a server that is a function."""
    client, recorder = httpx.Client(transport=httpx.MockTransport(answer), base_url=URL), Recorder()
    contract, options = the_contract(), Options(URL, key=key, write=True)
    public = Caller(client, contract, recorder, may_write=True)
    academy = Caller(client, contract, recorder, who="academy", key=key, may_write=True)
    return Trial(options, contract, public, academy if key else None), recorder


def asking_with(
    answer: Callable[[httpx.Request], httpx.Response], patience: Patience | None = None, *, key: str | None = None
) -> Caller:
    """A caller that asks a server that is a function."""
    client = httpx.Client(transport=httpx.MockTransport(answer), base_url=URL)
    return Caller(client, the_contract(), Recorder(), key=key, may_write=True, patience=patience)


def limited(retry_after: str) -> Callable[[httpx.Request], httpx.Response]:
    """A server that is always asked too much; without a Retry-After where that is empty."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return lambda _request: httpx.Response(429, headers=headers)
