"""Organizations: the academies that issue, as the public sees them."""

from typing import NamedTuple
from uuid import UUID

from rules.appearance import PLAIN, Appearance


class Organization(NamedTuple):
    """An academy with what stands on its certificates and in its Open Badges profile.

    `logo` is the digest of a picture that was uploaded, `logo_url` the address of one that is published elsewhere.

    >>> Organization._fields
    ('id', 'name', 'email', 'url', 'logo_url', 'logo', 'appearance')
    """

    id: UUID
    name: str
    email: str
    url: str | None
    logo_url: str | None
    logo: str | None = None
    appearance: Appearance = PLAIN
