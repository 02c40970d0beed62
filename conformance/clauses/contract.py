"""Contract: what openapi.yaml lists is there, and what all of its operations have in common."""

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from yaml import YAMLError

from .. import fuzzing
from ..asking import Caller
from ..clause import must, should
from ..contract import COPY, Contract, Operation
from ..findings import NotPossible, require
from ..known import caller_of, ids_of
from ..missing import path_of
from ..sent import NOWHERE
from ..trial import Trial
from . import contract_http, contract_text

if TYPE_CHECKING:
    from ..answers import Answer

TOO_LONG_A_KEY = {"Idempotency-Key": "k" * 256}
LISTS = ("list_deliveries", "list_certificates", "list_courses", "list_webhooks", "list_events")
"""Deliveries come first: for there to be one, all the others have something to list."""
RELIED_ON = {
    "CreateCourse",
    "IssueCertificate",
    "CourseEnvelope",
    "CertificateEnvelope",
    "Verification",
    "ErrorResponse",
}
"""Schemas whose names stay."""
NEEDS_A_CLAIM = "get_assertion"
"""Without a claimed certificate its answer does not differ from that of an address that is not there."""


@must(
    "contract/operations",
    "openapi.yaml#/paths",
    "reference/authentication/base",
    "reference/authentication/whole-organization",
    "rulings/names-in-the-contract/webhook",
    "rulings/names-in-the-contract/resend-claim",
    "rulings/names-in-the-contract/claims",
)
def operations(trial: Trial) -> None:
    """Every operation of the contract stands at its address: asked about a thing that exists, it says neither 404 nor 405.

    One key opens all that ask for a key. What would change something is asked with a mistake in it, and answers 422.
    """
    own = trial.stage.new_endpoint("gone", f"{NOWHERE}gone")
    for operation in trial.contract.operations.values():
        if operation.operation_id == NEEDS_A_CLAIM:
            continue
        ids = {"webhook_id": str(own["id"])} if operation.method == "DELETE" else ids_of(trial, operation)
        answer = _asked_wrongly(caller_of(trial, operation), operation, ids)
        # A test of webhooks may have used up its five a minute, and is there all the same.
        answer.expect({"GET": 200, "DELETE": 204}.get(operation.method, 422), 429)


def _asked_wrongly(caller: Caller, operation: Operation, ids: dict[str, str]) -> "Answer":
    path = path_of(operation, **ids)
    if "requestBody" in operation.described:
        return caller.ask(operation.method, path, json={"no_such_member": 1})
    mistake = TOO_LONG_A_KEY if operation.method == "POST" else {}
    return caller.ask(operation.method, path, headers=mistake)


@should("contract/document", "openapi.yaml#/info")
def document(trial: Trial) -> None:
    """The server serves the contract at /openapi.yaml: the bytes that this suite judges it by."""
    answer = trial.public.get("/openapi.yaml").expect(200)
    require(answer.body == COPY.read_bytes(), "GET /openapi.yaml: it is another contract than the suite's", answer)


@must(
    "contract/names",
    "rulings/names-in-the-contract/operation-ids",
    "rulings/names-in-the-contract/components",
    "openapi.yaml#/components/schemas",
)
def names(trial: Trial) -> None:
    """A contract that the server serves at /openapi.yaml has every operation under its name, and what programs rely on.

    It may have more of both.
    """
    answer = trial.public.get("/openapi.yaml")
    if answer.status != HTTPStatus.OK:
        raise NotPossible("the server serves no contract at /openapi.yaml")
    try:
        served = Contract(answer.body.decode())
        operations, schemas = set(served.operations), set(served.document["components"]["schemas"])
    except (ValueError, YAMLError, RecursionError, AttributeError, KeyError, TypeError) as fault:
        raise answer.not_met("it is no contract that can be read") from fault
    lacking = [*(set(trial.contract.operations) - operations), *(RELIED_ON - schemas)]
    require(not lacking, f"GET /openapi.yaml: it lacks {', '.join(sorted(lacking))}", answer)


@must("contract/head", "rulings/shapes/head", "RFC 9110, 9.3.2")
def head(trial: Trial) -> None:
    """HEAD is answered wherever GET is, with the status and the media type of GET."""
    for operation in trial.contract.operations.values():
        if operation.method == "GET":
            caller, path = caller_of(trial, operation), path_of(operation, **ids_of(trial, operation))
            whole, only_head = caller.get(path), caller.ask("HEAD", path)
            only_head.expect(whole.status)
            if only_head.media_type != whole.media_type:
                raise only_head.not_met(f"HEAD says {only_head.media_type or 'no media type'}, GET {whole.media_type}")


@must(
    "contract/created",
    "rulings/shapes/created",
    "rulings/names-in-the-contract/webhooks",
    "rulings/names-in-the-contract/renew",
    "openapi.yaml#/components/headers/Location",
)
def created(trial: Trial) -> None:
    """Creating answers 201 with the thing, and a Location under which the same thing can be read.

    So it is for courses, certificates, renewals and endpoints; an endpoint comes with its secret.
    """
    academy, stage = trial.academy, trial.stage
    holder = {"holder_name": "Jane Doe", "holder_email": stage.email(), "notify": False}
    course = academy.post("/api/v1/courses", json={"name": "Conformance, created"})
    _leads_there(academy, course)
    certificate = academy.post("/api/v1/certificates", json={"course_id": course.member("data.id"), **holder})
    _leads_there(academy, certificate)
    code = certificate.member("data.code")
    _leads_there(academy, academy.post(f"/api/v1/certificates/{code}/renew", json={"notify": False}))
    endpoint = academy.post("/api/v1/webhooks", json={"url": f"{NOWHERE}created"})
    _leads_there(academy, endpoint)
    require(endpoint.member("data.secret"), "POST /api/v1/webhooks: the secret is empty", endpoint)


def _leads_there(academy: Caller, made: "Answer") -> None:
    made.expect(201)
    told = urlsplit(made.header("Location"))
    read = academy.get(told.path)
    require(read.status == 200, f"{made.method} {made.path}: its Location {told.path} answers {read.status}", made)
    read.expect_member("data.id", made.member("data.id"))


@must(
    "contract/one-thing",
    "rulings/shapes/one-thing",
    "openapi.yaml#/components/schemas/CertificateEnvelope",
    "openapi.yaml#/components/schemas/CourseEnvelope",
)
def one_thing(trial: Trial) -> None:
    """One certificate, course, endpoint or delivery is `{"data": {…}}`, with every member that the contract lists."""
    for name in ("get_certificate", "get_course", "get_webhook", "get_delivery"):
        operation = trial.contract.operations[name]
        known = ids_of(trial, operation)
        answer = trial.academy.get(path_of(operation, **known)).expect(200).expect_described()
        key = list(known)[-1]
        answer.expect_member("data.code" if key == "code" else "data.id", known[key])


@must("contract/lists", "rulings/shapes/list", "openapi.yaml#/components/schemas/Pagination")
def lists(trial: Trial) -> None:
    """Every list is answered as `data`, an array, and `pagination` with `cursor` and `has_more`."""
    for name in LISTS:
        operation = trial.contract.operations[name]
        path = path_of(operation, **ids_of(trial, operation))
        answer = trial.academy.get(path).expect(200).expect_described()
        require(answer.member("data"), f"GET {path}: it is empty, and there is at least one to be listed", answer)


@must(
    "contract/no-envelope",
    "rulings/shapes/public-shapes",
    "openapi.yaml#/components/schemas/Verification",
    "openapi.yaml#/components/schemas/BadgeClass",
    "openapi.yaml#/components/schemas/Profile",
)
def no_envelope(trial: Trial) -> None:
    """Verification and badge documents are the object itself, not `{"data": …}`."""
    for name in ("verify_certificate", "get_badge_class", "get_issuer"):
        operation = trial.contract.operations[name]
        answer = trial.public.get(path_of(operation, **ids_of(trial, operation))).expect(200)
        is_bare = isinstance(answer.json, dict) and "data" not in answer.json
        require(is_bare, f"GET {answer.path}: it is no object, or wrapped in `data`", answer)


FURTHER = (*contract_http.HTTP, *contract_text.TEXT)
FUZZED = fuzzing.FUZZED
