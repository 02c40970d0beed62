"""Once: a form makes one thing, however impatient the finger and however often its answer is loaded again."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from pages.dashboard.visit import Visit
from rules import idempotency as rule
from services import idempotency
from services.idempotency import KeptAnswer, Repetition

Result = TypeVar("Result")
_DONE = KeptAnswer(HTTPStatus.SEE_OTHER.value, None, b"")


async def first(visit: Visit, act: Callable[[], Awaitable[Result]]) -> Result | None:
    """What a form has made; None where the same form was carried out before.

    Each page gives its form another token, so that token and contents tell one form from the next. What was made is not
    kept: it is not shown again.
    """
    made: list[Result] = []

    async def acting() -> KeptAnswer:
        made.append(await act())
        return _DONE

    await visit.work(idempotency.once(_repetition(visit), acting, visit.keyring, visit.now))
    return made[0] if made else None


async def place(visit: Visit, make: Callable[[], Awaitable[str]]) -> str:
    """The path of the page of what a form has made; the same form sent again leads to the same page."""

    async def acting() -> KeptAnswer:
        return KeptAnswer(HTTPStatus.SEE_OTHER.value, await make(), b"")

    kept = await visit.work(idempotency.once(_repetition(visit), acting, visit.keyring, visit.now))
    return kept.location or "/"


def _repetition(visit: Visit) -> Repetition:
    sent = [*visit.form.pairs, ("csrf", visit.form.exactly("csrf"))]
    fingerprint = rule.fingerprint(f"dashboard {visit.here}", {}, sent)
    return Repetition(visit.caller.organization_id, f"form {fingerprint}", fingerprint)
