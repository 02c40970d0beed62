"""Mails: written into the outbox with the change that they tell of."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.certificate import Certificate
    from models.organization import Organization


class Mail(Model):
    """A mail to be sent. Its text is made when it is sent, so that no link that claims lies in the database.

    Unsent ones have `due_at`, and `lease` as deliveries do. `facts` is a JSON object for what belongs to no certificate.
    """

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=32)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="mails", on_delete=fields.RESTRICT, db_index=False
    )
    certificate_id: UUID | None
    certificate: fields.ForeignKeyNullableRelation["Certificate"] = fields.ForeignKeyField(
        "models.Certificate", related_name="mails", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    recipient = fields.CharField(max_length=254)
    facts = fields.TextField()
    tries = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    lease = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    gave_up_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "mail"
        table_description = "Mails to be sent"
