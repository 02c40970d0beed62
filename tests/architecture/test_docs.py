"""A page that nobody can reach, or that leads nowhere, is no documentation."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, named

LONGEST_DECISION = 50
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def links(page: Path) -> list[Path]:
    """Where a page leads to within the project."""
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose)
    return [(page.parent / target).resolve() for target in targets if "://" not in target and ":" not in target]


def test_a_link_leads_somewhere() -> None:
    assert [f"{named(page)} → {link}" for page in PAGES for link in links(page) if not link.exists()] == []


def test_each_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        ahead += [link for link in links(page) if link.suffix == ".md" and link not in reached and link.exists()]
    assert [named(page) for page in PAGES if page not in reached] == []


def test_a_decision_is_read_in_two_minutes() -> None:
    lengths = {named(page): len(page.read_text().splitlines()) for page in (ROOT / "docs" / "decisions").glob("*.md")}
    assert [page for page, lines in lengths.items() if lines > LONGEST_DECISION] == []
