"""Users: the people who sign in to the dashboard."""

from tortoise import fields
from tortoise.models import Model


class User(Model):
    """A person, known by a mail address. One who was invited and has not come yet has no password.

    `email_key` is the address without regard to case, by which a person is found.
    """

    id = fields.UUIDField(primary_key=True)
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254, unique=True)
    name = fields.CharField(max_length=200)
    password_hash = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField()
    last_signed_in_at = fields.DatetimeField(null=True)

    class Meta:
        table = "user_account"
        table_description = "People who sign in"
