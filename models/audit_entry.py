"""The audit log: who changed what that somebody might later ask about."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.api_key import ApiKey
    from models.organization import Organization
    from models.user import User


class AuditEntry(Model):
    """A change: by which key or user, what was done (an operationId or its like), to what, and JSON of before and after.

    By neither: by an operator at the command line.
    """

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="audit_entries", on_delete=fields.RESTRICT, db_index=False
    )
    api_key_id: UUID | None
    api_key: fields.ForeignKeyNullableRelation["ApiKey"] = fields.ForeignKeyField(
        "models.ApiKey", related_name="+", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    user_id: UUID | None
    user: fields.ForeignKeyNullableRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="+", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)
    before = fields.TextField()
    after = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "audit_entry"
        table_description = "Who changed what"
        unique_together = (("organization", "created_at"),)
