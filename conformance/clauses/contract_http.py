"""Contract: what HTTP leaves to whoever asks, and what must not matter to the answer."""

import json

from ..clause import must, should
from ..findings import require
from ..missing import unknown_code
from ..trial import Trial

ACCEPTS = (
    "text/html,application/xhtml+xml;q=0.9",
    "image/png",
    "application/xml",
    "application/json;q=0",
    "*/*;q=0",
    "nonsense",
)
SPELLINGS = (
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON",
    'application/json;charset="UTF-8"',
)
LINKED_DATA, JSON = "application/ld+json", "application/json"


@must("contract/unknown-query", "rulings/shapes/unknown-query", "openapi.yaml#/paths")
def unknown_query(trial: Trial) -> None:
    """A query parameter that the contract does not know changes nothing, wherever it is sent."""
    strangers = {"utm_source": "mail", "page": "2", "limit[]": "x", "Limit": "0"}
    course, code = trial.stage.course["id"], trial.stage.valid["code"]
    for path in ("/api/v1/courses", f"/api/v1/courses/{course}", f"/api/v1/certificates/{code}", "/api/v1/webhooks"):
        trial.academy.get(path, params=strangers).expect(200)
    listed = {"course_id": course, "limit": "1"}
    plain = trial.academy.get("/api/v1/certificates", params=listed).expect(200)
    odd = trial.academy.get("/api/v1/certificates", params={**listed, **strangers}).expect(200)
    require(odd.json == plain.json, "GET /api/v1/certificates: an unknown query parameter changes the answer", odd)
    for path in (f"/api/v1/verify/{code}", f"/api/obi/badge-class/{course}"):
        trial.public.get(path, params=strangers).expect(200)
    trial.academy.post("/api/v1/courses", params=strangers, json={"name": "Conformance, asked oddly"}).expect(201)


@must("contract/accept", "rulings/shapes/accept")
def accept(trial: Trial) -> None:
    """No `Accept` makes an answer an error or anything but JSON, and an error stays the same error."""
    for told in ACCEPTS:
        headers = {"Accept": told}
        listed = trial.academy.get("/api/v1/courses", params={"limit": 1}, headers=headers).expect(200)
        verified = trial.public.get(f"/api/v1/verify/{trial.stage.valid['code']}", headers=headers).expect(200)
        badge = trial.public.get(f"/api/obi/badge-class/{trial.stage.course['id']}", headers=headers).expect(200)
        for answer in (listed, verified, badge):
            is_json = answer.media_type in {JSON, LINKED_DATA} and isinstance(answer.json, dict)
            require(is_json, f"GET {answer.path}: `Accept: {told}` is answered with {answer.media_type}", answer)
        trial.academy.get(f"/api/v1/certificates/{unknown_code()}", headers=headers).expect_error("not_found")


@must("contract/media-type-spellings", "openapi.yaml#/paths/~1api~1v1~1courses/post/requestBody", "RFC 9110, 8.3.1")
def media_type_spellings(trial: Trial) -> None:
    """A JSON body is taken under every spelling of its media type: in any case, and with the charset UTF-8."""
    body = json.dumps({"name": "Conformance, naïve"}, ensure_ascii=False).encode()
    for spelling in SPELLINGS:
        answer = trial.academy.post("/api/v1/courses", content=body, headers={"Content-Type": spelling})
        if answer.status != 201:
            raise answer.not_met(f"a body of the type {spelling} is answered {answer.status}, not 201")
        answer.expect_member("data.name", "Conformance, naïve")


@must("contract/chunked", "RFC 9112, 7.1", "openapi.yaml#/paths/~1api~1v1~1courses/post/requestBody")
def chunked(trial: Trial) -> None:
    """A body that comes in chunks, its length not told beforehand, is taken like any other."""
    body = [b'{"name": "Confor', b'mance, in pieces"}']
    headers = {"Content-Type": JSON}
    answer = trial.academy.post("/api/v1/courses", content=body, headers=headers)
    answer.expect(201).expect_member("data.name", "Conformance, in pieces")


@must(
    "contract/no-body",
    "rulings/shapes/revoking",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1revoke/post",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1renew/post",
)
def no_body(trial: Trial) -> None:
    """Where the contract has no member that must be there, no body has to be: to renew, and to revoke.

    Revoking answers 200 with the certificate.
    """
    own = trial.stage.new_certificate(notify=False)
    renewed = trial.academy.post(f"/api/v1/certificates/{own['code']}/renew").expect(201)
    code = renewed.member("data.code")
    revoked = trial.academy.post(f"/api/v1/certificates/{code}/revoke").expect(200)
    revoked.expect_member("data.code", code).expect_member("data.status", "revoked")


@should("contract/request-id", "openapi.yaml#/components/headers/X-Request-Id")
def request_id(trial: Trial) -> None:
    """Every answer, an error too, has a name of its own in `X-Request-Id`, which can be quoted when help is needed."""
    paths = ("/api/v1/courses", "/api/v1/courses", "/api/v1/no-such-path", f"/api/v1/courses/{unknown_code()}")
    given = [trial.academy.get(path).header("X-Request-Id").strip() for path in paths]
    require(all(given), "an answer has an X-Request-Id, and it is empty")
    require(len(set(given)) == len(given), f"several answers have the same X-Request-Id: {', '.join(given)}")


HTTP = (unknown_query, accept, media_type_spellings, chunked, no_body, request_id)
