"""Isolation: what one organization has is to another one as if it did not exist."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import feed
from ..asked import issue
from ..asking import Caller
from ..clause import must
from ..findings import NotMet, require
from ..missing import example_body, path_of, unknown_code, unknown_id
from ..refusals import refused
from ..sent import sent_events
from ..stage import Thing
from ..trial import Trial

if TYPE_CHECKING:
    from ..answers import Answer

REQUEST_ID = re.compile(r'"[a-z_-]*(request|trace|correlation)[a-z_-]*"\s*:\s*"[^"]*"', re.IGNORECASE)
"""A member of an error that names the request, and is another one each time."""
ARRIVES_SECONDS = 20
ITS_OWN_DOING = "failing_since"
"""What changes of an endpoint without anybody's request."""


def _told(answer: "Answer", asked: Iterable[str]) -> str:
    """What an answer says, but for the request's own name and the names that were asked for."""
    text = answer.body.decode("utf-8", "replace")
    for each in asked:
        text = re.sub(re.escape(each), "…", text, flags=re.IGNORECASE)
    return REQUEST_ID.sub('"…"', text)


def _as_if_not_there(trial: Trial, name: str, theirs: dict[str, str]) -> None:
    """An operation on another organization's thing answers as it does on one that nobody has."""
    operation = trial.contract.operations[name]
    nobodys = {each: unknown_code() if each == "code" else unknown_id() for each in theirs}
    body = example_body(trial.contract, operation)
    said = []
    for ids in (nobodys, theirs):
        answer = trial.academy.ask(operation.method, path_of(operation, **ids), **body)
        refused(f"{name} on {'another organization’s' if ids is theirs else 'nobody’s'}", answer, "not_found")
        said.append(_told(answer, ids.values()))
    if said[0] != said[1]:
        why = f"{name}: another organization's is answered {said[1]}, one that does not exist {said[0]}"
        raise NotMet(why)


def _unharmed(caller: Caller, path: str, before: Thing) -> None:
    answer = caller.get(path).expect(200)
    now = Thing(answer.member("data"))
    same = {name: value for name, value in before.items() if name not in {ITS_OWN_DOING, "secret"}}
    harmed = sorted(name for name, value in same.items() if now[name] != value)
    require(not harmed, f"GET {path}: another organization has changed {', '.join(harmed)}", answer)


@must(
    "isolation/certificates",
    "rulings/shapes/not-yours",
    "rulings/shapes/not-yours-alike",
    "reference/authentication/whole-organization",
    "openapi.yaml#/components/responses/NotFound",
)
def certificates(trial: Trial) -> None:
    """Another organization's certificate is 404 in every operation, with the bytes of a missing one, and stays as it is."""
    theirs = trial.stage.new_certificate(trial.stage.other_course, trial.other, notify=False)
    for name in ("get_certificate", "update_certificate", "revoke_certificate", "renew_certificate", "resend_claim"):
        _as_if_not_there(trial, name, {"code": theirs["code"]})
    _unharmed(trial.other, f"/api/v1/certificates/{theirs['code']}", theirs)
    refused("the other way round", trial.other.get(f"/api/v1/certificates/{trial.stage.valid['code']}"), "not_found")


@must(
    "isolation/courses",
    "rulings/shapes/not-yours",
    "rulings/shapes/not-yours-alike",
    "reference/error-handling/not-found-course",
)
def courses(trial: Trial) -> None:
    """Another organization's course is 404 in every operation, with the bytes of a missing one, and stays as it is."""
    theirs = trial.stage.new_course(trial.other, name="Conformance, another's")
    for name in ("get_course", "update_course"):
        _as_if_not_there(trial, name, {"course_id": theirs["id"]})
    _unharmed(trial.other, f"/api/v1/courses/{theirs['id']}", theirs)
    refused("the other way round", trial.other.get(f"/api/v1/courses/{trial.stage.course['id']}"), "not_found")


@must(
    "isolation/issuing",
    "reference/error-handling/not-found-course",
    "rulings/shapes/not-yours",
    "rulings/shapes/not-yours-alike",
)
def issuing(trial: Trial) -> None:
    """A certificate for another organization's course is 404, as for a course that does not exist, and none is issued."""
    theirs = trial.stage.new_course(trial.other, name="Conformance, another's")["id"]
    said = []
    for course in (unknown_id(), theirs):
        answer = issue(trial, Thing(id=course))
        refused(f"{'another organization’s' if course == theirs else 'nobody’s'} course", answer, "not_found")
        said.append(_told(answer, [course]))
    require(
        said[0] == said[1], f"another organization's course is answered {said[1]}, one that does not exist {said[0]}"
    )
    listed = trial.other.get("/api/v1/certificates", params={"course_id": theirs}).expect(200)
    require(listed.member("data") == [], "the course's organization has a certificate that it did not issue", listed)


@must(
    "isolation/endpoints",
    "rulings/shapes/not-yours",
    "rulings/shapes/not-yours-alike",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}/get",
)
def endpoints(trial: Trial) -> None:
    """Another organization's endpoint is 404 in every operation, with the bytes of a missing one, and stays as it is."""
    theirs = sent_events(trial).others.endpoint
    for name, operation in trial.contract.operations.items():
        if {each["name"] for each in operation.parameters if each["in"] == "path"} == {"webhook_id"}:
            _as_if_not_there(trial, name, {"webhook_id": theirs["id"]})
    _unharmed(trial.other, f"/api/v1/webhooks/{theirs['id']}", theirs)


@must(
    "isolation/deliveries",
    "rulings/shapes/not-yours",
    "rulings/shapes/not-yours-alike",
    "openapi.yaml#/paths/~1api~1v1~1webhooks~1{webhook_id}~1deliveries~1{delivery_id}/get",
)
def deliveries(trial: Trial) -> None:
    """A delivery to another organization's endpoint is 404, whether it is asked for there or at an endpoint of one's own."""
    theirs, own = sent_events(trial).others, sent_events(trial).own.endpoint["id"]
    for name in ("get_delivery", "redeliver"):
        there = {"webhook_id": theirs.endpoint["id"], "delivery_id": theirs.delivery["id"]}
        _as_if_not_there(trial, name, there)
        operation = trial.contract.operations[name]
        path = path_of(operation, webhook_id=own, delivery_id=theirs.delivery["id"])
        refused(f"{name} at an endpoint of one's own", trial.academy.ask(operation.method, path), "not_found")


@must("isolation/lists", "reference/authentication/whole-organization", "rulings/shapes/not-yours")
def lists(trial: Trial) -> None:
    """Lists hold what one's own organization has and nothing of another, whatever they are filtered by."""
    course = trial.stage.new_course(trial.other, name="Conformance, another's")
    certificate = trial.stage.new_certificate(course, trial.other, notify=False)
    endpoint = sent_events(trial).others.endpoint
    questions: tuple[tuple[str, dict[str, str], str], ...] = (
        ("/api/v1/certificates", {}, certificate["id"]),
        ("/api/v1/certificates", {"course_id": course["id"]}, certificate["id"]),
        ("/api/v1/courses", {"limit": "50"}, course["id"]),
        ("/api/v1/webhooks", {}, endpoint["id"]),
    )
    for path, params, theirs in questions:
        own, asked = trial.other.get(path, params=params).expect(200), trial.academy.get(path, params=params)
        require(theirs in _ids(own), f"GET {path}: the list of the organization that has it lacks it", own)
        # A course that is not one's own may be no course to filter by.
        require(
            asked.status != 200 or theirs not in _ids(asked), f"GET {path}: another organization's is listed", asked
        )


def _ids(listed: "Answer") -> set[str]:
    items = listed.member("data")
    if not isinstance(items, list):
        raise listed.not_met("`data` is no array")
    return {str(each.get("id")) for each in items if isinstance(each, dict)}


@must("isolation/events", "reference/authentication/whole-organization", "openapi.yaml#/paths/~1api~1v1~1events/get")
def events(trial: Trial) -> None:
    """The feed of events tells an organization of its own certificates and of no other's."""
    theirs = trial.stage.new_certificate(trial.stage.other_course, trial.other, notify=False)
    own = trial.stage.new_certificate(notify=False)
    told = feed.read(trial.academy, None, event="certificate.issued")
    require(told.of(own["code"]), "the feed does not tell of the organization's own certificate", told.end)
    require(not told.of(theirs["code"]), "the feed tells of another organization's certificate", told.end)


@must(
    "isolation/receiving", "reference/authentication/whole-organization", "openapi.yaml#/paths/~1api~1v1~1webhooks/post"
)
def receiving(trial: Trial) -> None:
    """An endpoint is sent what happens in its own organization, and nothing of another."""
    trial.stage.new_endpoint("isolation", caller=trial.other, events=["certificate.issued"])
    own = trial.stage.new_certificate(notify=False)
    theirs = trial.stage.new_certificate(trial.stage.other_course, trial.other, notify=False)
    trial.receiver.wait("isolation", lambda each: each.code == theirs["code"], ARRIVES_SECONDS)
    foreign = trial.receiver.received("isolation", lambda each: each.code == own["code"])
    require(not foreign, "an endpoint was sent the event of another organization's certificate")


@must("isolation/verification", "reference/authentication/public", "openapi.yaml#/paths/~1api~1v1~1verify~1{code}/get")
def verification(trial: Trial) -> None:
    """Verification answers about every organization's certificate, whoever asks and whichever key comes along."""
    code = trial.stage.other_certificate["code"]
    first, *others = [caller.get(f"/api/v1/verify/{code}") for caller in (trial.public, trial.academy, trial.other)]
    first.expect(200).expect_member("certificate.code", code)
    for answer in others:
        require(
            answer.expect(200).json == first.json, f"GET {answer.path}: it depends on whose key comes along", answer
        )
