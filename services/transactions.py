"""The transaction of a use case, which is that of its repetition where it may be repeated."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from uuid import UUID

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.database import is_postgres
from models.postgres_transaction import begin_with
from services import organization_locks


def transaction(*, sharing: UUID | None = None) -> AbstractAsyncContextManager[object]:
    """Begin a transaction, or go on in the one that is there: what fails here then ends that one as well.

    A savepoint would cost two round trips, for nobody who goes on after a failure. With the id of an organization that is
    to be shared, its lock is taken before anything else is done.
    """
    if isinstance(get_connection("default"), TransactionalDBClient):
        return _TheOneThatIsThere(sharing)
    if sharing is None or not is_postgres():
        return in_transaction()
    return begin_with(organization_locks.sharing(sharing))  # type: ignore[no-any-return]  # as Tortoise's own


class _TheOneThatIsThere:
    """Begins nothing, and ends nothing."""

    def __init__(self, sharing: UUID | None) -> None:
        self._sharing = sharing

    async def __aenter__(self) -> None:
        if self._sharing is not None:
            await organization_locks.share(self._sharing)

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
