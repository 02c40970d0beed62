"""Events: what has happened, for those who come and ask."""

from handlers import webhook_shapes as shapes
from handlers.answers import Answer
from handlers.pagination import feed
from services import events
from services.callers import Caller
from wire.schemas import EventKind


async def list_events(cursor: str | None, event: EventKind | None, limit: int, caller: Caller) -> Answer:
    """A page of the organization's feed."""
    after = None if cursor is None else int(cursor)
    page = await events.page(caller.organization_id, after, event, limit)
    last = page.items[-1].position if page.items else None
    return Answer(feed([shapes.event(item) for item in page.items], last, cursor, has_more=page.has_more))
