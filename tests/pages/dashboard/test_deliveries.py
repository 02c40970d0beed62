"""The delivery log: what was sent, what came back, page by page, and the same once more."""

import html
import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.academies import Academy
from tests.databases import Database
from tests.endpoints import NOBODYS, deliveries, register
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import Browser, signed_in
from tests.receiver import Receiver, Reply
from tests.server.probe import until

FOLDER = "/settings/webhooks"
NASTY = "</pre></title><script>alert(1)</script>'\"& {{ 7*7 }}"
Delivering = tuple[Installation, Database]


def entries(page: str) -> list[str]:
    """The deliveries that a page shows, each as text."""
    found = re.findall(r'<details class="log-entry".*?</details>', page, re.DOTALL)
    return [html.unescape(re.sub("<[^>]+>", "", entry)) for entry in found]


def ids(page: str) -> list[str]:
    """The deliveries that a page shows, by their ids."""
    return re.findall(r'id="delivery-([0-9a-f-]+)"', page)


def older(page: str) -> str | None:
    """Where the log goes on, below /dashboard."""
    found = re.search(r'rel="next" href="/dashboard([^"]+)"', page)
    return html.unescape(found[1]) if found else None


def settled(academy: Academy, webhook_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The endpoint's deliveries, once so many are done with."""
    until(lambda: [each["status"] for each in deliveries(academy, webhook_id)].count("pending") == 0)
    found = deliveries(academy, webhook_id)
    assert len(found) == count
    return found


def test_a_delivery_unfolds_to_what_was_sent_and_what_came_back(
    delivering: Delivering, sender: Academy, receiver: Receiver
) -> None:
    place = receiver.place()
    place.replies = [Reply(500, b"Out of <order>"), Reply(204, b"")]
    webhook_id = register(sender, place.url)["id"]
    issued = sender.issue(holder_name=NASTY)
    first, _ = place.wait(2)
    [delivery] = settled(sender, webhook_id)
    with signed_in(delivering[0], sender) as browser:
        page = browser.get(f"{FOLDER}/{webhook_id}")
        assert page.headers["cache-control"] == "no-store"
        [entry] = entries(page.text)
        for said in (
            "Delivered",
            "certificate.issued",
            issued["code"],
            "Answered 500",
            "Out of <order>",
            "Answered 204",
        ):
            assert said in entry
        assert entry.index("Answered 204") < entry.index("Answered 500")
        assert "204 · 2 attempts" in entry
        assert f"webhook-id: {first.headers['webhook-id']}" in entry
        assert f"Content-Length: {len(first.body)}" in entry
        assert json.dumps(json.loads(first.body), ensure_ascii=False, indent=2) in entry
        assert f"took {delivery['attempts'][1]['duration_ms']} ms" in entry
        outline = Outline(page.text)
        assert (outline.open, outline.seen.count("script")) == ([], 1)


def test_the_headers_are_those_of_the_latest_attempt(
    delivering: Delivering, sender: Academy, receiver: Receiver
) -> None:
    place = receiver.place()
    place.replies = [Reply(503)]
    webhook_id = register(sender, place.url)["id"]
    sender.issue()
    latest = place.wait(2)[-1]
    settled(sender, webhook_id)
    with signed_in(delivering[0], sender) as browser:
        page = browser.get(f"{FOLDER}/{webhook_id}").text
    [entry] = entries(page)
    assert f"webhook-timestamp: {latest.headers['webhook-timestamp']}" in entry
    assert latest.headers["webhook-signature"] not in page
    assert latest.headers["x-truecerta-signature"] not in page


def test_one_event_is_sent_again(delivering: Delivering, sender: Academy, receiver: Receiver) -> None:
    place = receiver.place()
    webhook_id = register(sender, place.url)["id"]
    sender.issue()
    place.wait()
    [delivery] = settled(sender, webhook_id)
    with signed_in(delivering[0], sender, "editor") as browser:
        path = f"{FOLDER}/{webhook_id}/deliveries/{delivery['id']}/redeliver"
        assert path in browser.get(f"{FOLDER}/{webhook_id}").text
        assert "on its way again" in browser.done(path).text
        came = place.wait(2)
    assert came[0].headers["webhook-id"] == came[1].headers["webhook-id"]
    with signed_in(delivering[0], sender, "viewer") as browser:
        assert browser.post(path).status_code == 403
        assert "redeliver" not in browser.get(f"{FOLDER}/{webhook_id}").text


def test_what_was_missed_is_sent_again(delivering: Delivering, sender: Academy, receiver: Receiver) -> None:
    sender.issue()
    place = receiver.place()
    webhook_id = register(sender, place.url)["id"]
    with signed_in(delivering[0], sender) as browser:
        answer = browser.post(f"{FOLDER}/{webhook_id}/redeliver", span="24")
        assert "1 event is sent again" in answer.text
        place.wait()
        settled(sender, webhook_id)
        assert "Nothing was missed" in browser.post(f"{FOLDER}/{webhook_id}/redeliver", span="24").text
        unfit: list[dict[str, Any]] = [{"span": "5"}, {"since": "yesterday"}, {}]
        for wrong in unfit:
            assert browser.post(f"{FOLDER}/{webhook_id}/redeliver", **wrong).status_code == 422


def test_the_log_is_filtered_by_its_address(installation: Installation, academy: Academy) -> None:
    webhook_id = register(academy)["id"]
    academy.issue(), academy.issue()
    failed = mark_failed(academy, webhook_id)
    with signed_in(installation, academy) as browser:
        page = browser.get(f"{FOLDER}/{webhook_id}").text
        assert len(ids(page)) == 2
        assert ids(browser.get(f"{FOLDER}/{webhook_id}?status=failed").text) == [failed]
        assert failed not in browser.get(f"{FOLDER}/{webhook_id}?status=pending").text
        none = browser.get(f"{FOLDER}/{webhook_id}?status=delivered").text
        assert "There is no such delivery" in none
        assert ids(browser.get(f"{FOLDER}/{webhook_id}?status=eaten").text) == ids(page)


def mark_failed(academy: Academy, webhook_id: str) -> str:
    """One of an endpoint's deliveries, given up from now on; once the worker has tried it, so that it is not under way."""
    sql = "UPDATE delivery SET status = 'failed', due_at = NULL WHERE id = $1 RETURNING id"
    until(lambda: all(each["attempts"] for each in deliveries(academy, webhook_id)))
    [latest, *_] = deliveries(academy, webhook_id)
    assert academy.database.rows(sql, latest["id"])
    return str(latest["id"])


def test_the_log_goes_on_page_by_page(installation: Installation, academy: Academy) -> None:
    webhook_id = register(academy)["id"]
    course = academy.course()["id"]
    for _ in range(43):
        academy.issue(course)
    everything = [each["id"] for each in deliveries(academy, webhook_id, limit=50)]
    with signed_in(installation, academy) as browser:
        seen = walked(browser, f"{FOLDER}/{webhook_id}")
        assert [len(page) for page in seen] == [20, 20, 3]
        assert [each for page in seen for each in page] == everything
        assert walked(browser, f"{FOLDER}/{webhook_id}?status=pending") == seen
        for wrong in ("yesterday", "2026-03-15T10:00:00Z", "2026-03-15T10:00:00Z_none", "%00"):
            assert browser.get(f"{FOLDER}/{webhook_id}?cursor={wrong}").status_code == 404


def walked(browser: Browser, path: str | None) -> list[list[str]]:
    """The deliveries of each page, from one page to the next."""
    pages: list[list[str]] = []
    while path is not None:
        page = browser.get(path).text
        assert ('rel="prev"' in page) == bool(pages)
        pages.append(ids(page))
        path = older(page)
    return pages


@pytest.mark.parametrize("reason", ["gone", "failing", "requested"])
def test_a_disabled_endpoint_says_why_and_offers_nothing_to_send(
    installation: Installation, academy: Academy, reason: str
) -> None:
    webhook_id = register(academy)["id"]
    academy.issue()
    sql = "UPDATE webhook SET disabled_at = created_at, disabled_reason = $1 WHERE id = $2 RETURNING id"
    assert academy.database.rows(sql, reason, webhook_id)
    [delivery] = deliveries(academy, webhook_id)
    with signed_in(installation, academy) as browser:
        page = browser.get(f"{FOLDER}/{webhook_id}").text
        assert ("answered 410" in page, "five days" in page) == (reason == "gone", reason == "failing")
        assert "redeliver" not in page
        assert f"{webhook_id}/enable" in page
        refused = browser.post(f"{FOLDER}/{webhook_id}/deliveries/{delivery['id']}/redeliver")
        assert refused.status_code == 409


def test_the_empty_log_teaches_the_first_step(installation: Installation, academy: Academy) -> None:
    webhook_id = register(academy, NOBODYS)["id"]
    with signed_in(installation, academy) as browser:
        page = browser.get(f"{FOLDER}/{webhook_id}").text
        assert "Nothing was sent yet" in page
        assert f"curl -X POST {installation.url}/api/v1/webhooks/test" in page


def test_deliveries_are_an_endpoints_own(installation: Installation, academy: Academy, rival: Academy) -> None:
    webhook_id, other = register(academy)["id"], register(rival)["id"]
    academy.issue()
    [delivery] = deliveries(academy, webhook_id)
    with signed_in(installation, rival) as stranger:
        for wrong in (f"{webhook_id}/deliveries/{delivery['id']}", f"{other}/deliveries/{delivery['id']}"):
            assert stranger.post(f"{FOLDER}/{wrong}/redeliver").status_code == 404
        assert stranger.post(f"{FOLDER}/{other}/deliveries/{uuid4()}/redeliver").status_code == 404
        assert stranger.post(f"{FOLDER}/{webhook_id}/redeliver", span="24").status_code == 404
