"""Settings: read from the environment alone, refused with a sentence, and shown without their secrets."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from server.settings import PREFIX, Settings, address_without_password
from tests import command_line
from tests.installation import SECRET, Installation

WRONG = {
    "DATABASE_URL": [
        "mysql://localhost/x",
        "truecerta.sqlite3",
        "postgres",
        "sqlite://",
        "sqlite://host/x",
        "postgres://h:p/x",
    ],
    "PUBLIC_URL": [
        "example.com",
        "ftp://example.com",
        "https://",
        "https://example.com/?a=b",
        "https://example.com/#a",
    ],
    "RATE_LIMIT_API": ["0/minute", "120", "120/fortnight", "-1/minute", "many"],
    "RATE_LIMIT_PUBLIC": ["1.5/second"],
    "RATE_LIMIT_MISSES": ["300 an hour"],
    "RATE_LIMIT_WEBHOOK_TEST": ["often"],
    "SMTP_URL": ["mail.example.com", "https://mail.example.com", "smtp://", "smtp://host:port", "smtp://host/path"],
    "MAIL_FROM": ["office", "Office <office@example.com>", "a@example.com\nBcc: b@example.com"],
    "WEBHOOK_RETRIES": ["5", "5s;5m", "soon", "5s,", "-5s"],
    "ALLOW_PRIVATE_WEBHOOKS": ["perhaps"],
    "TRUSTED_PROXIES": ["localhost", "10.0.0.1/8", "10.0.0.0/33"],
    "LOG_FORMAT": ["xml"],
    "LOG_LEVEL": ["loud"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_setting_that_cannot_be_used_is_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    installation = Installation(tmp_path, environment={PREFIX + name: value})
    refused = command_line.run(installation, "settings")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert PREFIX + name in line
    assert "Traceback" not in line


@pytest.mark.parametrize(
    "url", ["redis", "http://localhost", "valkey://localhost:99999", "redis://:secret@localhost:port"]
)
def test_a_redis_url_that_cannot_be_read_stops_the_start_with_a_sentence(tmp_path: Path, url: str) -> None:
    installation = Installation(tmp_path, environment={PREFIX + "REDIS_URL": url})
    refused = installation.command("serve", "--port", str(installation.port), check=False)
    assert refused.returncode != 0
    assert "REDIS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    secrets = {
        "DATABASE_URL": "postgres://truecerta:password-of-postgres@localhost/truecerta",
        "REDIS_URL": "redis://:password-of-redis@localhost",
        "SECRET_KEY_PREVIOUS": "the-key-before-this-one-0123456789",
        "SMTP_URL": "smtp://truecerta:password-of-smtp@localhost:2525",
    }
    installation = Installation(tmp_path, environment={PREFIX + name: value for name, value in secrets.items()})
    for arguments in (("settings",), ("settings", "--json")):
        shown = command_line.run(installation, *arguments).stdout
        assert not [secret for secret in (SECRET, "password-of-", "the-key-before") if secret in shown]


def test_every_setting_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    installation = Installation(tmp_path, environment={PREFIX + "RATE_LIMIT_API": "7/hour"})
    rows = json.loads(command_line.run(installation, "settings", "--json").stdout)
    assert [row["setting"] for row in rows] == [PREFIX + name.upper() for name in Settings.model_fields]
    told = {row["setting"]: (row["value"], row["set"]) for row in rows}
    assert told[PREFIX + "RATE_LIMIT_API"] == ("7/hour", "set")
    assert told[PREFIX + "RATE_LIMIT_PUBLIC"] == ("60/minute", "default")
    assert all(row["meaning"] for row in rows)
    table = command_line.run(installation, "settings").stdout
    assert all(row["setting"] in table for row in rows)


def test_the_defaults_are_those_that_are_ruled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    settings = Settings()
    assert settings.data_dir.as_posix() == "/home/someone/.local/share/truecerta"
    assert settings.database() == "sqlite:////home/someone/.local/share/truecerta/truecerta.sqlite3"
    assert (settings.rate_limit_api, settings.rate_limit_public) == ("120/minute", "60/minute")
    assert settings.rate_limit_misses == "300/hour"
    assert (settings.rate_limit_webhook_test, settings.allow_private_webhooks) == ("5/minute", False)
    assert settings.webhook_retries == "5s,5m,30m,2h,5h,10h,14h,20h,24h"
    assert (settings.secret_key, settings.secret_key_previous, settings.smtp_url) == (None, None, None)
    assert settings.is_limited()


def test_a_wrong_mail_server_is_told_without_its_password(tmp_path: Path) -> None:
    url = "smtp://jane:password-of-smtp@localhost:port"
    refused = command_line.run(Installation(tmp_path, environment={PREFIX + "SMTP_URL": url}), "settings")
    assert refused.exit_code == 2
    assert "password-of-smtp" not in refused.stderr


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ({}, "certificates@localhost"),
        ({"public_url": "https://Academy.example/certificates"}, "certificates@academy.example"),
        ({"public_url": "http://localhost:8000"}, "certificates@localhost"),
        ({"public_url": "http://[::1]:8000"}, "certificates@localhost"),
        ({"public_url": "https://academy.example", "mail_from": "post@example.com"}, "post@example.com"),
    ],
)
def test_mails_come_from_the_host_that_links_lead_to(given: dict[str, str], sender: str) -> None:
    assert Settings(**given).sender() == sender  # type: ignore[arg-type]  # text, each of them


def test_a_limit_on_tests_alone_is_a_limit() -> None:
    others = ("rate_limit_api", "rate_limit_public", "rate_limit_misses", "rate_limit_sign_in", "rate_limit_account")
    off = dict.fromkeys(others, "off")
    assert Settings(**off).is_limited()  # type: ignore[arg-type]  # text, each of them
    assert not Settings(**off, rate_limit_webhook_test="off").is_limited()  # type: ignore[arg-type]  # as above


def test_an_empty_setting_is_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys((PREFIX + name for name in (*WRONG, "REDIS_URL")), "")
    rows = json.loads(command_line.run(Installation(tmp_path, environment=empty), "settings", "--json").stdout)
    assert {row["set"] for row in rows if row["setting"] in empty} == {"default"}


def test_an_unknown_setting_is_let_be(tmp_path: Path) -> None:
    installation = Installation(tmp_path, environment={PREFIX + "COLOUR": "red"})
    assert command_line.run(installation, "settings").exit_code == 0


def test_a_base_loses_its_last_slash() -> None:
    assert Settings(public_url="https://example.com/certificates/").public_url == "https://example.com/certificates"


@drawn(
    st.text(st.sampled_from("aB1@:/?#&=%[] \n\t+.é"), max_size=12).map("geHEIM{}geHEIM".format),
    st.sampled_from(["postgres://u:{}@db:5432/a", "redis://:{}@h/0", "smtp://u:{}@h:25", "postgres://h/a?password={}"]),
)
def test_no_password_is_in_an_address_that_is_shown(password: str, address: str) -> None:
    for written in (password, quote(password, safe="")):
        shown = address_without_password(address.format(written))
        assert shown is None or ("geHEIM" not in shown and "***" in shown)


def test_an_address_is_shown_but_for_its_password() -> None:
    assert address_without_password("postgres://u:p@db:5432/a?sslmode=require") == (
        "postgres://u:***@db:5432/a?sslmode=require"
    )
    assert address_without_password("redis://localhost:6379/0") == "redis://localhost:6379/0"
    assert address_without_password("postgres://u:12/x@db/a") is None
