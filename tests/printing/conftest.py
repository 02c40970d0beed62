"""A printer of the tests' own, and a certificate to print."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from printing.printer import Printer
from printing.sheet import Sheet

ROOM = 20_000_000


@pytest.fixture
def sheet() -> Sheet:
    """A certificate with everything on it but a mark."""
    return Sheet(
        design="classic",
        paper="a4",
        language="en",
        accent="#1f3a5f",
        academy="Example Academy",
        logo=None,
        course="Web Development",
        description="Two terms of building for the web.",
        holder="Jane Doe",
        levels=("EQF 5", "NLQF 4+", "Associate degree"),
        issued_at=datetime(2026, 3, 15, 10, 30, tzinfo=UTC),
        expires_at=datetime(2028, 3, 15, 10, 30, tzinfo=UTC),
        signatory_name="Maria Jansen",
        signatory_title="Director of Studies",
        code="TRC-ACA-26-F5N8K3",
        link="https://certificates.example.com/v/TRC-ACA-26-F5N8K3",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def printer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Printer]:
    """A printer, one for a file of tests."""
    made = Printer(tmp_path_factory.mktemp("documents"), room=ROOM)
    yield made
    await made.close()
