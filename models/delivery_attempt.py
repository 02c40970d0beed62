"""Attempts: what happened each time a delivery was tried."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.delivery import Delivery


class DeliveryAttempt(Model):
    """One request to an endpoint. `status` is null where nothing was answered; `answer` is the beginning of what was."""

    id = fields.UUIDField(primary_key=True)
    delivery_id: UUID
    delivery: fields.ForeignKeyRelation["Delivery"] = fields.ForeignKeyField(
        "models.Delivery", related_name="made", on_delete=fields.CASCADE, db_index=False
    )
    number = fields.IntField()
    started_at = fields.DatetimeField()
    duration_ms = fields.IntField()
    status = fields.SmallIntField(null=True)
    error = fields.CharField(max_length=300, null=True)
    answer = fields.TextField(null=True)

    class Meta:
        table = "delivery_attempt"
        table_description = "Attempts at deliveries"
        unique_together = (("delivery", "number"),)
