"""Links to an account: whoever reads a person's mail may set the password, or join the academy that invited.

A link is good once: it carries the state in which it was sent, and using it changes that.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from rules import signed_tokens
from rules.errors import Refused

Purpose = Literal["invitation", "password_reset"]
PATHS: dict[Purpose, str] = {"invitation": "/dashboard/invitation", "password_reset": "/dashboard/reset"}
LIFETIME: dict[Purpose, timedelta] = {"invitation": timedelta(days=7), "password_reset": timedelta(hours=1)}

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class AccountLink:
    """What a link is for: a membership or a user, and the digest of the state in which it was sent.

    >>> AccountLink.__slots__
    ('purpose', 'subject', 'state')
    """

    purpose: Purpose
    subject: UUID
    state: str


def address(base: str, purpose: Purpose, token: str) -> str:
    """The page that a link leads to, under the public URL.

    >>> address("https://truecerta.com", "invitation", "a.b.c")
    'https://truecerta.com/dashboard/invitation/a.b.c'
    """
    return f"{base}{PATHS[purpose]}/{token}"


def state(*facts: str | None) -> str:
    """The digest of a state: of what a link's use will change, such as the hash of the present password.

    >>> state("a", None) == state("a", ""), len(state("a"))
    (False, 64)
    """
    return hashlib.sha256(repr(facts).encode("utf-8")).hexdigest()


def token(key: bytes, link: AccountLink, now: datetime) -> str:
    """The token in a link, from now on for as long as its purpose allows. `key` is 32 bytes or more.

    >>> from datetime import UTC
    >>> token(bytes(32), AccountLink("invitation", UUID(int=1), state()), datetime(2026, 3, 15, tzinfo=UTC)).count(".")
    2
    """
    expiry = int((now + LIFETIME[link.purpose]).timestamp())
    says: dict[str, str | int] = {"sub": str(link.subject), "was": link.state, "exp": expiry}
    return signed_tokens.sign(key, f"truecerta-{link.purpose}", says)


def read(token: str, keys: Sequence[bytes], purpose: Purpose, now: datetime) -> AccountLink:
    """A link is believed when it is ours, for this purpose and not too old; else it is refused as gone.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    >>> link = AccountLink("invitation", UUID(int=1), state())
    >>> read(token(bytes(32), link, noon), [bytes(32)], "invitation", noon) == link
    True
    """
    match signed_tokens.read(token, keys, f"truecerta-{purpose}"):
        case {"sub": str(sub), "was": str(was), "exp": int(expiry)} if _UUID.fullmatch(sub):
            if expiry > now.timestamp():
                return AccountLink(purpose, UUID(sub), was)
    raise used_up()


def used_up() -> Refused:
    """What is said of every link that does nothing any more, whatever the reason: nobody learns which.

    >>> used_up().code
    'gone'
    """
    return Refused("gone", "This link has been used, has expired, or was cut on its way. Ask for a new one.")
