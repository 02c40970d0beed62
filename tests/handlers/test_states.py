"""A certificate's state is the same wherever it is told: one table over its facts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.academies import Academy

PAST = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
FUTURE = PAST + timedelta(days=99)
WORDS = {
    "valid": "Valid",
    "never_expires": "Valid, never expires",
    "expired": "Expired",
    "renewed": "Renewed",
    "revoked": "Revoked",
}


@pytest.mark.parametrize("claimed", [None, PAST], ids=["unclaimed", "claimed"])
@pytest.mark.parametrize(
    ("revoked", "renewed", "expires", "status"),
    [
        (None, False, None, "never_expires"),
        (None, False, FUTURE, "valid"),
        (None, False, PAST, "expired"),
        (None, True, None, "renewed"),
        (None, True, FUTURE, "renewed"),
        (None, True, PAST, "renewed"),
        (PAST, False, None, "revoked"),
        (PAST, False, FUTURE, "revoked"),
        (PAST, False, PAST, "revoked"),
        (PAST, True, PAST, "revoked"),
    ],
)
def test_every_answer_tells_the_same_state(
    academy: Academy,
    anyone: httpx.Client,
    *,
    revoked: datetime | None,
    renewed: bool,
    expires: datetime | None,
    claimed: datetime | None,
    status: str,
) -> None:
    issued, successor = academy.issue(), academy.issue()
    code = issued["code"]
    facts: dict[str, Any] = {"revoked_at": revoked, "expires_at": expires, "claimed_at": claimed}
    academy.alter(code, **facts, renewed_by_id=successor["id"] if renewed else None)
    valid = status in {"valid", "never_expires"}

    assert academy.read(code)["status"] == status
    listed = {choice: _listed(academy, code, status=choice) for choice in ("valid", "expired", "all")}
    assert listed == {"valid": valid, "expired": status == "expired", "all": True}
    public = anyone.get(f"/api/v1/verify/{code}").json()
    assert (public["valid"], public["status"]) == (valid, status)
    assert ("revoked_at" in public["certificate"]) == (status == "revoked")
    link = successor["links"]["verify_page"] if renewed else None
    assert public["links"].get("renewed_by") == academy.read(code)["links"].get("renewed_by") == link
    assert f"<h1>{WORDS[status]}</h1>" in anyone.get(f"/v/{code}").text
    assertion = {None: 404, PAST: 410 if revoked else 200}[claimed]
    assert anyone.get(f"/api/obi/assertion/{code}").status_code == assertion


def _listed(academy: Academy, code: str, **params: str) -> bool:
    found = academy.get("/api/v1/certificates", params=params).json()["data"]
    return code in [item["code"] for item in found]


def test_a_certificate_expires_by_the_clock_and_needs_no_mark(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    academy.alter(code, expires_at=datetime.now(UTC) + timedelta(seconds=0.6))
    assert anyone.get(f"/api/v1/verify/{code}").json()["status"] == "valid"
    assert _listed(academy, code, status="valid")
    while datetime.now(UTC) < _expiry(academy, code):
        pass
    assert anyone.get(f"/api/v1/verify/{code}").json()["status"] == "expired"
    assert _listed(academy, code, status="expired")
    assert not _listed(academy, code, status="valid")


def _expiry(academy: Academy, code: str) -> datetime:
    return datetime.fromisoformat(academy.read(code)["expires_at"])
