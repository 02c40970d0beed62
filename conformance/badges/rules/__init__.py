"""The rules of Open Badges 2.0. Each is a pure function of a badge; `RULES` holds all of them, in order."""

from ..rule import Rule, rules_of
from . import (
    assertion,
    badge_class,
    baking,
    documents,
    endorsement,
    extension,
    image,
    linked_data,
    profile,
    recipient,
    revocation,
    signing,
    verification,
)

MODULES = (
    documents,
    linked_data,
    assertion,
    recipient,
    verification,
    badge_class,
    image,
    profile,
    signing,
    revocation,
    baking,
    endorsement,
    extension,
)
RULES: tuple[Rule, ...] = tuple(rule for module in MODULES for rule in rules_of(module))
