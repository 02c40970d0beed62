"""No document is so made that judging it takes longer than its length deserves."""

import json
import time
from datetime import UTC, datetime

import pytest

from conformance.badges.fetching import MOST_BYTES
from conformance.badges.json_text import parsed
from conformance.badges.judging import judge_url
from conformance.badges.recognising import unbaked
from conformance.badges.web import Answer, Fetched

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ASSERTION = "https://example.org/assertions/1"
ENOUGH = 20.0
"""Seconds for what takes less than three alone; of what this guards against each took minutes, or all memory."""


def seconds_of_cpu(began: float) -> float:
    return time.process_time() - began


def repeated_names() -> str:
    return "{" + ",".join(f'"{number % 45_000}":0' for number in range(90_000)) + "}"


def many_names() -> str:
    return json.dumps({"type": "Assertion"} | {f"n{number}": 0 for number in range(60_000)})


def many_contexts() -> str:
    names = [f"n{number}" for number in range(20_000)]
    return json.dumps({"@context": [{name: "x:y"} for name in names], **{name.upper(): 0 for name in names}})


def one_endorsement_many_times() -> str:
    return json.dumps({"id": ASSERTION, "type": "Endorsement", "issuer": [ASSERTION] * 9_000, "endorsement": ASSERTION})


def endorsed_many_times() -> str:
    return json.dumps({"id": ASSERTION, "type": "Assertion", "badge": ASSERTION, "endorsement": [ASSERTION] * 20_000})


def copied_many_times() -> str:
    copies = [{"id": ASSERTION, "name": "x"}] * 10_000
    return json.dumps({"id": ASSERTION, "type": "Assertion", "endorsement": copies, "name": ["y"] * 50_000})


def a_long_name_above_many() -> str:
    return json.dumps({"x" * 400_000: [{}] * 100_000})


SHAPES = [
    repeated_names,
    many_names,
    many_contexts,
    one_endorsement_many_times,
    endorsed_many_times,
    copied_many_times,
    a_long_name_above_many,
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_document_of_any_shape_is_judged_in_time(shape: object) -> None:
    assert callable(shape)
    body = shape().encode()
    assert 100_000 < len(body) <= MOST_BYTES
    began = time.process_time()
    assert judge_url(ASSERTION, lambda _: Fetched(200, "application/json", body), NOW).findings
    assert seconds_of_cpu(began) < ENOUGH


def test_names_that_stand_twice_are_told_once_each_in_their_order() -> None:
    assert parsed('{"b": 1, "a": 2, "b": 3, "c": {"d": 1, "d": 2, "d": 3}}').repeated == ("d", "b")


def test_a_document_is_parsed_once_for_all_that_lead_to_it() -> None:
    parsings: list[str] = []

    class Body(bytes):
        def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
            parsings.append(encoding)
            return super().decode(encoding, errors)

    def get(url: str) -> Answer:
        names = {"badge": f"{url}/b", "issuer": f"{url}/i", "endorsement": [ASSERTION] * 50}
        return Fetched(200, "application/json", Body(json.dumps({"id": url, **names}).encode()))

    report = judge_url(ASSERTION, get, NOW)
    assert len(report.documents) < len(parsings) + 1 <= 4 * len(report.documents)


@pytest.mark.parametrize("is_deep", [True, False])
def test_namespaces_without_end_are_read_in_time(is_deep: bool) -> None:  # noqa: FBT001  # a parameter of the test
    names = [f'<g xmlns:n{number}="x">' for number in range(20_000)]
    ends = "</g>" * len(names)
    many = "".join(names) + ends if is_deep else "".join(f"{name}</g>" for name in names)
    inner = f'<svg xmlns:o="http://openbadges.org">{many}<o:assertion verify="https://example.org/a"/></svg>'
    began = time.process_time()
    baking = unbaked(inner.encode())
    assert [(each.verify, each.namespace) for each in baking.carried] == [
        ("https://example.org/a", "http://openbadges.org")
    ]
    assert seconds_of_cpu(began) < ENOUGH


def test_a_prefix_means_what_the_nearest_element_says() -> None:
    inner = '<o:assertion verify="a"/>'
    other = f'<g xmlns:o="http://example.org">{inner}</g>'
    found = unbaked(f'<svg xmlns:o="http://openbadges.org">{other}{inner}</svg>'.encode()).carried
    assert [each.namespace for each in found] == ["http://openbadges.org"]
    assert not found[0].is_first
