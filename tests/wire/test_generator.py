"""The generator on a contract small enough to read: each kind of schema, and each refusal."""

from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from wire import __main__ as command
from wire.kinds import UnwritableSchemaError
from wire.module import module

ID = {"$ref": "#/components/schemas/Id"}
SCHEMAS: dict[str, Any] = {
    "Order": {
        "type": "object",
        "description": "What somebody wants. And more about it.",
        "required": ["id", "lines"],
        "properties": {
            "id": ID,
            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
            "note": {"type": "string", "nullable": True},
            "sent": {"type": "boolean", "enum": [True]},
        },
    },
    "Line": {
        "type": "object",
        "required": ["@type", "price"],
        "properties": {"@type": ID, "price": {"type": "number"}},
    },
    "Parcel": {
        "description": "An order on its way.",
        "allOf": [
            {"$ref": "#/components/schemas/Order"},
            {"type": "object", "required": ["note"], "properties": {"weight": {"type": "integer"}}},
        ],
    },
    "Id": {"type": "string", "format": "uuid"},
    "State": {"type": "string", "enum": ["open", "closed", None], "nullable": True},
    "Either": {"oneOf": [ID, {"$ref": "#/components/schemas/Line"}]},
    "Free": {"type": "object"},
    "Counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "MaybeId": {"nullable": True, "allOf": [ID]},
    "Anything": {},
}


def contract(schemas: dict[str, Any]) -> dict[str, Any]:
    """A contract of schemas alone."""
    return {"components": {"schemas": schemas}}


def written(schemas: dict[str, Any]) -> dict[str, Any]:
    """The names of the module that the generator writes."""
    names: dict[str, Any] = {"__name__": "written"}
    exec(module(contract(schemas)), names)  # noqa: S102 - the module under test
    return names


def test_an_object_is_a_typed_dict_whose_optional_members_may_be_missing() -> None:
    order = written(SCHEMAS)["Order"]
    assert is_typeddict(order)
    assert order.__required_keys__ == {"id", "lines"}
    assert order.__optional_keys__ == {"note", "sent"}
    assert order.__doc__ == "What somebody wants."


def test_members_have_the_types_of_their_schemas() -> None:
    names = written(SCHEMAS)
    hints = get_type_hints(names["Order"])
    assert hints["id"] is str
    assert get_args(hints["lines"]) == (names["Line"],)
    assert hints["note"] == str | None
    assert get_args(hints["sent"]) == (True,)


def test_a_member_that_is_no_python_name_is_kept() -> None:
    assert get_type_hints(written(SCHEMAS)["Line"]) == {"@type": str, "price": float}


def test_all_of_is_one_object_with_the_members_of_all() -> None:
    parcel = written(SCHEMAS)["Parcel"]
    assert parcel.__required_keys__ == {"id", "lines", "note"}
    assert parcel.__optional_keys__ == {"sent", "weight"}


def test_everything_else_is_an_alias() -> None:
    names = written(SCHEMAS)
    assert get_args(get_args(names["State"])[0]) == ("open", "closed")
    assert get_args(names["Either"]) == (str, names["Line"])
    assert names["Free"] == dict[str, object]
    assert names["Counts"] == dict[str, int]
    assert names["MaybeId"] == str | None
    assert names["Anything"] is object


def test_the_order_of_the_schemas_changes_nothing() -> None:
    assert module(contract(SCHEMAS)) == module(contract(dict(reversed(SCHEMAS.items()))))


@pytest.mark.parametrize(
    ("schemas", "advice"),
    [
        ({"Id": {"type": "string"}, "A": {"properties": {"b": {"type": "object", "properties": {"c": ID}}}}}, "a name"),
        (
            {"A": {"items": {"$ref": "#/components/schemas/B"}}, "B": {"not": {"$ref": "#/components/schemas/A"}}},
            "made of",
        ),
        ({"not-a-name": {"type": "string"}}, "something else"),
        ({"A": {"$ref": "other.yaml#/A"}}, "under #/components/schemas/"),
        ({"A": {"type": "array", "items": {"allOf": [ID, ID]}}, "Id": {"type": "string"}}, "name of its own"),
    ],
)
def test_a_schema_without_a_python_type_is_refused_with_advice(schemas: dict[str, Any], advice: str) -> None:
    with pytest.raises(UnwritableSchemaError, match=advice):
        module(contract(schemas))


def test_a_stale_file_fails_and_tells_how_to_refresh_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target, copy = tmp_path / "openapi.yaml", tmp_path / "schemas.py", tmp_path / "copy.yaml"
    source.write_text("components: {schemas: {Id: {type: string}}}")
    options = ["--contract", str(source), "--to", str(target), "--copy-to", str(copy)]
    assert command.main([*options, "--check"]) == 1
    assert "./dev wire" in capsys.readouterr().err
    assert command.main(options) == 0
    assert command.main([*options, "--check"]) == 0
    source.write_text("components: {schemas: {Id: {type: integer}}}")
    assert command.main([*options, "--check"]) == 1
    assert command.main(options) == 0
    assert copy.read_bytes() == source.read_bytes()
    copy.write_text("components: {}")
    assert command.main([*options, "--check"]) == 1
    assert "copy.yaml" in capsys.readouterr().err
