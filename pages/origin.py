"""Where a request comes from, and where an answer may lead: nobody else's page acts here, and none of ours leads away."""

import re

from starlette.requests import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DASHBOARD = "/dashboard"
_OURS = re.compile(r"/dashboard(?:/[A-Za-z0-9._~-]+)*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?")
_LONGEST = 1000


def is_foreign(request: Request, own: str) -> bool:
    """Whether another site's page made the browser send this; `own` is the origin of our pages.

    A browser's own word for it (Sec-Fetch-Site, W3C Fetch Metadata) goes before the Origin header (RFC 6454), which it
    leaves blank ("null") where a page asks that nothing be told of it. What sends neither is no browser.
    """
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and origin != own


def way_back(wanted: str) -> str:
    """Where somebody wanted to go, if that is a page of the dashboard; the dashboard's first page for anything else.

    >>> way_back("/dashboard/courses?page=2"), way_back("//example.com"), way_back("/dashboard/../v")
    ('/dashboard/courses?page=2', '/dashboard', '/dashboard')
    """
    fits = len(wanted) <= _LONGEST and _OURS.fullmatch(wanted) and ".." not in wanted
    return wanted if fits else DASHBOARD
