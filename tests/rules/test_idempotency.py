"""The same request is recognised however it is written, and no other is taken for it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.idempotency import fingerprint

steady = settings(derandomize=True, deadline=None)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text()
bodies = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def reordered(value: object) -> object:
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return [reordered(item) for item in value]
    whole = type(value) is int and abs(value) < 2**53
    return float(value) if whole else value  # type: ignore[arg-type]


@steady
@given(bodies)
def test_writing_does_not_matter(body: object) -> None:
    assert fingerprint("issue", {}, body) == fingerprint("issue", {}, reordered(body))


@steady
@given(bodies, bodies)
def test_values_do(one: object, other: object) -> None:
    same = fingerprint("issue", {}, one) == fingerprint("issue", {}, other)
    if json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True):
        assert same
    if one != other:
        assert not same


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (0, None), ("1", 1), ([], {}), ("é", "e\u0301"), ([1, 2], [2, 1])]
)
def test_near_misses(one: object, other: object) -> None:
    assert fingerprint("issue", {}, one) != fingerprint("issue", {}, other)


def test_operation_and_path_count() -> None:
    prints = {
        fingerprint("issue", {}, None),
        fingerprint("revoke", {}, None),
        fingerprint("revoke", {"code": "a"}, None),
        fingerprint("revoke", {"code": "b"}, None),
    }
    assert len(prints) == 4
