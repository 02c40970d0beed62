"""The words that faults are made of do what they say."""

import json
from collections.abc import Callable

import pytest

from tests.conformance.faults.breaking import (
    EVERY,
    Edit,
    alter,
    alter_header,
    answers,
    asked,
    asks,
    body,
    both,
    carries,
    drop,
    error,
    header,
    instead,
    is_,
    not_,
    put,
    query,
    rename,
    sent,
    status,
    target,
    where,
)
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Json, Memory, Reply, Request

READ = "get_course"
COURSE = {"data": {"id": "1", "name": "Web", "links": [{"a": 1}, {"a": 2}]}}


def reply_to(request: Request) -> Reply:
    """What the server behind the rules answers: the request's own body in a course, or the course."""
    reply = Reply(headers=[("Content-Type", "application/json"), ("ETag", "1")])
    reply.json = {"sent": request.json, "target": request.target} if request.body else COURSE
    return reply


def through(rule: Rule, request: Request | None = None, ask: Callable[[Request], Reply] = reply_to) -> Reply:
    return rule(request or Request(target="/api/v1/courses/1"), ask, Memory())


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (put("data.name", None), {"id": "1", "name": None, "links": [{"a": 1}, {"a": 2}]}),
        (put("data.new", 1), {**COURSE["data"], "new": 1}),
        (put("none.new", 1), COURSE["data"]),
        (put("data.links.*.a", 3), {**COURSE["data"], "links": [{"a": 3}, {"a": 3}]}),
        (put("data.links.1.a", 3), {**COURSE["data"], "links": [{"a": 1}, {"a": 3}]}),
        (alter("data.name", str.upper), {**COURSE["data"], "name": "WEB"}),
        (alter("data.none", str.upper), COURSE["data"]),
        (drop("data.links"), {"id": "1", "name": "Web"}),
        (rename("data.links", "link"), {"id": "1", "name": "Web", "link": [{"a": 1}, {"a": 2}]}),
    ],
)
def test_a_member_is_altered(edit: Edit, expected: Json) -> None:
    reply = through(answers(READ, edit))
    assert reply.json == {"data": expected}
    assert reply.header("Content-Length") == str(len(reply.body))


def test_a_body_that_is_no_json_is_left_alone() -> None:
    reply = through(answers(READ, put("data", 1)), ask=lambda _request: Reply(body=b"<p>"))
    assert reply.body == b"<p>"


def test_status_headers_and_bytes_are_altered() -> None:
    edits = (status(201), header("etag", None), header("X-New", "1"), body(lambda old: old + b" "))
    reply = through(answers(READ, *edits, alter_header("Content-Type", str.upper), alter_header("None", str.upper)))
    assert (reply.status, reply.body) == (201, json.dumps(COURSE, separators=(",", ":")).encode() + b" ")
    assert [name for name, _ in reply.headers] == ["X-New", "Content-Length", "Content-Type"]
    assert reply.header("content-type") == "APPLICATION/JSON"


def test_an_error_takes_the_place_of_an_answer() -> None:
    reply = through(answers(READ, error(404, "not_found")))
    assert (reply.status, reply.json["error"]["code"], reply.header("ETag")) == (404, "not_found", "1")


@pytest.mark.parametrize(
    "rule",
    [
        answers("list_courses", status(500)),
        answers(READ, status(500), status=404),
        answers(READ, status(500), when=where("data.name", "Other")),
        answers(READ, status(500), when=where("data.none")),
        answers(READ, status(500), when=not_(where("data.links.*.a", 2))),
        answers(EVERY, status(500), when=is_("POST")),
        answers(EVERY, status(500), when=both(is_("GET"), carries("X-None"))),
        asks(READ, target(lambda _old: "/elsewhere"), when=asked("limit")),
        instead(READ, Reply, when=sent("name")),
        instead("list_courses", Reply),
    ],
)
def test_what_is_not_meant_passes_unchanged(rule: Rule) -> None:
    assert through(rule) == reply_to(Request())


def test_a_request_is_altered_and_the_one_that_was_sent_is_not() -> None:
    request = Request(method="POST", target="/api/v1/courses?a=1&b=%2B")
    request.json = {"name": "Web"}
    rule = asks("create_course", put("name", "Other"), query("a", None), query("c", "é"), when=sent("name", "Web"))
    assert through(rule, request).json == {"sent": {"name": "Other"}, "target": "/api/v1/courses?b=%2B&c=%C3%A9"}
    assert (request.json, request.target) == ({"name": "Web"}, "/api/v1/courses?a=1&b=%2B")


def test_a_name_that_the_contract_does_not_have_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="get_cours"):
        answers("get_cours", status(500))


def test_rules_stand_in_their_order_the_outermost_first() -> None:
    broken = fault("two", "Two rules.", "errors", answers(READ, status(201)), answers(READ, status(202), status=200))
    reply = broken.pass_on(Request(target="/api/v1/courses/1"), reply_to, Memory())
    assert reply.status == 201
