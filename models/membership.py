"""Memberships: what a user may do in an organization."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization
    from models.user import User


class Membership(Model):
    """A user's role in an organization; an invitation as long as it is not accepted.

    `invited_email` is the address as it was typed when inviting, `worked_at` when the user last chose to work there.
    """

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="memberships", on_delete=fields.RESTRICT, db_index=False
    )
    user_id: UUID
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="memberships", on_delete=fields.CASCADE
    )
    role = fields.CharField(max_length=16)
    invited_email = fields.CharField(max_length=254)
    created_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    worked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"
        table_description = "Who may do what"
        unique_together = (("organization", "user"),)
