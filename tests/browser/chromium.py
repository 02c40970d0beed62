"""The browser that the tests drive: the machine's own Chromium, without a window and without a way to any other machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NOT_RUN = "not run: apt-get install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MILLISECONDS = 15_000
# No name leads anywhere, so that a page that asks another host for something fails alike on every machine.
_ARGUMENTS = [
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]


def path() -> str | None:
    """Where it is, if it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_demanded() -> bool:
    """Whether a test that was not run is a failure: in continuous integration."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


@contextmanager
def running() -> Iterator[Browser]:
    """The browser, until the end of the block."""
    found = path()
    if found is None:
        raise LookupError(NOT_RUN)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
