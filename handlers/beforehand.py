"""What a handler has to wait for before its use case begins.

A request with an `Idempotency-Key` is carried out within one transaction, and nothing slow may happen in there: a question
to the network would keep everybody else waiting.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
Step = Callable[..., Awaitable[None]]

_steps: dict[Callable[..., Awaitable[Any]], Step] = {}


def after(step: Step) -> Callable[[Handler], Handler]:
    """A handler begins once this step is done, which names what it needs as arguments, as handlers do."""

    def noted(handler: Handler) -> Handler:
        _steps[handler] = step
        return handler

    return noted


def step_before(handler: Callable[..., Awaitable[Any]]) -> Step | None:
    """The step that a handler begins after; None for most."""
    return _steps.get(handler)
