"""What a generator of clients would stumble over is not in the contract; each of these has stopped one of them.

The generators themselves run by `python -m tests.clients`; this is what they taught, and costs nothing.
"""

import re

from tests.contract.compatible import CONTRACT, read
from tests.contract.reading import Schema

COMPONENTS: Schema = read(CONTRACT)["components"]
OPERATIONS: list[Schema] = [
    operation for path in read(CONTRACT)["paths"].values() for operation in path.values() if "operationId" in operation
]


def snake(name: str) -> str:
    """A type's name as Python names a variable of it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_callbacks_stand_where_they_are_made() -> None:
    """openapi-python-client reads no reference there, and OpenAPI Generator counts a component's parameters twice."""
    made = {name: callback for each in OPERATIONS for name, callback in each.get("callbacks", {}).items()}
    assert made
    assert [name for name, callback in made.items() if "$ref" in callback] == []
    assert "callbacks" not in COMPONENTS


def test_what_a_link_sends_is_a_string() -> None:
    """OpenAPI allows any value, and OpenAPI Generator refuses the document for any other."""
    bodies = {name: link["requestBody"] for name, link in COMPONENTS["links"].items() if "requestBody" in link}
    assert [name for name, body in bodies.items() if not isinstance(body, str)] == []


def test_no_type_has_a_member_of_its_own_name() -> None:
    """openapi-python-client reads both into one variable."""
    schemas = COMPONENTS["schemas"].items()
    assert [name for name, schema in schemas if snake(name) in schema.get("properties", {})] == []


def test_keys_are_described_in_words() -> None:
    """OpenAPI Generator takes any `bearerFormat` for one that it knows, and its client is typed wrongly."""
    assert [name for name, scheme in COMPONENTS["securitySchemes"].items() if "bearerFormat" in scheme] == []
