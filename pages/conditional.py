"""Conditional requests: who has the bytes already is not sent them again."""

from starlette.requests import Request

from rules import entity_tags


def is_known(request: Request, tag: str) -> bool:
    """Whether a visitor names this tag, and so has the bytes already.

    >>> request = Request({"type": "http", "headers": [(b"if-none-match", b'"a", W/"b"')]})
    >>> is_known(request, '"b"'), is_known(request, 'W/"a"'), is_known(request, '"c"')
    (True, True, False)
    """
    return entity_tags.is_named(tag, request.headers.getlist("if-none-match"))
