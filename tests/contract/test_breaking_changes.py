"""openapi.yaml keeps what its released versions promised, and the check that says so sees every kind of break."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract import compatible
from tests.contract.breaking import breaks
from tests.contract.reading import Schema, resolved

Edit = Callable[[Schema], None]
OURS = compatible.read(compatible.CONTRACT)
LIST, ISSUE = "GET /api/v1/certificates", "POST /api/v1/certificates"
LISTING, ISSUING = "paths /api/v1/certificates get", "paths /api/v1/certificates post"
REVOKING = "paths /api/v1/certificates/{code}/revoke post"
CALLBACK = "paths /api/v1/webhooks post callbacks certificateIssued {$request.body#/url} post"
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
ACADEMY: Schema = {"name": "X-Academy", "in": "header", "required": True, "schema": TEXT}


def reference(component: str) -> Schema:
    return {"$ref": f"#/components/{component}"}


def at(document: Schema, place: str) -> tuple[Any, str]:
    """Where an edit is made, and the last step to there; references are followed on the way."""
    steps = place.split(" ")
    found = document if steps[0] in document else document["components"]
    for step in steps[:-1]:
        found = resolved(document, found[step])
    return found, steps[-1]


def put(place: str, to: object) -> Edit:
    def edit(document: Schema) -> None:
        found, last = at(document, place)
        found[last] = copy.deepcopy(to)

    return edit


def drop(place: str) -> Edit:
    def edit(document: Schema) -> None:
        found, last = at(document, place)
        del found[last]

    return edit


def add(place: str, value: object) -> Edit:
    def edit(document: Schema) -> None:
        found, last = at(document, place)
        found[last].append(value)

    return edit


def take(place: str, value: object) -> Edit:
    def edit(document: Schema) -> None:
        found, last = at(document, place)
        found[last].remove(value)

    return edit


def edited(edit: Edit) -> Schema:
    document = copy.deepcopy(OURS)
    edit(document)
    assert document != OURS
    return document


def renamed(document: Schema) -> None:
    schemas = document["components"]["schemas"]
    schemas["WithdrawnFlag"] = schemas.pop("RevokedFlag")
    schemas["RevokedAssertion"]["properties"]["revoked"] = {"$ref": "#/components/schemas/WithdrawnFlag"}


# What a client calls, and what it sends.
REQUESTS: dict[str, tuple[Edit, str]] = {
    "a path gone": (drop("paths /api/v1/claims"), "POST /api/v1/claims: is gone"),
    "a method gone": (drop("paths /api/v1/certificates post"), f"{ISSUE}: is gone"),
    "a server gone": (put("servers", [{"url": "/v1"}]), "server /: is gone"),
    "an operation renamed": (put("paths /api/v1/certificates get operationId", "all"), f"{LIST}: operationId was"),
    "an operation filed elsewhere": (put("paths /api/v1/certificates get tags", ["Courses"]), f"{LIST}: tags was"),
    "a schema renamed": (renamed, "schema RevokedFlag: is gone"),
    "a key where none was": (drop("paths /api/v1/verify/{code} get security"), "those who come with no key"),
    "a second key": (put("security", [{"apiKey": [], "other": []}]), "those who come with apiKey"),
    "another kind of key": (put("securitySchemes apiKey scheme", "basic"), "security scheme apiKey: works in another"),
    "a parameter gone": (take(f"{LISTING} parameters", reference("parameters/Limit")), f"{LIST}, query limit: is gone"),
    "a parameter required": (put("parameters Limit required", to=True), f"{LIST}, query limit: is required now"),
    "a new parameter required": (add(f"{LISTING} parameters", ACADEMY), "header X-Academy: is new and required"),
    "a parameter written otherwise": (put("parameters Limit style", "spaceDelimited"), "limit: is written in another"),
    "a smaller maximum": (put("schemas PageSize maximum", 20), "query limit (PageSize): maximum was 50 and is 20"),
    "another default": (put("schemas PageSize default", 10), "default was 50 and is 10: to leave it out means"),
    "a choice gone": (take("schemas StatusChoice enum", "expired"), "query status (StatusChoice): enum was"),
    "a body required": (put(f"{REVOKING} requestBody required", to=True), "body: is required now"),
    "a body of another kind": (
        drop(f"{ISSUING} requestBody content application/json"),
        "body application/json: is gone",
    ),
    "a member required": (put("schemas RevokeCertificate required", ["reason"]), "reason: is required now"),
    "a member refused": (drop("schemas IssueCertificate properties notify"), "(IssueCertificate).notify: is gone"),
    "a shorter text": (put("schemas PersonName maxLength", 100), "(PersonName): maxLength was 200 and is 100"),
    "a longer text": (put("schemas PersonName minLength", 2), "(PersonName): minLength was 1 and is 2"),
    "another pattern": (put("schemas MailAddress pattern", "^.+@.+$"), "(MailAddress): pattern was"),
    "fewer items": (put("schemas EventChoice maxItems", 2), "(EventChoice): maxItems was 5 and is 2"),
    "fewer values": (put("schemas Notify enum", [True]), "(Notify): enum is new: [true]"),
    "null refused": (drop("schemas CourseDescription nullable"), "(CourseDescription): nullable was true and is gone"),
    "another type sent": (put("schemas Notify type", "string"), '(Notify): type was "boolean" and is "string"'),
    "another format sent": (drop("schemas IssueInstant format"), '(IssueInstant): format was "date-time" and is gone'),
}

# What a client receives: answers, and the requests that are made to its webhooks.
ANSWERS: dict[str, tuple[Edit, str]] = {
    "a status gone": (drop(f"{ISSUING} responses 409"), f"{ISSUE} → 409: is gone"),
    "another success": (put(f"{ISSUING} responses 202", {"description": "Later."}), f"{ISSUE} → 202: is new"),
    "an answer from elsewhere": (put(f"{ISSUING} responses 302", {"description": "There."}), f"{ISSUE} → 302: is new"),
    "an answer of another kind": (drop("responses CertificateVerified content application/json"), "json: is gone"),
    "a header gone": (drop("responses CertificateIssued headers Location"), f"{ISSUE} → 201, header location: is gone"),
    "a header now and then": (put("headers Location required", to=False), "header location: may be missing now"),
    "another type of header": (put("schemas Count type", "string"), '(Count): type was "integer" and is "string"'),
    "a member gone": (drop("schemas VerifiedCourse properties name"), "course (VerifiedCourse).name: is gone"),
    "a member now and then": (
        take("schemas Verification required", "links"),
        "(Verification).links: may be missing now",
    ),
    "null": (put("schemas Instant nullable", to=True), "issued_at (Instant): nullable is new: true"),
    "a new state": (add("schemas Status enum", "suspended"), "status (Status): enum was"),
    "a new code of errors": (add("schemas ErrorCode enum", "teapot"), "code (ErrorCode): enum was"),
    "any text": (drop("schemas DeliveryStatus enum"), "status (DeliveryStatus): enum was"),
    "any code": (drop("schemas Code pattern"), "code (Code): pattern was"),
    "any number": (drop("schemas VersionNumber maximum"), "course_version (VersionNumber): maximum was"),
    "no member at all": (
        drop("schemas Criteria minProperties"),
        "criteria (Criteria): minProperties was 1 and is gone",
    ),
    "more where no more was to come": (
        put("schemas RevokedAssertion properties why", TEXT),
        "why: is new where no more",
    ),
    "anything where no more was to come": (
        drop("schemas RevokedAssertion additionalProperties"),
        "additionalProperties",
    ),
    "another type in a list": (
        put("schemas ErrorDetail properties field", NUMBER),
        "details[] (ErrorDetail).field: type",
    ),
    "a cursor that is parsed": (put("schemas Cursor format", "date-time"), "created_at (Cursor): format is new"),
    "a part now and then": (take("schemas Revocation required", "revoked_at"), "revoked_at: may be missing now"),
    "a webhook gone": (drop("paths /api/v1/webhooks post callbacks certificateIssued"), "certificateIssued: is gone"),
    "no signature": (take(f"{CALLBACK} parameters", reference("parameters/Signature")), "Signature: is gone"),
    "a signature now and then": (put("parameters Signature required", to=False), "may be missing now"),
    "an event without its body": (put(f"{CALLBACK} requestBody required", to=False), "body: may be missing now"),
    "an event's member gone": (drop("schemas EventCertificate properties holder_email"), "holder_email: is gone"),
    "an event's member now and then": (take("schemas CertificateEvent required", "timestamp"), "timestamp: may be"),
    "a new kind of event": (
        add("schemas UsualEventKind enum", "certificate.renewed"),
        "event (UsualEventKind): enum was",
    ),
    "a receiver's answer refused": (drop(f"{CALLBACK} responses 410"), "→ 410: is gone"),
}

HARMLESS: dict[str, Edit] = {
    "a summary": put(f"{LISTING} summary", "All of them"),
    "a description": put("schemas PersonName description", "A name."),
    "a scheme's description": put("securitySchemes apiKey description", "A key."),
    "examples": drop("responses CertificatesListed content application/json examples"),
    "links": drop("responses CertificatesListed links"),
    "deprecation": put(f"{LISTING} deprecated", to=True),
    "a new operation": put("paths /api/v1/labels", {"get": {"operationId": "list_labels", "responses": {}}}),
    "a new parameter": add(f"{LISTING} parameters", {**ACADEMY, "required": False}),
    "a larger maximum": put("schemas PageSize maximum", 100),
    "one more choice": add("schemas StatusChoice enum", "revoked"),
    "a body that may be left out": put(f"{ISSUING} requestBody required", to=False),
    "another kind of body": put(f"{ISSUING} requestBody content application/cbor", {"schema": TEXT}),
    "a new member to send": put("schemas IssueCertificate properties language", TEXT),
    "a member that may be left out": take("schemas CreateCourse required", "name"),
    "any member to send": drop("schemas IssueCertificate additionalProperties"),
    "a longer text": put("schemas PersonName maxLength", 300),
    "any address": drop("schemas MailAddress pattern"),
    "null taken": put("schemas PersonName nullable", to=True),
    "no key needed": put(f"{LISTING} security", []),
    "one more kind of key": put(f"{LISTING} security", [{"apiKey": []}, {"other": []}]),
    "a new error": put(f"{LISTING} responses 418", reference("responses/NotFound")),
    "an answer to those who have it": put(f"{LISTING} responses 304", {"description": "You have it."}),
    "another kind of answer": put("responses CertificateVerified content application/cbor", {"schema": TEXT}),
    "a new header": put("responses CertificateVerified headers X-New", {"schema": TEXT}),
    "a header each time": put("headers X-Request-Id required", to=True),
    "a new member to receive": put("schemas Verification properties language", TEXT),
    "a member each time": add("schemas CertificateLinks required", "renewed_by"),
    "never null": drop("schemas NullableText nullable"),
    "a state that comes no more": take("schemas Status enum", "renewed"),
    "shorter texts to receive": put("schemas AnyText maxLength", 5000),
    "a component written out": put("schemas ClaimEnvelope properties data", OURS["components"]["schemas"]["Claim"]),
    "a new webhook": put("paths /api/v1/webhooks post callbacks renewed", {"{$url}": {"post": {"responses": {}}}}),
    "one more header of events": add(f"{CALLBACK} parameters", {**ACADEMY, "required": False}),
    "one more answer of receivers": put(f"{CALLBACK} responses 404", {"description": "Gone."}),
}


@pytest.mark.parametrize("name", REQUESTS | ANSWERS)
def test_a_break_is_seen(name: str) -> None:
    edit, told = (REQUESTS | ANSWERS)[name]
    found = [str(each) for each in breaks(OURS, edited(edit))]
    assert any(told in each for each in found), found


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_none(name: str) -> None:
    assert breaks(OURS, edited(HARMLESS[name])) == []


def test_what_was_released_still_holds() -> None:
    told = [compatible.report(path, compatible.read(path), OURS) for path in compatible.released(OURS)]
    assert not any(told), "\n\n".join(told)


def test_a_released_contract_is_named_by_its_version() -> None:
    kept = sorted(compatible.RELEASED.glob("*.yaml"))
    assert kept
    assert [path.stem for path in kept] == [compatible.read(path)["info"]["version"] for path in kept]


def test_versions_go_forward_only() -> None:
    newest = max(number(path.stem) for path in compatible.RELEASED.glob("*.yaml"))
    assert number(OURS["info"]["version"]) >= newest


def number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_a_new_major_version_may_break() -> None:
    document = edited(drop("paths /api/v1/claims"))
    assert compatible.released(document)
    document["info"]["version"] = "2.0.0"
    assert compatible.released(document) == []


def test_a_stranger_is_told_what_broke_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "1.0.0.yaml", tmp_path / "openapi.yaml"
    old.write_text(yaml.safe_dump(OURS))
    new.write_text(yaml.safe_dump(edited(put("schemas RevokeCertificate required", ["reason"]))))
    assert compatible.main([str(new), str(old)]) == 1
    told = capsys.readouterr().out
    assert "/revoke, body application/json (RevokeCertificate).reason: is required now" in told
    assert "give openapi.yaml the version 2.0.0" in told
    assert compatible.main([str(old), str(old)]) == 0
