"""Organizations, as the public sees them."""

from uuid import UUID

from models.database import rows
from models.statements.columns import Columns, Row

SHOWN = Columns(
    "organization.id",
    "organization.name",
    "organization.email",
    "organization.url",
    "organization.logo_url",
    "organization.logo_id",
    "organization.certificate_design",
    "organization.certificate_paper",
    "organization.certificate_language",
    "organization.accent_colour",
    "organization.signatory_name",
    "organization.signatory_title",
    identities=["organization.id"],
)
"""The members of `rules.organizations.Organization` in their order, and those of its appearance after them."""

_OF_ID = f"SELECT {SHOWN} FROM organization WHERE id = $1"  # noqa: S608  # names of ours


async def of_id(organization_id: UUID) -> Row | None:
    """An organization."""
    found = SHOWN.read(await rows(_OF_ID, organization_id))
    return found[0] if found else None
