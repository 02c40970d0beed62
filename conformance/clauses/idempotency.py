"""Idempotency: a request that is repeated under its key is carried out once and answered alike."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..answers import Answer
from ..asked import CERTIFICATES, COURSES, each, page
from ..clause import must
from ..findings import require
from ..repeated import expect_new, expect_replay, new_key, post, repeated
from ..stage import Thing
from ..trial import Trial
from . import idempotency_operations

CONTRACT = "openapi.yaml#/components/parameters/IdempotencyKey"
AT_ONCE = 8
LONGEST = 255


def _issue(trial: Trial, course: Thing, **members: Any) -> dict[str, Any]:
    email = trial.stage.email()
    return {
        "course_id": course["id"],
        "holder_name": "Jane Doe",
        "holder_email": email,
        "notify": False,
        **members,
    }


def _codes(trial: Trial, course: Thing) -> list[Any]:
    return each(page(trial, course_id=course["id"]), "code")


@must("idempotency/replay", "rulings/repeating-a-request/replay", CONTRACT)
def replay(trial: Trial) -> None:
    """A request that is repeated under its key gets the first answer again, the same bytes.

    It says `Idempotent-Replayed: true`, which the first one does not.
    """
    body = _issue(trial, trial.stage.course)
    first, _ = repeated(trial.academy, CERTIFICATES, 201, json=body)
    expect_new(first)


@must("idempotency/once", "rulings/repeating-a-request/replay", CONTRACT)
def once(trial: Trial) -> None:
    """However often a request is repeated under its key, what it makes is made once."""
    course, key = trial.stage.new_course(), new_key()
    body = _issue(trial, course)
    made = {post(trial.academy, CERTIFICATES, key, json=body).expect(201).member("data.code") for _ in range(3)}
    listed = page(trial, course_id=course["id"])
    codes = each(listed, "code")
    require(
        len(codes) == 1,
        f"After one request and two repetitions the course has {len(codes)} certificates, not 1.",
        listed,
    )
    require(made == set(codes), "The repetitions tell of other certificates than the one that was issued.", listed)


@must(
    "idempotency/location",
    "rulings/repeating-a-request/replay",
    "openapi.yaml#/components/headers/Location",
)
def location(trial: Trial) -> None:
    """A repeated creation says again where the thing is: the same `Location`."""
    first, again = repeated(trial.academy, COURSES, 201, json={"name": "Conformance, repeated"})
    told, told_again = first.header("Location"), again.header("Location")
    require(told == told_again, f"POST {COURSES}: repeated, its Location is {told_again}, and was {told}", again)


@must("idempotency/as-it-was", "rulings/repeating-a-request/replay")
def as_it_was(trial: Trial) -> None:
    """The answer that is given again is the first one, also when the thing it tells of has changed since."""
    key, body = new_key(), {"name": "Conformance, before"}
    first = post(trial.academy, COURSES, key, json=body).expect(201)
    trial.academy.patch(f"{COURSES}/{first.member('data.id')}", json={"name": "Conformance, after"}).expect(200)
    expect_replay(post(trial.academy, COURSES, key, json=body), first)


@must("idempotency/spelling", "rulings/repeating-a-request/other-value")
def spelling(trial: Trial) -> None:
    """The same JSON value is the same request, however it is written: members in another order, other blanks, escapes."""
    key = new_key()
    body = {"name": "Conformance, Zoë", "description": "Written otherwise.", "validity_period_months": 12}
    first = post(trial.academy, COURSES, key, json=body).expect(201)
    turned = dict(reversed(list(body.items())))
    spellings = (
        json.dumps(turned, ensure_ascii=True, indent=3),
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        json.dumps(body).replace("Written", "\\u0057ritten"),
    )
    for text in spellings:
        written = {"content": text.encode(), "headers": {"Content-Type": "application/json"}}
        expect_replay(post(trial.academy, COURSES, key, **written), first)


@must("idempotency/other-value", "rulings/repeating-a-request/other-value", CONTRACT)
def other_value(trial: Trial) -> None:
    """A key that comes with another body than at first is refused (422), and nothing is made of it."""
    course, key = trial.stage.new_course(), new_key()
    body = _issue(trial, course)
    post(trial.academy, CERTIFICATES, key, json=body).expect(201)
    others = (
        {"holder_name": "Joe Doe"},
        {"holder_email": trial.stage.email("joe")},
        {"issued_at": "2025-03-15T10:00:00Z"},
    )
    for other in others:
        refused = post(trial.academy, CERTIFICATES, key, json={**body, **other})
        refused.expect_error("unprocessable_entity").expect_described()
    codes = _codes(trial, course)
    require(len(codes) == 1, f"The key's first request and three refused ones made {len(codes)} certificates, not 1.")


@must("idempotency/other-operation", "rulings/repeating-a-request/other-operation", CONTRACT)
def other_operation(trial: Trial) -> None:
    """A key that was used for one operation is refused (422) by every other, and nothing is made of it."""
    course, key = trial.stage.new_course(), new_key()
    post(trial.academy, COURSES, key, json={"name": "Conformance, first"}).expect(201)
    refused = post(trial.academy, CERTIFICATES, key, json=_issue(trial, course))
    refused.expect_error("unprocessable_entity").expect_described()
    require(not _codes(trial, course), "The request was refused, and a certificate was issued all the same.")


@must("idempotency/other-thing", "rulings/repeating-a-request/other-operation")
def other_thing(trial: Trial) -> None:
    """A key that revoked one certificate never answers for another with the first one's answer.

    Either it is refused (422) and the other certificate stays as it is, or the other one is revoked.
    """
    one, other = (trial.stage.new_certificate(notify=False) for _ in range(2))
    key = new_key()
    post(trial.academy, f"{CERTIFICATES}/{one['code']}/revoke", key, json={}).expect(200)
    answer = post(trial.academy, f"{CERTIFICATES}/{other['code']}/revoke", key, json={}).expect(422, 200)
    if answer.status == 200:
        answer.expect_member("data.code", other["code"])
    is_revoked = trial.stage.read(other)["status"] == "revoked"
    told = "revoked" if is_revoked else "not revoked"
    require(is_revoked == (answer.status == 200), f"It answers {answer.status}, and the certificate is {told}.", answer)


@must("idempotency/errors", "rulings/repeating-a-request/errors")
def errors(trial: Trial) -> None:
    """An error is not kept: the request that is put right is carried out under the same key."""
    key, course = new_key(), trial.stage.new_course()
    body = _issue(trial, course)
    wrong = {**body, "holder_name": " "}, {**body, "course_id": "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c11"}
    for each_wrong, code in zip(wrong, ("unprocessable_entity", "not_found"), strict=True):
        for _ in range(2):
            expect_new(post(trial.academy, CERTIFICATES, key, json=each_wrong).expect_error(code))
    first = expect_new(post(trial.academy, CERTIFICATES, key, json=body).expect(201))
    expect_replay(post(trial.academy, CERTIFICATES, key, json=body), first)


@must(
    "idempotency/organizations",
    "rulings/repeating-a-request/scope",
    "reference/authentication/whole-organization",
    CONTRACT,
)
def organizations(trial: Trial) -> None:
    """A key belongs to its organization: under the same key, another one gets an answer and a thing of its own."""
    key, body = new_key(), {"name": "Conformance, twins"}
    mine = post(trial.academy, COURSES, key, json=body).expect(201)
    others = expect_new(post(trial.other, COURSES, key, json=body).expect(201))
    same = mine.member("data.id") == others.member("data.id")
    require(not same, f"POST {COURSES}: another organization is answered with the course of the first", others)
    trial.other.get(f"{COURSES}/{others.member('data.id')}").expect(200)


@must("idempotency/length", "rulings/repeating-a-request/length", "openapi.yaml#/components/schemas/IdempotencyKey")
def length(trial: Trial) -> None:
    """A key may have 255 characters, and every visible one of ASCII; one of 256 is refused (422)."""
    visible = "".join(chr(number) for number in range(33, 127))
    longest = (new_key() + visible + "k" * LONGEST)[:LONGEST]
    body = {"name": "Conformance, a long key"}
    repeated(trial.academy, COURSES, 201, longest, json=body)
    post(trial.academy, COURSES, longest + "k", json=body).expect_error("unprocessable_entity")


@must("idempotency/at-once", "rulings/repeating-a-request/running", CONTRACT)
def at_once(trial: Trial) -> None:
    """Of several requests at once under one key, one is carried out.

    The others wait and get its answer, or are told to come again (409).
    """
    course, key = trial.stage.new_course(), new_key()
    body = _issue(trial, course)

    def one(_number: int) -> Answer:
        return post(trial.academy, CERTIFICATES, key, json=body)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, range(AT_ONCE)))
    codes = _codes(trial, course)
    require(len(codes) == 1, f"{AT_ONCE} requests at once under one key made {len(codes)} certificates, not 1.")
    for answer in answers:
        if answer.status == 409:
            answer.expect_error("conflict")
        else:
            answer.expect(201).expect_member("data.code", codes[0])
    require(any(answer.status == 201 for answer in answers), "None of the requests was answered with the certificate.")


@must("idempotency/without", "rulings/repeating-a-request/every-post")
def without(trial: Trial) -> None:
    """Without a key, every request is carried out, also one that is the same as another."""
    course = trial.stage.new_course()
    body = _issue(trial, course)
    made = {expect_new(trial.academy.post(CERTIFICATES, json=body).expect(201)).member("data.code") for _ in range(2)}
    require(len(made) == 2, "Two requests without a key were answered with the same certificate.")


OPERATIONS = idempotency_operations.OPERATIONS
