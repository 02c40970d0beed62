"""The contract's links, which Schemathesis walks along."""

from collections.abc import Collection, Iterator
from functools import cache

from .contract import Contract, the_contract


def are_linked(operation_ids: Collection[str]) -> bool:
    """Whether a link leads from one of these operations to one of them.

    >>> are_linked(["issue_certificate", "verify_certificate"]), are_linked(["claim_certificate"])
    (True, False)
    """
    return any(one in operation_ids and other in operation_ids for one, other in links())


@cache
def links() -> frozenset[tuple[str, str]]:
    """From which operation each link leads to which."""
    return frozenset(_links(the_contract()))


def _links(contract: Contract) -> Iterator[tuple[str, str]]:
    for name, operation in contract.operations.items():
        for answer in operation.described["responses"].values():
            for link in contract.resolved(answer).get("links", {}).values():
                yield name, contract.resolved(link)["operationId"]
