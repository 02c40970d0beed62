"""Errors: members of bodies and parameters of queries whose value is not one that the contract takes."""

import json
from typing import Any

from ..clause import must
from ..refusals import refused
from ..sent import NOWHERE, sent_events
from ..trial import Trial

COURSES, CERTIFICATES = "/api/v1/courses", "/api/v1/certificates"
BLANK = ("", " ", "\u00a0", "\u3000 \u2003", "\u200b")
CONTROLS = ("\x00", "\x07", "\x1b[1m", "\x7f", "\x85")
BREAKS = ("\n", "\r\n", "\t")
HALVES = ("\ud83c", "\udf93", "\udf93\ud83c")
"""Of the surrogate pair that stands for a mortarboard, and the pair the wrong way round."""
OF_ANOTHER_TYPE: dict[str, tuple[Any, ...]] = {
    "name": (None, 1, True, ["Conformance"], {"en": "Conformance"}),
    "description": (1, False, ["All of it"]),
    "validity_period_months": ("12", 12.5, True, [12]),
    "eqf_level": ("5", 5.5),
    "nlqf_level": (5,),
}
OF_ANOTHER_TYPE_TO_ISSUE: dict[str, tuple[Any, ...]] = {
    "course_id": (None, 7, ["6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11"]),
    "holder_name": (None, 7, ["Jane Doe"], {"first": "Jane"}),
    "holder_email": (None, 7, ["jane@example.com"]),
    "issued_at": (1_773_568_800, True, ["2026-03-15T10:00:00Z"]),
    "notify": ("no", 0),
}
NO_ADDRESSES = (
    "jane",
    "@example.com",
    "jane@",
    "jane doe@example.com",
    "jane@@example.com",
    "Jane <jane@example.com>",
    "jane@example.com, joe.example.com@example.com",  # whatever is made of it, it reaches nobody
)
NO_INSTANTS = (
    "2026-03-15",
    "2026-03-15T10:00:00",
    "2026-03-15T10:00:00.123456",
    "today",
    "",
    "2026-02-30T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-03-15T25:00:00Z",
    "2026-03-15T10:00:00+25:00",
    "15.03.2026 10:00",
)
QUERIES: dict[str, tuple[tuple[str, str], ...]] = {
    CERTIFICATES: (
        ("limit", "0"),
        ("limit", "51"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("status", "revoked"),
        ("status", "VALID"),
        ("course_id", "no-such-id"),
        ("cursor", "next"),
        ("cursor", "2026-03-15"),
    ),
    COURSES: (("limit", "0"), ("limit", "51"), ("cursor", "next")),
    "/api/v1/events": (("limit", "51"), ("event", "certificate.lost"), ("cursor", "next")),
}
VERSIONS = ("0", "-1", "first", "1.5")


class _Wrong:
    """Requests that are right but for one member."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._certificate = f"{CERTIFICATES}/{trial.stage.valid['code']}"
        self._holder = {
            "course_id": trial.stage.course["id"],
            "holder_name": "Jane Doe",
            "holder_email": trial.stage.email(),
            "notify": False,
        }

    def course(self, member: str, value: Any) -> None:  # noqa: ANN401  # any JSON value
        self._refused("POST", COURSES, {"name": "Conformance", member: value}, member)

    def certificate(self, member: str, value: Any) -> None:  # noqa: ANN401
        self._refused("POST", CERTIFICATES, {**self._holder, member: value}, member)

    def correction(self, member: str, value: Any) -> None:  # noqa: ANN401
        self._refused("PATCH", self._certificate, {"notify": False, member: value}, member)

    def revocation(self, member: str, value: Any) -> None:  # noqa: ANN401
        self._refused("POST", f"{self._certificate}/revoke", {member: value}, member)

    def renewal(self, member: str, value: Any) -> None:  # noqa: ANN401
        self._refused("POST", f"{self._certificate}/renew", {"notify": False, member: value}, member)

    def _refused(self, method: str, path: str, body: dict[str, Any], member: str) -> None:
        sent = json.dumps(body)  # all in ASCII: half a surrogate pair can be written only so
        told = json.dumps(body[member])
        shown = told if len(told) < 60 else f"{told[:40]}… of {len(body[member])} characters"
        answer = self._trial.academy.ask(method, path, content=sent, headers={"Content-Type": "application/json"})
        refused(f"`{member}` {shown}", answer)


@must(
    "errors/wrong-type",
    "rulings/shapes/invalid-parameter",
    "openapi.yaml#/components/schemas/CreateCourse",
    "openapi.yaml#/components/schemas/IssueCertificate",
)
def wrong_type(trial: Trial) -> None:
    """A member of another JSON type than the contract's is 422 and never converted; null too, where it is not listed."""
    wrong = _Wrong(trial)
    for member, values in OF_ANOTHER_TYPE.items():
        for value in values:
            wrong.course(member, value)
    for member, values in OF_ANOTHER_TYPE_TO_ISSUE.items():
        for value in values:
            wrong.certificate(member, value)
    wrong.correction("holder_name", None)
    wrong.revocation("reason", 7)


@must("errors/blank", "rulings/shapes/blank", "openapi.yaml#/components/schemas/PersonName")
def blank(trial: Trial) -> None:
    """Text that is empty, or of blanks and invisible characters only, is 422, also where a text may be left out."""
    wrong = _Wrong(trial)
    for text in BLANK:
        wrong.course("name", text)
        wrong.course("description", text)
        wrong.certificate("holder_name", text)
        wrong.correction("holder_name", text)
        wrong.revocation("reason", text)


@must(
    "errors/control-characters",
    "rulings/shapes/control-characters",
    "openapi.yaml#/components/schemas/CourseName",
    "openapi.yaml#/components/schemas/RevocationReason",
)
def control_characters(trial: Trial) -> None:
    """A control character in any text is 422: but for line breaks and tabs in a description and a reason, all of them."""
    wrong = _Wrong(trial)
    for control in CONTROLS:
        wrong.course("description", f"All{control}of it")
        wrong.revocation("reason", f"Issued{control}in error")
    for control in (*CONTROLS, *BREAKS):
        wrong.course("name", f"Confor{control}mance")
        wrong.certificate("holder_name", f"Jane{control}Doe")
        wrong.correction("holder_name", f"Jane{control}Doe")


@must("errors/lone-surrogates", "rulings/shapes/invalid-parameter", "RFC 7493, 2.1")
def lone_surrogates(trial: Trial) -> None:
    """Half of a surrogate pair, which JSON can escape although it is no character, is 422 in every text."""
    wrong = _Wrong(trial)
    for half in HALVES:
        wrong.course("name", f"Confor{half}mance")
        wrong.course("description", half)
        wrong.certificate("holder_name", f"Jane {half}Doe")
        wrong.revocation("reason", f"Issued in error {half}")


@must(
    "errors/too-long",
    "rulings/shapes/lengths",
    "openapi.yaml#/components/schemas/PersonName",
)
def too_long(trial: Trial) -> None:
    """One character more than may be is 422."""
    wrong = _Wrong(trial)
    wrong.course("name", "é" * 201)
    wrong.course("description", "é" * 5001)
    wrong.certificate("holder_name", "é" * 201)
    wrong.certificate("holder_email", f"{'x' * 64}@{'y' * 63}.{'z' * 63}.{'w' * 50}.example.com")
    wrong.revocation("reason", "é" * 501)


@must(
    "errors/no-address", "reference/error-handling/unprocessable-entity", "openapi.yaml#/components/schemas/MailAddress"
)
def no_address(trial: Trial) -> None:
    """A mail address that is none is 422, and so is a receiver's address that is no web address."""
    wrong = _Wrong(trial)
    for text in NO_ADDRESSES:
        wrong.certificate("holder_email", text)
        wrong.correction("holder_email", text)
    for url in ("nobody.invalid", "ftp://nobody.invalid/", "https://", f"{NOWHERE}#part"):
        refused(f"`url` {url}", trial.academy.post("/api/v1/webhooks", json={"url": url}))


@must(
    "errors/no-offset",
    "rulings/shapes/no-offset",
    "openapi.yaml#/components/schemas/IssueInstant",
    "openapi.yaml#/components/schemas/Cursor",
)
def no_offset(trial: Trial) -> None:
    """A date and time without an offset is 422, like any other text that is no instant of RFC 3339: nothing is guessed."""
    wrong = _Wrong(trial)
    for text in NO_INSTANTS:
        wrong.certificate("issued_at", text)
    wrong.renewal("issued_at", NO_INSTANTS[1])
    for path in (COURSES, CERTIFICATES):
        refused("`cursor` without an offset", trial.academy.get(path, params={"cursor": NO_INSTANTS[1]}))


@must(
    "errors/query",
    "rulings/shapes/invalid-parameter",
    "reference/error-handling/unprocessable-entity",
    "openapi.yaml#/components/parameters/Limit",
    "openapi.yaml#/components/parameters/StatusFilter",
)
def query(trial: Trial) -> None:
    """A query parameter that the contract knows, with a value that it does not take, is 422 and not ignored."""
    deliveries = f"/api/v1/webhooks/{sent_events(trial).own.endpoint['id']}/deliveries"
    for path, wrong in {**QUERIES, deliveries: (("status", "lost"), ("cursor", "next"))}.items():
        for name, value in wrong:
            refused(f"`{name}={value}`", trial.academy.get(path, params={name: value}))
    for document in ("", "/image"):
        for value in VERSIONS:
            path = f"/api/obi/badge-class/{trial.stage.course['id']}{document}"
            refused(f"`version={value}`", trial.public.get(path, params={"version": value}))


VALUES = (
    wrong_type,
    blank,
    control_characters,
    lone_surrogates,
    too_long,
    no_address,
    no_offset,
    query,
)
