"""Claim tokens: ours and no other are believed, for seven days, for one certificate and one address."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import claims
from rules.claims import Claim
from rules.errors import ErrorCode, Refused

steady = settings(derandomize=True, deadline=None)
NOW = datetime(2001, 3, 15, 10, tzinfo=UTC)  # long past for the machine's clock, which must not matter
TICK = timedelta(microseconds=1)
KEY, OLD_KEY, OTHER_KEY = (bytes(range(start, start + 32)) for start in (0, 1, 2))
ID, EMAIL = UUID(int=0xC0FFEE), "Jane@example.com"
TOKEN = claims.token(KEY, ID, EMAIL, NOW)
CLAIMS: dict[str, Any] = jwt.decode(TOKEN, options={"verify_signature": False})


def forged(changed: Mapping[str, object], *, key: bytes = KEY, algorithm: str = "HS256", without: str = "") -> str:
    """A token with other claims, signed as if it were ours."""
    members = {name: value for name, value in (CLAIMS | dict(changed)).items() if name != without}
    return jwt.encode(members, key, algorithm=algorithm)


def written(segment: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(segment).encode()).decode().rstrip("=")


def refusal(token: str, *keys: bytes, now: datetime = NOW) -> ErrorCode:
    """The code with which a token is refused."""
    with pytest.raises(Refused) as refused:
        claims.read(token, keys or (KEY,), now)
    fields = [detail.field for detail in refused.value.details]
    assert fields == (["token"] if refused.value.code == "unprocessable_entity" else [])
    return refused.value.code


@steady
@given(st.binary(min_size=32, max_size=64), st.uuids(), st.emails(), st.timedeltas(timedelta(), timedelta(days=6)))
def test_a_token_is_bound_to_its_certificate_and_address(key: bytes, id: UUID, email: str, age: timedelta) -> None:
    claim = claims.read(claims.token(key, id, email, NOW), [key], NOW + age)
    assert claims.is_for(claim, id, email)
    assert not claims.is_for(claim, UUID(int=id.int ^ 1), email)
    assert not claims.is_for(claim, id, "x" + email)


def test_the_address_counts_as_it_was_typed() -> None:
    assert not claims.is_for(claims.read(TOKEN, [KEY], NOW), ID, EMAIL.lower())


def test_a_token_tells_no_address() -> None:
    assert set(CLAIMS) == {"aud", "purpose", "sub", "adr", "iat", "exp"}
    assert "example" not in str(CLAIMS).lower()


def test_a_key_that_was_replaced_holds_beside_the_present_one() -> None:
    old = claims.token(OLD_KEY, ID, EMAIL, NOW)
    assert claims.read(old, [KEY, OLD_KEY], NOW) == claims.read(TOKEN, [KEY, OLD_KEY], NOW)
    assert refusal(old, KEY) == "unprocessable_entity"
    with pytest.raises(Refused):
        claims.read(TOKEN, [], NOW)


def test_it_holds_for_seven_days() -> None:
    end = NOW + timedelta(days=7)
    assert isinstance(claims.read(TOKEN, [KEY], end - TICK), Claim)
    assert refusal(TOKEN, now=end) == refusal(TOKEN, now=end + timedelta(days=999)) == "gone"


def test_a_fraction_of_a_second_never_adds_to_the_seven_days() -> None:
    token = claims.token(KEY, ID, EMAIL, NOW + timedelta(milliseconds=999))
    assert refusal(token, now=NOW + timedelta(days=7, milliseconds=999)) == "gone"


def test_a_clock_that_runs_behind_does_no_harm() -> None:
    assert claims.read(TOKEN, [KEY], NOW - timedelta(hours=1)).certificate_id == ID


def test_only_the_moment_that_is_told_counts() -> None:
    far = NOW.replace(year=2190)
    assert claims.read(claims.token(KEY, ID, EMAIL, far), [KEY], far).certificate_id == ID


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_one_other_character_anywhere_is_noticed(segment: int) -> None:
    parts = TOKEN.split(".")
    for place, character in enumerate(parts[segment]):
        for other in {"A", "Q", "-", "=", "."} - {character}:
            altered = parts[segment][:place] + other + parts[segment][place + 1 :]
            token = ".".join((*parts[:segment], altered, *parts[segment + 1 :]))
            assert refusal(token) == refusal(token, now=NOW + timedelta(days=99)) == "unprocessable_entity"


def test_the_last_character_is_written_in_one_way_only() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in set(alphabet) - {TOKEN[-1]}:
        assert refusal(TOKEN[:-1] + other) == "unprocessable_entity"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "token",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + ".",
        TOKEN.rpartition(".")[0] + ".",
        TOKEN.rpartition(".")[0],
        TOKEN.replace(".", "..", 1),
        "\ud800" + TOKEN,
        "ä" + TOKEN,
    ],
)
def test_what_is_cut_or_longer_is_refused(token: str) -> None:
    assert refusal(token) == "unprocessable_entity"


@steady
@given(st.text() | st.from_regex(claims.PATTERN, fullmatch=True))
def test_no_text_does_harm(token: str) -> None:
    assert refusal(token) == "unprocessable_entity"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS512", "RS256", "", None, 256, ["HS256"]])
@pytest.mark.parametrize("signature", ["", "A" * 43, TOKEN.rpartition(".")[2]])
def test_no_other_algorithm_is_named(algorithm: object, signature: str) -> None:
    token = f"{written({'alg': algorithm, 'typ': 'JWT'})}.{TOKEN.split('.')[1]}.{signature}"
    assert refusal(token) == "unprocessable_entity"


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_under_our_key_is_refused(algorithm: str) -> None:
    assert refusal(forged({}, key=KEY * 2, algorithm=algorithm), KEY * 2) == "unprocessable_entity"


def test_a_header_that_names_another_algorithm_under_a_signature_of_ours_is_refused() -> None:
    start = f"{written({'alg': 'HS512', 'typ': 'JWT'})}.{TOKEN.split('.')[1]}"
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, start.encode(), "sha256")).decode().rstrip("=")
    assert refusal(f"{start}.{signature}") == "unprocessable_entity"


def test_another_key_is_refused() -> None:
    assert refusal(forged({}, key=OTHER_KEY)) == refusal(TOKEN, OTHER_KEY, OLD_KEY) == "unprocessable_entity"


def test_our_own_forgery_would_be_believed() -> None:
    """Otherwise the refusals below would prove nothing."""
    assert claims.read(forged({}), [KEY], NOW) == claims.read(TOKEN, [KEY], NOW)


@pytest.mark.parametrize("name", ["aud", "purpose", "sub", "adr", "iat", "exp"])
def test_a_missing_claim_is_refused(name: str) -> None:
    assert refusal(forged({}, without=name)) == "unprocessable_entity"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "truecerta-session"},
        {"aud": ["truecerta-claim"]},
        {"aud": ["truecerta-claim", "other"]},
        {"aud": None},
        {"purpose": "sign_in"},
        {"purpose": ["claim_certificate"]},
        {"purpose": None},
        {"sub": "TRC-ACA-26-F5N8K3"},
        {"sub": f"{{{ID}}}"},
        {"sub": ID.int},
        {"sub": ""},
        {"adr": "Jane@example.com"},
        {"adr": None},
        {"adr": 64 * "G"},
        {"iat": "yesterday"},
        {"exp": None},
        {"exp": "2026-03-15T10:00:00Z"},
        {"exp": 4e9},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": []},
    ],
)
def test_claims_that_make_no_sense_are_refused_also_when_they_are_old(changed: dict[str, object]) -> None:
    token = forged(changed)
    assert refusal(token) == refusal(token, now=NOW + timedelta(days=99)) == "unprocessable_entity"


def test_an_expiry_beyond_the_calendar_is_no_accident() -> None:
    assert claims.read(forged({"exp": 10**30}), [KEY], NOW).certificate_id == ID
    assert refusal(forged({"exp": -(10**30)})) == "gone"
