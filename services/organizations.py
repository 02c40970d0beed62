"""Organizations: the academies on this installation."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models import Certificate, Organization, Plan
from rules import codes, text
from rules import organizations as rule
from rules.errors import Refused
from services import api_keys, organization_locks
from services.plans import UNLIMITED

FIRST_KEY = "first key"


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization just made, with its first key; the key is shown this once."""

    id: UUID
    name: str
    code_letters: str
    plan: str
    api_key: str


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """An organization as an operator sees it."""

    id: UUID
    name: str
    email: str
    plan: str
    created_at: datetime


async def create(
    *,
    name: str,
    email: str,
    now: datetime,
    url: str | None = None,
    logo_url: str | None = None,
    plan: str | None = None,
) -> NewOrganization:
    """An organization starts with a key of its own, on a plan without limits unless another is named."""
    name = text.line(name, field="name", longest=200)
    email = text.address(email, field="email")
    url = text.web_address(url, field="url") if url else None
    logo_url = text.web_address(logo_url, field="logo_url") if logo_url else None
    plan = plan or UNLIMITED
    async with in_transaction():
        if not await Plan.exists(name=plan):
            raise Refused("not_found", f"There is no plan named {plan}. Define it with: truecerta plan set {plan}")
        organization = await Organization.create(
            id=uuid4(),
            name=name,
            email=email,
            url=url,
            logo_url=logo_url,
            code_letters=codes.letters_for(name, secrets.choice),
            plan_id=plan,
            created_at=now,
        )
        key = await api_keys.create(organization.id, FIRST_KEY, now)
    return NewOrganization(organization.id, name, organization.code_letters, plan, key.secret)


async def read(organization_id: UUID) -> rule.Organization:
    """An organization as the public sees it."""
    found = await Organization.get_or_none(id=organization_id)
    if found is None:
        raise Refused("not_found", "Organization not found")
    return as_rule(found)


async def change_letters(organization_id: UUID, letters: str) -> None:
    """The three letters of an academy's codes can be changed until its first certificate is issued."""
    letters = codes.letters(letters)
    async with in_transaction():
        await organization_locks.hold(organization_id)
        if await Certificate.exists(organization_id=organization_id):
            raise Refused("conflict", "The letters stand on certificates already, and stay as they are.")
        if not await Organization.filter(id=organization_id).update(code_letters=letters):
            raise Refused("not_found", "No organization has this id.")


async def list_all() -> list[OrganizationCard]:
    """Every organization, in the order in which they came."""
    found = await Organization.all().order_by("created_at")
    return [OrganizationCard(o.id, o.name, o.email, o.plan_id, o.created_at) for o in found]


def as_rule(row: Organization) -> rule.Organization:
    """The row of an organization as the domain knows it."""
    return rule.Organization(row.id, row.name, row.email, row.url, row.logo_url)
