"""An operation of the contract and a handler are one to one, and found by one name."""

from typing import Any

import yaml

from tests.architecture.tree import ROOT, public_functions

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = [
    operation for path in CONTRACT["paths"].values() for method, operation in path.items() if method in METHODS
]


def module_of(tag: str) -> str:
    """`Open Badges` is answered by handlers/open_badges.py."""
    return tag.lower().replace(" ", "_")


def test_an_operation_id_names_one_operation() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS]
    assert sorted(ids) == sorted(set(ids))


def test_an_operation_has_one_tag_that_the_contract_declares() -> None:
    declared = [tag["name"] for tag in CONTRACT["tags"]]
    assert [operation["operationId"] for operation in OPERATIONS if len(operation["tags"]) != 1] == []
    assert {operation["tags"][0] for operation in OPERATIONS} == set(declared)


def test_each_operation_has_its_handler_and_each_handler_its_operation() -> None:
    promised = {(module_of(operation["tags"][0]), operation["operationId"]) for operation in OPERATIONS}
    written = {
        (module, function.name)
        for module in {module for module, _ in promised}
        for function in public_functions(ROOT / "handlers" / f"{module}.py")
    }
    assert written == promised


def test_an_operation_answers_each_outcome_with_an_example() -> None:
    unshown = [
        f"{operation['operationId']} {status}"
        for operation in OPERATIONS
        for status, response in operation["responses"].items()
        for body in resolved(response).get("content", {}).values()
        if not ({"example", "examples"} & body.keys())
    ]
    assert unshown == []


def resolved(thing: dict[str, Any]) -> dict[str, Any]:
    """A component where the contract refers to one."""
    while "$ref" in thing:
        _, *steps = thing["$ref"].split("/")
        thing = CONTRACT
        for step in steps:
            thing = thing[step]
    return thing
