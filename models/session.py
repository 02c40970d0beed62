"""Sessions: who is signed in."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization
    from models.user import User


class Session(Model):
    """A user signed in, working for one organization. Signing out removes the row, and with it what the cookie is worth."""

    id = fields.UUIDField(primary_key=True)
    user_id: UUID
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.CASCADE
    )
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="sessions", on_delete=fields.CASCADE, db_index=False
    )
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"
        table_description = "Who is signed in"
