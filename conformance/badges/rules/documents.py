"""Every document of a badge can be had, by anybody, where it says that it is, and is JSON."""

import ipaddress
from urllib.parse import urlsplit

from ..badge import Badge, Form, State
from ..documents import SERVER_ERROR, TOO_MANY
from ..links import DOCUMENTS
from ..node import Flaw, Flaws
from ..rule import error, warning
from ..values import is_web_address, quoted
from ..web import Fetched, Unread

JSON_TYPES = ("application/ld+json", "application/json")
_CALLED = {
    "Assertion": "The assertion",
    "BadgeClass": "The badge class",
    "Issuer": "The issuer's profile",
    "Endorser": "The endorser's profile",
    "Endorsement": "The endorsement",
    "CryptographicKey": "The issuer's key",
    "RevocationList": "The revocation list",
}


def _called(role: str) -> str:
    return _CALLED.get(role, "What was asked for")


@error("presentation", "Verification", decides=False)
def presentation(badge: Badge) -> Flaws:
    """A badge is handed over as the address of a document, as a JSON document, as a PNG or an SVG, or as a signature."""
    presented = badge.chain.presented
    if presented.form is Form.NOTHING:
        yield Flaw(presented.source, "", "It is neither an address, nor JSON, nor a PNG or an SVG, nor a signature.")


@error("reachable", "Data Validation", decides=False)
def reachable(badge: Badge) -> Flaws:
    """Everything that a badge is made of can be read now. As long as it cannot, nobody knows what it says."""
    for read in badge.reads:
        if read.state is State.UNREACHABLE:
            yield Flaw(read.url, "", f"{_called(read.role)} could not be read: {read.url} {read.why}.")
    for picture in badge.pictures:
        answer = picture.answer
        if not is_web_address(picture.url):
            continue
        if not isinstance(answer, Fetched):
            why = answer.why if isinstance(answer, Unread) else "could not be read"
            yield Flaw(picture.url, "", f"An image could not be read: {picture.url} {why}.")
        elif answer.status == TOO_MANY or answer.status >= SERVER_ERROR:
            yield Flaw(picture.url, "", f"An image could not be read: {picture.url} answered {answer.status}.")


@error("available", "Data Validation")
def available(badge: Badge) -> Flaws:
    """Every document that a badge names is there: its address answers 200 in the end, redirects allowed."""
    for read in badge.reads:
        if read.state is State.MISSING:
            yield Flaw(read.url, "", f"{_called(read.role)} is not there: {read.url} {read.why}.")


@error("json", "Data Validation")
def json(badge: Badge) -> Flaws:
    """Every document of a badge is one JSON object, in UTF-8."""
    for read in badge.reads:
        if read.state is State.NOT_JSON:
            yield Flaw(read.url, "", f"{_called(read.role)} cannot be read. {read.why}")
    if badge.carried_trouble and badge.baking is None and badge.chain.presented.form is Form.JSON:
        yield Flaw(badge.chain.presented.source, "", badge.carried_trouble)


@warning("json-names", "Data Validation")
def json_names(badge: Badge) -> Flaws:
    """No name stands twice in an object: readers differ in which of the two they believe."""
    for read in badge.reads:
        for name in read.repeated:
            yield Flaw(
                read.url, "", f"{quoted(name)} stands more than once in one object; readers may see either value."
            )


@error("assertion-media-type", "HostedBadge Verification")
def assertion_media_type(badge: Badge) -> Flaws:
    """A hosted assertion is served as `application/ld+json` or `application/json`."""
    yield from _media_types(badge, ["Assertion"])


@warning("media-type", "Setting Content-Type")
def media_type(badge: Badge) -> Flaws:
    """Every other document of a badge is, too."""
    yield from _media_types(badge, [role for role in DOCUMENTS if role != "Assertion"])


def _media_types(badge: Badge, roles: list[str]) -> Flaws:
    for read in badge.reads:
        if read.state is State.READ and read.role in roles and isinstance(read.answer, Fetched):
            declared = read.answer.media_type
            if declared not in JSON_TYPES:
                words = f"is served as {quoted(declared)}" if declared else "is served without a media type"
                yield Flaw(read.url, "", f"{_called(read.role)} {words}; it has to be {' or '.join(JSON_TYPES)}.")


@warning("address-not-id", "HostedBadge Verification")
def address_not_id(badge: Badge) -> Flaws:
    """A document is named by the address that it calls itself by. What is read elsewhere is only a pointer to it."""
    for read in badge.reads:
        if read.is_alias and read.node:
            words = f"This document calls itself {read.node.id}, so that address was read instead of {read.url}."
            yield Flaw(read.url, read.node.at("id"), words)


@error("id-not-hosted", "HostedBadge Verification")
def id_not_hosted(badge: Badge) -> Flaws:
    """What calls itself by a web address is found at that address, calling itself by it."""
    for read in badge.reads:
        if read.state is State.STRAY and read.node:
            words = f"This document calls itself {read.node.id}, but what is there is not it: {read.why}."
            yield Flaw(read.url, read.node.at("id"), words)


@warning("plain-http", "CryptographicKey")
def plain_http(badge: Badge) -> Flaws:
    """Documents are served over https: over http, anybody between issuer and reader can change them."""
    for read in badge.reads:
        if read.state is State.READ and read.url.startswith("http:") and not _is_here(read.url):
            yield Flaw(read.url, "", f"{_called(read.role)} is served over http; on the way anybody can change it.")


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
