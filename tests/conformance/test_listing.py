"""The pages about clauses and sentences are what the clauses say, and the walls know when they are not."""

from pathlib import Path

import pytest

from conformance import listing
from conformance.clause import Severity
from conformance.sentences import Sentence
from tests.conformance.made_up import clause, met


def test_the_pages_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert listing.main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_page_fails_and_tells_how_to_refresh_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listing, "pages", lambda: {"conformance.md": "All of it.\n"})
    assert listing.main(["--check"], tmp_path) == 1
    assert "python -m conformance.listing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert listing.main([], tmp_path) == 0
    assert listing.main(["--check"], tmp_path) == 0
    (tmp_path / "conformance.md").write_text("Some of it.\n")
    assert listing.main(["--check"], tmp_path) == 1


def test_a_clause_is_listed_with_all_that_belongs_to_it() -> None:
    page = listing.clauses_page([clause("states/a|b"), clause("cors/verify", met, Severity.SHOULD)])
    assert "2 clauses in 2 areas: 1 that a server must meet, 1 that it should." in page
    row = r"| `states/a\|b` | must | A server does what states/a\|b says. | `rulings/certificate-states/expired` |"
    assert row in page.splitlines()
    assert "## cors" in page.splitlines()


def test_a_sentence_is_listed_with_its_clauses_or_the_reason() -> None:
    held = Sentence("rulings/certificate-states/expired", "rulings", "Certificate states", "It expires.", None)
    unheld = Sentence("rulings/codes/erasure", "rulings", "Codes", "Never again.", "Nobody can see it.")
    page = listing.sentences_page([held, unheld], [clause("states/a"), clause("states/b")]).splitlines()
    assert "| It expires. | [`states/a`](conformance.md#states)<br>[`states/b`](conformance.md#states) |" in page
    assert "| Never again. | None: Nobody can see it. |" in page
    assert "## Rulings: Codes" in page
