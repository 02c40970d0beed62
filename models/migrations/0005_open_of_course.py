from tortoise.migrations import operations as ops

from models.gentle_migration import GentleMigration

OPEN = "expired_noted_at IS NULL AND revoked_at IS NULL AND renewed_by_id IS NULL"
CREATE = "CREATE INDEX IF NOT EXISTS certificate_open_of_course ON certificate (organization_id, course_id, created_at)"


class Migration(GentleMigration):
    """The valid certificates of a course are found at once, however many of them have expired.

    It is built in about a second for each million certificates, which are read meanwhile and not changed; whoever has many
    more builds it beforehand, CONCURRENTLY (docs/operating.md).
    """

    dependencies = [("models", "0004_changes")]

    initial = False

    in_use = ("certificate",)
    mode = "SHARE"

    operations = [ops.RunSQL(f"{CREATE} WHERE {OPEN}", "DROP INDEX certificate_open_of_course")]
