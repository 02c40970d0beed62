"""The API reference tells all of the contract: each operation, parameter, status, event, error and schema has its place."""

from collections.abc import Mapping
from html import escape
from typing import Any

import httpx
import pytest

from pages.reference import Contract
from server import contract
from tests.pages.documented import Documented, article, pages
from tests.pages.outline import Outline

CONTRACT = Contract(contract.document())
OPERATIONS = {node["operationId"]: (method, path, node, given) for method, path, node, given in CONTRACT.operations()}
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is read here does not come from the database."""
LANGUAGES = ("curl", "Python", "JavaScript")


@pytest.fixture(scope="module")
def reference(installation: Any) -> dict[str, str]:  # noqa: ANN401  # the fixture's type follows the database
    """Every page, by its path."""
    with httpx.Client(base_url=installation.url, timeout=30, trust_env=False) as web:
        return pages(web)


def page_of(node: Mapping[str, Any]) -> str:
    """Where an operation is told."""
    return "/docs/" + str(node["tags"][0]).lower().replace(" ", "-")


@ONE_DATABASE
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_told_whole(reference: dict[str, str], name: str) -> None:
    method, path, node, given = OPERATIONS[name]
    told = article(reference[page_of(node)], name)
    parameters = [CONTRACT.found(one)["name"] for one in given]
    for said in (method.upper(), escape(path), escape(node["summary"]), *(f"<code>{one}</code>" for one in parameters)):
        assert said in told
    assert [status for status in node["responses"] if f">{status}</span>" not in told] == []
    assert told.count('<th scope="row">') == len(node["responses"])
    samples = Documented(told).samples
    assert {language for group, language in samples if group == f"sample-{name}"} == set(LANGUAGES)


@ONE_DATABASE
def test_every_member_of_every_body_is_told(reference: dict[str, str]) -> None:
    told = reference["/docs/schemas"]
    assert [name for name in CONTRACT.schemas if f'<h2 id="{name}">' not in told] == []
    for name, schema in CONTRACT.schemas.items():
        section = told.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]
        for member in schema.get("properties", {}):
            assert f"<code>{member}</code>" in section
        for choice in schema.get("enum", ()):
            assert choice is None or f"<code>{choice}</code>" in section


@ONE_DATABASE
def test_every_event_is_told_with_its_headers_and_body(reference: dict[str, str]) -> None:
    told = reference["/docs/receiving"]
    callbacks = OPERATIONS["create_webhook"][2]["callbacks"]
    received = [operation["post"] for callback in callbacks.values() for operation in callback.values()]
    assert len(received) == 6
    for event in received:
        example = CONTRACT.found(next(iter(event["requestBody"]["content"]["application/json"]["examples"].values())))
        assert f"<code>{example['value']['event']}</code>" in article(told, event["operationId"])
        for parameter in event["parameters"]:
            assert f"<code>{CONTRACT.found(parameter)['name']}</code>" in told


@ONE_DATABASE
def test_every_error_is_told_with_an_example(reference: dict[str, str]) -> None:
    told = reference["/docs/errors"]
    for _, _, node, _ in OPERATIONS.values():
        for status, answer in node["responses"].items():
            if status.startswith(("4", "5")):
                name = answer["$ref"].rpartition("/")[2]
                assert status in article(told, name)
                assert f"<code>{node['operationId']}</code>" in article(told, name)
                assert Documented(article(told, name)).samples


@ONE_DATABASE
def test_each_link_within_the_reference_arrives(reference: dict[str, str]) -> None:
    read = {path: Documented(html) for path, html in reference.items()}
    for path, page in read.items():
        assert len(page.anchors) == len(set(page.anchors))
        for lead in page.leads:
            target, _, anchor = lead.partition("#")
            if target in read or not target:
                assert not anchor or anchor in read[target or path].anchors, lead


@ONE_DATABASE
def test_pages_are_well_formed_and_bring_nothing_from_elsewhere(reference: dict[str, str]) -> None:
    assert len(reference) == 1 + len(CONTRACT.tags) + 3
    for html in reference.values():
        outline = Outline(html)
        assert outline.open == []
        assert outline.seen.count("h1") == 1
        assert "style" not in outline.seen
        assert ' src="http' not in html
        assert ' style="' not in html


@ONE_DATABASE
def test_a_page_is_sent_compressed_and_not_sent_twice(anyone: httpx.Client) -> None:
    page = anyone.get("/docs/webhooks", headers={"accept-encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert len(page.content) > 5 * int(page.headers["content-length"])
    plain = anyone.get("/docs/webhooks", headers={"accept-encoding": "identity"})
    assert plain.text == page.text
    again = anyone.get("/docs/webhooks", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "default-src 'none'" in page.headers["content-security-policy"]


@ONE_DATABASE
@pytest.mark.parametrize("path", ["/docs/nothing", "/docs//", "/docs/certificates/more"])
def test_no_other_page_is_there(anyone: httpx.Client, path: str) -> None:
    assert anyone.get(path).status_code == 404
