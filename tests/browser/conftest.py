"""A browser and an academy to visit, once for each process of tests; left out of runs that do not name this folder."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser import chromium, signing_in, watching, world
from tests.browser.watching import Watch
from tests.browser.world import World

HERE = Path(__file__).parent
Visiting = Callable[..., AbstractContextManager[tuple[Page, Watch]]]
"""Takes what Playwright takes for a context: `viewport`, `color_scheme`, `locale`, `java_script_enabled` and so on."""


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Whoever runs all tests needs no browser: these are an environment of their own."""
    asked = (Path(argument.partition("::")[0]).resolve() for argument in config.args)
    return None if any(path == HERE or HERE in path.parents for path in asked) else True


@pytest.fixture(scope="session")
def full_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The academy at work, and the newcomer's."""
    with world.running(tmp_path_factory.mktemp("world")) as made:
        world.fill(made)
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. While it runs, no other event loop can in this thread."""
    with chromium.running() as running:
        yield running


@pytest.fixture(scope="session")
def anyone_visiting(browser: Browser, full_world: World) -> Visiting:
    """Makes a visitor who is not signed in."""
    return partial(watching.visiting, browser, full_world.installation.url)


@pytest.fixture(scope="session")
def visiting(anyone_visiting: Visiting) -> Visiting:
    """Makes a visitor who is signed in as somebody, or as nobody where `who` is empty."""

    @cache
    def signed_in(who: str) -> StorageState:
        with anyone_visiting() as (page, _):
            signing_in.sign_in(page, who, world.PASSWORD)
            return page.context.storage_state()

    def visit(who: str = world.OWNER, **options: Any) -> AbstractContextManager[tuple[Page, Watch]]:
        return anyone_visiting(storage_state=signed_in(who) if who else None, **options)

    return visit
