"""Organizations: the academies that issue."""

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.plan import Plan


class Organization(Model):
    """An academy, with what it shows in public and what it has used of its plan.

    The two counters are kept only while the plan has the limit that they count against; giving a plan a limit counts afresh.
    """

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    url = fields.CharField(max_length=2048, null=True)
    logo_url = fields.CharField(max_length=2048, null=True)
    code_letters = fields.CharField(max_length=3)
    plan_id: str
    plan: fields.ForeignKeyRelation["Plan"] = fields.ForeignKeyField(
        "models.Plan", related_name="organizations", on_delete=fields.RESTRICT
    )
    certificates_used = fields.IntField(default=0)
    courses_used = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "organization"
        table_description = "Organizations"
