"""The contract with its references followed, each remembered by the name of the component that it leads to."""

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


class Contract:
    """An OpenAPI 3.0 document whose every reference is to a component of its own."""

    def __init__(self, document: Node) -> None:
        self.info: Node = document["info"]
        self.tags: list[Node] = document["tags"]
        self.schemas: Node = document["components"]["schemas"]
        self._document = document

    def found(self, node: Node) -> Node:
        """What a node says, or what the component says that it refers to.

        >>> contract = Contract({"info": {}, "tags": [], "components": {"schemas": {"Id": {"type": "string"}}}})
        >>> contract.found({"$ref": "#/components/schemas/Id"})
        {'type': 'string'}
        """
        while "$ref" in node:
            _, section, name = node["$ref"].removeprefix("#/").split("/")
            node = self._document["components"][section][name]
        return node

    def operations(self) -> Iterator[tuple[str, str, Node, list[Node]]]:
        """Method, path, operation and parameters of each, in the order of the document."""
        for path, entry in self._document["paths"].items():
            for method in METHODS:
                if method in entry:
                    yield (
                        method,
                        path,
                        entry[method],
                        [*entry.get("parameters", ()), *entry[method].get("parameters", ())],
                    )

    def shared_answers(self) -> Node:
        """The responses that operations share, by name."""
        return dict(self._document["components"]["responses"])


def name_of(node: Node) -> str:
    """The name of the component that a node refers to; empty where it refers to none.

    >>> name_of({"$ref": "#/components/schemas/Id"}), name_of({"type": "string"})
    ('Id', '')
    """
    return str(node.get("$ref", "")).rpartition("/")[2]
