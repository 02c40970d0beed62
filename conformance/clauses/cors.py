"""CORS: scripts of any page may read what is public, and nothing else."""

from ..answers import Answer
from ..clause import must, should
from ..findings import require
from ..missing import path_of, unknown_code, unknown_id
from ..trial import Trial

PAGE = {"Origin": "https://shop.example.org"}
"""As a browser asks for a page's script."""
OPEN = frozenset({"verify_certificate", "get_assertion", "get_badge_class", "get_badge_image", "get_issuer"})
"""The operations that scripts may use."""
ALLOWED = "Access-Control-Allow-Origin"
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def _open(answer: Answer) -> Answer:
    told = answer.header(ALLOWED)
    if told != "*":
        raise answer.not_met(f"{ALLOWED} is {told!r}, not '*'")
    return answer


def _closed(answer: Answer) -> None:
    told = answer.headers.get(ALLOWED)
    if told is not None:
        raise answer.not_met(f"{ALLOWED} is {told!r}: scripts of other pages may read this answer ({answer.status})")


@must(
    "cors/verify",
    "rulings/open-badges-2-0/cors-verify",
    "reference/verification/cors",
    "openapi.yaml#/components/headers/Access-Control-Allow-Origin",
    "Fetch Standard, CORS protocol",
)
def verify(trial: Trial) -> None:
    """Scripts of any page may verify a certificate in any state: the answer says `Access-Control-Allow-Origin: *`."""
    stage = trial.stage
    for certificate in (stage.valid, stage.lasting, stage.expired, stage.revoked, stage.renewal.old):
        _open(trial.public.get(f"/api/v1/verify/{certificate['code']}", headers=PAGE).expect(200))


@must(
    "cors/badge-documents",
    "rulings/open-badges-2-0/cors-documents",
    "openapi.yaml#/components/responses/BadgeClassRead",
    "openapi.yaml#/components/responses/IssuerRead",
    "openapi.yaml#/components/responses/BadgeImageRead",
)
def badge_documents(trial: Trial) -> None:
    """Scripts of any page may read a badge class, its picture and its issuer."""
    path = f"/api/obi/badge-class/{trial.stage.course['id']}"
    badge = _open(trial.public.get(path, headers=PAGE).expect(200))
    _open(trial.public.get(f"{path}/image", headers=PAGE).expect(200))
    issuer = str(badge.member("issuer")).rpartition("/")[2]
    _open(trial.public.get(f"/api/obi/issuer/{issuer}", headers=PAGE).expect(200))


@must("cors/assertion", "openapi.yaml#/components/responses/AssertionRead")
def assertion(trial: Trial) -> None:
    """Scripts of any page may read the assertion of a claimed certificate."""
    _open(trial.public.get(f"/api/obi/assertion/{trial.stage.claimed['code']}", headers=PAGE).expect(200))


@must("cors/revoked-assertion", "openapi.yaml#/components/responses/RevokedAssertion", "rulings/shapes/exception")
def revoked_assertion(trial: Trial) -> None:
    """Scripts of any page may read that an assertion is gone: its 410 is open to them, and has Open Badges' body."""
    answer = trial.public.get(f"/api/obi/assertion/{trial.stage.claimed_revoked['code']}", headers=PAGE)
    _open(answer.expect(410))
    told = answer.json
    require(isinstance(told, dict) and "error" not in told, f"GET {answer.path}: the body is an error's", answer)


@must(
    "cors/errors",
    "rulings/open-badges-2-0/cors-errors",
    "openapi.yaml#/components/responses/NotFound",
    "openapi.yaml#/components/responses/UnprocessableEntity",
)
def errors(trial: Trial) -> None:
    """Errors of the public addresses are as open as their answers: a script can tell what is missing from what is broken."""
    for name in sorted(OPEN):
        path = path_of(trial.contract.operations[name])
        _open(trial.public.get(path, headers=PAGE).expect_error("not_found"))
    impossible = "/api/v1/verify/no-such-code", "/api/obi/badge-class/no-such-id"
    for path in (*impossible, f"/api/obi/assertion/{trial.stage.valid['code']}"):
        _open(trial.public.get(path, headers=PAGE).expect_error("not_found"))
    badge = f"/api/obi/badge-class/{trial.stage.course['id']}"
    for path in (badge, f"{badge}/image"):
        wrong = trial.public.get(path, params={"version": "first"}, headers=PAGE)
        _open(wrong.expect_error("unprocessable_entity"))


@must(
    "cors/nowhere-else",
    "rulings/open-badges-2-0/cors-nowhere-else",
    "openapi.yaml#/components/headers/Access-Control-Allow-Origin",
    "Fetch Standard, CORS protocol",
)
def nowhere_else(trial: Trial) -> None:
    """No other answer is open to scripts: what a key opens, what is refused without one, claims, unknown addresses."""
    stage, academy = trial.stage, trial.academy
    mine = (
        f"/api/v1/certificates?course_id={stage.course['id']}",
        f"/api/v1/certificates/{stage.valid['code']}",
        "/api/v1/courses?limit=1",
        f"/api/v1/courses/{stage.course['id']}",
        "/api/v1/webhooks",
        "/api/v1/events?limit=1",
    )
    for path in mine:
        _closed(academy.get(path, headers=PAGE).expect(200))
        _closed(trial.public.get(path, headers=PAGE).expect(401))
    _closed(academy.get(f"/api/v1/certificates/{unknown_code()}", headers=PAGE).expect(404))
    _closed(academy.get(f"/api/v1/webhooks/{unknown_id()}", headers=PAGE).expect(404))
    _closed(academy.post("/api/v1/courses", json={}, headers=PAGE).expect(422))
    _closed(trial.public.post("/api/v1/claims", json={"token": "no token"}, headers=PAGE).expect(422))
    _closed(trial.public.get("/api/v1/no-such-path", headers=PAGE).expect(404, 401))


@must(
    "cors/preflights-refused",
    "openapi.yaml#/components/headers/Access-Control-Allow-Origin",
    "Fetch Standard, CORS-preflight fetch",
)
def preflights_refused(trial: Trial) -> None:
    """A browser that asks whether a script may call an address that needs a key, or claim, is not told that it may."""
    for operation in trial.contract.operations.values():
        if operation.operation_id not in OPEN:
            asking = _preflight(operation.method, "authorization, content-type")
            _closed(trial.public.ask("OPTIONS", path_of(operation), headers=asking))


@should("cors/preflight", "Fetch Standard, CORS-preflight fetch")
def preflight(trial: Trial) -> None:
    """A script may read public addresses with headers of its own: the browser's question before it is answered with yes."""
    for path in (f"/api/v1/verify/{trial.stage.valid['code']}", f"/api/obi/badge-class/{trial.stage.course['id']}"):
        answer = trial.public.ask("OPTIONS", path, headers=_preflight("GET", "content-type, x-requested-with"))
        _open(answer.expect(200, 204))
        allowed = {each.strip().lower() for each in answer.header("Access-Control-Allow-Headers").split(",")}
        enough = "*" in allowed or {"content-type", "x-requested-with"} <= allowed
        require(
            enough, f"OPTIONS {path}: headers of a script are not allowed, only {', '.join(sorted(allowed))}", answer
        )


def _preflight(method: str, headers: str) -> dict[str, str]:
    return {**PAGE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}


@must("cors/exposed", "Fetch Standard, CORS protocol", "openapi.yaml#/components/headers/X-RateLimit-Remaining")
def exposed(trial: Trial) -> None:
    """Scripts may read what is left of the limit: public answers name the `X-RateLimit-*` headers as exposed."""
    found = trial.public.get(f"/api/v1/verify/{trial.stage.valid['code']}", headers=PAGE).expect(200)
    missing = trial.public.get(f"/api/obi/badge-class/{unknown_id()}", headers=PAGE).expect(404)
    for answer in (found, missing):
        told = {each.strip().lower() for each in answer.header("Access-Control-Expose-Headers").split(",")}
        hidden = [name for name in LIMITS if name.lower() not in told and "*" not in told]
        require(not hidden, f"GET {answer.path}: scripts cannot read {', '.join(hidden)}", answer)


@should("cors/without-origin", "Fetch Standard, CORS protocol and HTTP caches")
def without_origin(trial: Trial) -> None:
    """The permission is there for whoever asks, so that a cache cannot keep an answer without it."""
    for path in (f"/api/v1/verify/{trial.stage.valid['code']}", f"/api/obi/badge-class/{trial.stage.course['id']}"):
        _open(trial.public.get(path).expect(200))
