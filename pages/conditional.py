"""Conditional requests: who has the bytes already is not sent them again."""

from starlette.requests import Request


def is_known(request: Request, tag: str) -> bool:
    """A visitor who names the tag, weak or strong, or any at all, has the bytes already (RFC 9110, section 13.1.2).

    >>> request = Request({"type": "http", "headers": [(b"if-none-match", b'"a", W/"b"')]})
    >>> is_known(request, '"b"'), is_known(request, 'W/"a"'), is_known(request, '"c"')
    (True, True, False)
    """
    lines = request.headers.getlist("if-none-match")
    named = [one.strip().removeprefix("W/") for line in lines for one in line.split(",")]
    return tag.removeprefix("W/") in named or "*" in named
