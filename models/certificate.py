"""Certificates: the facts from which their state is decided."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.course import Course
    from models.course_version import CourseVersion
    from models.organization import Organization


class Certificate(Model):
    """A certificate as it was issued, and what has happened to it since.

    `holder_key` is what its holder is found by, as `rules.holders` makes it of name and address. None: upkeep has yet to
    make it, for a row of the release that knew no keys.

    `expiring_noted_at` and `expired_noted_at` are marks for announcements and lists, never for a verdict: they are set with
    the event that tells of it, at issue or by the worker, and let partial indexes find what has fallen due and what has
    expired among a million. The indexes are in the
    migrations, since Tortoise does not write partial ones. That a certificate has one predecessor at most is among them:
    as a plain UNIQUE, SQLite would take it for the way to everything that has no successor.
    """

    id = fields.UUIDField(primary_key=True)
    code = fields.CharField(max_length=24, unique=True)
    organization_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "models.Organization", related_name="certificates", on_delete=fields.RESTRICT
    )
    course: fields.ForeignKeyRelation["Course"] = fields.ForeignKeyField(
        "models.Course", related_name="certificates", on_delete=fields.RESTRICT
    )
    course_version: fields.ForeignKeyRelation["CourseVersion"] = fields.ForeignKeyField(
        "models.CourseVersion", related_name="certificates", on_delete=fields.RESTRICT, db_index=False
    )
    holder_name = fields.CharField(max_length=200)
    holder_email = fields.CharField(max_length=254)
    holder_key = fields.TextField(null=True)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    revocation_reason = fields.CharField(max_length=500, null=True)
    renewed_by: fields.ForeignKeyNullableRelation["Certificate"] = fields.ForeignKeyField(
        "models.Certificate", related_name="renews", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    expiring_noted_at = fields.DatetimeField(null=True)
    expired_noted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "certificate"
        table_description = "Certificates"
        # The constraint that makes `created_at` a cursor is also the index of the list.
        unique_together = (("organization", "created_at"),)
