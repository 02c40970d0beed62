"""Organizations: the academies that issue."""

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.picture import Picture
    from models.plan import Plan


class Organization(Model):
    """An academy, with what it shows in public, how its certificates look, and what it has used of its plan.

    `logo` is one that was uploaded, which pages and certificates show; `logo_url` one that is published elsewhere.

    The two counters are kept only while the plan has the limit that they count against; giving a plan a limit counts afresh.
    """

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    url = fields.CharField(max_length=2048, null=True)
    logo_url = fields.CharField(max_length=2048, null=True)
    logo: fields.ForeignKeyNullableRelation["Picture"] = fields.ForeignKeyField(
        "models.Picture", related_name="organizations", on_delete=fields.RESTRICT, null=True, db_index=False
    )
    logo_id: str | None
    accent_colour = fields.CharField(max_length=7, null=True)
    certificate_design = fields.CharField(max_length=16, default="classic", db_default="classic")
    certificate_paper = fields.CharField(max_length=8, default="a4", db_default="a4")
    certificate_language = fields.CharField(max_length=8, default="en", db_default="en")
    signatory_name = fields.CharField(max_length=200, null=True)
    signatory_title = fields.CharField(max_length=200, null=True)
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
