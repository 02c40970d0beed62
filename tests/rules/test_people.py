"""Roles, passwords and what is signed for people: believed to the letter, for one use and one purpose."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import account_links, form_tokens, passwords, roles, session_tokens, signed_tokens
from rules.account_links import AccountLink
from rules.errors import Refused

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
KEY, OTHER = bytes(32), b"\1" * 32
SESSION = UUID(int=7)
keys = st.binary(min_size=32, max_size=32)
visitors = st.text(max_size=60)


def test_each_role_may_what_those_before_it_may() -> None:
    for one, needed in product(roles.ROLES, repeat=2):
        assert roles.may(one, needed) is (roles.ROLES.index(one) >= roles.ROLES.index(needed))


@pytest.mark.parametrize("text", ["", "Owner", "admin", "owner ", "viewer\n"])
def test_no_other_word_is_a_role(text: str) -> None:
    with pytest.raises(Refused) as refused:
        roles.parse(text)
    assert refused.value.details[0].field == "role"


@given(st.text(max_size=300))
def test_a_password_is_told_what_is_wrong_with_it_or_taken_as_it_is(password: str) -> None:
    refused = refusal_of(password)
    if refused is None:
        assert passwords.SHORTEST <= len(password) <= passwords.LONGEST
    else:
        assert [detail.field for detail in refused.details] == ["password"]


def refusal_of(password: str) -> Refused | None:
    """Why a password is refused, if it is; else it is answered as it came."""
    try:
        taken = passwords.check(password, "jane@example.com")
    except Refused as refused:
        return refused
    assert taken == password
    return None


@pytest.mark.parametrize(
    "password",
    [
        "password12",
        "Password123!",
        "P@ssw0rd2024",
        "passwordpassword",
        "wachtwoord1",
        "welkom2026!",
        "1234567890",
        "0987654321",
        "aaaaaaaaaa",
        "ababababab",
        "abcabcabcabc",
        "qwertyuiop",
        "1q2w3e4r5t",
        "abcdefghijklm",
        "iloveyou1234",
        "Jane.Doe@Example.com",
        "example.com",
        "truecerta!!",
    ],
)
def test_the_first_guesses_are_refused(password: str) -> None:
    with pytest.raises(Refused):
        passwords.check(password, "jane.doe@example.com")


@pytest.mark.parametrize(
    "password", ["three short words", "correct horse battery", "Zo\u00eb likes \U0001f393 a lot", "x7Kq9-mm2Lp"]
)
def test_what_is_long_and_no_first_guess_is_taken(password: str) -> None:
    assert passwords.check(password, "jane@example.com") == password


@given(keys, keys, st.uuids())
def test_a_session_is_read_by_its_key_until_it_ends(key: bytes, other: bytes, session_id: UUID) -> None:
    token = session_tokens.token(key, session_id, NOW + timedelta(seconds=1))
    assert session_tokens.read(token, [key], NOW) == session_id
    assert session_tokens.read(token, [other, key], NOW) == session_id
    assert session_tokens.read(token, [key], NOW + timedelta(seconds=1)) is None
    if other != key:
        assert session_tokens.read(token, [other], NOW) is None


@given(st.text(max_size=200) | st.from_regex(signed_tokens._FITS, fullmatch=True))
def test_no_other_text_is_a_token(text: str) -> None:
    assert signed_tokens.read(text, [KEY], session_tokens.AUDIENCE) is None


@given(st.integers(0), st.sampled_from("abcXYZ019-_."))
def test_a_token_is_ours_to_the_letter(place: int, letter: str) -> None:
    token = session_tokens.token(KEY, SESSION, NOW)
    at = place % len(token)
    altered = token[:at] + letter + token[at + 1 :]
    if altered != token:
        assert signed_tokens.read(altered, [KEY], session_tokens.AUDIENCE) is None


def test_a_token_of_another_kind_is_not_believed() -> None:
    """Signed by the right key even: what it is for is told by it, and how it is signed is not."""
    link = account_links.token(KEY, AccountLink("password_reset", SESSION, "x"), NOW)
    says = {"sub": str(SESSION), "exp": 4_000_000_000, "aud": session_tokens.AUDIENCE}
    others = [
        link,
        jwt.encode(says, KEY * 2, algorithm="HS512"),
        jwt.encode(says, "", algorithm="none"),
        jwt.encode({**says, "aud": [session_tokens.AUDIENCE]}, KEY, algorithm="HS256"),
        jwt.encode({**says, "sub": "x"}, KEY, algorithm="HS256"),
        jwt.encode({**says, "exp": True}, KEY, algorithm="HS256"),
        jwt.encode({"sub": str(SESSION), "aud": session_tokens.AUDIENCE}, KEY, algorithm="HS256"),
    ]
    assert [session_tokens.read(other, [KEY], NOW) for other in others] == [None] * len(others)
    assert session_tokens.read(jwt.encode(says, KEY, algorithm="HS256"), [KEY], NOW) == SESSION


@given(st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_session_is_over_after_twelve_idle_hours_and_thirty_days(age: timedelta, idle: timedelta) -> None:
    began = NOW - age
    seen = max(began, NOW - idle)
    over = session_tokens.is_over(seen, began + session_tokens.LONGEST, NOW)
    assert over is (NOW - seen >= timedelta(hours=12) or age >= timedelta(days=30))


@given(st.sampled_from(["invitation", "password_reset"]), st.uuids(), st.text(max_size=20))
def test_a_link_is_for_one_purpose_and_some_time(purpose: account_links.Purpose, subject: UUID, fact: str) -> None:
    link = AccountLink(purpose, subject, account_links.state(fact))
    token = account_links.token(KEY, link, NOW)
    end = NOW + account_links.LIFETIME[purpose]
    assert account_links.read(token, [OTHER, KEY], purpose, end - timedelta(seconds=1)) == link
    other: account_links.Purpose = "invitation" if purpose == "password_reset" else "password_reset"
    for text, key, wanted, now in (
        (token, KEY, purpose, end),
        (token, OTHER, purpose, NOW),
        (token, KEY, other, NOW),
        ("", KEY, purpose, NOW),
    ):
        with pytest.raises(Refused) as refused:
            account_links.read(text, [key], wanted, now)
        assert refused.value.code == "gone"


@given(st.lists(st.none() | st.text(max_size=5), max_size=4), st.lists(st.none() | st.text(max_size=5), max_size=4))
def test_two_states_are_told_apart(one: list[str | None], other: list[str | None]) -> None:
    assert (account_links.state(*one) == account_links.state(*other)) is (one == other)


@given(keys, visitors, visitors, st.binary(min_size=16, max_size=16))
def test_a_form_is_for_the_visitor_that_it_was_shown_to(key: bytes, one: str, other: str, salt: bytes) -> None:
    token = form_tokens.token(key, one, salt)
    assert form_tokens.is_for(token, [OTHER, key], one)
    assert form_tokens.is_for(token, [key], other) is (one == other)
    assert form_tokens.is_for(token, [OTHER], one) is (key == OTHER)


@given(st.text(max_size=120))
def test_no_other_text_is_a_form_token(text: str) -> None:
    assert not form_tokens.is_for(text, [KEY], "session 1")
