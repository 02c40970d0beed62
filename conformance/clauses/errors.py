"""Errors: the one shape of all of them, and what is not found, not allowed or in conflict."""

from http import HTTPStatus

from ..answers import Answer
from ..asked import each, issue, page
from ..clause import must
from ..findings import require
from ..known import caller_of
from ..missing import example_body, path_of, unknown_code, unknown_id
from ..refusals import refused
from ..stage import Thing
from ..trial import Trial
from . import errors_bodies, errors_values

NOBODYS_METHOD = "PROPFIND"
"""A registered one (RFC 4918, 9.1) that no API of this kind has, now or later."""
A_BROWSERS = {"Accept": "text/html,application/xhtml+xml"}
NOWHERE = (
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/no-such-path",
    "/api/v2/certificates",
    "/api/v1/certificates/TRC-ZZZ-26-222222/no-such-operation",
    "/api/obi/no-such-document/1",
)
ODD = (
    "/api/v1/%0d%0aSet-Cookie:%20a=b",
    "/api/v1/%00",
    "/api/v1/%ff%fe",
    "/api/v1/..%2f..%2fetc%2fpasswd",
    "/api/v1/courses/%0a",
    "/api/v1/courses/%00",
    "/api/v1/courses/%ff",
    "/api/v1/certificates/%2F",
    "/api/v1/certificates/%F0%9F%8E%93",
    "/api/" + "a" * 5000,
)
IMPOSSIBLE_CODES = (
    "1",
    "no-such-code",
    "TRC-ACA-26-F5N8K",
    "TRC-ACA-26-F5N8K3F5N8K",
    "TRC-ACA-26-0O1ILU",
    "TRC-ACAD-26-F5N8K3",
    "XYZ-ACA-26-F5N8K3",
    "null",
)
IMPOSSIBLE_IDS = (
    "1",
    "no-such-id",
    "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c1",
    "zzzzzzzz-3c1e-4f0b-9a44-0d8a4a8b7c11",
    "null",
)


@must(
    "errors/shape",
    "reference/error-handling/shape",
    "reference/error-handling/statuses",
    "rulings/shapes/error",
    "openapi.yaml#/components/schemas/ErrorResponse",
)
def shape(trial: Trial) -> None:
    """Every error is `{"error": {"message", "code"}}` in application/json, whichever part of the server raises it.

    So it is where no address fits, no method, no key, no media type, no member or no thing, also when a browser asks.
    """
    academy, wrong = trial.academy, {**A_BROWSERS, "Content-Type": "text/plain"}
    _only_an_error(academy.get("/api/v1/no-such-path", headers=A_BROWSERS), "not_found")
    _only_an_error(academy.ask(NOBODYS_METHOD, "/api/v1/courses", headers=A_BROWSERS), "method_not_allowed")
    _only_an_error(trial.public.get("/api/v1/courses", headers=A_BROWSERS), "unauthorized")
    _only_an_error(academy.post("/api/v1/courses", content=b"{}", headers=wrong), "unsupported_media_type")
    _only_an_error(academy.post("/api/v1/courses", json={}, headers=A_BROWSERS), "unprocessable_entity")
    _only_an_error(academy.get(f"/api/v1/courses/{unknown_id()}", headers=A_BROWSERS), "not_found")
    _only_an_error(trial.public.get(f"/api/v1/verify/{unknown_code()}", headers=A_BROWSERS), "not_found")


def _only_an_error(answer: Answer, code: str) -> None:
    answer.expect_error(code)
    require("data" not in answer.json, f"{answer.method} {answer.path}: an error comes with `data` beside it", answer)


@must("errors/unknown-path", "rulings/shapes/not-found", "reference/error-handling/not-found")
def unknown_path(trial: Trial) -> None:
    """An address below /api that the contract does not have is 404, whatever the method."""
    for path in NOWHERE:
        trial.academy.get(path).expect_error("not_found")
    trial.academy.post(NOWHERE[3], json={}).expect_error("not_found")
    trial.academy.delete(NOWHERE[3]).expect_error("not_found")


@must("errors/odd-path", "rulings/shapes/error", "rulings/shapes/impossible")
def odd_path(trial: Trial) -> None:
    """An address of line breaks, NUL, broken UTF-8, slashes in disguise or great length is 404, or 400 where it is no HTTP.

    Either has the shape of an error, although such a request may never get past the server's front.
    """
    for path in ODD:
        answer = trial.academy.get(path)
        if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_URI_TOO_LONG}:
            require(isinstance(answer.member("error.code"), str), f"GET {path}: `error.code` is no text", answer)
            require(isinstance(answer.member("error.message"), str), f"GET {path}: `error.message` is no text", answer)
        else:
            answer.expect_error("not_found")


@must(
    "errors/not-found",
    "reference/error-handling/not-found",
    "rulings/shapes/not-found",
    "openapi.yaml#/components/responses/NotFound",
)
def not_found(trial: Trial) -> None:
    """Every operation on a code or an id that nobody has is 404, with a key and without."""
    for operation in trial.contract.operations.values():
        if "{" in operation.path:
            body = example_body(trial.contract, operation)
            answer = caller_of(trial, operation).ask(operation.method, path_of(operation), **body)
            refused(operation.operation_id, answer, "not_found")


@must(
    "errors/impossible",
    "rulings/shapes/impossible",
    "openapi.yaml#/components/parameters/Code",
    "openapi.yaml#/components/parameters/CourseId",
)
def impossible(trial: Trial) -> None:
    """A code or id in an address that cannot be one is 404 like one that nobody has, and not 422."""
    operations = trial.contract.operations
    for code in IMPOSSIBLE_CODES:
        refused(code, trial.academy.get(f"/api/v1/certificates/{code}"), "not_found")
        refused(code, trial.academy.post(f"/api/v1/certificates/{code}/revoke", json={}), "not_found")
    for nothing in IMPOSSIBLE_IDS:
        for operation in operations.values():
            if "_id}" in operation.path and not operation.is_public:
                path = path_of(operation, course_id=nothing, webhook_id=nothing, delivery_id=nothing)
                body = example_body(trial.contract, operation)
                refused(operation.operation_id, trial.academy.ask(operation.method, path, **body), "not_found")
    for name in ("verify_certificate", "get_assertion", "get_badge_class", "get_badge_image", "get_issuer"):
        ids = {"code": IMPOSSIBLE_CODES[2], "course_id": IMPOSSIBLE_IDS[2], "organization_id": IMPOSSIBLE_IDS[2]}
        refused(name, trial.public.get(path_of(operations[name], **ids)), "not_found")


@must(
    "errors/unknown-course",
    "reference/error-handling/not-found-course",
    "openapi.yaml#/paths/~1api~1v1~1certificates/post",
)
def unknown_course(trial: Trial) -> None:
    """A certificate for a course that does not exist is 404, and 422 where the course's id cannot be one."""
    for course, code in ((unknown_id(), "not_found"), ("no-such-id", "unprocessable_entity")):
        refused(f"the course {course}", issue(trial, Thing(id=course)), code)


@must("errors/method-not-allowed", "rulings/shapes/method-not-allowed", "RFC 9110, 15.5.6", "openapi.yaml#/info")
def method_not_allowed(trial: Trial) -> None:
    """A method that an address does not have is 405, with every method that it has in `Allow`, HEAD beside GET.

    The server may have more methods than the contract, but the one that it refuses is not among them.
    """
    for path, operation in {one.path: one for one in trial.contract.operations.values()}.items():
        methods = trial.contract.methods_of(path)
        answer = caller_of(trial, operation).ask(NOBODYS_METHOD, path_of(operation))
        answer.expect_error("method_not_allowed")
        allowed = {method.strip() for method in answer.header("Allow").split(",")}
        wanted = methods | ({"HEAD"} if "GET" in methods else set())
        lacking = ", ".join(sorted(wanted - allowed))
        told = f"{NOBODYS_METHOD} {path}: `Allow: {answer.header('Allow')}`"
        require(not lacking, f"{told} lacks {lacking}", answer)
        require(NOBODYS_METHOD not in allowed, f"{told} has the method that was refused", answer)


@must("errors/nothing-done", "rulings/shapes/unknown-member", "rulings/shapes/invalid-parameter")
def nothing_done(trial: Trial) -> None:
    """What is refused is not done, not even in part: nothing is created, changed or revoked by a request that is 422."""
    academy, course = trial.academy, trial.stage.new_course(name="Conformance, unharmed")
    own = trial.stage.new_certificate(course, notify=False)
    paths = f"/api/v1/courses/{course['id']}", f"/api/v1/certificates/{own['code']}"
    bodies = {
        paths[0]: ("PATCH", {"name": "Conformance, harmed", "eqf_level": "high"}),
        paths[1]: ("PATCH", {"holder_name": "John Doe", "holder_email": "nobody"}),
        f"{paths[1]}/revoke": ("POST", {"reason": "x" * 501}),
        f"{paths[1]}/renew": ("POST", {"issued_at": "soon"}),
    }
    refused("issuing", issue(trial, course, no_such_member=1))
    for path, (method, body) in bodies.items():
        refused(f"{method} {path}", academy.ask(method, path, json=body))
    for path, before in zip(paths, (course, own), strict=True):
        academy.get(path).expect(200).expect_member("data", dict(before))
    listed = page(trial, course_id=course["id"])
    require(each(listed, "code") == [own["code"]], "a refused request has issued a certificate", listed)


FURTHER = (*errors_bodies.BODIES, *errors_values.VALUES)
