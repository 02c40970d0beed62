"""The contract as a document: complete, valid, shown by examples that are true, and alike the domain where both say it."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from handlers.webhooks import OVERLAP_SECONDS
from rules import api_keys, claims, codes, events, signatures, text, webhooks
from rules.errors import Refused
from server import contract
from tests.agreement import CONTRACT, METHODS, fits, resolved

OPERATIONS = {
    operation["operationId"]: operation
    for path in CONTRACT["paths"].values()
    for method, operation in path.items()
    if method in METHODS
}
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
RULED = {
    "list_certificates": ("Certificates", {"200", "401", "422", "429"}),
    "issue_certificate": ("Certificates", {"201", "401", "403", "404", "413", "415", "422", "429"}),
    "get_certificate": ("Certificates", {"200", "401", "404", "429"}),
    "revoke_certificate": ("Certificates", {"200", "401", "404", "413", "415", "422", "429"}),
    "list_courses": ("Courses", {"200", "401", "422", "429"}),
    "update_certificate": ("Certificates", {"200", "401", "404", "409", "413", "415", "422", "429"}),
    "renew_certificate": ("Certificates", {"201", "401", "403", "404", "409", "413", "415", "422", "429"}),
    "resend_claim": ("Certificates", {"202", "401", "404", "409", "422", "429"}),
    "create_course": ("Courses", {"201", "401", "403", "413", "415", "422", "429"}),
    "get_course": ("Courses", {"200", "401", "404", "429"}),
    "update_course": ("Courses", {"200", "401", "404", "413", "415", "422", "429"}),
    "list_webhooks": ("Webhooks", {"200", "401", "429"}),
    "create_webhook": ("Webhooks", {"201", "401", "409", "413", "415", "422", "429"}),
    "get_webhook": ("Webhooks", {"200", "401", "404", "429"}),
    "update_webhook": ("Webhooks", {"200", "401", "404", "413", "415", "422", "429"}),
    "delete_webhook": ("Webhooks", {"204", "401", "404", "429"}),
    "enable_webhook": ("Webhooks", {"200", "401", "404", "422", "429"}),
    "disable_webhook": ("Webhooks", {"200", "401", "404", "422", "429"}),
    "rotate_webhook_secret": ("Webhooks", {"200", "401", "404", "413", "415", "422", "429"}),
    "list_deliveries": ("Webhooks", {"200", "401", "404", "422", "429"}),
    "get_delivery": ("Webhooks", {"200", "401", "404", "429"}),
    "redeliver": ("Webhooks", {"202", "401", "404", "409", "422", "429"}),
    "redeliver_range": ("Webhooks", {"202", "401", "404", "409", "413", "415", "422", "429"}),
    "send_test_webhook": ("Webhooks", {"202", "401", "422", "429"}),
    "list_events": ("Events", {"200", "401", "422", "429"}),
    "claim_certificate": ("Claims", {"200", "409", "410", "413", "415", "422", "429"}),
    "verify_certificate": ("Verification", {"200", "404", "429"}),
    "get_assertion": ("Open Badges", {"200", "404", "410", "429"}),
    "get_badge_class": ("Open Badges", {"200", "404", "429"}),
    "get_issuer": ("Open Badges", {"200", "404", "429"}),
}
line, lines = (partial(rule, field="", longest=10_000) for rule in (text.line, text.lines))
RULES: dict[str, Callable[[str], str]] = {
    "PersonName": line,
    "CourseName": line,
    "NlqfLevel": line,
    "QualificationLabel": line,
    "CourseDescription": lines,
    "CriteriaNarrative": lines,
    "RevocationReason": lines,
    "MailAddress": partial(text.address, field=""),
    "PictureAddress": partial(text.web_address, field=""),
    "CriteriaAddress": partial(text.web_address, field=""),
    "WebhookDescription": lines,
    "ReceiverAddress": partial(webhooks.receiver_url, allow_private=True),
}
LONGEST = {
    "PersonName": 200,
    "CourseName": 200,
    "CourseDescription": 5000,
    "RevocationReason": 500,
    "MailAddress": text.LONGEST_ADDRESS,
    "PictureAddress": text.LONGEST_WEB_ADDRESS,
    "CriteriaAddress": text.LONGEST_WEB_ADDRESS,
    "WebhookDescription": 500,
    "ReceiverAddress": text.LONGEST_WEB_ADDRESS,
}
CALLBACKS: dict[str, Any] = {
    name: path["post"]
    for name, callback in OPERATIONS["create_webhook"]["callbacks"].items()
    for path in resolved(callback).values()
}


def examples() -> Iterator[tuple[str, dict[str, Any], object]]:
    """Each example beside the schema it stands under."""
    for name, operation in [*OPERATIONS.items(), *CALLBACKS.items()]:
        bodies = [("request", operation.get("requestBody", {})), *operation["responses"].items()]
        for place, body in bodies:
            for media_type, content in resolved(body).get("content", {}).items():
                for title, example in content["examples"].items():
                    yield f"{name} {place} {media_type} {title}", content["schema"], resolved(example)["value"]


EXAMPLES = {name: (schema, value) for name, schema, value in examples()}


def test_it_is_valid_openapi() -> None:
    validate(CONTRACT)
    assert CONTRACT["openapi"] == "3.0.3"
    assert contract.document() == CONTRACT


@pytest.mark.parametrize("name", RULED)
def test_every_ruled_operation_is_there_with_the_statuses_it_can_answer(name: str) -> None:
    tag, statuses = RULED[name]
    assert OPERATIONS[name]["tags"] == [tag]
    assert statuses | {"500", "503"} <= set(OPERATIONS[name]["responses"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_in_words_what_it_does(name: str) -> None:
    operation = OPERATIONS[name]
    assert 5 < len(operation["summary"]) < 80
    assert len(operation["description"]) > 30
    for response in operation["responses"].values():
        assert resolved(response)["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_schemas_parameters_and_errors_are_named_components(name: str) -> None:
    operation = OPERATIONS[name]
    path = next(path for path in CONTRACT["paths"].values() if operation in path.values())
    for parameter in operation.get("parameters", []) + path.get("parameters", []):
        assert parameter.keys() == {"$ref"}
    for status, response in operation["responses"].items():
        assert response.keys() == {"$ref"}, status
        for content in resolved(response).get("content", {}).values():
            assert content["schema"].keys() == {"$ref"}
        for header in resolved(response).get("headers", {}).values():
            assert header.keys() == {"$ref"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_true(example: str) -> None:
    schema, value = EXAMPLES[example]
    assert fits(schema, value) == []


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.get("requestBody")])
def test_what_is_sent_knows_no_other_members(name: str) -> None:
    content = OPERATIONS[name]["requestBody"]["content"]
    assert list(content) == ["application/json"]
    schema = resolved(content["application/json"]["schema"])
    assert schema["additionalProperties"] is False


def test_every_post_takes_an_idempotency_key() -> None:
    for path in CONTRACT["paths"].values():
        if "post" in path:
            named = [resolved(parameter)["name"] for parameter in path["post"].get("parameters", [])]
            assert "Idempotency-Key" in named


def test_only_verification_open_badges_and_claims_are_public() -> None:
    public = {name for name, operation in OPERATIONS.items() if operation.get("security") == []}
    tags = {"Verification", "Open Badges", "Claims"}
    assert public == {name for name, each in OPERATIONS.items() if each["tags"][0] in tags}


def test_only_verification_and_open_badges_are_open_to_scripts() -> None:
    for operation in OPERATIONS.values():
        success = next(each for status, each in operation["responses"].items() if status[0] == "2")
        is_open = "Access-Control-Allow-Origin" in resolved(success)["headers"]
        assert is_open == (operation["tags"][0] in {"Verification", "Open Badges"})


def test_each_kind_of_event_has_its_callback() -> None:
    told = {name: resolved(next(iter(body(each)["examples"].values())))["value"] for name, each in CALLBACKS.items()}
    assert {value["event"] for value in told.values()} == set(events.KINDS) == set(SCHEMAS["EventKind"]["enum"])
    assert set(SCHEMAS["CertificateEventKind"]["enum"]) == set(events.CERTIFICATE_KINDS)
    for name, value in told.items():
        family, _, kind = value["event"].partition(".")
        assert name == family + kind.title()


def body(operation: dict[str, Any]) -> dict[str, Any]:
    """What is sent to it."""
    content: dict[str, Any] = operation["requestBody"]["content"]["application/json"]
    return content


def test_the_signatures_shown_are_those_of_the_event_shown() -> None:
    parameters = CONTRACT["components"]["parameters"]
    shown = {each["name"]: each["example"] for each in parameters.values() if each["in"] == "header"}
    examples = CONTRACT["components"]["examples"]
    secret = examples["CreatedWebhook"]["value"]["data"]["secret"]
    sent = json.dumps(examples["IssuedEvent"]["value"], separators=(",", ":")).encode()
    when = datetime.fromtimestamp(int(shown["webhook-timestamp"]), UTC)
    made = signatures.headers(UUID(shown["webhook-id"]), sent, [secret], when)
    assert made == {name: shown[name] for name in made}
    assert shown.keys() - made.keys() == {"Idempotency-Key", "X-TrueCerta-Signature-Previous"}


def test_what_is_said_of_a_secret_and_a_token_is_the_domains() -> None:
    assert re.fullmatch(SCHEMAS["Secret"]["pattern"], signatures.new_secret(bytes(range(32))))
    assert SCHEMAS["ClaimToken"]["pattern"] == claims.PATTERN
    assert SCHEMAS["Overlap"]["default"] == OVERLAP_SECONDS


def takes(rule: Callable[[str], str], written: str) -> bool:
    """Whether the domain takes a text."""
    try:
        rule(written)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("name", RULES)
def test_a_pattern_lets_pass_exactly_what_the_domain_takes(name: str) -> None:
    pattern = re.compile(SCHEMAS[name]["pattern"])

    @settings(max_examples=300, deadline=None)
    @given(st.text() | st.text("ab \t\n\x00\x7f\u200b\u2800@./:-[]0") | st.from_regex(pattern))
    def agree(written: str) -> None:
        if len(written) <= SCHEMAS[name].get("maxLength", len(written)):
            assert bool(pattern.fullmatch(written)) == takes(RULES[name], written)

    agree()


@pytest.mark.parametrize("length", [5, 6, 10, 11])
def test_a_code_is_the_domains(length: int) -> None:
    for code in ("TRC-ABC-26-" + chr(character) * length for character in range(32, 127)):
        assert bool(re.fullmatch(SCHEMAS["Code"]["pattern"], code)) == bool(re.fullmatch(codes.PATTERN, code))
        assert bool(re.fullmatch(SCHEMAS["TypedCode"]["pattern"], code)) == (codes.normalise(code) is not None)


@pytest.mark.parametrize("name", LONGEST)
def test_a_length_is_the_domains(name: str) -> None:
    assert SCHEMAS[name]["maxLength"] == LONGEST[name]


def test_a_cursor_is_no_date_time() -> None:
    for name in ("Cursor", "NullableCursor", "DeliveryCursor", "NullableDeliveryCursor", "FeedCursor"):
        assert "format" not in SCHEMAS[name]
        assert SCHEMAS[name]["pattern"]


def test_every_uuid_has_a_pattern() -> None:
    uuids = [schema for schema in SCHEMAS.values() if schema.get("format") == "uuid"]
    assert uuids
    assert all(schema["pattern"] for schema in uuids)


@pytest.mark.parametrize("kind", ["schemas", "parameters", "headers", "responses", "examples", "links"])
def test_no_component_is_left_over(kind: str) -> None:
    source = contract.source().decode()
    unused = [name for name in CONTRACT["components"][kind] if f"#/components/{kind}/{name}'" not in source]
    assert unused == []


def test_the_key_in_the_scheme_is_the_one_that_is_minted() -> None:
    assert api_keys.MARK in CONTRACT["components"]["securitySchemes"]["apiKey"]["description"]


def test_components_that_other_programs_rely_on_are_there() -> None:
    assert {
        "CreateCourse",
        "IssueCertificate",
        "CourseEnvelope",
        "CertificateEnvelope",
        "Verification",
        "ErrorResponse",
    } <= set(SCHEMAS)
