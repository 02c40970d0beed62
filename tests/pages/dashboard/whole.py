"""Pages of the dashboard that are looked at as a whole, and names that must not break one."""

import httpx

from tests.pages.outline import Outline

HOSTILE = [
    "</title><script>alert(1)</script>'\"&",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eevil\u202c \u202e",
    "👩‍🎓 Ζωή محمد שרה",
    "W" * 200,
]


def shown(page: httpx.Response, status: int = 200) -> Outline:
    """A page that answers so, is whole and has one heading."""
    assert page.status_code == status, page.text
    outline = Outline(page.text)
    assert outline.open == []
    assert outline.seen.count("h1") == 1
    return outline
