"""Who has the present answer is not sent it again; and what was kept is never given once something has changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.academies import Academy
from tests.claiming import PATH, token_for

CLAIMED = datetime(2026, 3, 16, 14, tzinfo=UTC)
OTHER = '"0123456789abcdef0123456789abcdef"'
PLACES = ("verify", "assertion", "badge class", "image", "issuer")


@pytest.fixture
def paths(academy: Academy) -> dict[str, str]:
    """Where each of the conditional answers is, all of one claimed certificate."""
    course = academy.course(validity_period_months=12)
    issued = academy.issue(course_id=course["id"])
    academy.alter(issued["code"], claimed_at=CLAIMED)
    return {
        "verify": f"/api/v1/verify/{issued['code']}",
        "assertion": f"/api/obi/assertion/{issued['code']}",
        "badge class": f"/api/obi/badge-class/{course['id']}",
        "image": f"/api/obi/badge-class/{course['id']}/image",
        "issuer": f"/api/obi/issuer/{academy.id}",
    }


def asked(anyone: httpx.Client, path: str, *tags: str, method: str = "GET", **headers: str) -> httpx.Response:
    lines = [*headers.items(), *(("If-None-Match", tag) for tag in tags)]
    return anyone.request(method, path, headers=lines)


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_has_a_strong_tag_and_is_the_same_when_it_is_kept(
    anyone: httpx.Client, paths: dict[str, str], place: str
) -> None:
    first, _, again = [asked(anyone, paths[place]) for _ in range(3)]  # kept from the second time on
    assert first.status_code == again.status_code == 200
    assert first.headers["etag"].startswith('"')
    assert again.content == first.content
    own = {"x-request-id", "date", "x-ratelimit-remaining", "x-ratelimit-reset"}
    assert {k: v for k, v in again.headers.items() if k not in own} == {
        k: v for k, v in first.headers.items() if k not in own
    }
    assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "named",
    [["{}"], ["W/{}"], [OTHER, "{}"], [OTHER + " , {}"], ["*"], ["{}," + OTHER]],
    ids=["it", "weak", "lines", "list", "any", "first"],
)
@pytest.mark.parametrize(("method", "times"), [("GET", 1), ("GET", 3), ("HEAD", 3)])
def test_who_names_its_tag_is_told_that_it_has_not_changed(
    anyone: httpx.Client, paths: dict[str, str], place: str, named: list[str], method: str, times: int
) -> None:
    full = [asked(anyone, paths[place]) for _ in range(times)][-1]
    tags = [name.format(full.headers["etag"]) for name in named]
    answer = asked(anyone, paths[place], *tags, method=method)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == full.headers["etag"]
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers.get("vary") == full.headers.get("vary")
    assert not {"content-type", "content-length"} & set(answer.headers)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", [OTHER, "", "x", '"', ",,", 'W/"'])
def test_any_other_tag_is_answered_in_full(anyone: httpx.Client, paths: dict[str, str], place: str, tag: str) -> None:
    full = asked(anyone, paths[place])
    answer = asked(anyone, paths[place], tag)
    assert (answer.status_code, answer.content) == (200, full.content)


@pytest.mark.parametrize("place", PLACES)
def test_a_head_tells_what_a_get_would(anyone: httpx.Client, paths: dict[str, str], place: str) -> None:
    full, head = asked(anyone, paths[place]), asked(anyone, paths[place], method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type"):
        assert head.headers[name] == full.headers[name]


def test_each_media_type_has_a_tag_of_its_own(anyone: httpx.Client, paths: dict[str, str]) -> None:
    linked = asked(anyone, paths["assertion"], Accept="application/ld+json")
    plain = asked(anyone, paths["assertion"], Accept="application/json")
    assert linked.headers["etag"] != plain.headers["etag"]
    assert (linked.headers["content-type"], plain.headers["content-type"]) == (
        "application/ld+json",
        "application/json",
    )
    mixed = asked(anyone, paths["assertion"], linked.headers["etag"], Accept="application/json")
    assert mixed.status_code == 200


def test_errors_have_no_tag(academy: Academy, anyone: httpx.Client, paths: dict[str, str]) -> None:
    missing = asked(anyone, "/api/v1/verify/TRC-EXA-26-AAAAAA", "*")
    assert missing.status_code == 404
    assert "etag" not in missing.headers
    academy.revoke(paths["assertion"].rpartition("/")[2])
    gone = asked(anyone, paths["assertion"], "*")
    assert gone.status_code == 410
    assert "etag" not in gone.headers


def test_what_the_service_changes_itself_shows_in_the_next_answer(academy: Academy, anyone: httpx.Client) -> None:
    issued = academy.issue(holder_name="Jane Do")
    path = f"/api/v1/verify/{issued['code']}"

    def shown() -> dict[str, Any]:
        found: dict[str, Any] = anyone.get(path).json()
        return found

    assert shown() == shown() == shown()
    academy.call("PATCH", f"/api/v1/certificates/{issued['code']}", json={"holder_name": "Jane Doe"})
    assert shown()["certificate"]["holder_name"] == "Jane Doe"
    assert anyone.post(PATH, json={"token": token_for(issued)}).status_code == 200
    assert shown()["certificate"]["is_claimed"] is True
    academy.call("POST", f"/api/v1/certificates/{issued['code']}/renew", json={})
    assert shown()["status"] == "renewed"
    other = academy.issue()["code"]
    (tag,) = {anyone.get(f"/api/v1/verify/{other}").headers["etag"] for _ in range(3)}
    academy.revoke(other)
    answer = asked(anyone, f"/api/v1/verify/{other}", tag)
    assert (answer.status_code, answer.json()["status"]) == (200, "revoked")


def test_what_is_kept_ends_at_the_very_expiry(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    expires_at = datetime.now(UTC) + timedelta(seconds=1)
    academy.alter(code, expires_at=expires_at)
    seen: set[str] = set()
    while "expired" not in seen:
        before = datetime.now(UTC)
        status = anyone.get(f"/api/v1/verify/{code}").json()["status"]
        after = datetime.now(UTC)
        seen.add(status)
        assert status == "expired" or before < expires_at
        assert status == "valid" or after >= expires_at
        assert before < expires_at + timedelta(seconds=30)


def test_a_question_with_a_query_is_answered_anew(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(name="Web Development")
    path = f"/api/obi/badge-class/{course['id']}"
    first = anyone.get(path)
    academy.call("PATCH", f"/api/v1/courses/{course['id']}", json={"name": "Web Design"})
    assert anyone.get(path).content == first.content
    assert anyone.get(f"{path}?version=2").json()["name"] == "Web Design"
    assert anyone.get(f"{path}?version=1").json()["name"] == "Web Development"
