"""Every accepted badge passes; every rejected one is an accepted one with one edit, and fails by its rule and no other."""

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from conformance.badges import fixtures
from conformance.badges.finding import Report, Severity, Verdict
from conformance.badges.fixtures import FOLDER, fixture
from conformance.badges.judging import judge
from conformance.badges.rules import RULES
from conformance.badges.web import Fetched

ACCEPTED, REJECTED = fixtures.names("accept"), fixtures.names("reject")
WEIGHTS = {rule.slug: rule for rule in RULES}


@cache
def judged(name: str) -> Report:
    shown = fixture(name)
    return judge(shown.presented, shown.get, shown.now, shown.recipient)


def written(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_badge_passes(name: str) -> None:
    report = judged(name)
    assert report.broken() == [*fixture(name).broken], report.findings
    assert report.broken(Severity.ERROR) == []
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejected_badge_fails_by_its_rule_alone(name: str) -> None:
    report = judged(name)
    (slug,) = fixture(name).broken
    assert report.broken() == [slug], report.findings
    rule = WEIGHTS[slug]
    weights = {
        Severity.WARNING: Verdict.VALID,
        Severity.ERROR: Verdict.INVALID if rule.decides else Verdict.COULD_NOT_TELL,
    }
    assert report.verdict is weights[rule.severity]


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_said_of_it_is_said_where_it_is(name: str) -> None:
    shown = fixture(name)
    for finding in judged(name).findings:
        assert finding.explanation.endswith((".", "?")), finding
        assert finding.document in (shown.presented.source, *judged(name).documents), finding
        answer = shown.web.get(finding.document)
        if finding.pointer and answer and finding.document != shown.presented.source:
            assert isinstance(answer, Fetched)
            value: Any = json.loads(answer.body)
            for piece in finding.pointer.split("/")[1:-1]:
                value = value[int(piece) if isinstance(value, list) else piece.replace("~1", "/").replace("~0", "~")]
            assert isinstance(value, dict | list), "the place, or what the missing thing would be in, is there"


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejected_badge_is_an_accepted_one_with_one_edit(name: str) -> None:
    what = written(name)
    assert set(what) == {"about", "of", "edit"}
    edit = what["edit"]
    assert edit["op"] in ("add", "remove", "replace")
    assert set(edit) == {"op", "path"} | ({"value"} if edit["op"] != "remove" else set())
    original = fixtures.described(f"accept/{what['of']}")
    assert not original.get("warnings"), "an accepted badge that is not spotless shows nothing"
    assert {**fixtures.edited(original, edit), "about": ""} != {**original, "about": ""}


def test_each_rule_is_shown_by_a_rejected_badge() -> None:
    shown = Counter(name.split("/")[1].split(".")[0] for name in REJECTED)
    assert set(shown) == set(WEIGHTS)
    print(f"{len(ACCEPTED)} accepted, {len(REJECTED)} rejected, {len(RULES)} rules")


def test_each_badge_is_another_and_says_what_it_shows() -> None:
    told = [fixtures.described(name)["about"] for name in (*ACCEPTED, *REJECTED)]
    assert all(about.endswith(".") for about in told)
    spoilt = [json.dumps([written(name)["of"], written(name)["edit"]]) for name in REJECTED]
    assert [each for each, count in Counter(spoilt).items() if count > 1] == []


def test_rules_have_names_of_their_own_and_say_what_they_ask() -> None:
    assert len(WEIGHTS) == len(RULES)
    for rule in RULES:
        assert rule.requirement.endswith("."), rule.slug
        assert rule.slug == rule.slug.lower().strip("-"), rule.slug
        assert rule.source.startswith("Open Badges 2.0, "), rule.slug
