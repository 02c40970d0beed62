"""All that a certificate's state depends on, and nothing else."""

from datetime import datetime
from typing import NamedTuple


class Facts(NamedTuple):
    """When it expires, when it was revoked, and whether another one has taken its place."""

    expires_at: datetime | None
    revoked_at: datetime | None
    renewed: bool
