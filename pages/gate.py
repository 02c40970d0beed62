"""What the pages need of the server they are served by."""

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar
from uuid import UUID

from starlette.types import Scope

from rules.errors import Refused

Result = TypeVar("Result")


class Gate(Protocol):
    """What holds back visitors who ask too often, and knows what a fault means and the status of a refusal."""

    def status(self, refused: Refused) -> int:
        """The status that goes with a refusal."""

    def refusal_of(self, fault: Exception) -> Refused:
        """What a stranger is told of a fault."""

    async def counted(self, scope: Scope) -> None:
        """Counts a public request; refuses a visitor who has made too many."""

    async def before(self, scope: Scope) -> None:
        """Refuses a visitor who has missed too often."""

    async def missed(self, scope: Scope) -> None:
        """Counts a code that does not exist; refuses a visitor whose misses are used up by it."""

    async def counted_session(self, session_id: str) -> None:
        """Counts a request of somebody who is signed in; refuses a session that makes too many."""

    async def may_try(self, scope: Scope, what: str, account: str, browser: str | None) -> None:
        """Counts a try at somebody's account, by the visitor's address and by the account; refuses too many.

        `account` is a mail address, whether anybody has it or not. `browser` names one in which its person signed in
        before: it is counted by that name, and not among everybody's tries at the account.
        """

    async def may_confirm(self, user_id: UUID) -> None:
        """Counts a present password typed by somebody who is signed in; refuses too many."""

    async def may_send_test(self, organization_id: UUID) -> None:
        """Counts a test of an organization's endpoints, as the API does; refuses too many."""

    async def may_receive(self, url: str) -> None:
        """Refuses an address that events may not be sent to."""

    async def within_deadline(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of work on the database, or TimeoutError."""
