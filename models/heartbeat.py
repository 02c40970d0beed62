"""A row to write, so that one can tell whether the database takes changes."""

from tortoise import fields
from tortoise.models import Model


class Heartbeat(Model):
    """When readiness was last asked for; only a change that is committed proves that one can be."""

    name = fields.CharField(max_length=16, primary_key=True)
    at = fields.DatetimeField()

    class Meta:
        table = "heartbeat"
        table_description = "Proof that changes are taken"
