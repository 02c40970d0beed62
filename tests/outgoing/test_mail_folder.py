"""Without a mail server each mail becomes a file: whole, private, named in the log."""

import stat
from email.message import EmailMessage
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from outgoing.smtp import FolderPost, MailRefused, SmtpPost, post_for
from tests.mail_server import read, sent_by


def mail(id: str = "0b5e") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "post@academy.example", "jane@example.com", "A certificate"
    made["Date"], made["Message-ID"] = "Sun, 15 Mar 2026 10:00:00 +0000", f"<{id}@academy.example>"
    made.set_content("Zo\u00eb\n.\n")
    return made


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_each_mail_is_a_file_that_only_the_service_reads(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    with capture_logs() as logs:
        assert await sent_by(FolderPost(folder), [mail("1-a"), mail("2-b")]) == [None, None]
    files = [folder / name for name in names(folder)]
    assert [file.name for file in files] == ["20260315T100000Z-1-a.eml", "20260315T100000Z-2-b.eml"]
    assert [mode(file) for file in files] == [0o600, 0o600]
    assert mode(folder) == 0o700
    assert read(files[0].read_bytes()).get_content() == "Zo\u00eb\r\n.\r\n"
    assert [(line["event"], line["file"]) for line in logs] == [("mail_written", str(file)) for file in files]


async def test_a_person_can_copy_each_link_from_the_file(tmp_path: Path) -> None:
    link = "https://certificates.example.com/claim/" + "eyJhbGciOi.=" * 20
    letter = mail()
    letter.set_content(f"Claim it here, Zo\u00eb:\n\n{link}\n", cte="quoted-printable")
    letter.add_alternative(f'<p><a href="{link}">Zo\u00eb</a></p>\n', subtype="html", cte="quoted-printable")
    before = letter.as_bytes()
    assert await sent_by(FolderPost(tmp_path), [letter]) == [None]
    (name,) = names(tmp_path)
    content = (tmp_path / name).read_bytes()
    lines = content.decode().splitlines()
    assert lines.count(link) == 1
    assert lines.count(f'<p><a href="{link}">Zo\u00eb</a></p>') == 1
    parts = [(part.get_content_type(), part.get_content().strip()) for part in read(content).iter_parts()]
    assert parts == [
        ("text/plain", f"Claim it here, Zo\u00eb:\r\n\r\n{link}"),
        ("text/html", f'<p><a href="{link}">Zo\u00eb</a></p>'),
    ]
    assert letter.as_bytes() == before


async def test_an_id_leads_nowhere_else(tmp_path: Path) -> None:
    assert await sent_by(FolderPost(tmp_path), [mail("../../x")]) == [None]
    assert names(tmp_path) == ["20260315T100000Z-x.eml"]


async def test_a_mail_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    blocked = tmp_path / "mail"
    blocked.write_text("a file where the folder should be")
    (result,) = await sent_by(FolderPost(blocked), [mail()])
    assert isinstance(result, MailRefused)
    assert not result.for_good


async def test_a_mail_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (result,) = await sent_by(FolderPost(tmp_path), [mail()])
    assert result == MailRefused("The mail could not be written: No space left on device", for_good=False)
    assert names(tmp_path) == []


def test_mails_go_to_the_server_where_there_is_one(tmp_path: Path) -> None:
    assert isinstance(post_for("smtp://localhost", tmp_path), SmtpPost)
    assert isinstance(post_for(None, tmp_path), FolderPost)
