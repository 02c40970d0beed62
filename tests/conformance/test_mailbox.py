"""The suite's mailbox: mails by SMTP or from a folder, the links in them, and what is said when none comes."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from conformance import mailbox
from conformance.findings import NotMet, NotPossible
from conformance.mailbox import Mailbox
from tests.installation import free_port

LINK = "https://truecerta.example.com/claim/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def mail_to(address: str, link: str = LINK) -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = f"Jane Doe <{address}>", "Your certificate"
    mail.set_content(f"Claim it:\n\n{link}\n", cte="quoted-printable")
    mail.add_alternative(f'<p><a href="{link}">Claim it</a>.</p>', subtype="html", cte="quoted-printable")
    return mail


@contextmanager
def opened(smtp_port: int | None = None, mail_dir: Path | None = None) -> Iterator[Mailbox]:
    made = Mailbox(smtp_port, mail_dir)
    try:
        yield made
    finally:
        made.close()


def test_a_mail_by_smtp_gives_its_link_and_token() -> None:
    port = free_port()
    with opened(smtp_port=port) as box, smtplib.SMTP("127.0.0.1", port) as visit:
        visit.send_message(mail_to("jane@example.com"), "office@example.com")
        visit.send_message(mail_to("jane@example.com", LINK.replace("eyJzdW", "eyJzdX")), "office@example.com")
        assert box.link("jane@example.com") == LINK
        assert box.token("jane@example.com", which=2) == LINK.rpartition("/")[2].replace("eyJzdW", "eyJzdX")
        assert box.mails("joe@example.com") == []


def test_a_folder_gives_what_is_new_in_it(tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_bytes(mail_to("jane@example.com").as_bytes())
    with opened(mail_dir=tmp_path) as box:
        assert box.mails("jane@example.com") == []
        (tmp_path / "new.eml").write_bytes(mail_to("jane@example.com").as_bytes())
        (tmp_path / "notes.txt").write_bytes(mail_to("jane@example.com").as_bytes())
        assert box.token("jane@example.com").count(".") == 2
        assert len(box.mails("jane@example.com")) == 1


def test_a_mail_without_a_link_is_told(tmp_path: Path) -> None:
    with opened(mail_dir=tmp_path) as box:
        (tmp_path / "new.eml").write_bytes(mail_to("jane@example.com", "https://example.com/claims/").as_bytes())
        with pytest.raises(NotMet, match="holds no link"):
            box.token("jane@example.com")


def test_no_mail_is_told_and_not_waited_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(mailbox, "DEAF_SECONDS", 0.0)
    with opened(mail_dir=tmp_path) as box:
        with pytest.raises(NotMet, match=r"no mail to jane@example\.com came"):
            box.mail("jane@example.com")
        monkeypatch.setattr(mailbox, "PATIENCE_SECONDS", 60)
        with pytest.raises(NotMet):
            box.mail("joe@example.com")


def test_a_second_mail_that_does_not_come_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE_SECONDS", 0.2)
    with opened(mail_dir=tmp_path) as box:
        (tmp_path / "new.eml").write_bytes(mail_to("jane@example.com").as_bytes())
        box.expects("jane@example.com")
        with pytest.raises(
            NotMet, match=r"mail number 2 to jane@example\.com did not come within 0\.2 s; so far 1 came"
        ):
            box.mail("jane@example.com", which=2)


def test_what_it_lacks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE_SECONDS", 0.1)
    with opened() as box, pytest.raises(NotPossible, match="--smtp-port or --mail-dir"):
        box.mail("jane@example.com")
    with opened(mail_dir=tmp_path / "nowhere") as box, pytest.raises(NotPossible, match="there is no folder"):
        box.mail("jane@example.com")
    port = free_port()
    with (
        opened(smtp_port=port),
        opened(smtp_port=port) as second,
        pytest.raises(NotPossible, match="nothing can listen"),
    ):
        second.mail("jane@example.com")
