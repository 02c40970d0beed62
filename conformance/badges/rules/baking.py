"""Baked badges: images that carry an assertion or a signature."""

from ..badge import Badge
from ..baking import Baking, Carried
from ..json_text import NotJson, parsed
from ..jws import is_jws
from ..node import Flaw, Flaws
from ..rule import error, warning
from ..svg import NAMESPACE
from ..values import is_web_address, quoted


def _first(badge: Badge) -> Carried | None:
    return badge.baking.carried[0] if badge.baking and badge.baking.carried else None


def _flaw(badge: Badge, words: str) -> Flaw:
    return Flaw(badge.chain.presented.source, "", words)


@error("image-broken", "Baking")
def image_broken(badge: Badge) -> Flaws:
    """An image that carries a badge is a whole PNG, or an SVG that can be read."""
    if badge.baking and badge.baking.broken:
        yield _flaw(badge, badge.baking.broken)


@error("baked", "Baking")
def baked(badge: Badge) -> Flaws:
    """An image that is handed over as a badge carries one."""
    if badge.baking and not badge.baking.carried and not badge.baking.broken:
        place = "an iTXt chunk" if badge.baking.form == "png" else "an openbadges:assertion element"
        yield _flaw(badge, f"There is no badge in this image: it has not got {place} with one.")


@error("baked-once", "Baking")
def baked_once(badge: Badge) -> Flaws:
    """An image carries one badge, not several."""
    if badge.baking and len(badge.baking.carried) > 1:
        yield _flaw(badge, f"This image carries {len(badge.baking.carried)} badges; it may carry only one.")


@error("baked-compressed", "Baking: PNGs")
def baked_compressed(badge: Badge) -> Flaws:
    """What a PNG carries is not compressed."""
    first = _first(badge)
    if first and first.is_compressed:
        yield _flaw(badge, "The chunk with the badge is compressed, so that others will not find it.")


@warning("baked-legacy", "Baking: Legacy PNGs")
def baked_legacy(badge: Badge) -> Flaws:
    """What a PNG carries is in an iTXt chunk, not in a tEXt chunk as before 2013."""
    first = _first(badge)
    if first and first.chunk in ("tEXt", "zTXt"):
        yield _flaw(badge, f"The badge is in a {first.chunk} chunk, which new readers need not know.")


@error("baked-content", "Baking")
def baked_content(badge: Badge) -> Flaws:
    """What an image carries is an assertion in JSON, or a signature."""
    first = _first(badge)
    if first is None:
        return
    if first.text is None:
        yield _flaw(badge, "What the image carries is no text in UTF-8.")
    elif not first.text and not first.verify:
        yield _flaw(badge, "What the image carries is empty.")
    elif badge.carried_trouble:
        yield _flaw(badge, f"What the image carries is neither an assertion nor a signature. {badge.carried_trouble}")


@warning("baked-address", "Baking")
def baked_address(badge: Badge) -> Flaws:
    """An image carries the assertion itself, not only its address."""
    first = _first(badge)
    if first and first.chunk != "tEXt" and is_web_address(first.text or first.verify):
        yield _flaw(badge, "The image carries only the assertion's address; once that is gone, nothing is left.")


@error("svg-namespace", "Baking: SVGs")
def svg_namespace(badge: Badge) -> Flaws:
    """The element in an SVG is in the namespace http://openbadges.org."""
    for carried in _svg(badge):
        if carried.namespace != NAMESPACE:
            said = f"is in the namespace {quoted(carried.namespace)}" if carried.namespace else "is in no namespace"
            yield _flaw(badge, f"openbadges:assertion {said}; it has to be {NAMESPACE}.")


@warning("svg-position", "Baking: SVGs")
def svg_position(badge: Badge) -> Flaws:
    """The element in an SVG follows the `svg` tag directly."""
    for carried in _svg(badge)[:1]:
        if not carried.is_first:
            yield _flaw(badge, "openbadges:assertion does not follow the svg tag; some readers look nowhere else.")


@error("svg-verify", "Baking: SVGs")
def svg_verify(badge: Badge) -> Flaws:
    """The element's attribute `verify` holds the signature, or the address of the assertion that it carries."""
    for carried in _svg(badge):
        if carried.verify is None:
            if carried.text:
                yield _flaw(badge, "openbadges:assertion has no attribute `verify`.")
        elif not is_jws(carried.verify) and not _is_address_of(carried):
            yield _flaw(badge, f"`verify` is {quoted(carried.verify)}, not the address of the assertion within.")


def _svg(badge: Badge) -> tuple[Carried, ...]:
    baking: Baking | None = badge.baking
    return baking.carried if baking and baking.form == "svg" else ()


def _is_address_of(carried: Carried) -> bool:
    try:
        inner = parsed(carried.text or "").value
    except NotJson:
        return is_web_address(carried.verify)
    return inner.get("id", inner.get("@id")) == carried.verify
