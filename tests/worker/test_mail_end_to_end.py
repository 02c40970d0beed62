"""Mails from the change to the mail server, over real SMTP: what claims, who gets it, and a server that is away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.academies import Academy
from tests.agreement import error_of
from tests.claiming import claim, token_for, token_in
from tests.databases import Database
from tests.endpoints import happened
from tests.installation import Installation
from tests.postbox import Postbox, text_of
from tests.server.probe import until

CERTIFICATES = "/api/v1/certificates"
HOSTILE = 'Zoë "Q" 🎓 \u2028 O\'Neil <b> \\ é =?utf-8?q?=0D=0ABcc:_x@example.com?='


def somebody() -> str:
    """An address that no other test has."""
    return f"{uuid4().hex}@example.com"


def test_the_link_in_the_mail_claims_once(sender: Academy, postbox: Postbox) -> None:
    address = somebody()
    issued = sender.issue(sender.course(name=HOSTILE)["id"], holder_name=HOSTILE, holder_email=address)
    (mail,) = postbox.wait(address)
    assert [name for name in mail if name.lower() in {"to", "cc", "bcc", "from"}] == ["From", "To"]
    assert (str(mail["To"]), str(mail["Reply-To"])) == (address, "office@example.com")
    assert "\n" not in str(mail["Subject"])
    token = token_in(mail)
    assert f"/claim/{token}" in text_of(mail)
    for _ in range(2):
        assert sender.web.get(f"/claim/{token}").status_code == 200
        assert sender.web.head(f"/claim/{token}").status_code == 200
    assert not sender.read(issued["code"])["is_claimed"]
    first, second = claim(sender.web, token), claim(sender.web, token)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert first.json()["data"]["holder_name"] == issued["holder_name"]
    assert sender.read(issued["code"])["claimed_at"] == first.json()["data"]["claimed_at"]
    assert happened(sender) == ["certificate.issued", "certificate.claimed"]


def test_links_sent_before_stay_good_until_the_address_is_corrected(sender: Academy, postbox: Postbox) -> None:
    wrong, right = somebody(), somebody()
    issued = sender.issue(holder_email=wrong)
    postbox.wait(wrong)
    resent = sender.post(f"{CERTIFICATES}/{issued['code']}/resend-claim")
    assert (resent.status_code, resent.json()["data"]) == (202, issued)
    first, second = (token_in(mail) for mail in postbox.wait(wrong, 2))
    assert len({str(mail["Message-ID"]) for mail in postbox.sent_to(wrong)}) == 2
    assert [sender.web.get(f"/claim/{token}").status_code for token in (first, second)] == [200, 200]
    sender.patch(f"{CERTIFICATES}/{issued['code']}", json={"holder_email": right})
    (mail,) = postbox.wait(right)
    for token in (first, second):
        error_of(claim(sender.web, token), 422, "unprocessable_entity")
    assert claim(sender.web, token_in(mail)).status_code == 200
    assert len(postbox.sent_to(wrong)) == 2


def test_a_holder_is_told_of_what_takes_the_place_of_a_claimed_certificate(sender: Academy, postbox: Postbox) -> None:
    address = somebody()
    issued = sender.issue(holder_email=address)
    assert claim(sender.web, token_in(postbox.wait(address)[0])).status_code == 200
    renewed = sender.post(f"{CERTIFICATES}/{issued['code']}/renew").json()["data"]
    mail = postbox.wait(address, 2)[1]
    assert renewed["links"]["verify_page"] in text_of(mail)
    assert "/claim/" not in mail.as_string()


def test_a_holder_who_has_not_claimed_can_claim_what_takes_its_place(sender: Academy, postbox: Postbox) -> None:
    address = somebody()
    issued = sender.issue(holder_email=address)
    postbox.wait(address)
    renewed = sender.post(f"{CERTIFICATES}/{issued['code']}/renew").json()["data"]
    old, new = (claim(sender.web, token_in(mail)).json()["data"]["code"] for mail in postbox.wait(address, 2))
    assert (old, new) == (issued["code"], renewed["code"])


def test_who_is_not_to_be_told_gets_no_mail(sender: Academy, postbox: Postbox) -> None:
    address, course = somebody(), sender.course()["id"]
    quiet = sender.issue(course, holder_email=address, notify=False)
    sender.patch(f"{CERTIFICATES}/{quiet['code']}", json={"holder_name": "Jane Roe", "notify": False})
    sender.post(f"{CERTIFICATES}/{quiet['code']}/renew", json={"notify": False})
    claim(sender.web, token_for(quiet))
    revoked = sender.issue(course, holder_email=address, notify=False)
    sender.revoke(revoked["code"])
    later = somebody()
    sender.issue(course, holder_email=later)
    postbox.wait(later)  # mails leave in their order
    assert postbox.sent_to(address) == []
    assert not sender.database.rows("SELECT id FROM mail WHERE recipient = $1", address)


def test_nothing_that_a_mail_or_endpoint_trusts_in_is_logged(
    sender: Academy, postbox: Postbox, delivering: tuple[Installation, Database]
) -> None:
    address = somebody()
    secret = sender.post("/api/v1/webhooks", json={"url": "http://127.0.0.1:9/"}).json()["data"]["secret"]
    sender.issue(holder_email=address)
    token = token_in(postbox.wait(address)[0])
    claim(sender.web, token)
    log = delivering[0].log.read_text()
    assert "claim_certificate" in log
    for private in (secret, token, token.rpartition(".")[2], address):
        assert private not in log
    stored = sender.database.rows("SELECT secret FROM webhook") + sender.database.rows("SELECT facts FROM mail")
    assert secret not in str(stored)
    assert token not in str(stored)


def test_while_the_mail_server_is_away_issuing_goes_on_and_each_mail_arrives_once(
    sender: Academy, postbox: Postbox
) -> None:
    course, addresses = sender.course()["id"], [somebody() for _ in range(7)]
    postbox.stop()
    try:
        began = datetime.now(UTC)
        issued = [sender.issue(course, holder_email=address) for address in addresses]
        assert datetime.now(UTC) - began < timedelta(seconds=5)
        until(lambda: _mails(sender, "tries > 0") == len(addresses))
        sender.revoke(issued[6]["code"])
        _correct(sender, issued[5], holder_email=somebody(), notify=False)
        _correct(sender, issued[4], holder_name="Jane Roe", notify=False)
        _correct(sender, issued[3], holder_name="Jane Roe")
    finally:
        postbox.start()
    hurry = "UPDATE mail SET due_at = created_at WHERE organization_id = $1 AND due_at IS NOT NULL RETURNING id"
    sender.database.rows(hurry, str(sender.id))  # the pause is over
    for address, name in zip(addresses[:5], ["Jane Doe"] * 3 + ["Jane Roe"] * 2, strict=True):
        (mail,) = postbox.wait(address)
        assert name in text_of(mail)
        assert claim(sender.web, token_in(mail)).status_code == 200
    until(lambda: _mails(sender, "sent_at IS NOT NULL AND due_at IS NULL") == 5)
    until(lambda: _mails(sender, "due_at IS NOT NULL") == 0)
    assert [len(postbox.sent_to(address)) for address in addresses] == [1] * 5 + [0] * 2


def _correct(academy: Academy, issued: dict[str, Any], **members: object) -> None:
    assert academy.patch(f"{CERTIFICATES}/{issued['code']}", json=members).status_code == 200


def _mails(academy: Academy, condition: str) -> int:
    asked = f"SELECT count(*) AS n FROM mail WHERE organization_id = $1 AND {condition}"  # noqa: S608  # the test's words
    (found,) = academy.database.rows(asked, str(academy.id))
    return int(found["n"])
