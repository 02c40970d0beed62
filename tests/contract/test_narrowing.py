"""What passes as compatible is: every value of a small world that was taken still is, says a validator."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs import Draft4Validator

from tests.contract.narrowing import Direction, Schemas
from tests.contract.reading import Schema, json_schema

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
TEXTS, NUMBERS = ["", "a", "b", "ab", "abb"], [0, 1, 2, 3]
ATOMS = [None, True, 1.5, *TEXTS, *NUMBERS]
WORLD: list[Any] = [
    *ATOMS,
    *([one] for one in ATOMS),
    *([one, other] for one, other in product(NUMBERS, repeat=2)),
    [0, 1, 2],
    {},
    *({name: one} for name in "abc" for one in ATOMS),
    *({"a": one, "b": other} for one, other in product(ATOMS, repeat=2)),
    *({"a": one, "b": 1, "c": other} for one, other in product(TEXTS, ATOMS)),
]


def typed(kind: str, **keywords: SearchStrategy[Any]) -> SearchStrategy[Schema]:
    """Schemas of one type with any of these keywords, with null or without."""
    some = st.fixed_dictionaries({}, optional={"nullable": st.booleans(), **keywords})
    return some.map(lambda schema: {"type": kind, **schema})


BOUND = st.integers(0, 3)
STRING = typed(
    "string",
    minLength=BOUND,
    maxLength=BOUND,
    pattern=st.sampled_from(["^a", "b$"]),
    enum=st.lists(st.sampled_from(TEXTS), min_size=1, unique=True),
)
INTEGER = typed("integer", minimum=BOUND, maximum=BOUND, multipleOf=st.integers(1, 2))
LIST = typed("array", items=INTEGER, minItems=BOUND, maxItems=BOUND, uniqueItems=st.booleans())
OBJECT = typed(
    "object",
    # Both, each time: that an open object gets one more member is harmless by a rule of its own, not by its values.
    properties=st.fixed_dictionaries({"a": STRING, "b": INTEGER}),
    required=st.sampled_from([["a"], ["b"], ["a", "b"]]),
    additionalProperties=st.one_of(st.booleans(), STRING),
    minProperties=BOUND,
).map(lambda schema: {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, **schema})
COMBINED = st.builds(
    lambda word, parts: {word: parts},
    st.sampled_from(["oneOf", "anyOf", "allOf"]),
    st.lists(st.one_of(STRING, INTEGER), min_size=1, max_size=2),
)


@st.composite
def pairs(draw: DrawFn) -> tuple[Schema, Schema]:
    """A schema, and itself with a few keywords of another of its kind, or without them."""
    kind = draw(st.sampled_from([STRING, INTEGER, LIST, OBJECT, COMBINED]))
    old, other = draw(kind), draw(kind)
    words = sorted((old.keys() | other.keys()) - {"type"})
    new = dict(old)
    for word in draw(st.lists(st.sampled_from(words or ["type"]), min_size=1, max_size=2, unique=True)):
        if word in other:
            new[word] = other[word]
        else:
            new.pop(word, None)
    return old, new


def compare(old: Schema, new: Schema, direction: Direction) -> list[str]:
    """What breaks between two schemas, in words."""
    return [str(each) for each in Schemas({}, {}).breaks(old, new, direction, "it")]


@given(pairs())
def test_what_was_right_to_send_is_still_taken(pair: tuple[Schema, Schema]) -> None:
    old, new = pair
    if not compare(old, new, SENT):
        before, now = (Draft4Validator(json_schema(schema)) for schema in pair)
        assert [value for value in WORLD if before.is_valid(value) and not now.is_valid(value)] == []


@given(pairs())
def test_what_comes_is_what_clients_were_told_of(pair: tuple[Schema, Schema]) -> None:
    old, new = pair
    if not compare(old, new, RECEIVED):
        before, now = (Draft4Validator(json_schema(schema)) for schema in pair)
        assert [value for value in WORLD if now.is_valid(value) and not before.is_valid(value)] == []


@given(pairs())
def test_what_is_harmless_one_way_is_judged_alike_the_other_way_round(pair: tuple[Schema, Schema]) -> None:
    old, new = pair
    assert bool(compare(old, new, SENT)) == bool(compare(new, old, RECEIVED))


OPEN: Schema = {"type": "object", "properties": {"a": {"type": "string"}}}
WITH_B: Schema = {"type": "object", "properties": {**OPEN["properties"], "b": {"type": "integer"}}}
CLOSED: Schema = {**OPEN, "additionalProperties": False}
OF_TEXTS: Schema = {**OPEN, "additionalProperties": {"type": "string"}}
FROM_0: Schema = {"type": "integer", "minimum": 0}
ABOVE_0: Schema = {"type": "integer", "minimum": 0, "exclusiveMinimum": True}
ONE, OTHER = ({"type": "string", "pattern": pattern} for pattern in ("^(a|b)+$", "^[ab]+$"))


@pytest.mark.parametrize(
    ("old", "new", "direction", "told"),
    [
        (
            OPEN,
            CLOSED,
            SENT,
            ["it: additionalProperties is new: false: clients that were right to send it are refused"],
        ),
        (OPEN, CLOSED, RECEIVED, []),
        (CLOSED, OF_TEXTS, RECEIVED, ["it: additionalProperties was false and is"]),
        (OPEN, WITH_B, SENT, []),
        (OPEN, WITH_B, RECEIVED, []),
        (OF_TEXTS, WITH_B, SENT, ['it.b: type was "string" and is "integer"']),
        (FROM_0, ABOVE_0, SENT, ["it: exclusiveMinimum is new: true: clients that were right to send it are refused"]),
        (FROM_0, ABOVE_0, RECEIVED, []),
        # Alike, but nobody can tell that of all patterns: to be safe, they break both ways.
        (ONE, OTHER, SENT, ["it: pattern was"]),
        (ONE, OTHER, RECEIVED, ["it: pattern was"]),
    ],
)
def test_what_is_told(old: Schema, new: Schema, direction: Direction, told: list[str]) -> None:
    found = compare(old, new, direction)
    assert len(found) == len(told)
    assert all(each.startswith(beginning) for each, beginning in zip(found, told, strict=True)), found


def tree(leaf: Schema) -> Schema:
    """A contract's components with a schema that holds itself, and one that is made of it."""
    node = {"type": "object", "properties": {"leaf": leaf, "left": {"$ref": "#/components/schemas/Node"}}}
    either = {"oneOf": [{"$ref": "#/components/schemas/Node"}, {"type": "string"}]}
    return {"components": {"schemas": {"Node": node, "Either": either}}}


def test_a_schema_within_itself_is_told_of_once() -> None:
    old, new = tree({"type": "string"}), tree({"type": "string", "maxLength": 5})
    for name, place in (("Node", "it (Node).leaf: maxLength"), ("Either", "it (Either): oneOf was")):
        here = {"$ref": f"#/components/schemas/{name}"}
        assert list(Schemas(old, old).breaks(here, here, SENT, "it")) == []
        (found,) = Schemas(old, new).breaks(here, here, SENT, "it")
        assert str(found).startswith(place)


def test_a_pair_of_components_is_told_of_where_it_is_met_first() -> None:
    old, new = ({"components": {"schemas": {"Name": name}}} for name in ({"type": "string"}, {"type": "integer"}))
    two = {"type": "object", "properties": {name: {"$ref": "#/components/schemas/Name"} for name in "ab"}}
    assert [each.where for each in Schemas(old, new).breaks(two, two, RECEIVED, "it")] == ["it.a (Name)"]
