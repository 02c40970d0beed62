"""Answers kept to be given again."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization


class IdempotencyRecord(Model):
    """The successful answer to the first request with an Idempotency-Key; written with the change itself or not at all.

    `sealed` ones are encrypted, since an answer may hold a secret; those from before that are plain, and soon forgotten.
    """

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="+", on_delete=fields.RESTRICT
    )
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    status = fields.SmallIntField()
    location = fields.CharField(max_length=2048, null=True)
    body = fields.BinaryField()
    sealed = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idempotency_record"
        table_description = "Answers kept for repetition"
        unique_together = (("organization", "key"),)
