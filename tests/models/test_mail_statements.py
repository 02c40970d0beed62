"""Each statement about mails answers as the plain query of its table would, on both databases."""

from datetime import timedelta
from uuid import uuid4

import pytest

from models import Mail
from models.statements import certificates
from models.statements import mails as statements
from rules.certificates import Certificate
from rules.courses import Course
from services import certificate_rows, organizations
from tests.models.populated import NOW, academies

pytestmark = pytest.mark.usefixtures("alone")

MINUTE = timedelta(minutes=1)
MAIL, CERTIFICATE = len(statements.OWN.names), len(statements.OWN.names) + len(certificates.OWN.names)
COURSE = CERTIFICATE + len(Course._fields)


async def queued() -> list[Mail]:
    """A mail for each of some certificates in every state, and some that belong to none, due one after the other."""
    made = []
    for academy in await academies():
        for number, certificate in enumerate([*academy.certificates, None, None]):
            made.append(
                await Mail.create(
                    id=uuid4(),
                    kind="claim" if certificate else "webhook_disabled",
                    organization_id=academy.organization_id,
                    certificate_id=certificate.id if certificate else None,
                    recipient=f"jane.{number}@example.com",
                    facts='{"url": "https://example.com"}',
                    tries=number % 3,
                    due_at=NOW + number * MINUTE if number % 4 else None,
                    created_at=NOW - number * MINUTE,
                )
            )
    return made


async def test_mails_with_all_that_their_texts_are_made_from() -> None:
    ids = [mail.id for mail in await queued()]
    rows = await statements.of_ids(
        [str(one) for one in ids]
    )  # as rows of SQLite have them, and PostgreSQL reads them too
    twins = await Mail.filter(id__in=ids).order_by("created_at", "id").prefetch_related("certificate")
    own = ("id", "kind", "recipient", "facts", "tries", "created_at")
    assert [tuple(row[:MAIL]) for row in rows] == [tuple(getattr(twin, name) for name in own) for twin in twins]
    assert len(rows) > 100
    for row, twin in zip(rows, twins, strict=True):
        organization = organizations.of_row(row[COURSE:])
        assert organization == await organizations.read(twin.organization_id)
        if twin.certificate is None:
            assert set(row[MAIL:COURSE]) == {None}
            continue
        course, of_certificate = Course._make(row[CERTIFICATE:COURSE]), row[MAIL:CERTIFICATE]
        found = Certificate._make((*of_certificate[:4], course, organization, *of_certificate[4:]))
        assert found == await certificate_rows.of_code(twin.certificate.code)


async def test_those_that_are_due_longest_are_leased() -> None:
    await queued()
    now, mark = NOW + 9 * MINUTE, uuid4()
    twins = await Mail.filter(due_at__lte=now).order_by("due_at")
    leased = await statements.lease(mark, 5, now, now + MINUTE)
    assert len(leased) == 5
    bearing = await Mail.filter(lease=mark)
    assert {mail.due_at for mail in bearing} == {now + MINUTE}
    earliest = [twin.due_at for twin in twins[:5]]
    assert sorted(twin.due_at for twin in twins if twin.id in {mail.id for mail in bearing}) == earliest  # type: ignore[type-var]


async def test_a_mail_is_sent_once() -> None:
    mails = await queued()
    await Mail.filter(id=mails[1].id).update(lease=uuid4(), last_error="away")
    for moment in (NOW, NOW + MINUTE):
        await statements.sent(mails[1].id, moment)
    sent = await Mail.get(id=mails[1].id)
    assert (sent.sent_at, sent.due_at, sent.lease, sent.last_error) == (NOW, None, None, None)
    assert await Mail.filter(sent_at__isnull=False).count() == 1
