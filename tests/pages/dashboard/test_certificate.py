"""One certificate in the dashboard: all of it is shown, and what can be done is done knowingly and by those who may."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import escape

from tests.academies import Academy
from tests.installation import Installation
from tests.pages.dashboard.whole import HOSTILE, shown
from tests.people import Browser, signed_in

CLAIMED = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def viewer(installation: Installation, academy: Academy) -> Iterator[Browser]:
    """Somebody of the academy who only looks."""
    with signed_in(installation, academy, "viewer") as browser:
        yield browser


def path_of(issued: dict[str, Any]) -> str:
    return f"/certificates/{issued['code']}"


def claim(academy: Academy, issued: dict[str, Any]) -> None:
    academy.alter(issued["code"], claimed_at=CLAIMED)


def test_a_certificate_is_shown_with_all_of_its_facts(editor: Browser, academy: Academy) -> None:
    course = academy.course(eqf_level=5, nlqf_level="4+", qualification_label="MBO 4", validity_period_months=12)
    issued = academy.issue(course["id"], issued_at="2025-03-15T10:00:00Z")
    page = editor.get(path_of(issued))
    shown(page)
    for said in (issued["code"], "Jane Doe", "jane@example.com", "Web Development", "MBO 4", "4+", "15 March 2025"):
        assert said in page.text
    for said in ("15 March 2026", "Not yet", "Expired", "dated 15 March 2025"):
        assert said in page.text
    assert "Not claimed" not in page.text
    assert f'href="{issued["links"]["verify_page"]}"' in page.text
    for ending in ("pdf", "png"):
        assert f'href="/v/{issued["code"]}.{ending}"' in page.text
    assert issued["links"]["open_badge"] not in page.text
    claim(academy, issued)
    assert f'href="{issued["links"]["open_badge"]}"' in editor.get(path_of(issued)).text


def test_one_that_nobody_claimed_and_that_expires_soon_says_each_once(editor: Browser, academy: Academy) -> None:
    course = academy.course(validity_period_months=1)
    issued = academy.issue(course["id"])
    academy.alter(issued["code"], expires_at=datetime.now(UTC) + timedelta(days=29))
    for page in (editor.get("/certificates"), editor.get(path_of(issued))):
        words = re.sub("<option.*?</option>", "", page.text)
        assert (words.count("Expires soon"), words.count("Not claimed"), words.count("Not yet")) == (1, 1, 0)
    academy.alter(issued["code"], expires_at=datetime.now(UTC) + timedelta(days=31))
    assert "Expires soon" not in editor.get("/certificates").text


def test_it_is_found_in_any_spelling_of_its_code(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    assert issued["code"] in editor.get(f"/certificates/{issued['code'].lower()}").text


def test_a_viewer_is_offered_nothing_to_change(viewer: Browser, academy: Academy) -> None:
    issued = academy.issue()
    page = viewer.get(path_of(issued))
    assert shown(page).seen.count("form") == 1  # to sign out
    for task in ("correct", "revoke", "renew", "resend"):
        assert f"{path_of(issued)}/{task}" not in page.text
        assert viewer.post(f"{path_of(issued)}/{task}", reason="No").status_code == 403
    for task in ("correct", "revoke", "renew"):
        assert viewer.get(f"{path_of(issued)}/{task}").status_code == 403
    assert academy.read(issued["code"])["status"] == "never_expires"


def test_a_name_is_corrected_while_nobody_has_claimed_it(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    form = editor.get(f"{path_of(issued)}/correct")
    shown(form)
    assert 'value="Jane Doe"' in form.text
    page = editor.done(f"{path_of(issued)}/correct", holder_name="Jane van Doe", holder_email="jane@example.org")
    assert "The certificate was corrected" in page.text
    found = academy.read(issued["code"])
    assert (found["holder_name"], found["holder_email"]) == ("Jane van Doe", "jane@example.org")


def test_a_correction_that_cannot_be_keeps_what_was_typed(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    page = editor.post(f"{path_of(issued)}/correct", holder_name=" ", holder_email="jane at example", notify="yes")
    shown(page, 422)
    assert page.text.count('class="error"') == 2
    assert page.text.count("Enter the holder’s name.") == 2
    assert 'value="jane at example"' in page.text
    assert 'value="yes" checked' in page.text
    assert academy.read(issued["code"])["holder_name"] == "Jane Doe"


def test_a_claimed_one_is_not_corrected(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    claim(academy, issued)
    assert 'name="holder_name"' not in editor.get(f"{path_of(issued)}/correct").text
    page = editor.post(f"{path_of(issued)}/correct", holder_name="Other", holder_email="other@example.com")
    shown(page, 422)
    assert "The holder has claimed this certificate" in page.text
    assert academy.read(issued["code"])["holder_name"] == "Jane Doe"


def test_revoking_says_what_will_happen_and_to_whom(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    form = editor.get(f"{path_of(issued)}/revoke")
    shown(form)
    for said in ("Jane Doe", "jane@example.com", "Web Development", issued["code"], "It cannot be undone", "Reason"):
        assert said in form.text
    assert academy.read(issued["code"])["revoked_at"] is None


def test_a_revoked_one_shows_when_and_why_and_offers_no_more(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    page = editor.done(f"{path_of(issued)}/revoke", reason="Issued in error.\r\nSorry.")
    shown(page)
    assert academy.read(issued["code"])["revocation_reason"] == "Issued in error.\nSorry."
    assert "Issued in error." in page.text
    for gone in (".pdf", "/renew", "/correct", "/resend"):
        assert f"{issued['code']}{gone}" not in page.text
    for task in ("revoke", "renew"):
        again = editor.get(f"{path_of(issued)}/{task}")
        shown(again)
        assert "was revoked" in again.text
        assert f'action="/dashboard{path_of(issued)}' not in again.text
    editor.done(f"{path_of(issued)}/revoke", reason="Another reason")
    assert academy.read(issued["code"])["revocation_reason"] == "Issued in error.\nSorry."


def test_a_reason_that_is_too_long_is_kept_to_be_shortened(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    reason = "Because. " * 60
    page = editor.post(f"{path_of(issued)}/revoke", reason=reason)
    shown(page, 422)
    assert reason.strip() in page.text
    assert 'href="#field-reason"' in page.text
    assert academy.read(issued["code"])["revoked_at"] is None


def test_renewing_leads_to_the_new_one_and_each_to_the_other(editor: Browser, academy: Academy) -> None:
    course = academy.course(validity_period_months=12)
    issued = academy.issue(course["id"], issued_at="2025-03-15T10:00:00Z")
    academy.call("PATCH", f"/api/v1/courses/{course['id']}", json={"name": "Web Development and Design"})
    form = editor.get(f"{path_of(issued)}/renew")
    shown(form)
    assert "Web Development and Design" in form.text
    assert "this certificate shows version 1" in form.text
    page = editor.done(f"{path_of(issued)}/renew", issued_at="2026-03-15", notify="yes")
    shown(page)
    new = academy.read(page.url.path.rpartition("/")[2])
    assert (new["issued_at"], new["course_name"]) == ("2026-03-15T00:00:00Z", "Web Development and Design")
    old = editor.get(path_of(issued))
    assert f'href="/dashboard/certificates/{new["code"]}"' in old.text
    assert f"{issued['code']}/renew" not in old.text
    again = editor.post(f"{path_of(issued)}/renew")
    shown(again, 422)
    assert new["code"] in again.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("15-03-2026", "Must be a day as year, month and day"),
        ("2026-02-30", "Must be a day as year, month and day"),
        ("2999-01-01", "Must not lie in the future."),
        ("1969-12-31", "Must not lie before the year 1970."),
    ],
)
def test_a_day_that_cannot_be_renews_nothing(editor: Browser, academy: Academy, typed: str, said: str) -> None:
    issued = academy.issue()
    page = editor.post(f"{path_of(issued)}/renew", issued_at=typed)
    shown(page, 422)
    assert page.text.count(said) == 2
    assert f'value="{typed}"' in page.text
    assert academy.count() == 1


def test_the_link_is_sent_again_but_not_at_once_again(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    assert "on its way to the holder again" in editor.done(f"{path_of(issued)}/resend").text
    page = editor.post(f"{path_of(issued)}/resend")
    shown(page, 429)
    assert 0 < int(page.headers["retry-after"]) <= 60
    assert "mailed just now" in page.text
    assert "Jane Doe" in page.text


def test_a_claimed_one_gets_no_link(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    claim(academy, issued)
    assert "/resend" not in editor.get(path_of(issued)).text
    page = editor.post(f"{path_of(issued)}/resend")
    shown(page, 409)
    assert "claimed this certificate already" in page.text


def test_the_history_tells_the_newest_first(editor: Browser, academy: Academy) -> None:
    issued = academy.issue()
    claim(academy, issued)
    academy.alter(issued["code"], created_at=CLAIMED - timedelta(days=1), issued_at=CLAIMED - timedelta(days=1))
    academy.revoke(issued["code"])
    told = editor.get(path_of(issued)).text.partition("History")[2]
    assert told.index("Revoked") < told.index("Claimed by the holder") < told.index("Issued")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(editor: Browser, academy: Academy, name: str) -> None:
    issued = academy.issue(academy.course(name=name)["id"], holder_name=name)
    pages = [editor.get(f"{path_of(issued)}{rest}") for rest in ("", "/correct", "/revoke", "/renew")]
    pages.append(editor.done(f"{path_of(issued)}/revoke", reason=name))
    for page in pages:
        outline = shown(page)
        assert outline.seen.count("script") == 1  # our own
        assert escape(name) in page.text


def test_nobody_touches_another_academys_certificate(editor: Browser, rival: Academy) -> None:
    issued = rival.issue()
    for task in ("", "/correct", "/revoke", "/renew"):
        assert editor.get(f"{path_of(issued)}{task}").status_code == 404
    sent: dict[str, Any] = {"holder_name": "Other", "holder_email": "other@example.com", "reason": "No"}
    for task in ("correct", "revoke", "renew", "resend"):
        assert editor.post(f"{path_of(issued)}/{task}", **sent).status_code == 404
    assert rival.read(issued["code"]) == issued
    assert rival.count() == 1


@pytest.mark.parametrize("code", ["nothing", "%00", "%3Cscript%3E", "TRC-EXA-26-AAAAAA"])
def test_a_code_that_is_none_is_a_page_that_says_so(editor: Browser, code: str) -> None:
    assert shown(editor.get(f"/certificates/{code}"), 404).seen.count("script") == 1  # our own
