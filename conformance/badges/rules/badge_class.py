"""The badge class: what was achieved, how it is earned, and who awards it."""

from ..badge import Badge
from ..forms import of_type, optional, required
from ..node import Flaws
from ..rule import error
from ..values import kind


@error("badge-id", "BadgeClass: id")
def badge_id(badge: Badge) -> Flaws:
    """A badge class has an `id`: an IRI, its own address mostly."""
    for node in badge.of("BadgeClass"):
        yield from required(node, "id", "iri")


@error("badge-type", "BadgeClass: type")
def badge_type(badge: Badge) -> Flaws:
    """A badge class says that it is one."""
    for node in badge.of("BadgeClass"):
        yield from of_type(node, "BadgeClass")


@error("badge-name", "BadgeClass: name")
def badge_name(badge: Badge) -> Flaws:
    """A badge class has a name: a text that is not blank."""
    for node in badge.of("BadgeClass"):
        yield from required(node, "name", "text")


@error("badge-description", "BadgeClass: description")
def badge_description(badge: Badge) -> Flaws:
    """A badge class describes the achievement in a text that is not blank."""
    for node in badge.of("BadgeClass"):
        yield from required(node, "description", "text")


@error("badge-image", "BadgeClass: image")
def badge_image(badge: Badge) -> Flaws:
    """A badge class has an image."""
    for node in badge.of("BadgeClass"):
        if node.one("image") is None:
            yield node.flaw("image", "There is no `image`: a badge has a picture.")


@error("badge-criteria", "BadgeClass: criteria")
def badge_criteria(badge: Badge) -> Flaws:
    """A badge class says how it is earned: by the address of a page, or by an object."""
    for node in badge.of("BadgeClass"):
        yield from required(node, "criteria", "reference")


@error("criteria-empty", "Criteria")
def criteria_empty(badge: Badge) -> Flaws:
    """Criteria that are an object have a narrative, the address of a page, or both."""
    for node in badge.of("Criteria"):
        if not node.of("id") and not node.of("narrative"):
            yield node.flaw("", "These criteria have neither a narrative nor an address, so they say nothing.")


@error("criteria-id", "Criteria: id")
def criteria_id(badge: Badge) -> Flaws:
    """The `id` of criteria is the IRI of a page."""
    for node in badge.of("Criteria"):
        yield from optional(node, "id", "iri")


@error("criteria-narrative", "Criteria: narrative")
def criteria_narrative(badge: Badge) -> Flaws:
    """The narrative of criteria is a text."""
    for node in badge.of("Criteria"):
        yield from optional(node, "narrative", "text")


@error("badge-issuer", "BadgeClass: issuer")
def badge_issuer(badge: Badge) -> Flaws:
    """A badge class names its issuer, by the address of a profile or by the profile itself."""
    for node in badge.of("BadgeClass"):
        yield from required(node, "issuer", "reference")


@error("alignment", "BadgeClass: alignment")
def alignment(badge: Badge) -> Flaws:
    """Each alignment is an object."""
    for node in badge.of("BadgeClass"):
        for member in node.members("alignment"):
            if not isinstance(member.value, dict):
                yield node.flaw_at(member, f"`alignment` holds {kind(member.value)}; it has to hold objects.")


@error("alignment-target-name", "AlignmentObject: targetName")
def alignment_target_name(badge: Badge) -> Flaws:
    """An alignment names its target."""
    for node in badge.of("AlignmentObject"):
        yield from required(node, "targetName", "text")


@error("alignment-target-url", "AlignmentObject: targetUrl")
def alignment_target_url(badge: Badge) -> Flaws:
    """An alignment has the web address of its target."""
    for node in badge.of("AlignmentObject"):
        yield from required(node, "targetUrl", "address")


@error("alignment-texts", "AlignmentObject")
def alignment_texts(badge: Badge) -> Flaws:
    """An alignment's description, framework and code are texts, the code as well where it is a number."""
    for node in badge.of("AlignmentObject"):
        for name in ("targetDescription", "targetFramework", "targetCode"):
            yield from optional(node, name, "text")


@error("tags", "BadgeClass: tags")
def tags(badge: Badge) -> Flaws:
    """Tags are texts."""
    for node in badge.of("BadgeClass"):
        yield from optional(node, "tags", "text")
