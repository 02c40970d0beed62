"""An academy's program on the client that OpenAPI Generator makes (`-g python`): issue, list, revoke, verify.

It is run by `python -m tests.clients generator`, and is a program to begin one's own with.
"""

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

from truecerta_client import (
    ApiClient,
    CertificatesApi,
    Configuration,
    CoursesApi,
    CreateCourse,
    ErrorCode,
    ErrorResponse,
    IssueCertificate,
    RevokeCertificate,
    Status,
    VerificationApi,
)
from truecerta_client.exceptions import NotFoundException

HOLDERS = ["Jane Doe", "Zoë Ångström", "Nguyễn Văn An", "山田 太郎", "O’Brien, Seán"]
EARNED = datetime(2026, 3, 15, 10, tzinfo=UTC)


def issue(certificates: CertificatesApi, course_id: UUID, holder: str) -> str:
    """A certificate's code. With a key of its own, the request may be repeated without issuing twice."""
    body = IssueCertificate(course_id=course_id, holder_name=holder, holder_email="jane@example.com", issued_at=EARNED)
    key = str(uuid4())
    first = certificates.issue_certificate(body, idempotency_key=key).data
    again = certificates.issue_certificate(body, idempotency_key=key).data
    assert first == again, "A repeated request issued another certificate."
    assert (first.holder_name, first.issued_at, first.status) == (holder, EARNED, Status.VALID)
    return first.code


def codes(certificates: CertificatesApi) -> list[str]:
    """Every certificate's code, newest first, two to a page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = certificates.list_certificates(limit=2, cursor=cursor)
        found += [certificate.code for certificate in page.data]
        if not page.pagination.has_more:
            return found
        cursor = page.pagination.cursor


def verified(verification: VerificationApi, code: str) -> tuple[bool, Status]:
    """What anyone is told about a code."""
    told = verification.verify_certificate(code)
    return told.valid, told.status


def refused(verification: VerificationApi, code: str) -> ErrorCode:
    """Why a code is not verified."""
    try:
        verification.verify_certificate(code)
    except NotFoundException as answer:
        if isinstance(answer.data, ErrorResponse):
            return answer.data.error.code
        raise
    raise AssertionError(f"{code} was verified.")


def main() -> None:
    """Five certificates from issue to verification, and a code that nobody has."""
    url = os.environ["TRUECERTA_URL"]
    client = ApiClient(Configuration(host=url, access_token=os.environ["TRUECERTA_API_KEY"]))
    certificates, verification = CertificatesApi(client), VerificationApi(ApiClient(Configuration(host=url)))
    course = CreateCourse(name="Welding, by OpenAPI Generator", validity_period_months=1200)
    course_id = CoursesApi(client).create_course(course).data.id
    issued = [issue(certificates, course_id, holder) for holder in HOLDERS]
    assert codes(certificates) == issued[::-1], "The pages do not hold each certificate once, newest first."
    reason = "Issued in error"
    revoked = certificates.revoke_certificate(issued[0], revoke_certificate=RevokeCertificate(reason=reason)).data
    assert (revoked.status, revoked.revocation_reason) == (Status.REVOKED, reason)
    assert verified(verification, issued[0]) == (False, Status.REVOKED)
    assert verified(verification, issued[1]) == (True, Status.VALID)
    assert refused(verification, "TRC-ZZZ-26-222222") is ErrorCode.NOT_FOUND


if __name__ == "__main__":
    main()
