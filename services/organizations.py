"""Organizations: the academies on this installation."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from models import Certificate, Organization, Plan
from models.database import is_postgres
from models.statements import organizations as statements
from rules import appearance, codes, colours, text
from rules import organizations as rule
from rules.appearance import Appearance
from rules.errors import Detail, Refused
from services import api_keys, audit, organization_locks, pictures
from services.callers import Caller
from services.plans import UNLIMITED

FIRST_KEY = "first key"
_MEMBERS: Mapping[str, Callable[[str], str]] = {
    "name": partial(text.line, field="name", longest=200),
    "email": partial(text.address, field="email"),
    "url": partial(text.web_address, field="url"),
    "logo_url": partial(text.web_address, field="logo_url"),
    "accent_colour": colours.parse,
    "certificate_design": appearance.design,
    "certificate_paper": appearance.paper,
    "certificate_language": appearance.language,
    "signatory_name": partial(text.line, field="signatory_name", longest=200),
    "signatory_title": partial(text.line, field="signatory_title", longest=200),
}
_REQUIRED = {"name", "email", "certificate_design", "certificate_paper", "certificate_language"}


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
        operator = Caller(organization.id)
        key = await api_keys.create(operator, FIRST_KEY, now)
        told = {"name": name, "email": email, "url": url, "logo_url": logo_url, "plan": plan}
        await audit.record(operator, "create_organization", organization.id, (audit.NOTHING, told), now)
    return NewOrganization(organization.id, name, organization.code_letters, plan, key.secret)


async def read(organization_id: UUID) -> rule.Organization:
    """An organization as the public sees it."""
    row = await statements.of_id(organization_id)
    if row is None:
        raise _nowhere()
    return of_row(row)


async def change_letters(caller: Caller, letters: str, now: datetime) -> None:
    """The three letters of an academy's codes can be changed until its first certificate is issued."""
    organization_id, letters = caller.organization_id, codes.letters(letters)
    async with in_transaction():
        await organization_locks.hold(organization_id)
        if await Certificate.exists(organization_id=organization_id):
            raise Refused("conflict", "The letters stand on certificates already, and stay as they are.")
        organization = await _own(organization_id)
        await Organization.filter(id=organization_id).update(code_letters=letters)
        change = {"code_letters": organization.code_letters}, {"code_letters": letters}
        await audit.record_difference(caller, "change_letters", organization_id, change, now)


async def update(caller: Caller, change: Mapping[str, object], now: datetime) -> rule.Organization:
    """The members that are given change: what an academy shows of itself, and how its certificates look.

    None takes away what an academy may be without. Certificates that are out already show it, too.
    """
    wanted = _all_cleaned(change)
    async with in_transaction():
        present = await _held(caller.organization_id)
        before = {field: getattr(present, field) for field in wanted}
        if before != wanted:
            await Organization.filter(id=present.id).update(**wanted)
            await audit.record_difference(caller, "update_organization", present.id, (before, wanted), now)
        return await read(present.id)


async def set_logo(caller: Caller, upload: bytes | None, now: datetime) -> rule.Organization:
    """A logo takes the place of the one before, drawn anew from what was uploaded; None leaves the academy without.

    The one before stays at its address.
    """
    drawn = None if upload is None else await pictures.drawn(upload, "logo")
    digest = None if drawn is None else drawn.digest
    async with in_transaction():
        present = await _held(caller.organization_id)
        if present.logo_id != digest:
            if drawn is not None:
                await pictures.keep(drawn, now)
            await Organization.filter(id=present.id).update(logo_id=digest)
            change = {"logo": present.logo_id}, {"logo": digest}
            await audit.record(caller, "set_logo", present.id, change, now)
        return await read(present.id)


async def list_all() -> list[OrganizationCard]:
    """Every organization, in the order in which they came."""
    found = await Organization.all().order_by("created_at")
    return [OrganizationCard(o.id, o.name, o.email, o.plan_id, o.created_at) for o in found]


async def _held(organization_id: UUID) -> Organization:
    """An organization that nobody else changes until the transaction ends."""
    await Organization.filter(id=organization_id).select_for_update(no_key=is_postgres()).first()
    return await _own(organization_id)


async def _own(organization_id: UUID) -> Organization:
    found = await Organization.get_or_none(id=organization_id)
    if found is None:
        raise _nowhere()
    return found


def _nowhere() -> Refused:
    return Refused("not_found", "Organization not found")


def _all_cleaned(change: Mapping[str, object]) -> dict[str, object]:
    """Members as they are kept; all that is wrong with them is told at once."""
    wanted: dict[str, object] = {}
    refusals: list[Refused] = []
    for field, value in change.items():
        try:
            wanted[field] = _cleaned(field, value)
        except Refused as refused:
            refusals.append(refused)
    if refusals:
        details = tuple(detail for refused in refusals for detail in refused.details)
        raise Refused(refusals[0].code, refusals[0].message, details=details)
    return wanted


def _cleaned(field: str, value: object) -> object:
    """A member as it is kept; what no academy can have, or be without, is refused."""
    clean = _MEMBERS[field]
    if value is None and field not in _REQUIRED:
        return None
    if not isinstance(value, str):
        why = "is required"
        raise Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
    return clean(value)


def as_rule(row: Organization) -> rule.Organization:
    """The row of an organization as the domain knows it."""
    look = (row.certificate_design, row.certificate_paper, row.certificate_language)
    signed = (row.accent_colour, row.signatory_name, row.signatory_title)
    return of_row((row.id, row.name, row.email, row.url, row.logo_url, row.logo_id, *look, *signed))


def of_row(row: Sequence[Any]) -> rule.Organization:
    """The same of the columns that `models.statements.organizations` names."""
    return rule.Organization._make((*row[:6], _appearance(*row[6:])))


@lru_cache(maxsize=1024)
def _appearance(design: str, paper: str, language: str, *chosen: str | None) -> Appearance:
    """How an academy's certificates look; made once, since all that are read of it have the same."""
    return Appearance(appearance.design(design), appearance.paper(paper), appearance.language(language), *chosen)
