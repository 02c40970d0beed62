"""What tests of the dashboard share."""

import pytest

from tests.conftest import Kept
from tests.databases import Database
from tests.pages.dashboard.world import World, world_of


@pytest.fixture(scope="session")
def world(
    database: Database, kept: Kept, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """Two academies with one of everything, on an installation in which nothing changes by itself."""
    return world_of(database, kept, request, tmp_path_factory.mktemp("world"))
