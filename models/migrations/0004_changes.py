from tortoise.migrations import operations as ops

from models.database import fetch, is_postgres
from models.gentle_migration import GentleMigration

# What is shown to those who verify, or who read a badge. To these columns a change is told; marks, counters, what holders
# are found by and how documents look are of no interest to them. New rows are not told: what is not there is not kept.
SHOWN = {
    "certificate": (
        "id, code, organization_id, course_id, course_version_id, holder_name, holder_email, issued_at, expires_at,"
        " claimed_at, revoked_at, revocation_reason, renewed_by_id"
    ),
    "course": "id, organization_id",
    "course_version": (
        "id, course_id, number, name, description, eqf_level, nlqf_level, qualification_label, badge_image_url,"
        " criteria_narrative, criteria_url"
    ),
    "organization": "id, name, email, url, logo_url, logo_id",
}
# With another code or id, a certificate is another one for those that were renewed by it, too.
FUNCTIONS = (
    """CREATE FUNCTION tell_of_certificate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
    PERFORM pg_catalog.pg_notify(''truecerta_changed'', OLD.code);
    IF TG_OP = ''UPDATE'' AND (OLD.id, OLD.code) IS DISTINCT FROM (NEW.id, NEW.code) THEN
        PERFORM pg_catalog.pg_notify(''truecerta_changed'', '''');
    END IF;
    RETURN NULL;
END'""",
    """CREATE FUNCTION tell_of_anything() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
    PERFORM pg_catalog.pg_notify(''truecerta_changed'', '''');
    RETURN NULL;
END'""",
)


def triggers(table: str, columns: str) -> tuple[str, ...]:
    old, new = (", ".join(f"{row}.{name}" for name in columns.split(", ")) for row in ("old", "new"))
    tell = "tell_of_certificate" if table == "certificate" else "tell_of_anything"
    differs = f"({old}) IS DISTINCT FROM ({new})"
    return (
        f"CREATE TRIGGER tells_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {tell}()",
        f"CREATE TRIGGER tells_deleted AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {tell}()",
        f"CREATE TRIGGER tells_emptied AFTER TRUNCATE ON {table} EXECUTE FUNCTION tell_of_anything()",
    )


async def tell_of_changes(*_: object) -> None:
    """On PostgreSQL each process is told; on SQLite it sees for itself that there was a commit."""
    if not is_postgres():
        return
    for statement in (*FUNCTIONS, *(one for table, columns in SHOWN.items() for one in triggers(table, columns))):
        await fetch(statement)


async def tell_no_more(*_: object) -> None:
    """The way back."""
    if not is_postgres():
        return
    for table in SHOWN:
        for name in ("tells_changed", "tells_deleted", "tells_emptied"):
            await fetch(f"DROP TRIGGER {name} ON {table}")
    for function in ("tell_of_certificate", "tell_of_anything"):
        await fetch(f"DROP FUNCTION {function}()")


class Migration(GentleMigration):
    """Whoever keeps answers is told when they do not hold any more."""

    dependencies = [("models", "0003_people")]

    initial = False

    in_use = ("organization", "course", "course_version", "certificate")

    operations = [ops.RunPython(tell_of_changes, tell_no_more)]
