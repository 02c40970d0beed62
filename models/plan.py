"""Plans: how many certificates and courses an organization may make."""

from tortoise import fields
from tortoise.models import Model


class Plan(Model):
    """What an organization may make in all; null is without limit."""

    name = fields.CharField(max_length=64, primary_key=True)
    max_certificates = fields.IntField(null=True)
    max_courses = fields.IntField(null=True)

    class Meta:
        table = "plan"
        table_description = "Plans"
