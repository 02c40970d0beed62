"""API keys: only their hash is kept."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization


class ApiKey(Model):
    """A key that acts for its organization until it is revoked. `key_hash` is the hex SHA-256 of the whole key."""

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="api_keys", on_delete=fields.RESTRICT
    )
    name = fields.CharField(max_length=200)
    key_hash = fields.CharField(max_length=64, unique=True)
    hint = fields.CharField(max_length=4)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_key"
        table_description = "API keys"
