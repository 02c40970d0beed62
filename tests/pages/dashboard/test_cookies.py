"""Cookies are Secure wherever that can be, and then named so that no other host can set them."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pages.dashboard.cookies import Cookies


def carrying(cookie: str) -> Request:
    """A request with one cookie."""
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie.encode())]})


@pytest.mark.parametrize(
    ("base", "is_secure"),
    [
        ("https://truecerta.com", True),
        ("https://localhost:8443", True),
        ("http://truecerta.com", True),
        ("http://127.0.0.1.example.com", True),
        ("http://localhost@example.com", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000/certificates", False),
        ("http://[::1]:8000", False),
    ],
)
def test_a_cookie_is_secure_unless_it_stays_on_this_machine(base: str, is_secure: bool) -> None:  # noqa: FBT001
    response, cookies = Response(), Cookies(base)
    cookies.set(response, "session", "value")
    cookies.drop(response, "session")
    for line in response.headers.getlist("set-cookie"):
        assert line.startswith("__Host-truecerta-session=" if is_secure else "truecerta-session=")
        assert ("; Secure" in line) is is_secure
        assert "; HttpOnly" in line
        assert "; Path=/;" in line
        assert "; SameSite=lax" in line
        assert "domain" not in line.lower()
    assert cookies.read(carrying("__Host-truecerta-session=a"), "session") == ("a" if is_secure else "")
    assert cookies.read(carrying("truecerta-session=b"), "session") == ("" if is_secure else "b")
