"""Errors: bodies that are too large, of another type, or no JSON object that the contract knows."""

import gzip

from ..answers import Answer
from ..asked import issue
from ..clause import must, should
from ..refusals import names, refused
from ..trial import Trial

COURSES = "/api/v1/courses"
JSON = {"Content-Type": "application/json"}
GOOD = b'{"name": "Conformance"}'
NO_JSON = {
    "nothing at all": b"",
    "blanks": b" \n ",
    "a body that is cut off": b'{"name": "Conformance"',
    "a trailing comma": b'{"name": "Conformance",}',
    "single quotes": b"{'name': 'Conformance'}",
    "a name without quotes": b'{name: "Conformance"}',
    "two values": b'{"name": "Conformance"}{}',
    "a comment": b'{"name": "Conformance" /* that */}',
    "NaN": b'{"name": "Conformance", "eqf_level": NaN}',
    "a line break within a text": b'{"name": "Confor\nmance"}',
    "a form": b"name=Conformance",
}
NO_UTF_8 = {
    "Latin-1": '{"name": "Conformité"}'.encode("latin-1"),
    "UTF-16": '{"name": "Conformance"}'.encode("utf-16"),
    "overlong UTF-8": b'{"name": "Conformance\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"name": "Conformance\xed\xa0\x80"}',
}
NO_OBJECT = {
    "null": b"null",
    "a list": b'[{"name": "Conformance"}]',
    "a text": b'"name"',
    "a number": b"12",
    "true": b"true",
}
OTHER_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/json; charset=latin-1",
)
JUST_TOO_LARGE, LARGE_ENOUGH, MUCH_TOO_LARGE = 66_000, 60_000, 300_000


def _course(trial: Trial, content: bytes) -> Answer:
    return trial.academy.post(COURSES, content=content, headers=JSON)


@must(
    "errors/payload-too-large", "rulings/shapes/payload-too-large", "openapi.yaml#/components/responses/PayloadTooLarge"
)
def payload_too_large(trial: Trial) -> None:
    """A body of more than 64 kB is 413, one of nearly that much is taken, and the server goes on serving."""
    for size in (JUST_TOO_LARGE, MUCH_TOO_LARGE):
        refused(f"a body of {size} bytes", _course(trial, GOOD.ljust(size)), "payload_too_large")
    _course(trial, GOOD.ljust(LARGE_ENOUGH)).expect(201)


@must(
    "errors/unsupported-media-type",
    "rulings/shapes/unsupported-media-type",
    "openapi.yaml#/components/responses/UnsupportedMediaType",
)
def unsupported_media_type(trial: Trial) -> None:
    """A body that says to be something other than JSON in UTF-8, or to be compressed, is 415."""
    for media_type in OTHER_TYPES:
        answer = trial.academy.post(COURSES, content=GOOD, headers={"Content-Type": media_type})
        refused(f"a body of the type {media_type}", answer, "unsupported_media_type")
    compressed = gzip.compress(GOOD)
    answer = trial.academy.post(COURSES, content=compressed, headers={**JSON, "Content-Encoding": "gzip"})
    refused("a compressed body", answer, "unsupported_media_type")


@must("errors/malformed", "rulings/shapes/malformed", "RFC 8259, 2")
def malformed(trial: Trial) -> None:
    """A body that is no JSON text is 422, and so is none where one is needed."""
    for case, content in NO_JSON.items():
        refused(case, _course(trial, content))


@must("errors/not-utf-8", "rulings/shapes/malformed", "RFC 8259, 8.1")
def not_utf_8(trial: Trial) -> None:
    """A body that is not UTF-8 is 422, and nothing in it is guessed."""
    for case, content in NO_UTF_8.items():
        refused(case, _course(trial, content))


@must("errors/not-an-object", "rulings/shapes/invalid-parameter", "openapi.yaml#/components/schemas/CreateCourse")
def not_an_object(trial: Trial) -> None:
    """A body that is JSON and no object is 422, `null` too."""
    for case, content in NO_OBJECT.items():
        refused(case, _course(trial, content))


@must("errors/unknown-member", "rulings/shapes/unknown-member", "openapi.yaml#/components/schemas/IssueCertificate")
def unknown_member(trial: Trial) -> None:
    """A member of a body that the contract does not know is 422, so that no misspelt one is overlooked."""
    valid = f"/api/v1/certificates/{trial.stage.valid['code']}"
    bodies = (
        (COURSES, {"name": "Conformance", "validity_months": 12}),
        (COURSES, {"name": "Conformance", "Name": "Conformance"}),
        (f"{valid}/revoke", {"message": "Issued in error"}),
        (f"{valid}/renew", {"date": "2026-03-15T10:00:00Z"}),
        ("/api/v1/webhooks", {"url": "https://nobody.invalid/truecerta-conformance/", "event": "certificate.issued"}),
    )
    for path, body in bodies:
        refused(f"the member `{list(body)[-1]}`", trial.academy.post(path, json=body))
    refused("the member `name`", trial.academy.patch(valid, json={"name": "John Doe"}))
    issued = issue(trial, trial.stage.course, issue_date="2026-03-15T10:00:00Z")
    refused("the member `issue_date`", issued)


@must(
    "errors/missing-member",
    "reference/error-handling/unprocessable-entity",
    "rulings/shapes/invalid-parameter",
    "rulings/shapes/unprocessable-entity",
    "openapi.yaml#/components/schemas/IssueCertificate",
)
def missing_member(trial: Trial) -> None:
    """A body without a member that has to be there is 422."""
    for name in ("course_id", "holder_name", "holder_email"):
        refused(f"no `{name}`", issue(trial, trial.stage.course, **{name: ...}))
    refused("no `name`", trial.academy.post(COURSES, json={"description": "A course without a name."}))
    refused("no `url`", trial.academy.post("/api/v1/webhooks", json={"description": "Leads nowhere."}))
    refused("no `token`", trial.public.post("/api/v1/claims", json={}))


@should("errors/names-the-field", "openapi.yaml#/components/schemas/ErrorBody")
def names_the_field(trial: Trial) -> None:
    """A 422 names each member or parameter that is wrong, and all of them at once."""
    course = {"name": " ", "eqf_level": 9, "colour": "red"}
    holder = {"course_id": 7, "holder_email": "nobody", "issued_at": "2026-03-15T10:00:00"}
    query = {"limit": "0", "status": "good", "cursor": "next"}
    asked = (
        (refused("a course", trial.academy.post(COURSES, json=course)), list(course)),
        (refused("a certificate", trial.academy.post("/api/v1/certificates", json=holder)), [*holder, "holder_name"]),
        (refused("a list", trial.academy.get("/api/v1/certificates", params=query)), list(query)),
    )
    for answer, wrong in asked:
        if silent := [field for field in wrong if not names(answer, field)]:
            raise answer.not_met(f"it does not say that {', '.join(silent)} is wrong as well")


BODIES = (
    payload_too_large,
    unsupported_media_type,
    malformed,
    not_utf_8,
    not_an_object,
    unknown_member,
    missing_member,
    names_the_field,
)
