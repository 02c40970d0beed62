"""The assertion: that one recipient earned one badge, and when."""

from ..badge import Badge
from ..baking import image_type
from ..documents import OK
from ..forms import of_type, optional, required
from ..json_text import NotJson, parsed
from ..jws import is_jws, read_jws
from ..node import Flaws
from ..recognising import unbaked
from ..rule import error, warning
from ..values import instant, kind
from ..web import Fetched

EVIDENCE_TEXTS = ("narrative", "name", "description", "genre", "audience")


@error("assertion-id", "Assertion: id")
def assertion_id(badge: Badge) -> Flaws:
    """An assertion has an `id`. A hosted one is its own web address; a signed one may be any IRI, such as a urn:uuid."""
    for node in badge.of("Assertion"):
        says_signed = any("SignedBadge" in part.types for part in node.parts("verification", "Verification"))
        yield from required(node, "id", "iri" if badge.is_signed or says_signed else "address")


@error("assertion-type", "Assertion: type")
def assertion_type(badge: Badge) -> Flaws:
    """An assertion says that it is one."""
    for node in badge.of("Assertion"):
        yield from of_type(node, "Assertion")


@error("recipient", "Assertion: recipient")
def recipient(badge: Badge) -> Flaws:
    """An assertion names its recipient by an object."""
    for node in badge.of("Assertion"):
        member = node.one("recipient")
        if member is None:
            yield node.flaw("recipient", "There is no `recipient`: nobody has earned this badge.")
        elif not isinstance(member.value, dict):
            yield node.flaw_at(member, f"`recipient` is {kind(member.value)}; it has to be an object.")


@error("badge", "Assertion: badge")
def badge(badge: Badge) -> Flaws:
    """An assertion names the badge class, by its address or by the object itself."""
    for node in badge.of("Assertion"):
        yield from required(node, "badge", "reference")


@error("issued-on", "Assertion: issuedOn")
def issued_on(badge: Badge) -> Flaws:
    """An assertion says when it was issued: date and time, with the offset from UTC."""
    for node in badge.of("Assertion"):
        yield from required(node, "issuedOn", "instant")


@error("issued-in-the-future", "Assertion: issuedOn")
def issued_in_the_future(badge: Badge) -> Flaws:
    """Nothing is issued after the moment at which it is looked at."""
    for node in badge.of("Assertion"):
        issued = instant(node.of("issuedOn"))
        if issued and issued > badge.chain.now:
            yield node.flaw("issuedOn", f"{node.text('issuedOn')} is still to come.")


@error("expires", "Assertion: expires")
def expires(badge: Badge) -> Flaws:
    """An assertion that ends says when: date and time, with the offset from UTC."""
    for node in badge.of("Assertion"):
        yield from optional(node, "expires", "instant")


@error("expires-before-issued", "Assertion: expires")
def expires_before_issued(badge: Badge) -> Flaws:
    """An assertion does not end before it begins."""
    for node in badge.of("Assertion"):
        begin, end = instant(node.of("issuedOn")), instant(node.of("expires"))
        if begin and end and end < begin:
            yield node.flaw("expires", f"It expires at {node.text('expires')}, before it was issued.")


@error("expired", "Verification")
def expired(badge: Badge) -> Flaws:
    """An assertion has not expired."""
    for node in badge.of("Assertion"):
        begin, end = instant(node.of("issuedOn")), instant(node.of("expires"))
        if end and end < badge.chain.now and not (begin and end < begin):
            yield node.flaw("expires", f"It expired at {node.text('expires')}.")


@error("assertion-narrative", "Assertion: narrative")
def assertion_narrative(badge: Badge) -> Flaws:
    """The narrative of an assertion is a text."""
    for node in badge.of("Assertion"):
        yield from optional(node, "narrative", "text")


@error("evidence", "Assertion: evidence")
def evidence(badge: Badge) -> Flaws:
    """Each piece of evidence is an IRI, or an object that describes it."""
    for node in badge.of("Assertion"):
        yield from optional(node, "evidence", "reference")


@error("evidence-id", "Evidence: id")
def evidence_id(badge: Badge) -> Flaws:
    """Evidence that has an `id` has an IRI there."""
    for node in badge.of("Evidence"):
        yield from optional(node, "id", "iri")


@error("evidence-texts", "Evidence")
def evidence_texts(badge: Badge) -> Flaws:
    """What describes evidence, from its name to its audience, are texts."""
    for node in badge.of("Evidence"):
        for name in EVIDENCE_TEXTS:
            yield from optional(node, name, "text")


@warning("evidence-empty", "Evidence")
def evidence_empty(badge: Badge) -> Flaws:
    """Evidence says at least one thing: where it is, or what it is."""
    for node in badge.of("Evidence"):
        if not any(node.of(name) for name in ("id", *EVIDENCE_TEXTS)):
            yield node.flaw("", "This evidence neither says where it is nor what it is.")


@error("assertion-image-data", "Assertion: image")
def assertion_image_data(badge: Badge) -> Flaws:
    """An assertion's image is at an address: it holds the assertion, so the assertion cannot hold it."""
    for picture in badge.pictures:
        if picture.owner.role == "Assertion" and picture.url.startswith("data:"):
            yield picture.owner.flaw("image", "The assertion's image stands within the assertion, as a data URI.")


@warning("assertion-image-baked", "Assertion: image")
def assertion_image_baked(badge: Badge) -> Flaws:
    """An assertion's image has that assertion baked into it."""
    for picture in badge.pictures:
        answer = picture.answer
        if picture.owner.role != "Assertion" or not isinstance(answer, Fetched) or answer.status != OK:
            continue
        if image_type(answer.body):
            carried = _id_inside(answer.body)
            if carried != picture.owner.id:
                words = f"the assertion {carried}" if carried else "no assertion"
                yield picture.owner.flaw("image", f"This image has {words} baked into it, rather than this one.")


def _id_inside(image: bytes) -> str | None:
    for each in unbaked(image).carried:
        text = each.text or each.verify or ""
        if is_jws(text):
            payload = read_jws(text).payload
            found = payload.value.get("id") if payload else None
        else:
            try:
                found = parsed(text).value.get("id")
            except NotJson:
                found = text
        return found if isinstance(found, str) and found else None
    return None
