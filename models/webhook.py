"""Webhooks: the endpoints that events are sent to."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization


class Webhook(Model):
    """An endpoint. `events` is a JSON list of kinds, null for all; the secrets are sealed by services/keyring.py.

    A deleted one is nobody's any more; its row goes once the worker has cleared its deliveries away, however many.
    """

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="webhooks", on_delete=fields.RESTRICT
    )
    url = fields.CharField(max_length=2048)
    description = fields.CharField(max_length=500, null=True)
    events = fields.TextField(null=True)
    secret = fields.BinaryField()
    previous_secret = fields.BinaryField(null=True)
    previous_secret_until = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_reason = fields.CharField(max_length=16, null=True)
    failing_since = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "webhook"
        table_description = "Endpoints of webhooks"
        unique_together = (("organization", "created_at"),)
