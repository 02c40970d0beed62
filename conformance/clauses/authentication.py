"""Authentication: who has to bring a key, how it is brought, and what happens to those who bring none or a wrong one."""

import base64
import re
import secrets
from typing import TYPE_CHECKING

from ..clause import must, should
from ..findings import require
from ..missing import example_body, path_of, unknown_code, unknown_id
from ..refusals import refused
from ..trial import Trial

if TYPE_CHECKING:
    from ..answers import Answer

LIST = "/api/v1/certificates"
IN_QUERIES = ("access_token", "api_key", "apikey", "key", "token", "Authorization")
CHALLENGE = re.compile(r"(^|,\s*)Bearer(\s|,|$)", re.IGNORECASE)


def _with(trial: Trial, authorization: str, path: str = LIST) -> "Answer":
    return trial.public.get(path, headers={"Authorization": authorization})


@must(
    "authentication/no-key",
    "reference/authentication/required",
    "reference/error-handling/unauthorized",
    "rulings/shapes/unauthorized",
    "openapi.yaml#/components/responses/Unauthorized",
)
def no_key(trial: Trial) -> None:
    """Every operation that asks for a key answers 401 without one, and does nothing."""
    for operation in trial.contract.operations.values():
        if not operation.is_public:
            body = example_body(trial.contract, operation)
            answer = trial.public.ask(operation.method, path_of(operation), **body)
            refused(operation.operation_id, answer, "unauthorized")


@must("authentication/challenge", "RFC 9110, 15.5.2", "openapi.yaml#/components/headers/WWW-Authenticate")
def challenge(trial: Trial) -> None:
    """A 401 says in `WWW-Authenticate` that a bearer token is wanted, be the key missing or wrong."""
    for answer in (trial.public.get(LIST), _with(trial, f"Bearer trc_live_{secrets.token_hex(18)}")):
        told = answer.expect_error("unauthorized").header("WWW-Authenticate")
        require(
            CHALLENGE.search(told), f"GET {LIST}: `WWW-Authenticate: {told}` does not ask for a bearer token", answer
        )


@must("authentication/header", "reference/authentication/header", "openapi.yaml#/components/securitySchemes/apiKey")
def header(trial: Trial) -> None:
    """The key is taken from `Authorization` after the word Bearer; after another word, or alone, it is none."""
    key = trial.academy.key or ""
    _with(trial, f"Bearer {key}").expect(200)
    basic = base64.b64encode(f"{key}:".encode()).decode()
    for told in (
        key,
        f"Basic {basic}",
        f"Basic {key}",
        f"Token {key}",
        f"Digest {key}",
        f"Bearer: {key}",
        f"Bearer{key}",
    ):
        refused(f"Authorization {told.replace(key, 'KEY')}", _with(trial, told), "unauthorized")


@should("authentication/any-case", "RFC 9110, 11.1")
def any_case(trial: Trial) -> None:
    """The word Bearer is taken in any case."""
    for word in ("bearer", "BEARER"):
        _with(trial, f"{word} {trial.academy.key}").expect(200)


@must("authentication/malformed", "reference/error-handling/unauthorized", "RFC 6750, 2.1")
def malformed(trial: Trial) -> None:
    """A header without a key, with two keys, or with something that can be none is 401, as if there were none."""
    key = trial.academy.key or ""
    for told in ("Bearer", f"Bearer {key} {key}", f"Bearer {key},", f'Bearer "{key}"', "Bearer null", "Bearer ???"):
        refused(f"Authorization {told.replace(key, 'KEY')}", _with(trial, told), "unauthorized")


@must(
    "authentication/unknown-key",
    "reference/error-handling/unauthorized",
    "openapi.yaml#/components/securitySchemes/apiKey",
)
def unknown_key(trial: Trial) -> None:
    """A key that nobody was given is 401, also one that differs from a real one by a letter, its case or its length."""
    key = trial.academy.key or ""
    another = "A" if key[-1:] != "A" else "B"
    wrong = {
        "a key made up": f"trc_live_{secrets.token_hex(18)}",
        "a key with another last letter": key[:-1] + another,
        "a key with another letter within": key[:12] + ("A" if key[12:13] != "A" else "B") + key[13:],
        "a key without its last letter": key[:-1],
        "a key with a letter more": f"{key}A",
        "a key with its letters' case changed": key[:9] + key[9:].swapcase(),
        "the beginning of every key": "trc_live_",
    }
    for case, each in wrong.items():
        refused(case, _with(trial, f"Bearer {each}"), "unauthorized")


@must("authentication/not-in-query", "reference/authentication/header", "RFC 9700, 4.3.2")
def not_in_query(trial: Trial) -> None:
    """A key in the address is not taken, under no name: addresses are logged and shared."""
    for name in IN_QUERIES:
        refused(f"{name}=KEY", trial.public.get(LIST, params={name: trial.academy.key or ""}), "unauthorized")


@must("authentication/first-of-all", "reference/authentication/required", "openapi.yaml#/security")
def first_of_all(trial: Trial) -> None:
    """Without a key the answer is 401 whatever else is wrong, and the same whether or not a thing exists."""
    there, course, wrong = trial.stage.valid["code"], trial.stage.course["id"], {"reason": 7}
    _alike(trial, "certificate", f"{LIST}/{there}", f"{LIST}/{unknown_code()}", f"{LIST}/nothing")
    _alike(trial, "course", f"/api/v1/courses/{course}", f"/api/v1/courses/{unknown_id()}")
    asked = {
        "a wrong parameter": trial.public.get(LIST, params={"limit": 0}),
        "a wrong body": trial.public.post(f"{LIST}/{there}/revoke", json=wrong),
        "a body that is no JSON": trial.public.post(LIST, content=b"{", headers={"Content-Type": "application/json"}),
    }
    for case, answer in asked.items():
        refused(case, answer, "unauthorized")


def _alike(trial: Trial, kind: str, somebodys: str, *nobodys: str) -> None:
    one = refused(f"a {kind} that exists", trial.public.get(somebodys), "unauthorized")
    for path in nobodys:
        answer = refused(f"a {kind} that does not exist", trial.public.get(path), "unauthorized")
        same = answer.member("error.message") == one.member("error.message")
        require(same, f"GET {answer.path}: this 401 reads otherwise than that for a {kind} that exists", answer)


@must(
    "authentication/public",
    "reference/authentication/public",
    "openapi.yaml#/paths/~1api~1v1~1verify~1{code}/get/security",
)
def public(trial: Trial) -> None:
    """Verification, claims and badge documents ask for no key."""
    course, code = trial.stage.course["id"], trial.stage.valid["code"]
    issuer = trial.public.get(f"/api/obi/badge-class/{course}").expect(200).member("issuer")
    for path in (f"/api/v1/verify/{code}", f"/api/obi/badge-class/{course}/image", _issuer(str(issuer))):
        trial.public.get(path).expect(200)
    trial.public.get(f"/api/obi/assertion/{code}").expect_error("not_found")
    trial.public.post("/api/v1/claims", json={"token": "no token"}).expect_error("unprocessable_entity")


def _issuer(address: str) -> str:
    return f"/api/obi/issuer/{address.rpartition('/')[2]}"


@must(
    "authentication/public-with-key",
    "reference/authentication/public",
    "openapi.yaml#/paths/~1api~1obi~1badge-class~1{course_id}/get/security",
)
def public_with_key(trial: Trial) -> None:
    """A client that sends its key with every request gets the same public answers as anybody."""
    _same_with(trial, f"Bearer {trial.academy.key}")


@should(
    "authentication/public-with-wrong-key",
    "reference/authentication/public",
    "openapi.yaml#/paths/~1api~1v1~1verify~1{code}/get/security",
)
def public_with_wrong_key(trial: Trial) -> None:
    """Where no key is asked for, a wrong one does no harm."""
    for told in (f"Bearer trc_live_{secrets.token_hex(18)}", "Bearer", "Basic amFuZTpkb2U="):
        _same_with(trial, told)


def _same_with(trial: Trial, authorization: str) -> None:
    for path in (f"/api/v1/verify/{trial.stage.valid['code']}", f"/api/obi/badge-class/{trial.stage.course['id']}"):
        anybody, answer = trial.public.get(path).expect(200), _with(trial, authorization, path).expect(200)
        require(
            answer.json == anybody.json, f"GET {path}: with an Authorization header the answer is another one", answer
        )


@should("authentication/key-not-repeated", "RFC 9110, 17.16", "openapi.yaml#/components/securitySchemes/apiKey")
def key_not_repeated(trial: Trial) -> None:
    """No answer repeats a key, right or wrong: answers are logged and shown."""
    wrong, key = f"trc_live_{secrets.token_hex(18)}", trial.academy.key or ""
    answers = [_with(trial, f"Bearer {wrong}"), _with(trial, f"Basic {wrong}")]
    answers += [
        trial.academy.get(path) for path in ("/api/v1/courses/nothing", f"{LIST}?limit=0", "/api/v1/no-such-path")
    ]
    for answer in answers:
        said = (answer.body.decode("utf-8", "replace"), *(f"{name}: {value}" for name, value in answer.all_headers))
        require(
            not any(secret in line for secret in (key, wrong) for line in said),
            f"{answer.path} repeats the key",
            answer,
        )
