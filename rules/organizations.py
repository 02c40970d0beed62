"""Organizations: the academies that issue, as the public sees them."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Organization:
    """An academy with what stands on its certificates and in its Open Badges profile.

    >>> Organization.__slots__
    ('id', 'name', 'email', 'url', 'logo_url')
    """

    id: UUID
    name: str
    email: str
    url: str | None
    logo_url: str | None
