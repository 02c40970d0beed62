"""Conditional answers: the same for everybody, with a tag, and not sent again to who has them already (RFC 9110, 13)."""

from rules import entity_tags
from server.answer_cache import Entry, Variant
from server.answering import VARY, chosen_type
from server.errors import NOT_MODIFIED, OK, Reply, block
from server.operations import Operation, Written
from server.requests import Request

_VARY = {several: block(headers) for several, headers in VARY.items()}


def entry(operation: Operation, written: Written, since: float) -> Entry:
    """An answer as it may be kept, with what is sent beside it in each of the operation's media types."""
    variants = {each: _variant(operation, each, written.body) for each in operation.media_types}
    until = None if written.until is None else written.until.timestamp()
    return Entry(written.body, variants, since, until)


def reply(entry: Entry, request: Request) -> Reply:
    """The answer in the media type that is asked for, or that the visitor has it already."""
    variants = entry.variants
    if len(variants) == 1:
        (variant,) = variants.values()
    else:
        variant = variants[chosen_type(tuple(variants), ",".join(request.header_lines(b"accept")))]
    return _reply(variant, request)


def reply_once(operation: Operation, written: Written, request: Request) -> Reply:
    """The same of an answer that is not kept."""
    types = operation.media_types
    chosen = types[0] if len(types) == 1 else chosen_type(types, ",".join(request.header_lines(b"accept")))
    return _reply(_variant(operation, chosen, written.body), request)


def _reply(variant: Variant, request: Request) -> Reply:
    known = request.header_lines(b"if-none-match")
    return variant.unchanged if known and entity_tags.is_named(variant.etag, known) else variant.found


def _variant(operation: Operation, media_type: str, body: bytes) -> Variant:
    """Put together here and not by `errors.block`: types are the contract's, and a tag has hexadecimal digits alone."""
    tag = entity_tags.strong(media_type.encode(), body)
    content = f"content-type: {media_type}\r\ncontent-length: {len(body)}\r\n"
    unchanged = f"etag: {tag}\r\n".encode() + _VARY[len(operation.media_types) > 1]
    found = Reply(OK, body, b"", (), content.encode() + unchanged)
    return Variant(tag, found, Reply(NOT_MODIFIED, b"", b"", (), unchanged))
