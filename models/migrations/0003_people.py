from uuid import uuid4

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.database import fetch, is_postgres
from models.gentle_migration import GentleMigration

INDEXES = {
    "membership_of_user": "membership (user_id)",
    "session_of_user": "session (user_id)",
}
# Small and soon made, however many are to be filled in: it has each academy's id once. A million rows take 0.25 s, 6 MB.
KEYLESS = "certificate (organization_id) WHERE holder_key IS NULL"

# The former release, which may still run beside this one, corrects holders and knows no key: where it leaves the key as
# it was, the key goes, and upkeep makes it anew. To be dropped once no release without keys can run.
SAME_KEY = (
    "AFTER UPDATE OF holder_name, holder_email ON certificate FOR EACH ROW WHEN (new.holder_key {} old.holder_key)"
)
FORGET = "UPDATE certificate SET holder_key = NULL WHERE id = new.id"
ON_SQLITE = (f"CREATE TRIGGER certificate_corrected {SAME_KEY.format('IS')} BEGIN {FORGET}; END",)
ON_POSTGRES = (
    f"CREATE FUNCTION forget_holder_key() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {FORGET}; RETURN NULL; END'",
    f"CREATE TRIGGER certificate_corrected {SAME_KEY.format('IS NOT DISTINCT FROM')} EXECUTE FUNCTION forget_holder_key()",
)


async def notice_corrections(*_: object) -> None:
    """Corrections by the former release take the key of what was there before away."""
    for statement in ON_POSTGRES if is_postgres() else ON_SQLITE:
        await fetch(statement)


async def ignore_corrections(*_: object) -> None:
    """The way back."""
    await fetch("DROP TRIGGER certificate_corrected" + (" ON certificate" if is_postgres() else ""))
    if is_postgres():
        await fetch("DROP FUNCTION forget_holder_key()")


class Migration(GentleMigration):
    """People who sign in, what they may do, and how an academy's certificates look."""

    dependencies = [("models", "0002_events")]

    initial = False

    in_use = ("organization", "audit_entry", "certificate")

    operations = [
        ops.CreateModel(
            name="Picture",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("media_type", fields.CharField(max_length=32)),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                ("content", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "picture",
                "app": "models",
                "pk_attr": "digest",
                "table_description": "Uploaded pictures",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("email", fields.CharField(max_length=254)),
                ("email_key", fields.CharField(unique=True, max_length=254)),
                ("name", fields.CharField(max_length=200)),
                ("password_hash", fields.CharField(null=True, max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_signed_in_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "user_account",
                "app": "models",
                "pk_attr": "id",
                "table_description": "People who sign in",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Membership",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("role", fields.CharField(max_length=16)),
                ("invited_email", fields.CharField(max_length=254)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("worked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "membership",
                "app": "models",
                "unique_together": (("organization", "user"),),
                "pk_attr": "id",
                "table_description": "Who may do what",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "session", "app": "models", "pk_attr": "id", "table_description": "Who is signed in"},
            bases=["Model"],
        ),
        *(ops.RunSQL(f"CREATE INDEX {name} ON {shape}", f"DROP INDEX {name}") for name, shape in INDEXES.items()),
        ops.AddField(
            model_name="AuditEntry",
            name="user",
            field=fields.ForeignKeyField(
                "models.User",
                source_field="user_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="+",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="accent_colour",
            field=fields.CharField(null=True, max_length=7),
        ),
        ops.AddField(
            model_name="Organization",
            name="certificate_design",
            field=fields.CharField(default="classic", db_default="classic", max_length=16),
        ),
        ops.AddField(
            model_name="Organization",
            name="certificate_language",
            field=fields.CharField(default="en", db_default="en", max_length=8),
        ),
        ops.AddField(
            model_name="Organization",
            name="certificate_paper",
            field=fields.CharField(default="a4", db_default="a4", max_length=8),
        ),
        ops.AddField(
            model_name="Organization",
            name="logo",
            field=fields.ForeignKeyField(
                "models.Picture",
                source_field="logo_id",
                null=True,
                db_constraint=True,
                to_field="digest",
                related_name="organizations",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="signatory_name",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="Organization",
            name="signatory_title",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="Certificate",
            name="holder_key",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.RunSQL(f"CREATE INDEX certificate_without_key ON {KEYLESS}", "DROP INDEX certificate_without_key"),
        ops.RunPython(notice_corrections, ignore_corrections),
    ]
