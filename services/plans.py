"""Plans: limits that hold exactly, however many ask at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Certificate, Course, Organization, Plan
from models.statements import plans as statements
from models.statements.plans import Kind
from rules import text
from rules.errors import Refused
from services import audit, organization_locks
from services.callers import Caller

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

    A plan that gets its limit meanwhile counts this one too, since it waits for the lock that is taken here. The lock is
    shared, so that on a plan without limit nobody waits for anybody.
    """
    await organization_locks.share(organization_id)
    plan = await Plan.get(organizations__id=organization_id)
    await count(organization_id, kind, plan.max_certificates if kind == "certificates" else plan.max_courses)


async def count(organization_id: UUID, kind: Kind, limit: int | None) -> None:
    """The same, where the lock is taken and the limit was read under it; None is without limit."""
    if limit is None:
        return
    if not await statements.count(organization_id, kind, limit):
        message = f"Your plan allows {limit} {kind}, and all of them are used. Ask for a larger plan to go on."
        raise Refused("plan_limit_exceeded", message)


async def define(name: str, max_certificates: int | None, max_courses: int | None) -> None:
    """A plan gets these limits, for every organization on it. Lowered below use, they only stop new ones."""
    name = text.line(name, field="name", longest=64)
    if name == UNLIMITED and (max_certificates, max_courses) != (None, None):
        message = f"The plan {UNLIMITED} has no limits: academies start on it. Define another one."
        raise Refused("conflict", message)
    async with in_transaction():
        limits = {"max_certificates": max_certificates, "max_courses": max_courses}
        await Plan.update_or_create(defaults=limits, name=name)
        for organization in await Organization.filter(plan_id=name).order_by("id"):
            await organization_locks.hold(organization.id)
            await _recount(organization.id)


async def assign(caller: Caller, name: str, now: datetime) -> None:
    """An organization moves to a plan, with all that it ever issued counted."""
    organization_id = caller.organization_id
    async with in_transaction():
        # The plan's row first, as in `define`: the two wait for each other and never miss one another's change.
        if await Plan.filter(name=name).select_for_update().first() is None:
            raise Refused("not_found", f"There is no plan named {name}. Define it with: truecerta plan set {name}")
        await organization_locks.hold(organization_id)
        organization = await Organization.get_or_none(id=organization_id)
        if organization is None:
            raise Refused("not_found", "No organization has this id.")
        await Organization.filter(id=organization_id).update(plan_id=name)
        await _recount(organization_id)
        change = {"plan": organization.plan_id}, {"plan": name}
        await audit.record_difference(caller, "assign_plan", organization_id, change, now)


async def list_all() -> list[PlanCard]:
    """Every plan, by name."""
    return [
        PlanCard(p.name, p.max_certificates, p.max_courses, await Organization.filter(plan_id=p.name).count())
        for p in await Plan.all().order_by("name")
    ]


async def _recount(organization_id: UUID) -> None:
    await Organization.filter(id=organization_id).update(
        certificates_used=await Certificate.filter(organization_id=organization_id).count(),
        courses_used=await Course.filter(organization_id=organization_id).count(),
    )
