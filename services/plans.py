"""Plans: limits that hold exactly, however many ask at once."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models import Certificate, Course, Organization, Plan
from models.database import fetch, is_postgres
from rules.errors import Refused

Kind = Literal["certificates", "courses"]
UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan as an operator sees it; None is without limit."""

    name: str
    max_certificates: int | None
    max_courses: int | None
    organizations: int


async def use(organization_id: UUID, kind: Kind) -> None:
    """Count one more against the organization's plan, or refuse it. Belongs into the transaction that makes it.

    The row of the organization is locked so that a plan which gets its limit meanwhile counts this one too; the lock
    is shared, so that on a plan without limit nobody waits for anybody.
    """
    lock = " FOR KEY SHARE" if is_postgres() else ""
    rows = await fetch(f"SELECT plan_id FROM organization WHERE id = $1{lock}", str(organization_id))  # noqa: S608  # constants
    plan = await Plan.get(name=rows[0]["plan_id"])
    limit = plan.max_certificates if kind == "certificates" else plan.max_courses
    if limit is None:
        return
    column = f"{kind}_used"
    counted = await Organization.filter(id=organization_id, **{f"{column}__lt": limit}).update(
        **{column: F(column) + 1}
    )
    if not counted:
        message = f"Your plan allows {limit} {kind}, and all of them are used. Ask for a larger plan to go on."
        raise Refused("plan_limit_exceeded", message)


async def define(name: str, max_certificates: int | None, max_courses: int | None) -> None:
    """A plan gets these limits, for every organization on it. Lowered below use, they only stop new ones."""
    async with in_transaction():
        limits = {"max_certificates": max_certificates, "max_courses": max_courses}
        await Plan.update_or_create(defaults=limits, name=name)
        for organization in await Organization.filter(plan_id=name).order_by("id").select_for_update():
            await _recount(organization)


async def assign(organization_id: UUID, name: str) -> None:
    """An organization moves to a plan, with all that it ever issued counted."""
    async with in_transaction():
        organization = await Organization.filter(id=organization_id).select_for_update().first()
        if organization is None:
            raise Refused("not_found", "No organization has this id.")
        if not await Plan.exists(name=name):
            raise Refused("not_found", f"There is no plan named {name}. Define it with: truecerta plan set {name}")
        organization.plan_id = name
        await _recount(organization)


async def list_all() -> list[PlanCard]:
    """Every plan, by name."""
    return [
        PlanCard(p.name, p.max_certificates, p.max_courses, await Organization.filter(plan_id=p.name).count())
        for p in await Plan.all().order_by("name")
    ]


async def _recount(organization: Organization) -> None:
    organization.certificates_used = await Certificate.filter(organization_id=organization.id).count()
    organization.courses_used = await Course.filter(organization_id=organization.id).count()
    await organization.save()
