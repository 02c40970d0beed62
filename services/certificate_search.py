"""Certificates as staff look for them: by what is remembered of the holder or the code, and by where they stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tortoise.expressions import Q

from rules import codes, holders
from rules.certificates import Listed
from rules.validity import EXPIRING_FOR
from services import certificate_lists, certificates
from services.pagination import Page

Status = Literal["all", "valid", "expired", "revoked", "renewed", "unclaimed", "expiring"]


@dataclass(frozen=True, slots=True)
class Search:
    """Which certificates of an organization, and which page of them: what was created before an instant.

    `unclaimed` are those that their holders may still claim; `expiring` are valid and expire within 30 days.
    """

    organization_id: UUID
    text: str
    status: Status
    course_id: UUID | None
    before: datetime | None
    limit: int


async def page(search: Search, now: datetime) -> Page[Listed]:
    """A page of certificates, newest first, each decided as its verdict at `now` decides it.

    Text is found anywhere in the holder's name and address, word by word, regardless of case and accents; in codes at
    their beginning. Of a holder who has no key yet (`services.holder_keys`), accents have to be typed as they are.
    """
    if (plain := _plain(search)) is not None:
        return await certificate_lists.page(plain, now)
    found = certificates.with_all().filter(
        _standing(search.status, now), *_asked(search.text), organization_id=search.organization_id
    )
    if search.course_id is not None:
        found = found.filter(course_id=search.course_id)
    if search.before is not None:
        found = found.filter(created_at__lt=search.before)
    rows = await found.order_by("-created_at").limit(search.limit + 1)
    items = [certificates.as_rule(row).listed for row in rows[: search.limit]]
    return Page(items, has_more=len(rows) > search.limit)


def _plain(search: Search) -> certificate_lists.Wanted | None:
    """The same as one of the lists that have an index of their own, where it is one of them."""
    if search.text.strip() or search.status not in ("all", "valid", "expired"):
        return None
    return certificate_lists.Wanted(
        search.organization_id, search.status, search.course_id, search.before, search.limit
    )


def _standing(status: Status, now: datetime) -> Q:
    """As `rules.validity` decides: revoked outweighs renewed, renewed outweighs expired."""
    own = Q(revoked_at__isnull=True, renewed_by_id__isnull=True)
    conditions = {
        "all": Q(),
        "revoked": Q(revoked_at__isnull=False),
        "renewed": Q(revoked_at__isnull=True, renewed_by_id__isnull=False),
        "expired": own & Q(expires_at__lte=now),
        "valid": own & (Q(expires_at__isnull=True) | Q(expires_at__gt=now)),
        "expiring": own & Q(expires_at__gt=now, expires_at__lte=now + EXPIRING_FOR),
        "unclaimed": own & Q(claimed_at__isnull=True),
    }
    return conditions[status]


def _asked(text: str) -> list[Q]:
    """The whole code where it is one; otherwise each word of the holder, or what a code begins with."""
    code = codes.normalise(text)
    if code is not None:
        return [Q(code=code)]
    words = [Q(holder_key__contains=word) for word in holders.words(text)]
    if not words:
        return []
    return [Q(*words) | _keyless(text) | Q(code__startswith=text.strip().upper())]


def _keyless(text: str) -> Q:
    """The same of those whose key upkeep has yet to make, as well as the database compares letters."""
    words = [
        Q(holder_name__icontains=word) | Q(holder_email__icontains=word) for word in text.split()[: holders.MOST_WORDS]
    ]
    return Q(*words, holder_key__isnull=True)
