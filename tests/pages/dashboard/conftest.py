"""What tests of the dashboard share."""

from collections.abc import Iterator

import pytest

from tests.academies import Academy
from tests.conftest import Kept
from tests.databases import Database
from tests.installation import Installation
from tests.pages.dashboard.world import World, world_of
from tests.people import Browser, signed_in


@pytest.fixture(scope="session")
def world(
    database: Database, kept: Kept, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """Two academies with one of everything, on an installation in which nothing changes by itself."""
    return world_of(database, kept, request, tmp_path_factory.mktemp("world"))


@pytest.fixture
def editor(installation: Installation, academy: Academy) -> Iterator[Browser]:
    """An editor of the academy."""
    with signed_in(installation, academy, "editor") as browser:
        yield browser
