"""Courses: what certificates are issued for."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization import Organization


class Course(Model):
    """A course, and which of its versions is the present one. What a certificate shows is in the versions."""

    id = fields.UUIDField(primary_key=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="courses", on_delete=fields.RESTRICT
    )
    present_version = fields.IntField(default=1)
    validity_period_months = fields.IntField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "course"
        table_description = "Courses"
        # The constraint that makes `created_at` a cursor is also the index of the list.
        unique_together = (("organization", "created_at"),)
