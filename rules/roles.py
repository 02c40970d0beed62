"""Roles: what a person may do in an academy."""

from typing import Literal, get_args

from rules.errors import Refused

Role = Literal["viewer", "editor", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the one that may least to the one that may most."""


def may(role: Role, needed: Role) -> bool:
    """A viewer looks, an editor also issues and changes, an owner also decides who is in the team and how they connect.

    >>> may("editor", "viewer"), may("viewer", "editor")
    (True, False)
    """
    return ROLES.index(role) >= ROLES.index(needed)


def parse(text: str) -> Role:
    """A role is one of the three, by its name.

    >>> parse("owner")
    'owner'
    """
    if text not in ROLES:
        raise Refused("unprocessable_entity", f"The role must be one of {', '.join(ROLES)}.", field="role")
    return text
