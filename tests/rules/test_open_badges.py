"""The three documents carry exactly what Open Badges 2.0 asks for."""

from datetime import UTC, datetime

from rules import open_badges

CODE = "TRC-ACA-26-F5N8K3"
ASSERTION = "https://example.com/api/obi/assertion/TRC-ACA-26-F5N8K3"
BADGE = "https://example.com/api/obi/badge-class/1"
ISSUER = "https://example.com/api/obi/issuer/1"
DIGEST = "3469f7168c26fc442e107b08a8f4a11743bd94e12305b53701ad2b3f47215d33"


def assertion(expires_at: datetime | None) -> open_badges.Document:
    issued_at = datetime(2026, 3, 15, 10, tzinfo=UTC)
    return open_badges.assertion(
        id=ASSERTION, badge=BADGE, code=CODE, email="JANE@example.com", issued_at=issued_at, expires_at=expires_at
    )


def badge_class(**more: object) -> open_badges.Document:
    members: dict[str, object] = {
        "id": BADGE,
        "name": "Web Development",
        "description": None,
        "image": "https://example.com/b.svg",
    }
    return open_badges.badge_class(**{**members, "issuer": ISSUER, **more})  # type: ignore[arg-type]


def test_an_assertion_has_the_members_of_the_reference() -> None:
    assert assertion(datetime(2027, 3, 15, 10, tzinfo=UTC)) == {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ASSERTION,
        "recipient": {"type": "email", "hashed": True, "salt": CODE, "identity": f"sha256${DIGEST}"},
        "badge": BADGE,
        "verification": {"type": "HostedBadge"},
        "issuedOn": "2026-03-15T10:00:00Z",
        "expires": "2027-03-15T10:00:00Z",
    }


def test_what_never_expires_does_not_say_so() -> None:
    assert "expires" not in assertion(None)


def test_a_revoked_assertion_has_five_members_and_always_a_reason() -> None:
    document = open_badges.revoked_assertion(id=ASSERTION, reason="Issued in error")
    assert set(document) == {"@context", "type", "id", "revoked", "revocationReason"}
    assert (document["revoked"], document["revocationReason"]) == (True, "Issued in error")
    assert open_badges.revoked_assertion(id=ASSERTION, reason=None)["revocationReason"]


def test_a_bare_course_still_has_all_that_is_required() -> None:
    assert badge_class() == {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "BadgeClass",
        "id": BADGE,
        "name": "Web Development",
        "description": "The course Web Development.",
        "image": "https://example.com/b.svg",
        "criteria": {"narrative": "Awarded by the issuer for completing Web Development."},
        "issuer": ISSUER,
    }


def test_criteria_are_words_an_address_or_both() -> None:
    both = badge_class(criteria_narrative="Pass the exam.", criteria_url="https://example.com/c")
    assert both["criteria"] == {"id": "https://example.com/c", "narrative": "Pass the exam."}
    assert badge_class(criteria_url="https://example.com/c")["criteria"] == {"id": "https://example.com/c"}


def test_levels_are_tags() -> None:
    tags = badge_class(eqf_level=5, nlqf_level="4+", qualification_label="MBO 4")["tags"]
    assert tags == ["EQF level 5", "NLQF level 4+", "MBO 4"]


def test_a_profile_shows_a_picture_only_where_there_is_one() -> None:
    plain = open_badges.profile(id=ISSUER, name="Example Academy", url="https://example.com", email="a@example.com")
    assert set(plain) == {"@context", "type", "id", "name", "url", "email"}
    assert plain["type"] == "Profile"
