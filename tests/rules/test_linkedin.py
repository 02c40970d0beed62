"""The link to LinkedIn says what the certificate says."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import linkedin
from rules.validity import Status
from tests.rules.issued import texts

steady = settings(derandomize=True, deadline=None)
PAGE = "https://example.com/v/TRC-ACA-26-F5N8K3"
CODE = "TRC-ACA-26-F5N8K3"
instants = st.datetimes(timezones=st.just(UTC))


def fields(course: str, academy: str, issued_at: datetime, expires_at: datetime | None) -> dict[str, str]:
    """What LinkedIn reads from the link: each field once."""
    link = linkedin.link(
        course=course, academy=academy, issued_at=issued_at, expires_at=expires_at, code=CODE, verify_page=PAGE
    )
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.linkedin.com", "/profile/add")
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


@steady
@given(texts.filter(bool), texts.filter(bool), instants, instants | st.none())
def test_each_field_is_what_the_certificate_says(
    course: str, academy: str, issued_at: datetime, expires_at: datetime | None
) -> None:
    expiry = (
        {}
        if expires_at is None
        else {
            "expirationYear": str(expires_at.year),
            "expirationMonth": str(expires_at.month),
        }
    )
    assert fields(course, academy, issued_at, expires_at) == {
        "startTask": "CERTIFICATION_NAME",
        "name": course,
        "organizationName": academy,
        "issueYear": str(issued_at.year),
        "issueMonth": str(issued_at.month),
        "certId": CODE,
        "certUrl": PAGE,
        **expiry,
    }


def test_the_month_is_that_in_utc() -> None:
    ahead = datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    told = fields("Web Development", "Example Academy", ahead, ahead + timedelta(days=275))
    assert (told["issueYear"], told["issueMonth"]) == ("2026", "3")
    assert (told["expirationYear"], told["expirationMonth"]) == ("2026", "12")


@pytest.mark.parametrize(
    ("status", "offered"),
    [("valid", True), ("never_expires", True), ("expired", True), ("renewed", False), ("revoked", False)],
)
def test_what_was_withdrawn_or_replaced_is_not_offered(status: Status, *, offered: bool) -> None:
    assert linkedin.is_offered(status) == offered
