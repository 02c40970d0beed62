"""Images of badges, of assertions and of those who issue them: PNG or SVG, and there."""

import base64
import binascii

from ..badge import Badge, Picture
from ..baking import IMAGE_TYPES, image_type
from ..documents import OK, SERVER_ERROR, TOO_MANY
from ..forms import optional
from ..node import Flaw, Flaws
from ..recognising import unbaked
from ..rule import error
from ..values import data_media_type, is_web_address, quoted
from ..web import Fetched

_OWNERS = ("Assertion", "BadgeClass", "Issuer", "Endorser")


@error("image-id", "Image: id")
def image_id(badge: Badge) -> Flaws:
    """An image is named by a web address or a data URI, directly or as the `id` of an object."""
    for node in badge.of(*_OWNERS):
        for member in node.members("image"):
            if not isinstance(member.value, str | dict):
                yield node.flaw_at(member, f"`image` is {quoted(member.value)}; it has to be an address or an object.")
    for node in badge.of("Image"):
        if node.id is None:
            yield node.flaw("id", "This image has no `id`: nobody knows where it is.")
    for picture in badge.pictures:
        if not is_web_address(picture.url) and data_media_type(picture.url) is None:
            words = f"{quoted(picture.url)} is neither a web address nor a data URI."
            yield Flaw(picture.owner.document, picture.pointer, words)


@error("image-texts", "Image")
def image_texts(badge: Badge) -> Flaws:
    """An image's caption is a text, its author an IRI or a profile."""
    for node in badge.of("Image"):
        yield from optional(node, "caption", "text")
        yield from optional(node, "author", "reference")


@error("image-missing", "BadgeClass: image")
def image_missing(badge: Badge) -> Flaws:
    """An image that is named is there: its address answers 200 in the end."""
    for picture in badge.pictures:
        answer = picture.answer
        if isinstance(answer, Fetched) and answer.status not in {OK, TOO_MANY} and answer.status < SERVER_ERROR:
            yield _flaw(picture, f"The image is not there: {picture.url} answered {answer.status}.")


@error("image-media-type", "BadgeClass: image")
def image_media_type(badge: Badge) -> Flaws:
    """An image says that it is a PNG or an SVG."""
    for picture in badge.pictures:
        declared = _declared(picture)
        if declared is not None and declared not in IMAGE_TYPES:
            yield _flaw(
                picture, f"The image says that it is {quoted(declared)}; it has to be {' or '.join(IMAGE_TYPES)}."
            )


@error("image-content", "BadgeClass: image")
def image_content(badge: Badge) -> Flaws:
    """An image is what it says that it is."""
    for picture in badge.pictures:
        declared, content = _declared(picture), _content(picture)
        if declared in IMAGE_TYPES and content is not None and image_type(content) != declared:
            yield _flaw(picture, f"The image says that it is {declared}, and is not.")


@error("image-whole", "BadgeClass: image")
def image_whole(badge: Badge) -> Flaws:
    """An image is whole: a PNG to its last chunk, an SVG to the end of its outermost element."""
    seen: dict[str, str] = {}
    for picture in badge.pictures:
        if picture.url not in seen:
            content = _content(picture)
            baking = unbaked(content) if content and image_type(content) else None
            seen[picture.url] = baking.broken if baking and not baking.is_unjudged else ""
        if seen[picture.url]:
            yield _flaw(picture, f"The image cannot be read. {seen[picture.url]}")


def _flaw(picture: Picture, words: str) -> Flaw:
    return Flaw(picture.owner.document, picture.pointer, words)


def _declared(picture: Picture) -> str | None:
    if isinstance(picture.answer, Fetched):
        return picture.answer.media_type if picture.answer.status == OK else None
    return data_media_type(picture.url)


def _content(picture: Picture) -> bytes | None:
    if isinstance(picture.answer, Fetched):
        return picture.answer.body
    head, _, body = picture.url.partition(",")
    if not head.lower().endswith(";base64"):
        return None
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return b""
