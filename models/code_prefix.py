"""How far the codes of a prefix are used up."""

from tortoise import fields
from tortoise.models import Model


class CodePrefix(Model):
    """Roughly how many codes begin with a prefix. Sampled, so that issuing does not queue for one row."""

    prefix = fields.CharField(max_length=10, primary_key=True)
    used = fields.BigIntField()

    class Meta:
        table = "code_prefix"
        table_description = "Use of code prefixes"
