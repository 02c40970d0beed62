"""Pictures: logos, as they were made anew from what was uploaded."""

from tortoise import fields
from tortoise.models import Model


class Picture(Model):
    """A picture under the hex SHA-256 of its bytes, so that its address never shows another one. Never altered."""

    digest = fields.CharField(max_length=64, primary_key=True)
    media_type = fields.CharField(max_length=32)
    width = fields.IntField()
    height = fields.IntField()
    content = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "picture"
        table_description = "Uploaded pictures"
