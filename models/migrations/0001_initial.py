from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

# Tortoise writes neither partial indexes nor indexes over foreign keys of these shapes (it names the relation, not the column),
# so they stand here as SQL that both databases take.
OPEN = "expired_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
NOTED = "expired_noted_at IS NOT NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
INDEXES = {
    "certificate_of_course": "(organization_id, course_id, created_at)",
    "certificate_open": f"(organization_id, created_at) WHERE {OPEN}",
    "certificate_expired": f"(organization_id, created_at) WHERE {NOTED}",
    "certificate_expired_of_course": f"(organization_id, course_id, created_at) WHERE {NOTED}",
    "certificate_falling_due_of_organization": f"(organization_id, expires_at) WHERE {OPEN} AND expires_at IS NOT NULL",
    "certificate_falling_due_of_course": f"(organization_id, course_id, expires_at) WHERE {OPEN} AND expires_at IS NOT NULL",
    "certificate_falling_due": f"(expires_at) WHERE {OPEN} AND expires_at IS NOT NULL",
}


class Migration(migrations.Migration):
    """The tables as they first were, the partial indexes of the lists, and the plan without limits."""

    initial = True

    operations = [
        ops.CreateModel(
            name="CodePrefix",
            fields=[
                ("prefix", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=10)),
                ("used", fields.BigIntField()),
            ],
            options={
                "table": "code_prefix",
                "table_description": "Use of code prefixes",
                "app": "models",
                "pk_attr": "prefix",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Plan",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("max_certificates", fields.IntField(null=True)),
                ("max_courses", fields.IntField(null=True)),
            ],
            options={"table": "plan", "table_description": "Plans", "app": "models", "pk_attr": "name"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organization",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("email", fields.CharField(max_length=254)),
                ("url", fields.CharField(null=True, max_length=2048)),
                ("logo_url", fields.CharField(null=True, max_length=2048)),
                ("code_letters", fields.CharField(max_length=3)),
                (
                    "plan",
                    fields.ForeignKeyField(
                        "models.Plan",
                        source_field="plan_id",
                        db_constraint=True,
                        to_field="name",
                        related_name="organizations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("certificates_used", fields.IntField(default=0)),
                ("courses_used", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "organization", "table_description": "Organizations", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("key_hash", fields.CharField(unique=True, max_length=64)),
                ("hint", fields.CharField(max_length=4)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "api_key", "table_description": "API keys", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Course",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="courses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("present_version", fields.IntField(default=1)),
                ("validity_period_months", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "course",
                "table_description": "Courses",
                "app": "models",
                "unique_together": (("organization", "created_at"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CourseVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "course",
                    fields.ForeignKeyField(
                        "models.Course",
                        source_field="course_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(null=True, unique=False)),
                ("eqf_level", fields.SmallIntField(null=True)),
                ("nlqf_level", fields.CharField(null=True, max_length=20)),
                ("qualification_label", fields.CharField(null=True, max_length=100)),
                ("badge_image_url", fields.CharField(null=True, max_length=2048)),
                ("criteria_narrative", fields.TextField(null=True, unique=False)),
                ("criteria_url", fields.CharField(null=True, max_length=2048)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "course_version",
                "table_description": "Versions of courses",
                "app": "models",
                "unique_together": (("course", "number"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Certificate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=24)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="certificates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "course",
                    fields.ForeignKeyField(
                        "models.Course",
                        source_field="course_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="certificates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "course_version",
                    fields.ForeignKeyField(
                        "models.CourseVersion",
                        source_field="course_version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="certificates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("holder_name", fields.CharField(max_length=200)),
                ("holder_email", fields.CharField(max_length=254)),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revocation_reason", fields.CharField(null=True, max_length=500)),
                (
                    "renewed_by",
                    fields.ForeignKeyField(
                        "models.Certificate",
                        source_field="renewed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="renews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("expired_noted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "certificate",
                "table_description": "Certificates",
                "app": "models",
                "unique_together": (("organization", "created_at"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "heartbeat",
                "app": "models",
                "pk_attr": "name",
                "table_description": "Proof that changes are taken",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="+",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("key", fields.CharField(max_length=255)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("status", fields.SmallIntField()),
                ("location", fields.CharField(null=True, max_length=2048)),
                ("body", fields.BinaryField()),
                ("created_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_record",
                "table_description": "Answers kept for repetition",
                "app": "models",
                "unique_together": (("organization", "key"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        *(
            ops.RunSQL(f"CREATE INDEX {name} ON certificate {shape}", f"DROP INDEX {name}")
            for name, shape in INDEXES.items()
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX certificate_successor ON certificate (renewed_by_id) WHERE renewed_by_id IS NOT NULL",
            "DROP INDEX certificate_successor",
        ),
        ops.RunSQL("INSERT INTO plan (name) VALUES ('unlimited')", "DELETE FROM plan WHERE name = 'unlimited'"),
    ]
