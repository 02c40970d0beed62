"""The start page: how the academy stands, what cannot wait, and how one begins."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models import Webhook
from tests.academies import Academy
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import Browser, signed_in


def start(browser: Browser) -> str:
    """The start page, whole."""
    page = browser.get("")
    assert page.status_code == 200, page.text
    outline = Outline(page.text)
    assert outline.open == []
    assert outline.seen.count("h1") == 1
    return page.text


def figure(page: str, label: str) -> str:
    """A figure by its label."""
    found = re.search(rf"<dt>{label}</dt><dd><a [^>]*>([^<]*)</a>", page)
    assert found is not None, page
    return found[1]


def test_an_empty_academy_is_taught_its_first_steps(
    editor: Browser, academy: Academy, installation: Installation
) -> None:
    page = start(editor)
    assert 'href="/dashboard/courses/new"' in page
    assert "Create a course first." in page
    assert 'With <a href="/dashboard/settings/api">an API key</a>' in page
    assert "Bearer $TRUECERTA_API_KEY" in page
    assert f"curl {installation.url}/api/v1/courses" in page
    assert "YOUR_COURSE_ID" in page
    assert "<svg" in page
    assert 'class="plot' not in page
    course = academy.course(name="Pottery")
    page = start(editor)
    assert "YOUR_COURSE_ID" not in page
    assert "Create a course first." not in page
    assert f"&#34;course_id&#34;: &#34;{course['id']}&#34;" in page
    assert f'href="/dashboard/certificates/new?course={course["id"]}"' in page


def test_an_owner_gets_a_key_from_where_a_sample_needs_one(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as owner:
        assert 'With <a href="/dashboard/settings/api/new">an API key</a>' in start(owner)


def test_a_viewer_is_not_asked_to_do_what_he_may_not(installation: Installation, academy: Academy) -> None:
    academy.course()
    with signed_in(installation, academy, "viewer") as viewer:
        assert "/new" not in start(viewer)
        academy.issue()
        assert "/new" not in start(viewer)


def test_certificates_are_counted_and_plotted(editor: Browser, academy: Academy) -> None:
    now = datetime.now(UTC)
    course, lasting = academy.course(validity_period_months=12)["id"], academy.course()["id"]
    academy.issue(course, issued_at="2024-03-15T10:00:00Z")
    claimed, revoked = academy.issue(lasting), academy.issue(lasting)
    academy.alter(claimed["code"], claimed_at=now)
    academy.revoke(revoked["code"])
    page = start(editor)
    figures = {label: figure(page, label) for label in ("Issued", "Valid", "Not claimed", "Expired", "Revoked")}
    assert figures == {"Issued": "3", "Valid": "1", "Not claimed": "1", "Expired": "1", "Revoked": "1"}
    assert page.count('<rect class="bar"') == page.count('<rect class="bar second"') == 12
    assert f"Issued in {now:%B %Y}: 2</title>" in page
    assert f"Claimed in {now:%B %Y}: 1</title>" in page
    row = re.search(rf"<tr[^>]*><th[^>]*>{now:%B %Y}</th>(.*?)</tr>", page)
    assert row is not None
    assert re.findall(r'class="number">(\d+)</td>', row[1]) == ["2", "1"]
    assert "style=" not in page


def test_nothing_that_needs_attention_is_said_too(editor: Browser, academy: Academy) -> None:
    academy.issue()
    assert "No endpoint fails, and no certificate expires within 30 days." in start(editor)


def test_what_expires_soon_can_be_renewed_from_here(editor: Browser, academy: Academy) -> None:
    course = academy.course(validity_period_months=1)["id"]
    recently = datetime.now(UTC) - timedelta(days=20)
    codes = []
    for ahead in range(6):
        issued_at = (recently + timedelta(hours=ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")
        codes.append(academy.issue(course, issued_at=issued_at)["code"])
    page = start(editor)
    assert "6 certificates expire within 30 days" in page
    assert [f"/certificates/{code}/renew" in page for code in codes] == [True] * 5 + [False]
    assert 'href="/dashboard/certificates?status=expiring">Show all 6' in page


@pytest.mark.parametrize(("column", "said"), [("disabled_at", "gets no more events"), ("failing_since", "is failing")])
def test_an_endpoint_that_fails_is_named(editor: Browser, academy: Academy, column: str, said: str) -> None:
    hostile = "<script>alert(1)</script>"
    body = {"url": "https://example.com/hooks", "description": hostile}
    made = academy.post("/api/v1/webhooks", json=body).json()["data"]

    async def fail() -> int:
        return await Webhook.filter(id=UUID(made["id"])).update(**{column: datetime.now(UTC)})

    assert academy.database.run(fail) == 1
    page = start(editor)
    assert said in page
    assert f'href="/dashboard/settings/webhooks/{made["id"]}"' in page
    assert hostile not in page
    assert editor.get(f"/settings/webhooks/{made['id']}").status_code == 200
