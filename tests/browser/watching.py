"""A visitor whose browser is watched: whatever it asks of another host, complains of or pops up counts as a fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, WebError

from tests.browser.chromium import PATIENCE_MILLISECONDS

_INLINE = {"about", "blob", "data"}
_REFUSED_PAGE = "Failed to load resource: the server responded with a status of 4"


class Watch:
    """What one visitor's browser did, over all of its pages."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self._host = host
        self._opened: set[str] = set()
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", self._broke)
        context.on("dialog", self._popped_up)

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme not in _INLINE and address.netloc != self._host:
            self.faults.append(f"asked another host for {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._opened.add(response.url)
        elif response.status >= 400:
            self.faults.append(f"{response.status} for {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        # A page that says why there is nothing is a page: its status alone is no fault.
        is_its_status = message.text.startswith(_REFUSED_PAGE) and message.location.get("url") in self._opened
        if not is_its_status:
            self.faults.append(f"console {message.type}: {message.text}")

    def _broke(self, error: WebError) -> None:
        self.faults.append(f"script broke: {error.error}")

    def _popped_up(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog {dialog.type}: {dialog.message}")
        dialog.dismiss()


@contextmanager
def visiting(browser: Browser, base_url: str, **options: Any) -> Iterator[tuple[Page, Watch]]:
    """A visitor with cookies of its own; at the end of the block its browser must have had nothing to complain of."""
    context = browser.new_context(base_url=base_url, **{"locale": "en-GB", **options})
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    watch = Watch(context, urlsplit(base_url).netloc)
    try:
        yield context.new_page(), watch
    finally:
        context.close()
    assert watch.faults == []
