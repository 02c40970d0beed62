"""The life of a certificate: put right until it is claimed, renewed by one other, and each step told once."""

import json
from collections.abc import Awaitable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models import AuditEntry, Certificate, CourseVersion, Mail, Organization
from rules.errors import Refused
from services import api_keys, certificates, claims, courses, expiry, mails, plans
from services.callers import Caller
from services.certificate_life import Correction, Renewal, correct, renew
from services.mail_outbox import MOST_A_DAY
from tests.databases import Database
from tests.services.inside import DAY, KEYRING, NOW, Academy, academy, at_once, count, elsewhere, failing, token

pytestmark = pytest.mark.usefixtures("alone")

SECOND = timedelta(seconds=1)


async def refusal(work: Awaitable[object]) -> str | None:
    """The code by which it is refused, if it is."""
    try:
        await work
    except Refused as fault:
        return fault.code
    return None


async def corrections() -> int:
    """How many of them the audit log knows."""
    return await AuditEntry.filter(action="update_certificate").count()


async def claimed(own: Academy) -> str:
    """The code of a certificate that its holder has claimed."""
    certificate = await own.issue()
    await claims.claim(token(certificate), KEYRING, NOW)
    return certificate.code


async def test_a_correction_changes_what_was_wrong_and_says_who_did_it() -> None:
    own = await academy()
    certificate = await own.issue()
    corrected = await correct(own.caller, certificate.code, Correction("Zoë Doe", "zoe@example.com"), NOW + DAY)
    assert corrected == certificate._replace(holder_name="Zoë Doe", holder_email="zoe@example.com")
    assert await certificates.read(own.id, certificate.code) == corrected
    (entry,) = await AuditEntry.filter(action="update_certificate")
    assert (entry.organization_id, entry.api_key_id) == (own.id, own.caller.key_id)
    assert (entry.action, entry.subject, entry.created_at) == ("update_certificate", certificate.code, NOW + DAY)
    assert json.loads(entry.before) == {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}
    assert json.loads(entry.after) == {"holder_name": "Zoë Doe", "holder_email": "zoe@example.com"}
    assert await own.kinds() == ["certificate.issued"]


async def test_the_audit_log_tells_only_of_what_was_asked_for_and_by_which_key() -> None:
    own = await academy()
    certificate = await own.issue()
    second = await api_keys.caller((await api_keys.create(own.caller, "second", NOW)).secret)
    assert second is not None
    for number, caller in enumerate((own.caller, second, own.caller)):
        await correct(caller, certificate.code, Correction(f"Jane {number}", None), NOW + number * SECOND)
    entries = await AuditEntry.filter(action="update_certificate").order_by("created_at")
    assert [entry.api_key_id for entry in entries] == [own.caller.key_id, second.key_id, own.caller.key_id]
    assert [json.loads(entry.after) for entry in entries] == [{"holder_name": f"Jane {number}"} for number in range(3)]
    assert len({entry.created_at for entry in entries}) == 3


async def test_a_correction_that_changes_nothing_does_nothing() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    before = await Certificate.all().values(), await Mail.all().values()
    for nothing in (Correction(None, None), Correction("Jane Doe", None), Correction("Jane Doe", "jane@example.com")):
        assert await correct(own.caller, certificate.code, nothing, NOW + DAY) == certificate
    assert (await Certificate.all().values(), await Mail.all().values()) == before
    assert await corrections() == 0


@pytest.mark.parametrize(
    "wrong", [Correction("", None), Correction("x" * 201, None), Correction(None, "jane"), Correction("Jane", "@")]
)
async def test_what_could_not_be_issued_is_no_correction(wrong: Correction) -> None:
    own = await academy()
    certificate = await own.issue()
    assert await refusal(correct(own.caller, certificate.code, wrong, NOW)) == "unprocessable_entity"
    assert await certificates.read(own.id, certificate.code) == certificate


async def test_what_is_claimed_is_corrected_no_more() -> None:
    own = await academy()
    code = await claimed(own)
    assert await refusal(correct(own.caller, code, Correction("Joan Doe", None), NOW)) == "conflict"
    assert (await correct(own.caller, code, Correction("Jane Doe", None), NOW)).claimed_at == NOW  # nothing to do
    assert (await corrections(), await count("mail")) == (0, 0)


async def test_what_was_revoked_is_corrected_without_a_mail() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    await certificates.revoke(own.caller, certificate.code, None, NOW)
    corrected = await correct(own.caller, certificate.code, Correction("Joan Doe", None), NOW)
    assert (corrected.holder_name, corrected.revoked_at) == ("Joan Doe", NOW)
    assert await corrections() == 1
    assert await mails.lease(9, NOW + DAY) == []


async def test_nobody_corrects_or_renews_the_certificates_of_another() -> None:
    own, rival = await academy(), await academy()
    certificate = await own.issue()
    assert await refusal(correct(rival.caller, certificate.code, Correction("Joan", None), NOW)) == "not_found"
    assert await refusal(renew(rival.caller, certificate.code, Renewal(None), NOW)) == "not_found"
    for missing in ("TRC-ACA-26-222222", "nonsense", ""):
        assert await refusal(correct(own.caller, missing, Correction("Joan", None), NOW)) == "not_found"
        assert await refusal(renew(own.caller, missing, Renewal(None), NOW)) == "not_found"
    assert await certificates.read(own.id, certificate.code) == certificate


async def test_a_correction_and_its_audit_are_one() -> None:
    own = await academy()
    certificate = await own.issue(notify=True)
    before = await Certificate.all().values(), await Mail.all().values()
    for table in ("audit_entry", "mail"):
        async with failing(table):
            with pytest.raises(Exception, match="refused"):
                await correct(own.caller, certificate.code, Correction("Joan Doe", None), NOW)
        assert (await Certificate.all().values(), await Mail.all().values()) == before
        assert await corrections() == 0


async def test_corrections_at_once_are_each_audited_against_what_they_found() -> None:
    own = await academy()
    certificate = await own.issue()
    names = [f"Jane {number}" for number in range(MOST_A_DAY)]
    changes = [Correction(name, None, notify=number == 0) for number, name in enumerate(names)]
    await at_once(*(correct(own.caller, certificate.code, change, NOW) for change in changes))
    entries = await AuditEntry.filter(action="update_certificate")
    steps = {json.loads(entry.before)["holder_name"]: json.loads(entry.after)["holder_name"] for entry in entries}
    name, walked = "Jane Doe", 0
    while name in steps:
        name, walked = steps[name], walked + 1
    assert (walked, name) == (MOST_A_DAY, (await certificates.read(own.id, certificate.code)).holder_name)
    assert len(await mails.lease(9, NOW + DAY)) == 1


async def test_a_renewal_takes_the_place_of_the_old_one() -> None:
    own = await academy(months=12)
    old = await own.issue()
    new = await renew(own.caller, old.code.lower(), Renewal(None), NOW + DAY)
    assert (new.holder_name, new.holder_email, new.course) == (old.holder_name, old.holder_email, old.course)
    assert (new.issued_at, new.expires_at) == (NOW + DAY, datetime.fromisoformat("2027-06-02T12:00:00Z"))
    assert (new.claimed_at, new.renewed_by) == (None, None)
    assert new.code != old.code
    replaced = await certificates.read(own.id, old.code)
    assert replaced == old._replace(renewed_by=new.code)
    assert replaced.verdict(NOW + DAY).status == "renewed"
    assert await certificates.read(own.id, new.code) == new
    told = await own.feed()
    assert [event.kind for event in told] == ["certificate.issued"] * 2
    assert json.loads(told[1].body)["data"]["certificate"]["code"] == new.code


async def test_a_renewal_is_of_the_course_as_it_is_now() -> None:
    own = await academy(months=12)
    old = await own.issue()
    await courses.update(own.caller, own.course_id, {"name": "Another", "validity_period_months": 1}, NOW)
    new = await renew(own.caller, old.code, Renewal(None), NOW)
    assert (old.course.version, new.course.version, new.course.name) == (1, 2, "Another")
    assert new.expires_at == datetime.fromisoformat("2026-07-01T12:00:00Z")
    assert (await certificates.read(own.id, old.code)).course.name == "Web Development"
    assert await CourseVersion.all().count() == 2


async def test_a_renewal_may_have_been_earned_before_and_not_later() -> None:
    own = await academy()
    old = await own.issue()
    earned = NOW - 9 * DAY
    assert (await renew(own.caller, old.code, Renewal(earned), NOW)).issued_at == earned
    other = await own.issue()
    assert await refusal(renew(own.caller, other.code, Renewal(NOW + DAY), NOW)) == "unprocessable_entity"


@pytest.mark.parametrize("notify", [True, False])
async def test_who_had_claimed_holds_the_new_one_too(*, notify: bool) -> None:
    own = await academy()
    code = await claimed(own)
    new = await renew(own.caller, code, Renewal(None, notify), NOW + DAY)
    assert new.claimed_at == NOW
    assert "certificate.claimed" not in [event.kind for event in await own.feed() if new.code.encode() in event.body]
    assert [mail.kind for mail in await mails.lease(9, NOW + DAY)] == (["renewed"] if notify else [])
    again = await claims.claim(token(new), KEYRING, NOW + DAY)
    assert again == new


async def test_nothing_has_two_successors_and_what_was_revoked_has_none() -> None:
    own = await academy()
    old, revoked = await own.issue(), await own.issue()
    new = await renew(own.caller, old.code, Renewal(None), NOW)
    await certificates.revoke(own.caller, revoked.code, None, NOW)
    for code in (old.code, revoked.code):
        assert await refusal(renew(own.caller, code, Renewal(None), NOW)) == "conflict"
    third = await renew(own.caller, new.code, Renewal(None), NOW)
    chain = [(await certificates.read(own.id, code)).renewed_by for code in (old.code, new.code, third.code)]
    assert chain == [new.code, third.code, None]
    assert await count("certificate") == 4


async def renew_elsewhere(organization: str, code: str) -> str | None:
    return await refusal(renew(Caller(UUID(organization)), code, Renewal(None), NOW))


async def test_of_renewals_at_once_one_succeeds(alone: Database) -> None:
    own = await academy()
    old = await own.issue()
    here = (refusal(renew(own.caller, old.code, Renewal(None), NOW)) for _ in range(8))
    there = (elsewhere(alone, renew_elsewhere, own.id, old.code) for _ in range(2))
    answers = await at_once(*here, *there)
    assert sorted(map(str, answers)) == ["None"] + ["conflict"] * 9
    assert await count("certificate") == 2
    assert await own.kinds() == ["certificate.issued"] * 2


async def test_of_a_renewal_and_a_revocation_at_once_nothing_revoked_is_renewed_after() -> None:
    own = await academy()
    for number in range(6):
        old = await own.issue(NOW + number * SECOND)
        race = [
            refusal(renew(own.caller, old.code, Renewal(None), NOW)),
            refusal(certificates.revoke(own.caller, old.code, None, NOW)),
        ]
        both = await at_once(*(race[:: -1 if number % 2 else 1]))
        renewed, revoked = both[:: -1 if number % 2 else 1]
        found = await certificates.read(own.id, old.code)
        assert (revoked, found.revoked_at) == (None, NOW)
        assert renewed in {None, "conflict"}
        assert (found.renewed_by is None) == (renewed == "conflict")


async def test_a_renewal_counts_in_the_plan_and_a_full_one_refuses_it_whole() -> None:
    own = await academy()
    await plans.define("two", 2, None)
    await plans.assign(own.caller, "two", NOW)
    old = await own.issue()
    new = await renew(own.caller, old.code, Renewal(None), NOW)
    assert (await Organization.get(id=own.id)).certificates_used == 2
    assert await refusal(renew(own.caller, new.code, Renewal(None), NOW)) == "plan_limit_exceeded"
    assert (await certificates.read(own.id, new.code)).renewed_by is None
    assert await count("certificate") == await count("event") == 2


async def test_a_renewal_that_cannot_be_noted_on_the_old_one_has_not_happened() -> None:
    own = await academy()
    old = await own.issue()
    async with failing("certificate", "UPDATE"):
        with pytest.raises(Exception, match="refused"):
            await renew(own.caller, old.code, Renewal(None), NOW)
    assert await count("certificate") == await count("event") == 1
    assert (await renew(own.caller, old.code, Renewal(None), NOW)).renewed_by is None


async def test_a_renewal_that_expires_soon_tells_so_at_once_and_the_old_one_never() -> None:
    own = await academy(months=2)
    old = await own.issue()
    new = await renew(own.caller, old.code, Renewal(NOW - 40 * DAY), NOW + SECOND)
    assert await own.kinds() == ["certificate.issued", "certificate.issued", "certificate.expiring"]
    assert [await expiry.announce_expiring(NOW + 99 * DAY), await expiry.announce_expired(NOW + 99 * DAY)] == [0, 1]
    expired = (await own.feed())[-1]
    assert expired.kind == "certificate.expired"
    assert new.code.encode() in expired.body
