"""Endpoints over HTTP: made, looked after and removed by their organization, their secrets shown once."""

import base64
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services import webhooks
from services.keyring import Keyring
from tests import agreement
from tests.academies import Academy, found_academy
from tests.agreement import error_of, fields_of
from tests.databases import Database
from tests.endpoints import LONG_AGO, NOBODYS, PATH, endpoint, feed, register
from tests.installation import SECRET, Installation

ADDRESSES: dict[str, list[object]] = {
    "of this machine": ["127.0.0.1", "127.0.0.1:8443/x?y=1", "127.8.7.6", "0.0.0.0", "[::1]", "[::]"],  # noqa: S104  # asked for, not listened on
    "of its network": ["10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254/latest", "100.64.0.1", "198.18.0.1"],
    "of nobody in particular": ["255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.7", "[ff02::1]", "[2001:db8::1]"],
    "of its network by IPv6": ["[fe80::1]", "[fd00::7]", "[fec0::1]", "[100::1]"],
    "within another": ["[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[::7f00:1]"],
    "in other spellings": ["2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.0.1.", "0", "0x"],
    "by name": ["localhost", "LOCALHOST:8443"],
    "of no host": ["", "#part", "user:password@example.com", "example.com\\@127.0.0.1/", "example.com:0", "a b.com"],
    "of no spelling": ["[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "①②⑦.0.0.1", "exämple.com", "[::1"],
    "out of bounds": ["example.com:65536/", "example.com/" + "x" * 2048, "example.com/\n", "example.com/#part"],
}
NOTHINGS = "53c19f32-ca11-435e-a689-687857ee085d"
NO_ADDRESS = [
    "http://example.com/",
    "ftp://example.com/",
    "//example.com/",
    "example.com",
    " https://example.com",
    "",
    7,
]


def changes(academy: Academy, webhook_id: str, **members: object) -> httpx.Response:
    answer: httpx.Response = academy.patch(f"{PATH}/{webhook_id}", json=members)
    return answer


def test_a_secret_is_shown_when_it_is_made_and_never_again(academy: Academy) -> None:
    created = academy.post(PATH, json={"url": NOBODYS, "description": "Zwei\n\tZeilen"})
    made = created.json()["data"]
    assert created.status_code == 201
    assert created.headers["location"].endswith(f"{PATH}/{made['id']}")
    assert created.headers["cache-control"] == "no-store"
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert academy.get(created.headers["location"]).json() == {"data": made}
    later = [
        academy.get(PATH),
        academy.get(f"{PATH}/{made['id']}"),
        changes(academy, made["id"], description=None),
        academy.post(f"{PATH}/{made['id']}/disable"),
        academy.post(f"{PATH}/{made['id']}/enable"),
    ]
    assert all("whsec_" not in answer.text and "secret" not in answer.json() for answer in later)


def test_no_secret_lies_open_in_the_database(academy: Academy) -> None:
    made = register(academy)
    rotated = academy.post(f"{PATH}/{made['id']}/rotate-secret").json()["data"]["secret"]
    (row,) = academy.database.rows("SELECT * FROM webhook WHERE id = $1", made["id"])
    for secret in (made["secret"], rotated):
        key = secret.removeprefix("whsec_")
        for stored in (bytes(row["secret"]), bytes(row["previous_secret"])):
            assert key.encode() not in stored
            assert base64.b64decode(key) not in stored


def test_a_new_endpoint_is_on_and_takes_everything(academy: Academy) -> None:
    made = register(academy)
    made.pop("secret")
    unset = ("description", "events", "disabled_reason", "disabled_at", "failing_since", "previous_secret_expires_at")
    assert made == {
        **dict.fromkeys(unset),
        "id": made["id"],
        "url": NOBODYS,
        "enabled": True,
        "created_at": made["created_at"],
    }


def test_a_list_holds_all_newest_first(academy: Academy) -> None:
    assert academy.get(PATH).json() == {"data": [], "pagination": {"cursor": None, "has_more": False}}
    made = [register(academy, description=str(number))["id"] for number in range(3)]
    page = academy.get(PATH).json()
    assert [each["id"] for each in page["data"]] == made[::-1]
    assert page["data"] == [endpoint(academy, each) for each in made[::-1]]
    assert page["pagination"] == {"cursor": page["data"][-1]["created_at"], "has_more": False}
    assert {academy.call("HEAD", path).status_code for path in (PATH, f"{PATH}/{made[0]}", "/api/v1/events")} == {200}


def test_a_choice_of_events_is_told_in_one_order(academy: Academy) -> None:
    made = register(academy, events=["certificate.expired", "certificate.issued"])
    assert made["events"] == ["certificate.issued", "certificate.expired"]
    assert changes(academy, made["id"], events=None).json()["data"]["events"] is None
    assert changes(academy, made["id"], events=["certificate.claimed"]).json()["data"]["events"] == [
        "certificate.claimed"
    ]


WRONG: list[tuple[dict[str, object], str]] = [
    ({"events": []}, "events"),
    ({"events": ["certificate.printed"]}, "events.0"),
    ({"events": ["webhook.test"]}, "events.0"),
    ({"events": ["certificate.issued", "Certificate.Claimed"]}, "events.1"),
    ({"events": ["certificate.issued", "certificate.issued"]}, "events"),
    ({"events": "certificate.issued"}, "events"),
    ({"events": [None]}, "events.0"),
    ({"events": {"certificate.issued": True}}, "events"),
    ({"description": ""}, "description"),
    ({"description": " \u200b\n"}, "description"),
    ({"description": "x" * 501}, "description"),
    ({"description": "a\x00b"}, "description"),
    ({"description": "a\x1bb"}, "description"),
    ({"description": 7}, "description"),
    ({"secret": "whsec_" + "A" * 43 + "="}, "secret"),
    ({"enabled": False}, "enabled"),
    ({"id": str(uuid4())}, "id"),
    ({"URL": NOBODYS}, "URL"),
]


def test_a_wrong_member_is_422_and_named(academy: Academy) -> None:
    webhook = register(academy)
    for members, field in WRONG:
        tried = [academy.post(PATH, json={"url": NOBODYS, **members}), changes(academy, webhook["id"], **members)]
        for answer in tried:
            error_of(answer, 422, "unprocessable_entity")
            assert fields_of(answer) == [field]
    webhook.pop("secret")
    assert academy.get(PATH).json()["data"] == [webhook]


def test_an_endpoint_without_an_address_is_refused(academy: Academy) -> None:
    answer = academy.post(PATH, json={"description": "Nowhere"})
    error_of(answer, 422, "unprocessable_entity")
    assert fields_of(answer) == ["url"]


@pytest.mark.parametrize("kind", ADDRESSES)
def test_an_address_that_is_not_public_is_refused_when_it_is_given(academy: Academy, kind: str) -> None:
    _assert_refused(academy, [f"https://{address}" for address in ADDRESSES[kind]])


def test_an_address_that_is_none_is_refused_when_it_is_given(academy: Academy) -> None:
    _assert_refused(academy, [*NO_ADDRESS, None, ["https://example.com/"]])


def _assert_refused(academy: Academy, urls: Sequence[object]) -> None:
    webhook = register(academy)["id"]
    for url in urls:
        for answer in (academy.post(PATH, json={"url": url}), changes(academy, webhook, url=url)):
            error_of(answer, 422, "unprocessable_entity")
            assert fields_of(answer) == ["url"]
    assert [each["url"] for each in academy.get(PATH).json()["data"]] == [NOBODYS]


def test_where_a_name_leads_inside_is_not_told(academy: Academy) -> None:
    answer = academy.post(PATH, json={"url": "https://localhost:8443/"})
    error_of(answer, 422, "unprocessable_entity")
    assert not [address for address in ("127.", "::1") if address in answer.text]


def test_what_is_refused_is_not_kept_for_repetition(academy: Academy) -> None:
    key = {"Idempotency-Key": "one"}
    assert academy.post(PATH, json={"url": "https://localhost/"}, headers=key).status_code == 422
    assert academy.post(PATH, json={"url": NOBODYS}, headers=key).status_code == 201


def test_private_and_plain_addresses_are_taken_where_the_installation_says_so(sender: Academy) -> None:
    for url in ("http://127.0.0.1:9/hook", "https://10.0.0.7/", "http://[::1]:9/", "http://example.com/"):
        assert register(sender, url, events=["certificate.expired"])["url"] == url
    for url in ("http://127.0.0.1/#part", "ftp://127.0.0.1/", "http://user@127.0.0.1/"):
        assert fields_of(sender.post(PATH, json={"url": url})) == ["url"]


def test_a_change_leaves_what_is_not_named(academy: Academy) -> None:
    made = register(academy, events=["certificate.claimed"], description="One")
    del made["secret"]
    for change in (
        {"description": None},
        {"events": None},
        {"url": f"{NOBODYS}/2"},
        {"description": "Rene\u0301e"},
        {},
    ):
        made |= {name: "Ren\xe9e" if value == "Rene\u0301e" else value for name, value in change.items()}
        assert changes(academy, made["id"], **change).json()["data"] == made
        assert endpoint(academy, made["id"]) == made


def test_an_endpoint_that_is_removed_leaves_nothing_and_no_content(academy: Academy) -> None:
    removed, kept = register(academy)["id"], register(academy)["id"]
    assert academy.post(f"{PATH}/test").json()["data"]["endpoints"] == 2
    answer = academy.call("DELETE", f"{PATH}/{removed}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-type", "content-length"} & answer.headers.keys()
    assert [each["id"] for each in academy.get(PATH).json()["data"]] == [kept]
    error_of(academy.call("DELETE", f"{PATH}/{removed}"), 404, "not_found")
    assert academy.post(f"{PATH}/test").json()["data"]["endpoints"] == 1
    (row,) = academy.database.rows("SELECT secret, previous_secret FROM webhook WHERE id = $1", removed) or [{}]
    assert not any(row.values())


def test_switching_off_and_on_again(academy: Academy) -> None:
    made = register(academy)
    del made["secret"]
    path = f"{PATH}/{made['id']}"
    off = academy.post(f"{path}/disable").json()["data"]
    assert off == made | {"enabled": False, "disabled_reason": "requested", "disabled_at": off["disabled_at"]}
    assert off["disabled_at"] is not None
    assert academy.post(f"{PATH}/test").json()["data"]["endpoints"] == 0
    assert academy.post(f"{path}/disable").json()["data"] == off
    assert changes(academy, made["id"], description="Off").json()["data"] == off | {"description": "Off"}
    on = academy.post(f"{path}/enable").json()["data"]
    assert on == made | {"description": "Off"}
    assert academy.post(f"{path}/enable").json()["data"] == on
    assert academy.post(f"{PATH}/test").json()["data"]["endpoints"] == 1


ROTATIONS: list[tuple[dict[str, Any], int]] = [
    ({}, 86_400),
    ({"json": {}}, 86_400),
    ({"json": {"overlap_seconds": 60}}, 60),
]


@pytest.mark.parametrize(("sent", "seconds"), ROTATIONS)
def test_an_old_secret_signs_for_a_day_or_as_long_as_wanted(
    academy: Academy, sent: dict[str, Any], seconds: int
) -> None:
    made = register(academy)
    began = datetime.now(UTC)
    rotated = academy.post(f"{PATH}/{made['id']}/rotate-secret", **sent)
    assert (rotated.status_code, rotated.headers["cache-control"]) == (200, "no-store")
    facts = rotated.json()["data"]
    assert facts.pop("secret") != made.pop("secret")
    end = datetime.fromisoformat(facts["previous_secret_expires_at"])
    assert began <= end - timedelta(seconds=seconds) <= datetime.now(UTC)
    assert facts == made | {"previous_secret_expires_at": facts["previous_secret_expires_at"]}


def test_an_overlap_that_makes_no_sense_is_422(academy: Academy) -> None:
    made = register(academy)
    for overlap in (-1, 604_801, 1.5, "60", None, True, [60]):
        answer = academy.post(f"{PATH}/{made['id']}/rotate-secret", json={"overlap_seconds": overlap})
        error_of(answer, 422, "unprocessable_entity")
        assert fields_of(answer) == ["overlap_seconds"]
    assert endpoint(academy, made["id"])["previous_secret_expires_at"] is None


def test_the_fifty_first_endpoint_is_refused_until_one_is_removed(academy: Academy) -> None:
    async def fill() -> None:
        for _ in range(45):
            await webhooks.create(academy.caller, webhooks.Wanted(NOBODYS), Keyring(SECRET), datetime.now(UTC))

    academy.database.run(fill)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: academy.post(PATH, json={"url": NOBODYS}).status_code, range(9)))
    assert sorted(statuses) == [201] * 5 + [409] * 4
    made = academy.get(PATH).json()["data"]
    assert len({each["created_at"] for each in made}) == 50
    error_of(academy.post(PATH, json={"url": NOBODYS}), 409, "conflict")
    academy.call("DELETE", f"{PATH}/{made[0]['id']}")
    assert academy.post(PATH, json={"url": NOBODYS}).status_code == 201


def test_a_test_tells_to_how_many_it_goes_and_is_an_event(academy: Academy, rival: Academy) -> None:
    register(rival)
    first, second = academy.post(f"{PATH}/test"), academy.post(f"{PATH}/test")
    assert (first.status_code, first.json()["data"]["endpoints"]) == (202, 0)
    assert [each["id"] for each in feed(academy, event="webhook.test")] == [
        answer.json()["data"]["id"] for answer in (first, second)
    ]
    assert feed(academy) == []
    event = feed(academy, event="webhook.test")[0]
    assert (event["event"], event["data"]["certificate"]["code"]) == ("webhook.test", "TRC-XXX-26-222222")
    error_of(academy.web.get("/api/v1/verify/TRC-XXX-26-222222"), 404, "not_found")
    assert feed(rival) == []


@pytest.mark.parametrize("webhook", [NOTHINGS, "nothing", "%00", "3f0d5f0e6b0a4a539d570f9a5e1c2b33"])
def test_an_endpoint_that_does_not_or_cannot_exist_is_404(academy: Academy, webhook: str) -> None:
    path = f"{PATH}/{webhook}"
    answers = [
        academy.get(path),
        academy.patch(path, json={}),
        academy.call("DELETE", path),
        *(academy.post(f"{path}/{step}") for step in ("enable", "disable", "rotate-secret")),
        academy.get(f"{path}/deliveries"),
        academy.post(f"{path}/redeliver", json={"since": LONG_AGO}),
    ]
    for answer in answers:
        error_of(answer, 404, "not_found")


def test_the_test_is_no_endpoint(academy: Academy) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = academy.call(method, f"{PATH}/test")
        error_of(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"


@pytest.fixture
def limited_academy(limited: Installation, database: Database) -> Iterator[Academy]:
    with limited.client(event_hooks={"response": [agreement.check]}) as client:
        yield found_academy(client, database)


def test_tests_are_limited_beside_what_a_key_may_ask(limited_academy: Academy) -> None:
    answers = [limited_academy.post(f"{PATH}/test") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"2"}
    assert limited_academy.get(PATH).headers["x-ratelimit-limit"] == "5"


def test_without_a_key_nothing_is_told(anyone: httpx.Client, academy: Academy) -> None:
    webhook = register(academy)["id"]
    asked = [("GET", PATH), ("POST", PATH), ("POST", f"{PATH}/test"), ("GET", f"{PATH}/{webhook}")]
    asked += [("GET", f"{PATH}/{webhook}/deliveries"), ("GET", "/api/v1/events")]
    for method, path in asked:
        error_of(anyone.request(method, path), 401, "unauthorized")
