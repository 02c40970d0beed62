"""The official validator agrees with these rules on every fixture, or the table of differences says why it does not."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.badges import fixtures
from conformance.badges.differences import UNEXPLAINED, Official, blindness, differences, strictness
from conformance.badges.finding import Report, Verdict
from conformance.badges.judging import judge
from conformance.badges.official import PROGRAM, answer
from tests.conformance.badges.serving import Web, serving
from tests.conformance.validator import environment


@dataclass(frozen=True)
class Opinions:
    """What both say of a fixture that is served on this machine."""

    name: str
    report: Report
    official: Official


def both(web: Web, names: list[str], folder: Path, recipient: str | None = None) -> list[Opinions]:
    """Both opinions of many fixtures; the official validator is started once."""
    served = [web.serve(name) for name in names]
    sources = []
    for number, shown in enumerate(served):
        file = folder / f"{number}-{shown.presented.source.rpartition('/')[2]}"
        if shown.presented.content:
            file.write_bytes(shown.presented.content)
        sources.append(str(file) if shown.presented.content else shown.presented.source)
    whose = ["--recipient", recipient] if recipient else []
    ended = subprocess.run(
        [str(environment()), "-I", str(PROGRAM), "--json", *whose, "--", *sources],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode in (0, 1), ended.stderr
    said = json.loads(ended.stdout)
    reports = [judge(shown.presented, shown.get, shown.now, recipient) for shown in served]
    return [Opinions(*each) for each in zip(names, reports, map(answer, said), strict=True)]


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> list[Opinions]:
    """Both opinions of every fixture."""
    names = [*fixtures.names("accept"), *fixtures.names("reject")]
    with serving() as web:
        return both(web, names, tmp_path_factory.mktemp("badges"))


def test_every_difference_is_explained(opinions: list[Opinions]) -> None:
    unexplained = [
        (each.name, difference.what)
        for each in opinions
        for difference in differences(each.report, each.official)
        if difference.why == UNEXPLAINED
    ]
    assert unexplained == []


def test_where_the_verdicts_differ_a_difference_says_why(opinions: list[Opinions]) -> None:
    differing = [each for each in opinions if each.official.valid is not (each.report.verdict is Verdict.VALID)]
    assert differing
    for each in differing:
        sides = {difference.is_ours for difference in differences(each.report, each.official)}
        assert (each.report.verdict is not Verdict.VALID) in sides, each
    accepted = [each.name for each in opinions if each.name.startswith("accept")]
    agreeing = [name for name in accepted if name not in {each.name for each in differing}]
    print(f"{len(opinions)} badges: the verdicts agree on {len(opinions) - len(differing)}, and of {len(accepted)}")
    print(f"that are accepted the official validator accepts {len(agreeing)}")
    assert len(agreeing) > len(accepted) / 2


def test_the_table_says_nothing_that_no_badge_shows(opinions: list[Opinions]) -> None:
    found = [difference for each in opinions for difference in differences(each.report, each.official)]
    blind = {(difference.what, difference.why) for difference in found if difference.is_ours}
    assert {(slug, why) for why, slugs in blindness().items() for slug in slugs} - blind == set()
    assert set(strictness().values()) - {difference.why for difference in found if not difference.is_ours} == set()


@pytest.mark.parametrize("recipient", ["jane@example.com", "Jane@example.com", "joe@example.com"])
def test_both_know_whose_badge_it_is(tmp_path: Path, recipient: str) -> None:
    with serving() as web:
        both_ways = both(web, ["accept/recipient", "accept/plain-recipient", "accept/signed"], tmp_path, recipient)
    for each in both_ways:
        assert each.official.valid is (each.report.verdict is Verdict.VALID) is (recipient == "jane@example.com"), each
        assert differences(each.report, each.official) == []


def test_a_file_that_is_not_there_is_no_verdict(tmp_path: Path) -> None:
    command = [str(environment()), "-I", str(PROGRAM), str(tmp_path / "none.png")]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr == f"{tmp_path / 'none.png'} cannot be read: No such file or directory.\n"
