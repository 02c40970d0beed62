"""The dashboard's cookies: for this host alone, out of reach of scripts, and Secure wherever that can be."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_STRICT = "__Host-"
"""With this name browsers hold a cookie to what is promised here (RFC 6265bis, 4.1.3.2)."""


class Cookies:
    """Sets and reads cookies; they are Secure unless our pages are plain http on this very machine."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._is_secure = not (parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK)

    def read(self, request: Request, name: str) -> str:
        """What a cookie holds; nothing where there is none."""
        return request.cookies.get(self._named(name), "")

    def set(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Give a cookie, for some seconds or until the browser is closed."""
        response.set_cookie(
            self._named(name), value, max_age=seconds, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(self._named(name), path="/", secure=self._is_secure, httponly=True, samesite="lax")

    def _named(self, name: str) -> str:
        return f"{_STRICT if self._is_secure else ''}truecerta-{name}"
