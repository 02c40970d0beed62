"""Limits over HTTP: exact, told in every limited answer, and counted for whom they are meant."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import httpx
import pytest

from services import api_keys
from tests import agreement, valkey
from tests.academies import Academy, found_academy
from tests.agreement import error_of
from tests.databases import Database
from tests.installation import Installation

API, PUBLIC, MISSES, TESTS = 5, 4, 3, 2
MISS = "TRC-EXA-26-AAAAAA"
_addresses = count(1)


@pytest.fixture
def web(limited: Installation) -> Iterator[httpx.Client]:
    """A client of the limited installation; answers are held against the contract."""
    with limited.client(event_hooks={"response": [agreement.check]}) as client:
        yield client


@pytest.fixture
def academy(web: httpx.Client, database: Database) -> Academy:
    return found_academy(web, database)


def somebody() -> dict[str, str]:
    """The header by which our proxy tells an address that nobody had before."""
    number = next(_addresses)
    return {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}


def issued(academy: Academy) -> str:
    """A certificate of an academy, issued with keys of its own so that its first key is still unused."""
    spare = academy.database.run(partial(api_keys.create, academy.caller, "spare", datetime.now(UTC)))
    return str(Academy(academy.id, spare.secret, academy.web, academy.database).issue()["code"])


def assert_limited(answer: httpx.Response, limit: int) -> None:
    error_of(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["x-ratelimit-limit"] == str(limit)
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60


def test_a_key_has_its_limit_at_once_and_is_told_what_is_left(academy: Academy) -> None:
    answers = [academy.get("/api/v1/courses") for _ in range(API)]
    assert [answer.status_code for answer in answers] == [200] * API
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == [str(n) for n in reversed(range(API))]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {str(API)}
    assert all(1 <= int(answer.headers["x-ratelimit-reset"]) <= 60 for answer in answers)
    assert_limited(academy.get("/api/v1/courses"), API)
    assert_limited(academy.post("/api/v1/courses", content=b"{"), API)


def test_another_key_of_the_same_organization_has_a_limit_of_its_own(academy: Academy) -> None:
    for _ in range(API + 1):
        academy.get("/api/v1/courses")
    spare = academy.database.run(partial(api_keys.create, academy.caller, "spare", datetime.now(UTC)))
    other = Academy(academy.id, spare.secret, academy.web, academy.database)
    assert other.get("/api/v1/courses").status_code == 200


def test_an_organization_has_its_limit_of_webhook_tests_over_all_its_keys(academy: Academy) -> None:
    spare = academy.database.run(partial(api_keys.create, academy.caller, "spare", datetime.now(UTC)))
    member = Academy(academy.id, spare.secret, academy.web, academy.database)
    answers = [each.post("/api/v1/webhooks/test") for each in (academy, member)]
    assert [answer.status_code for answer in answers] == [202] * TESTS
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == [str(TESTS)] * TESTS
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0"]
    assert_limited(academy.post("/api/v1/webhooks/test"), TESTS)
    assert academy.get("/api/v1/courses").headers["x-ratelimit-remaining"] == str(API - 3)
    assert found_academy(academy.web, academy.database).post("/api/v1/webhooks/test").status_code == 202


def test_claims_count_with_the_public_operations(web: httpx.Client) -> None:
    me = somebody()
    answers = [web.post("/api/v1/claims", json={"token": "x"}, headers=me) for _ in range(PUBLIC)]
    assert [answer.status_code for answer in answers] == [422] * PUBLIC
    assert_limited(web.get("/api/obi/issuer/x", headers=me), PUBLIC)


def test_refused_requests_count_too_and_tell_what_is_left(academy: Academy) -> None:
    answers = [academy.post("/api/v1/courses", content=b"{") for _ in range(API)]
    assert [answer.status_code for answer in answers] == [422] * API
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert_limited(academy.get("/api/v1/courses"), API)


def test_at_once_exactly_the_limit_is_admitted(academy: Academy) -> None:
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: academy.get("/api/v1/courses").status_code, range(20)))
    assert sorted(statuses) == [200] * API + [429] * (20 - API)


def test_the_public_operations_share_one_count_per_address(academy: Academy, web: httpx.Client) -> None:
    code, me = issued(academy), somebody()
    paths = [f"/api/v1/verify/{code}", f"/api/obi/issuer/{academy.id}", "/api/obi/issuer/x", f"/api/v1/verify/{code}"]
    answers = [web.get(path, headers=me) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 200]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0"]
    assert_limited(web.get(f"/api/obi/issuer/{academy.id}", headers=me), PUBLIC)
    assert web.get(paths[0], headers=somebody()).status_code == 200
    assert academy.get("/api/v1/courses", headers=me).status_code == 200


def test_a_429_may_be_read_by_scripts_where_the_answer_may(academy: Academy, web: httpx.Client) -> None:
    me = somebody()
    answers = [web.get(f"/api/obi/issuer/{academy.id}", headers=me) for _ in range(PUBLIC + 1)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answers[-1].headers["access-control-expose-headers"]


def test_refused_keys_count_per_address(academy: Academy, web: httpx.Client) -> None:
    me = somebody()
    wrong = {**me, "Authorization": "Bearer trc_live_your_api_key_here"}
    answers = [web.get("/api/v1/courses", headers=wrong) for _ in range(PUBLIC)]
    assert [answer.status_code for answer in answers] == [401] * PUBLIC
    assert_limited(web.get("/api/v1/courses", headers=wrong), PUBLIC)
    assert academy.get("/api/v1/courses", headers=me).status_code == 200


def test_misses_are_counted_apart_and_then_hide_hits(academy: Academy, web: httpx.Client) -> None:
    code, me = issued(academy), somebody()
    missed = [web.get(f"/api/v1/verify/{MISS}", headers=me).status_code for _ in range(MISSES)]
    assert missed == [404] * MISSES
    hit, miss = (web.get(f"/api/v1/verify/{one}", headers=me) for one in (code, MISS))
    assert_limited(hit, MISSES)
    assert (hit.status_code, miss.status_code) == (429, 429)
    assert web.get(f"/api/v1/verify/{code}", headers=somebody()).status_code == 200


@pytest.mark.parametrize("where", ["/v/{}", "/api/obi/assertion/{}"])
def test_after_too_many_misses_a_hit_and_a_miss_look_alike_everywhere(
    academy: Academy, web: httpx.Client, where: str
) -> None:
    code, me = issued(academy), somebody()
    for _ in range(MISSES):
        assert web.get(where.format(MISS), headers=me).status_code == 404
    hit, miss = (web.get(where.format(one), headers=me) for one in (code, MISS))
    assert (hit.status_code, miss.status_code) == (429, 429)
    if where.startswith("/v/"):
        assert hit.content == miss.content


def test_pages_and_api_share_the_count_of_misses(academy: Academy, web: httpx.Client) -> None:
    code, me = issued(academy), somebody()
    for path in (f"/v/{MISS}", f"/api/v1/verify/{MISS}", "/v/nothing"):
        assert web.get(path, headers=me).status_code == 404
    assert web.get(f"/v/{code}", headers=me).status_code == 429
    assert web.get(f"/api/v1/verify/{code}", headers=me).status_code == 429


def test_a_page_that_is_held_back_tells_when_to_come_back(web: httpx.Client) -> None:
    me = somebody()
    answers = [web.get(f"/v/{MISS}", headers=me) for _ in range(MISSES + 1)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_hits_on_pages_are_not_limited(academy: Academy, web: httpx.Client) -> None:
    code, me = issued(academy), somebody()
    assert {web.get(f"/v/{code}", headers=me).status_code for _ in range(PUBLIC + API)} == {200}


def statuses(web: httpx.Client, headers: list[dict[str, str]]) -> list[int]:
    return [web.get("/api/obi/issuer/x", headers=each).status_code for each in headers]


def test_a_trusted_proxy_is_believed_about_the_nearest_stranger_only(web: httpx.Client) -> None:
    (mine,) = somebody().values()
    chains = [f"203.0.113.{number}, {mine}" for number in range(PUBLIC + 1)]
    assert statuses(web, [{"X-Forwarded-For": chain} for chain in chains]) == [404] * PUBLIC + [429]


def test_a_stranger_is_not_believed(limited: Installation) -> None:
    transport = httpx.HTTPTransport(local_address="127.0.0.77")
    with httpx.Client(base_url=limited.url, transport=transport) as stranger:
        assert statuses(stranger, [somebody() for _ in range(PUBLIC + 1)]) == [404] * PUBLIC + [429]


def test_ipv6_counts_per_64(web: httpx.Client) -> None:
    block = f"2001:db8:0:{next(_addresses):x}"
    same = [{"X-Forwarded-For": f"{block}:{number:x}::1"} for number in range(PUBLIC + 1)]
    assert statuses(web, same) == [404] * PUBLIC + [429]
    assert statuses(web, [{"X-Forwarded-For": f"2001:db8:1:{next(_addresses):x}::1"}]) == [404]


@contextmanager
def serving(*installations: Installation) -> Iterator[None]:
    try:
        for one in installations:
            one.start()
        yield
    finally:
        for one in installations:
            one.stop()


def test_two_processes_share_their_counts_through_valkey(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = valkey.start()
    limits = {"TRUECERTA_RATE_LIMIT_API": "20/minute", "TRUECERTA_REDIS_URL": server.url}
    pair = [Installation(tmp_path_factory.mktemp("pair"), database.url, dict(limits)) for _ in range(2)]
    try:
        with serving(*pair), pair[0].client() as one, pair[1].client() as other, ThreadPoolExecutor(10) as pool:
            academy = found_academy(one, database)
            members = [Academy(academy.id, academy.key, web, database) for web in (one, other)]
            asked = pool.map(lambda n: members[n % 2].get("/api/v1/courses").status_code, range(50))
            assert sorted(asked) == [200] * 20 + [429] * 30
    finally:
        server.stop()


def test_without_valkey_answers_go_on_and_the_outage_is_logged(database: Database, tmp_path: Path) -> None:
    limits = {"TRUECERTA_RATE_LIMIT_API": "5/minute", "TRUECERTA_REDIS_URL": "valkey://127.0.0.1:1"}
    installation = Installation(tmp_path, database.url, limits)
    with serving(installation), installation.client() as web:
        academy = found_academy(web, database)
        assert [academy.get("/api/v1/courses").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert len(re.findall("limits_counted_locally", installation.log.read_text())) == 1


def test_several_workers_need_a_place_to_count_together(tmp_path: Path) -> None:
    installation = Installation(tmp_path, environment={})
    refused = installation.command("serve", "--workers", "2", check=False)
    assert refused.returncode == 2
    assert "TRUECERTA_REDIS_URL" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_workers_with_valkey_count_together(database: Database, tmp_path: Path) -> None:
    server = valkey.start()
    limits = {"TRUECERTA_RATE_LIMIT_API": "10/minute", "TRUECERTA_REDIS_URL": server.url}
    installation = Installation(tmp_path, database.url, limits)
    try:
        installation.start("--workers", "2")
        found = installation.organization()
        with installation.client(found["api_key"]) as web:
            web.headers["Connection"] = "close"  # a connection each, so that both workers are asked
            asked = [web.get("/api/v1/courses").status_code for _ in range(24)]
        assert asked == [200] * 10 + [429] * 14
    finally:
        assert installation.stop() == 0
        server.stop()
