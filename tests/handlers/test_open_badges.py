"""Open Badges over HTTP: the three documents and the picture, for each fate of a certificate."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx
import pytest

from models import Certificate, Event, Mail
from tests.academies import Academy
from tests.agreement import error_of

CLAIMED = datetime(2026, 3, 16, 14, tzinfo=UTC)
CONTEXT = "https://w3id.org/openbadges/v2"


def path_of(link: str) -> str:
    """A link of an answer as a path of the installation that runs."""
    return "/" + link.split("/", 3)[3]


def assertion(anyone: httpx.Client, code: str, **headers: str) -> httpx.Response:
    return anyone.get(f"/api/obi/assertion/{code}", headers=headers)


def claimed(academy: Academy, **members: Any) -> dict[str, Any]:
    issued = academy.issue(**members)
    academy.alter(issued["code"], claimed_at=CLAIMED)
    return issued


def test_a_claimed_certificate_has_an_assertion(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(validity_period_months=12)
    issued = claimed(academy, course_id=course["id"], holder_email="Jane@Example.com")
    salted = f"jane@example.com{issued['code']}".encode()
    assert assertion(anyone, issued["code"]).json() == {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": issued["links"]["open_badge"],
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": issued["code"],
            "identity": f"sha256${sha256(salted).hexdigest()}",
        },
        "badge": course["links"]["badge_class"],
        "verification": {"type": "HostedBadge"},
        "issuedOn": issued["issued_at"],
        "expires": issued["expires_at"],
    }


def test_the_hash_is_the_one_of_the_published_example(academy: Academy, anyone: httpx.Client) -> None:
    code = claimed(academy)["code"]
    free = "TRC-ACA-26-F5N8K3"
    academy.database.rows("DELETE FROM certificate WHERE code = $1 RETURNING id", free)
    academy.alter(code, code=free)
    identity = assertion(anyone, free).json()["recipient"]["identity"]
    assert identity == "sha256$3469f7168c26fc442e107b08a8f4a11743bd94e12305b53701ad2b3f47215d33"


def test_what_never_expires_has_no_expires(academy: Academy, anyone: httpx.Client) -> None:
    assert "expires" not in assertion(anyone, claimed(academy)["code"]).json()


def test_an_unclaimed_certificate_has_none_revoked_or_not(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    missing = assertion(anyone, "TRC-EXA-26-AAAAAA")
    error_of(missing, 404, "not_found")
    assert assertion(anyone, code).content == missing.content
    academy.revoke(code)
    assert assertion(anyone, code).content == missing.content


@pytest.mark.parametrize(("members", "told"), [({"reason": "Issued in error"}, "Issued in error"), ({}, None)])
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_claimed_and_revoked_one_is_gone_with_the_specifications_body(
    academy: Academy, anyone: httpx.Client, members: dict[str, str], told: str | None, accept: str
) -> None:
    issued = claimed(academy)
    academy.revoke(issued["code"], **members)
    gone = assertion(anyone, issued["code"], Accept=accept)
    assert gone.status_code == 410
    assert gone.headers["content-type"] == (
        "application/json" if accept == "application/json" else "application/ld+json"
    )
    body = gone.json()
    reason = body.pop("revocationReason")
    assert reason == told if told else reason
    assert body == {"@context": CONTEXT, "type": "Assertion", "id": issued["links"]["open_badge"], "revoked": True}


def test_an_expired_one_is_answered_with_its_expiry(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(validity_period_months=1)
    issued = claimed(academy, course_id=course["id"], issued_at="2024-01-31T10:00:00Z")
    answer = assertion(anyone, issued["code"])
    assert answer.status_code == 200
    assert answer.json()["expires"] == "2024-02-29T10:00:00Z"


def test_a_renewed_one_was_truly_earned(academy: Academy, anyone: httpx.Client) -> None:
    issued = claimed(academy, issued_at="2024-01-31T10:00:00Z")
    successor = academy.issue()
    academy.alter(issued["code"], renewed_by_id=successor["id"])
    answer = assertion(anyone, issued["code"])
    assert answer.status_code == 200
    assert answer.json()["issuedOn"] == "2024-01-31T10:00:00Z"


def test_a_badge_class_has_what_the_specification_requires(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(eqf_level=5, nlqf_level="4+", qualification_label="MBO 4")
    badge = anyone.get(path_of(course["links"]["badge_class"])).json()
    assert badge["id"] == course["links"]["badge_class"]
    assert badge["image"] == f"{badge['id']}/image"
    assert badge["issuer"].endswith(f"/api/obi/issuer/{academy.id}")
    assert badge["description"]
    assert badge["criteria"]["narrative"]
    assert badge["tags"] == ["EQF level 5", "NLQF level 4+", "MBO 4"]


def test_a_badge_class_shows_the_courses_own_picture_and_criteria(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(
        badge_image_url="https://example.com/badge.png",
        criteria_url="https://example.com/how",
        criteria_narrative="Learn.",
    )
    badge = anyone.get(path_of(course["links"]["badge_class"])).json()
    assert badge["image"] == "https://example.com/badge.png"
    assert badge["criteria"] == {"id": "https://example.com/how", "narrative": "Learn."}


def test_each_version_has_its_badge_class_and_the_first_the_plain_address(
    academy: Academy, anyone: httpx.Client
) -> None:
    course = academy.course(name="First")
    old = claimed(academy, course_id=course["id"])
    academy.patch(f"/api/v1/courses/{course['id']}", json={"name": "Second"})
    new = claimed(academy, course_id=course["id"])
    plain = f"/api/obi/badge-class/{course['id']}"
    badges = [assertion(anyone, issued["code"]).json()["badge"] for issued in (old, new)]
    assert [path_of(badge) for badge in badges] == [plain, f"{plain}?version=2"]
    documents = [anyone.get(path_of(badge)).json() for badge in badges]
    assert [(document["id"], document["name"]) for document in documents] == [
        (badges[0], "First"),
        (badges[1], "Second"),
    ]
    assert documents[1]["image"].endswith(f"{plain}/image?version=2")
    assert anyone.get(plain, params={"version": 1}).json() == documents[0]
    assert "Second" in anyone.get(path_of(documents[1]["image"])).text
    for missing in (f"{plain}?version=3", f"{plain}/image?version=3", f"/api/obi/badge-class/{uuid4()}"):
        error_of(anyone.get(missing), 404, "not_found")


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", "2147483648", "", "1&version=2"])
@pytest.mark.parametrize("kind", ["", "/image"])
def test_a_version_that_is_no_number_is_422(academy: Academy, anyone: httpx.Client, version: str, kind: str) -> None:
    course = academy.course()["id"]
    error_of(anyone.get(f"/api/obi/badge-class/{course}{kind}?version={version}"), 422, "unprocessable_entity")


def test_the_profile_is_the_organizations_public_one(academy: Academy, anyone: httpx.Client) -> None:
    profile = anyone.get(f"/api/obi/issuer/{academy.id}").json()
    own = {"name": "Example Academy", "url": "https://example.com", "email": "office@example.com"}
    assert {name: profile[name] for name in own} == own
    assert profile["id"].endswith(f"/api/obi/issuer/{academy.id}")
    for missing in (str(uuid4()), "nothing"):
        error_of(anyone.get(f"/api/obi/issuer/{missing}"), 404, "not_found")


@pytest.mark.parametrize(
    "name", ["Web Development", '<script>alert(1)</script> & "co"', "\u200b学校 \U0001f600", "\ufffe\uffff x"]
)
def test_the_generated_picture_is_svg_that_runs_nothing(academy: Academy, anyone: httpx.Client, name: str) -> None:
    course = academy.course(name=name)
    picture = anyone.get(f"/api/obi/badge-class/{course['id']}/image")
    assert picture.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(picture.content)  # noqa: S314  # our own answer
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.rpartition("}")[2] for element in root.iter()}.isdisjoint(
        {"script", "image", "use", "foreignObject"}
    )


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/json, application/ld+json", "application/ld+json"),
        ("text/html,*/*;q=0.8", "application/ld+json"),
        ("text/html", "application/ld+json"),
        ("nonsense;;;,", "application/ld+json"),
    ],
)
def test_accept_chooses_between_the_two_types_and_never_fails(
    academy: Academy, anyone: httpx.Client, accept: str | None, answered: str
) -> None:
    code = claimed(academy)["code"]
    course = academy.course()["id"]
    for path in (f"assertion/{code}", f"badge-class/{course}", f"issuer/{academy.id}"):
        request = anyone.build_request("GET", f"/api/obi/{path}")
        request.headers.pop("accept")
        if accept is not None:
            request.headers["accept"] = accept
        answer = anyone.send(request)
        assert (answer.status_code, answer.headers["content-type"]) == (200, answered)
        assert answer.headers["vary"] == "Accept"


def test_certificates_in_the_database_are_what_the_documents_are_made_of(
    academy: Academy, anyone: httpx.Client
) -> None:
    code = claimed(academy)["code"]

    async def forget() -> int:
        for table in (Event, Mail):
            await table.filter(certificate__code=code).delete()
        return await Certificate.filter(code=code).delete()

    assert assertion(anyone, code).status_code == 200
    academy.database.run(forget)
    error_of(assertion(anyone, code), 404, "not_found")
