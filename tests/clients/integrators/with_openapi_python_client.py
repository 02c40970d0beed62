"""An academy's program on the client that openapi-python-client makes: issue, list, revoke, verify.

It is run by `python -m tests.clients python`, and is a program to begin one's own with.
"""

import os
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from truecerta_client import AuthenticatedClient, Client
from truecerta_client.api.certificates import issue_certificate, list_certificates, revoke_certificate
from truecerta_client.api.courses import create_course
from truecerta_client.api.verification import verify_certificate
from truecerta_client.models import CreateCourse, ErrorCode, ErrorResponse, IssueCertificate, RevokeCertificate, Status
from truecerta_client.types import UNSET, Unset

HOLDERS = ["Jane Doe", "Zoë Ångström", "Nguyễn Văn An", "山田 太郎", "O’Brien, Seán"]
EARNED = datetime(2026, 3, 15, 10, tzinfo=UTC)

Answer = TypeVar("Answer")


class RefusedError(Exception):
    """What the service said no to, in its words."""


def answered(answer: Answer | ErrorResponse | None) -> Answer:
    """What was asked for; an error of the service, or an answer that the contract does not have, is an exception."""
    if isinstance(answer, ErrorResponse):
        raise RefusedError(f"{answer.error.code}: {answer.error.message}")
    if answer is None:
        raise RefusedError("An answer that the contract does not have.")
    return answer


def issue(client: AuthenticatedClient, course_id: UUID, holder: str) -> str:
    """A certificate's code. With a key of its own, the request may be repeated without issuing twice."""
    body = IssueCertificate(course_id=course_id, holder_name=holder, holder_email="jane@example.com", issued_at=EARNED)
    key = str(uuid4())
    first = answered(issue_certificate.sync(client=client, body=body, idempotency_key=key)).data
    again = answered(issue_certificate.sync(client=client, body=body, idempotency_key=key)).data
    assert first == again, "A repeated request issued another certificate."
    assert (first.holder_name, first.issued_at, first.status) == (holder, EARNED, Status.VALID)
    return first.code


def codes(client: AuthenticatedClient) -> list[str]:
    """Every certificate's code, newest first, two to a page."""
    found: list[str] = []
    cursor: str | Unset = UNSET
    while True:
        page = answered(list_certificates.sync(client=client, limit=2, cursor=cursor))
        found += [certificate.code for certificate in page.data]
        if not page.pagination.has_more:
            return found
        cursor = page.pagination.cursor or UNSET


def verified(public: Client, code: str) -> tuple[bool, Status]:
    """What anyone is told about a code."""
    told = answered(verify_certificate.sync(code, client=public))
    return told.valid, told.status


def main() -> None:
    """Five certificates from issue to verification, and a code that nobody has."""
    url = os.environ["TRUECERTA_URL"]
    client = AuthenticatedClient(base_url=url, token=os.environ["TRUECERTA_API_KEY"])
    public = Client(base_url=url)
    name = "Welding, by openapi-python-client"
    course = answered(create_course.sync(client=client, body=CreateCourse(name=name, validity_period_months=1200))).data
    issued = [issue(client, course.id, holder) for holder in HOLDERS]
    assert codes(client) == issued[::-1], "The pages do not hold each certificate once, newest first."
    reason = "Issued in error"
    revoked = answered(revoke_certificate.sync(issued[0], client=client, body=RevokeCertificate(reason=reason))).data
    assert (revoked.status, revoked.revocation_reason) == (Status.REVOKED, reason)
    assert verified(public, issued[0]) == (False, Status.REVOKED)
    assert verified(public, issued[1]) == (True, Status.VALID)
    unknown = verify_certificate.sync("TRC-ZZZ-26-222222", client=public)
    assert isinstance(unknown, ErrorResponse)
    assert unknown.error.code is ErrorCode.NOT_FOUND


if __name__ == "__main__":
    main()
