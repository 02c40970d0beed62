from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

# Tortoise writes no partial indexes; both databases take these words.
OPEN = "expiring_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL AND expires_at IS NOT NULL"
INDEXES = {
    "event_by_place": "event (organization_id, position, created_at, id)",
    "event_of_organization": "event (organization_id, created_at, id)",
    "event_of_kind": "event (organization_id, kind, position)",
    "delivery_due": "delivery (webhook_id, due_at) WHERE due_at IS NOT NULL",
    "delivery_of_webhook": "delivery (webhook_id, created_at, id)",
    "delivery_by_status": "delivery (webhook_id, status, created_at, id)",
    "mail_due": "mail (due_at) WHERE due_at IS NOT NULL",
    "mail_of_certificate": "mail (certificate_id, created_at)",
    "certificate_about_to_expire": f"certificate (expires_at) WHERE {OPEN}",
}


class Migration(migrations.Migration):
    """Events with their outbox, endpoints, deliveries, mails and the audit log."""

    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="audit_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "api_key",
                    fields.ForeignKeyField(
                        "models.ApiKey",
                        source_field="api_key_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="+",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("action", fields.CharField(max_length=64)),
                ("subject", fields.CharField(max_length=64)),
                ("before", fields.TextField(unique=False)),
                ("after", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit_entry",
                "app": "models",
                "unique_together": (("organization", "created_at"),),
                "pk_attr": "id",
                "table_description": "Who changed what",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                (
                    "certificate",
                    fields.ForeignKeyField(
                        "models.Certificate",
                        source_field="certificate_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("body", fields.BinaryField()),
                ("position", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "event",
                "app": "models",
                "unique_together": (("certificate", "kind"),),
                "pk_attr": "id",
                "table_description": "Events",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Mail",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=32)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="mails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "certificate",
                    fields.ForeignKeyField(
                        "models.Certificate",
                        source_field="certificate_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recipient", fields.CharField(max_length=254)),
                ("facts", fields.TextField(unique=False)),
                ("tries", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("gave_up_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.CharField(null=True, max_length=300)),
            ],
            options={"table": "mail", "app": "models", "pk_attr": "id", "table_description": "Mails to be sent"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Webhook",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="webhooks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("url", fields.CharField(max_length=2048)),
                ("description", fields.CharField(null=True, max_length=500)),
                ("events", fields.TextField(null=True, unique=False)),
                ("secret", fields.BinaryField()),
                ("previous_secret", fields.BinaryField(null=True)),
                ("previous_secret_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("disabled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("disabled_reason", fields.CharField(null=True, max_length=16)),
                ("failing_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("failed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook",
                "app": "models",
                "unique_together": (("organization", "created_at"),),
                "pk_attr": "id",
                "table_description": "Endpoints of webhooks",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "models.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("status", fields.CharField(max_length=10)),
                ("tries", fields.IntField(default=0)),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lease", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery",
                "app": "models",
                "unique_together": (("webhook", "event"),),
                "pk_attr": "id",
                "table_description": "Deliveries of events",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DeliveryAttempt",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "delivery",
                    fields.ForeignKeyField(
                        "models.Delivery",
                        source_field="delivery_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="made",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("duration_ms", fields.IntField()),
                ("status", fields.SmallIntField(null=True)),
                ("error", fields.CharField(null=True, max_length=300)),
                ("answer", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "delivery_attempt",
                "app": "models",
                "unique_together": (("delivery", "number"),),
                "pk_attr": "id",
                "table_description": "Attempts at deliveries",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Certificate",
            name="expiring_noted_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="IdempotencyRecord",
            name="sealed",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        *(ops.RunSQL(f"CREATE INDEX {name} ON {shape}", f"DROP INDEX {name}") for name, shape in INDEXES.items()),
        ops.RunSQL(
            "CREATE UNIQUE INDEX event_place ON event (organization_id, position) WHERE position IS NOT NULL",
            "DROP INDEX event_place",
        ),
        # What had expired before there were announcements is not announced afterwards.
        ops.RunSQL(
            "UPDATE certificate SET expiring_noted_at = expired_noted_at WHERE expired_noted_at IS NOT NULL", ""
        ),
    ]
