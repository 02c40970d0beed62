"""Claims over HTTP: a holder takes a certificate once, by a link of ours and no other."""

import base64
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from services.keyring import Keyring, Purpose, _derived
from tests.academies import Academy
from tests.agreement import error_of, fields_of
from tests.claiming import KEY, PATH, claim, token_for
from tests.endpoints import happened
from tests.installation import SECRET, Installation

DAY = timedelta(days=1)
OTHER_PURPOSES: tuple[Purpose, ...] = ("webhook secrets", "kept answers")


def said(token: str) -> dict[str, Any]:
    """The claims in a token."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def signed(claims: dict[str, Any], *, key: bytes = KEY, **header: Any) -> str:
    """A token that somebody made up."""
    return jwt.encode(claims, key, algorithm="HS256", headers=header)


def naming(token: str, algorithm: str, signature: str | None = None) -> str:
    """A token that names another algorithm, under our key by that algorithm where nothing else is given."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    body = f"{header}.{token.split('.')[1]}"
    if signature is None:
        digest = hmac.digest(KEY, body.encode(), algorithm.replace("HS", "sha"))
        signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"{body}.{signature}"


def assert_refused(academy: Academy, issued: dict[str, Any], tokens: list[str]) -> None:
    """None of them claims."""
    for token in tokens:
        answer = claim(academy.web, token)
        error_of(answer, 422, "unprocessable_entity")
        assert fields_of(answer) == ["token"]
    assert not academy.read(issued["code"])["is_claimed"]
    assert happened(academy, event="certificate.claimed") == []


def test_a_claim_is_made_once_however_often_it_is_repeated(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue(academy.course(validity_period_months=12)["id"])
    assert anyone.get(f"/api/obi/assertion/{issued['code']}").status_code == 404
    first, second = (claim(anyone, token) for token in (token_for(issued), token_for(issued, ago=DAY)))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert first.headers["cache-control"] == "no-store"
    claimed = first.json()["data"]
    names = ("code", "holder_name", "course_name", "issued_at", "expires_at", "links")
    assert claimed == {
        **{name: issued[name] for name in names},
        "academy": {"name": "Example Academy", "logo_url": None},
        "claimed_at": academy.read(issued["code"])["claimed_at"],
    }
    assert "jane@example.com" not in first.text
    assert anyone.get(f"/api/v1/verify/{issued['code']}").json()["certificate"]["is_claimed"]
    assert anyone.get(f"/api/obi/assertion/{issued['code']}").status_code == 200
    assert happened(academy) == ["certificate.issued", "certificate.claimed"]


def test_many_at_once_claim_once(academy: Academy, twin: Installation) -> None:
    token = token_for(academy.issue())
    with twin.client() as client, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: claim(client if n % 2 else academy.web, token), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert happened(academy) == ["certificate.issued", "certificate.claimed"]


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_an_altered_token_is_refused(academy: Academy, segment: int) -> None:
    issued = academy.issue()
    whole = token_for(issued).split(".")
    part = whole[segment]
    others = [part[:at] + ("A" if part[at] != "A" else "B") + part[at + 1 :] for at in (0, 5, len(part) // 2, -2)]
    others[-1] = part[:-2] + ("A" if part[-2] != "A" else "B") + part[-1]
    others += [part[:-1], part + "A", f"{part}=", "", f" {part}", part.swapcase(), f"{part}\n"]
    assert_refused(academy, issued, [".".join([*whole[:segment], other, *whole[segment + 1 :]]) for other in others])


def test_another_algorithm_is_refused(academy: Academy) -> None:
    issued = academy.issue()
    good = token_for(issued)
    signature = good.rpartition(".")[2]
    tokens = [naming(good, name, each) for name in ("none", "None", "NONE", "") for each in ("", signature)]
    tokens += [naming(good, name) for name in ("HS384", "HS512")]
    tokens += [naming(good, name, signature) for name in ("HS512", "RS256", "ES256", "EdDSA")]
    assert_refused(academy, issued, tokens)
    assert claim(academy.web, naming(good, "HS256")).status_code == 200


def test_another_purpose_audience_or_key_is_refused(academy: Academy) -> None:
    issued = academy.issue()
    good = said(token_for(issued))
    assert claim(academy.web, signed(good | {"sub": str(uuid4())})).status_code == 422
    purposes = [signed(good | {"purpose": purpose}) for purpose in ("reset_password", "", None, ["claim_certificate"])]
    audiences = [
        signed(good | {"aud": aud}) for aud in ("truecerta", "", ["truecerta-claim"], ["truecerta-claim", "x"])
    ]
    missing = [signed({name: value for name, value in good.items() if name != gone}) for gone in good]
    keys = [_derived(SECRET, purpose) for purpose in OTHER_PURPOSES]
    keys += [SECRET.encode(), bytes(32), Keyring("another secret key of 32 characters").claim_keys[0]]
    stolen = [signed(good, key=key) for key in keys]
    assert_refused(academy, issued, purposes + audiences + missing + stolen)
    assert claim(academy.web, signed(good, kid="../../dev/null", jku="https://example.com/keys")).status_code == 200


def test_a_token_holds_for_its_certificate_and_address_alone(academy: Academy) -> None:
    issued, other = academy.issue(), academy.issue(holder_email="Jane@example.com")
    good = said(token_for(issued))
    swapped = [
        signed(good | {"sub": other["id"]}),
        signed(good | {"adr": said(token_for(other))["adr"]}),
        signed(good | {"adr": "0" * 64}),
        signed(good | {"sub": issued["code"]}),
        signed(good | {"sub": issued["id"].upper()}),
        signed(good | {"exp": "tomorrow"}),
        signed(good | {"exp": None}),
    ]
    assert_refused(academy, issued, swapped)


def test_a_link_ends_after_seven_days(academy: Academy) -> None:
    issued = academy.issue()
    for ago in (7 * DAY, 8 * DAY, 4000 * DAY):
        error_of(claim(academy.web, token_for(issued, ago=ago)), 410, "gone")
    forged = token_for(issued, ago=8 * DAY, key=bytes(32))
    error_of(claim(academy.web, forged), 422, "unprocessable_entity")
    assert happened(academy) == ["certificate.issued"]
    assert claim(academy.web, token_for(issued, ago=7 * DAY - timedelta(minutes=1))).status_code == 200
    error_of(claim(academy.web, token_for(issued, ago=8 * DAY)), 410, "gone")


@pytest.mark.parametrize("claimed", [False, True])
def test_what_is_revoked_is_not_claimed(academy: Academy, *, claimed: bool) -> None:
    issued = academy.issue()
    token = token_for(issued)
    if claimed:
        assert claim(academy.web, token).status_code == 200
    academy.revoke(issued["code"])
    error_of(claim(academy.web, token), 409, "conflict")
    assert academy.read(issued["code"])["is_claimed"] is claimed
    assert len(happened(academy, event="certificate.claimed")) == claimed


def test_what_has_expired_or_was_renewed_can_be_claimed(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(validity_period_months=1)["id"]
    expired = academy.issue(course, issued_at="2024-01-31T10:00:00Z")
    renewed = academy.issue(course)
    successor = academy.post(f"/api/v1/certificates/{renewed['code']}/renew").json()["data"]
    for issued, status in ((expired, "expired"), (renewed, "renewed")):
        assert claim(anyone, token_for(issued)).status_code == 200
        facts = academy.read(issued["code"])
        assert (facts["status"], facts["is_claimed"]) == (status, True)
        assert anyone.get(f"/api/obi/assertion/{issued['code']}").status_code == 200
    assert not academy.read(successor["code"])["is_claimed"]


def test_scripts_of_other_pages_are_told_nothing(academy: Academy) -> None:
    token = token_for(academy.issue())
    origin = {"Origin": "https://example.com"}
    for sent in (token, "x"):
        answer = academy.web.post(PATH, json={"token": sent}, headers=origin)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    asked = academy.web.options(PATH, headers=preflight)
    error_of(asked, 405, "method_not_allowed")
    assert not [name for name in asked.headers if name.startswith("access-control")]


def test_a_key_is_not_looked_at_and_a_repetition_changes_nothing(academy: Academy, rival: Academy) -> None:
    one, other = token_for(academy.issue()), token_for(rival.issue())
    wrong = {"Authorization": "Bearer trc_live_wrong", "Idempotency-Key": "one"}
    first, second = (academy.web.post(PATH, json={"token": one}, headers=wrong) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert academy.web.post(PATH, json={"token": other}, headers=wrong).status_code == 200
    answer = academy.web.post(PATH, json={"token": one}, headers={"Idempotency-Key": "x" * 256})
    error_of(answer, 422, "unprocessable_entity")


@pytest.mark.parametrize(
    "body",
    [{}, {"token": None}, {"token": 7}, {"token": ["x"]}, {"token": ""}, {"token": "a" * 3000}, {"token": "a.b.c\x00"}],
)
def test_what_is_no_token_is_422(anyone: httpx.Client, body: dict[str, object]) -> None:
    answer = anyone.post(PATH, json=body)
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == ["token"]


def test_other_members_and_methods_are_refused(academy: Academy) -> None:
    issued = academy.issue()
    answer = academy.web.post(PATH, json={"token": token_for(issued), "holder_name": "Joe"})
    error_of(answer, 422, "unprocessable_entity")
    for method in ("GET", "PUT", "DELETE"):
        error_of(academy.web.request(method, PATH, params={"token": token_for(issued)}), 405, "method_not_allowed")
    assert not academy.read(issued["code"])["is_claimed"]


def test_claims_and_verification_have_one_count(limited: Installation, academy: Academy) -> None:
    token, code = token_for(academy.issue()), academy.issue()["code"]
    me = {"X-Forwarded-For": f"192.0.2.{limited.port % 250 + 1}"}
    with limited.client() as web:
        answers = [web.post(PATH, json={"token": each}, headers=me) for each in (token, "x")]
        answers += [web.get(f"/api/v1/verify/{code}", headers=me), web.post(PATH, json={"token": token}, headers=me)]
        assert [answer.status_code for answer in answers] == [200, 422, 200, 200]
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0"]
        for answer in (
            web.post(PATH, json={"token": token}, headers=me),
            web.get(f"/api/v1/verify/{code}", headers=me),
        ):
            error_of(answer, 429, "rate_limited")
            assert answer.headers["x-ratelimit-limit"] == "4"
