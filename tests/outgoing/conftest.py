"""What tests of the way out share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """A socket that nobody closed is told when it is collected, and every warning fails the test."""
    gc.freeze()  # only what the test itself leaves is looked through
    yield
    gc.collect()
    gc.unfreeze()
