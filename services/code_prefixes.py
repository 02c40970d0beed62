"""How long the codes of a prefix have to be.

Counting each code would make every issue of an organization wait for one row, so one issue in 256 counts for all of
them: where it matters, at a hundredth of all codes, the count is off by about a hundredth. What was read is believed
for a minute.
"""

import secrets
import time

from models import CodePrefix
from models.database import fetch
from rules import codes

SAMPLE = 256
BELIEVED_SECONDS = 60.0


class Lengths:
    """The length of new codes under each prefix, remembered for a minute."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float]] = {}

    async def of(self, prefix: str) -> int:
        """How many characters a new code under this prefix gets."""
        length, read_at = self._known.get(prefix, (0, 0.0))
        if not length or time.monotonic() - read_at > BELIEVED_SECONDS:
            row = await CodePrefix.get_or_none(prefix=prefix)
            length = codes.length_for(row.used if row else 0)
            self._known[prefix] = (length, time.monotonic())
        return length


async def count(prefix: str) -> None:
    """Count a code just issued under a prefix, by a lot that stands for many."""
    if secrets.randbelow(SAMPLE) == 0:
        await fetch(
            "INSERT INTO code_prefix (prefix, used) VALUES ($1, $2)"
            " ON CONFLICT (prefix) DO UPDATE SET used = code_prefix.used + excluded.used RETURNING used",
            prefix,
            SAMPLE,
        )
