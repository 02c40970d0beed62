"""Events: what happened, in the exact bytes in which it is told."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.certificate import Certificate
    from models.organization import Organization


class Event(Model):
    """Something that happened, written with the change itself.

    `position` is its place in the organization's feed, given once it is committed (services/events.py says why). Each kind
    happens to a certificate once at most, which the constraint holds. Partial indexes are in the migrations; the one by
    which each place is given once is among them: a column of a plain UNIQUE is a key to PostgreSQL, and giving places would
    wait, in a circle at times, for whoever refers to the events from deliveries.
    """

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="events", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=32)
    certificate_id: UUID | None
    certificate: fields.ForeignKeyNullableRelation["Certificate"] = fields.ForeignKeyField(
        "models.Certificate", related_name="events", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    body = fields.BinaryField()
    position = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "event"
        table_description = "Events"
        unique_together = (("certificate", "kind"),)
