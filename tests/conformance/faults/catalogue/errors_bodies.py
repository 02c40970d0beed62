"""Faults of taking what has to be refused: bodies that are no JSON, or not of the members that the contract has."""

import gzip
import json

from conformance.contract import the_contract
from tests.conformance.faults.breaking import (
    EVERY,
    Condition,
    Edit,
    Seen,
    answers,
    asks,
    body,
    carries,
    drop,
    error,
    forgiving,
    header,
    lacks,
    put,
    unprocessable,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Json, Message

COURSE = "create_course"
WRITING = "issue_certificate update_certificate revoke_certificate renew_certificate create_webhook"
SMALL, LARGE = 32_000, 100_000


def is_larger_than(size: int) -> Condition:
    """The request's body is of more bytes than this."""
    return lambda seen: len(seen.request.body) > size


def known_members(message: Message, seen: Seen) -> None:
    """Members that the contract does not have are overlooked."""
    described = the_contract().operations[seen.request.operation].described["requestBody"]
    schema = the_contract().resolved(described["content"]["application/json"]["schema"])
    if isinstance(message.json, dict):
        message.json = {name: value for name, value in message.json.items() if name in schema["properties"]}


def in_any_letters(message: Message, _seen: Seen) -> None:
    """The names of members are read in any letters."""
    if isinstance(message.json, dict):
        message.json = {name.lower(): value for name, value in message.json.items()}


def read_as(encoding: str) -> Edit:
    """The body is read in another encoding."""
    return body(lambda content: json.dumps({"name": content.decode(encoding, "replace")[:50]}).encode())


def is_text(seen: Seen) -> bool:
    """The body is UTF-8, and no JSON."""
    try:
        return bool(seen.request.body.decode().strip()) and seen.request.json is None and seen.request.body != b"null"
    except UnicodeDecodeError:
        return False


def is_no_text(seen: Seen) -> bool:
    """The body is not UTF-8."""
    try:
        seen.request.body.decode()
    except UnicodeDecodeError:
        return True
    return False


def is_no_object(seen: Seen) -> bool:
    """The body is JSON, and no object."""
    try:
        return not isinstance(json.loads(seen.request.body), dict)
    except ValueError:
        return False


def named(*names: str) -> Edit:
    """Members that are missing are made up."""

    def edit(message: Message, _seen: Seen) -> None:
        if isinstance(message.json, dict):
            message.json = {**dict.fromkeys(names, "Unknown"), **message.json}

    return edit


SOMETHING = body(lambda _content: b'{"name":"Unknown"}')
JSON = header("Content-Type", "application/json")

FAULTS = (
    fault("large-taken", "A body of 66,000 bytes is taken.", "errors", asks(COURSE, body(bytes.strip))),
    fault(
        "large-refused-as-invalid",
        "A body that is too large is 422.",
        "errors",
        answers(EVERY, unprocessable, status=413),
    ),
    fault(
        "large-limit-too-small",
        "A body of 60,000 bytes is too large.",
        "errors",
        answers(COURSE, error(413, "payload_too_large"), when=is_larger_than(SMALL)),
    ),
    fault(
        "very-large-crashes",
        "A body of 300,000 bytes is answered 500.",
        "errors",
        answers(COURSE, error(500, "internal_error"), when=is_larger_than(LARGE)),
    ),
    fault(
        "any-media-type-taken",
        "A body of any media type is read as JSON.",
        "errors",
        asks(EVERY, JSON, when=carries("Content-Type", "text/plain", "xml")),
    ),
    fault(
        "form-taken",
        "A form's media type is read as JSON.",
        "errors",
        asks(EVERY, JSON, when=carries("Content-Type", "form")),
    ),
    fault(
        "charset-not-looked-at",
        "The charset of a body is not looked at.",
        "errors",
        asks(EVERY, JSON, when=carries("Content-Type", "latin-1")),
    ),
    fault(
        "compressed-taken",
        "A compressed body is taken.",
        "errors",
        asks(COURSE, body(gzip.decompress), header("Content-Encoding", None), when=carries("Content-Encoding", "gzip")),
    ),
    fault(
        "media-type-unprocessable",
        "A body of another media type is 422.",
        "errors",
        answers(EVERY, unprocessable, status=415),
    ),
    fault(
        "nearly-json-taken",
        "A body that is nearly JSON is taken.",
        "errors",
        forgiving(COURSE, SOMETHING, when=is_text),
    ),
    fault(
        "not-a-number-taken",
        "NaN is taken for null.",
        "errors",
        forgiving(
            COURSE,
            body(lambda content: content.replace(b"NaN", b"null")),
            when=lambda seen: b"NaN" in seen.request.body,
        ),
    ),
    fault(
        "malformed-crashes",
        "A body that is no JSON is answered 500.",
        "errors",
        answers(COURSE, error(500, "internal_error"), status=422, when=is_text),
    ),
    fault(
        "malformed-is-a-bad-request",
        "A body that is no JSON is 400.",
        "errors",
        answers(COURSE, error(400, "bad_request"), status=422, when=is_text),
    ),
    fault(
        "latin-taken", "A body in Latin-1 is taken.", "errors", forgiving(COURSE, read_as("latin-1"), when=is_no_text)
    ),
    fault(
        "utf-8-mended",
        "What is no UTF-8 in a body is replaced.",
        "errors",
        forgiving(COURSE, body(lambda content: content.decode("utf-8", "replace").encode()), when=is_no_text),
    ),
    fault(
        "null-is-an-empty-body",
        "A body of null is taken for one with nothing in it.",
        "errors",
        forgiving(COURSE, SOMETHING, when=lambda seen: seen.request.body == b"null"),
    ),
    fault(
        "no-object-crashes",
        "A body that is a list is answered 500.",
        "errors",
        answers(COURSE, error(500, "internal_error"), when=is_no_object),
    ),
    fault(
        "unknown-member-overlooked",
        "Members that the contract does not know are overlooked.",
        "errors certificates courses contract",
        forgiving(f"{COURSE} {WRITING}", known_members),
    ),
    fault("members-in-any-letters", "Members are known in any letters.", "errors", forgiving(COURSE, in_any_letters)),
    fault(
        "holder-made-up",
        "A holder's name that is missing is made up.",
        "errors certificates",
        forgiving("issue_certificate", named("holder_name")),
    ),
    fault(
        "course-named-by-itself",
        "A course without a name is named.",
        "errors courses cors",
        forgiving(COURSE, named("name")),
    ),
    fault(
        "token-missing-not-found",
        "A claim without a token is 404.",
        "errors claims contract",
        answers("claim_certificate", error(404, "not_found"), status=422, when=lacks("token")),
    ),
    fault(
        "silent-about-the-field",
        "A refusal does not say which member is wrong.",
        "errors",
        answers(EVERY, drop("error.details"), put("error.message", "Wrong."), status=422),
    ),
    fault(
        "one-field-at-a-time",
        "A refusal names the first member that is wrong, and no other.",
        "errors",
        answers(EVERY, put("error.message", "Wrong."), lambda reply, _seen: _first_alone(reply), status=422),
    ),
)


def _first_alone(reply: Message) -> None:
    told: Json = reply.json
    if isinstance(told, dict) and told.get("error", {}).get("details"):
        told["error"]["details"] = told["error"]["details"][:1]
        reply.json = told
