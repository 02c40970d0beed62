"""Deliveries: each event on its way to each endpoint."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.event import Event
    from models.webhook import Webhook


class Delivery(Model):
    """An event to be brought to an endpoint: once each, however often it is tried or asked for again.

    Pending ones have `due_at`; while somebody is at work on it, that is when the lease ends, and `lease` tells whose it is.
    `tries` counts the failures of the present schedule, `attempts` all attempts ever. Partial indexes are in the migrations.
    """

    id = fields.UUIDField(primary_key=True)
    webhook_id: UUID
    webhook: fields.ForeignKeyRelation["Webhook"] = fields.ForeignKeyField(
        "models.Webhook", related_name="deliveries", on_delete=fields.CASCADE, db_index=False
    )
    event_id: UUID
    event: fields.ForeignKeyRelation["Event"] = fields.ForeignKeyField(
        "models.Event", related_name="deliveries", on_delete=fields.RESTRICT, db_index=False
    )
    status = fields.CharField(max_length=10)
    tries = fields.IntField(default=0)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    lease = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        table_description = "Deliveries of events"
        unique_together = (("webhook", "event"),)
