"""Versions of a course: what the certificates issued on them show, for ever."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.course import Course


class CourseVersion(Model):
    """A course as it was from one change to the next. Never altered once written."""

    id = fields.UUIDField(primary_key=True)
    course_id: UUID
    course: fields.ForeignKeyRelation["Course"] = fields.ForeignKeyField(
        "models.Course", related_name="versions", on_delete=fields.RESTRICT
    )
    number = fields.IntField()
    name = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    eqf_level = fields.SmallIntField(null=True)
    nlqf_level = fields.CharField(max_length=20, null=True)
    qualification_label = fields.CharField(max_length=100, null=True)
    badge_image_url = fields.CharField(max_length=2048, null=True)
    criteria_narrative = fields.TextField(null=True)
    criteria_url = fields.CharField(max_length=2048, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "course_version"
        table_description = "Versions of courses"
        unique_together = (("course", "number"),)
