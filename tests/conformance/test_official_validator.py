"""Every badge that is published passes the official validator of Open Badges 2.0; what is withdrawn or forged does not."""

from datetime import UTC, datetime

import pytest

from tests.academies import Academy
from tests.conformance.validator import judge

CLAIMED = datetime(2026, 3, 16, 14, tzinfo=UTC)
EVERYTHING = {
    "name": "Konditorei für Fortgeschrittene – 第二部 🎂",
    "description": 'Zwei Semester.\r\n\tMit "Prüfung" & <Gesellenstück>.\nDaño, 験, \u202eabc',
    "validity_period_months": 1200,
    "eqf_level": 5,
    "nlqf_level": "4+",
    "qualification_label": "MBO 4 – vakman",
    "criteria_narrative": "## Wie?\n\n* backen\n* bestehen",
    "criteria_url": "https://academy.example.com/courses/web?lang=de#how",
}


def badge(academy: Academy, code: str) -> str:
    """Where the badge of a certificate is, once its holder has claimed it."""
    academy.alter(code, claimed_at=CLAIMED)
    found: str = academy.read(code)["links"]["open_badge"]
    return found


def test_a_badge_of_a_plain_course_is_valid(academy: Academy) -> None:
    verdict = judge(badge(academy, academy.issue()["code"]), "jane@example.com")
    assert verdict.spotless, verdict


def test_a_badge_with_everything_is_valid(academy: Academy) -> None:
    picture = academy.course()["links"]["badge_class"] + "/image"  # an SVG, served by the same server
    course = academy.course(**EVERYTHING, badge_image_url=picture)
    issued = academy.issue(course["id"], holder_email="Zoe.Doe@example.com", issued_at="2024-02-29T23:30:00-05:30")
    verdict = judge(badge(academy, issued["code"]), "zoe.doe@example.com")
    assert verdict.spotless, verdict


def test_a_badge_that_expires_is_valid_until_then(academy: Academy) -> None:
    course = academy.course(validity_period_months=12)
    verdict = judge(badge(academy, academy.issue(course["id"])["code"]))
    assert verdict.spotless, verdict
    past = judge(badge(academy, academy.issue(course["id"], issued_at="2020-01-01T00:00:00Z")["code"]))
    assert not past.valid
    assert [error for error in past.errors if "expired" in error], past


def test_each_version_of_a_course_has_a_valid_badge(academy: Academy) -> None:
    course = academy.course()
    first = academy.issue(course["id"])["code"]
    assert academy.patch(f"/api/v1/courses/{course['id']}", json={"name": "Web Development 2"}).status_code == 200
    second = academy.issue(course["id"])
    assert second["course_version"] == 2
    for code in (first, second["code"]):
        verdict = judge(badge(academy, code))
        assert verdict.spotless, verdict


def test_a_badge_class_and_an_issuer_are_valid_by_themselves(academy: Academy) -> None:
    for address in (academy.course()["links"]["badge_class"], f"{academy.web.base_url}/api/obi/issuer/{academy.id}"):
        verdict = judge(address)
        assert verdict.valid, verdict
        assert verdict.errors == verdict.warnings == ()


@pytest.mark.parametrize("reason", ["Issued in error", None])
def test_a_revoked_badge_is_reported_as_revoked(academy: Academy, reason: str | None) -> None:
    code = academy.issue()["code"]
    address = badge(academy, code)
    assert academy.revoke(code, **({} if reason is None else {"reason": reason})).status_code == 200
    verdict = judge(address)
    assert not verdict.valid
    assert verdict.revoked == (reason or "The issuer gave no reason.")


def test_a_badge_is_nobody_elses(academy: Academy) -> None:
    address = badge(academy, academy.issue()["code"])
    verdict = judge(address, "joe@example.com")
    assert not verdict.valid
    assert [error for error in verdict.errors if "recipient" in error.lower()], verdict


def test_an_unclaimed_certificate_has_no_badge(academy: Academy) -> None:
    assert not judge(academy.issue()["links"]["open_badge"]).valid
