"""API keys, by the digest that is kept of them."""

from models.database import rows
from models.statements.columns import Columns, Row

_CALLER = Columns("organization_id", "id", identities=["organization_id", "id"])
_STANDING = f"SELECT {_CALLER} FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL"  # noqa: S608  # names of ours


async def standing(digest: str) -> Row | None:
    """The ids of organization and key, unless the key was revoked."""
    found = _CALLER.read(await rows(_STANDING, digest))
    return found[0] if found else None
