"""`truecerta serve`: what it says before it serves."""

from pathlib import Path
from typing import Any

import pytest

from server import cli
from tests import command_line
from tests.installation import Installation

SMTP = {"TRUECERTA_SMTP_URL": "smtp://127.0.0.1:2525"}
PUBLIC = {"TRUECERTA_PUBLIC_URL": "https://certificates.example.com"}


def said(folder: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> str:
    """What is on standard error when serving would begin."""

    def nothing(*_: Any, **__: Any) -> int:
        return 0

    monkeypatch.setattr(cli, "serve_app", nothing)
    monkeypatch.setattr("server.logs.configure", nothing)
    ran = command_line.run(Installation(folder, environment=environment), "serve", "--port", "8123", "--host", "::1")
    assert ran.exit_code == 0
    return ran.stderr


def test_mails_with_links_that_lead_nowhere_are_warned_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(tmp_path, monkeypatch, SMTP) == (
        "TRUECERTA_PUBLIC_URL is not set: links in mails lead to http://[::1]:8123."
        " Set it to where holders reach this service.\n"
    )


@pytest.mark.parametrize("environment", [{}, PUBLIC, SMTP | PUBLIC], ids=["no mails", "no mails, public", "public"])
def test_where_no_mail_leaves_or_links_are_right_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    assert said(tmp_path, monkeypatch, environment) == ""
