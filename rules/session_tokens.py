"""Session tokens: what the cookie of somebody who is signed in holds. The session itself lies in the database."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from rules import signed_tokens

AUDIENCE = "truecerta-session"
IDLE = timedelta(hours=12)
"""How long a session may lie unused."""
LONGEST = timedelta(days=30)
"""How long a session may last, however often it is used."""

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def token(key: bytes, session_id: UUID, expires_at: datetime) -> str:
    """The token of a session. It is worth nothing once the session is ended.

    >>> from datetime import UTC
    >>> token(bytes(32), UUID(int=1), datetime(2026, 3, 15, tzinfo=UTC)).count(".")
    2
    """
    says: dict[str, str | int] = {"sub": str(session_id), "exp": int(expires_at.timestamp())}
    return signed_tokens.sign(key, AUDIENCE, says)


def read(token: str, keys: Sequence[bytes], now: datetime) -> UUID | None:
    """Which session a token is for; None where it is not ours or too old to be looked up.

    >>> from datetime import UTC
    >>> end = datetime(2026, 3, 15, tzinfo=UTC)
    >>> read(token(bytes(32), UUID(int=1), end), [bytes(32)], end) is None
    True
    """
    match signed_tokens.read(token, keys, AUDIENCE):
        case {"sub": str(sub), "exp": int(expiry)} if _UUID.fullmatch(sub) and expiry > now.timestamp():
            return UUID(sub)
    return None


def is_over(seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """A session ends twelve hours after it was last used, and on its last day at the latest.

    >>> from datetime import UTC
    >>> seen = datetime(2026, 3, 15, 8, tzinfo=UTC)
    >>> is_over(seen, seen + LONGEST, seen + IDLE), is_over(seen, seen + LONGEST, seen + IDLE / 2)
    (True, False)
    """
    return now >= seen_at + IDLE or now >= expires_at
