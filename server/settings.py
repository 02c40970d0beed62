"""Settings: each from the environment, with a default and a sentence. Nothing else reads the environment."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from outgoing.mail_server import mail_server
from rules import addresses, frame_sources, rates, retries, text
from rules.errors import Refused
from services import database

PREFIX = "TRUECERTA_"
_ADDRESS = re.compile(
    r"(?P<user>[a-z]+://(?:[^\s:@/?#]*(?=[:@]))?)(?P<password>:[^\s/?#]*)?(?P<host>@(?:\[[0-9a-fA-F:.]+\]|[\w.%-]*)(?::\d*)?)"
    r"(?P<path>(?:/[^\s@?#]*)?)(?:\?(?P<query>[^\s@#]*))?"
)
_PLACE = re.compile(r"[a-z]+://(?:\[[0-9a-fA-F:.]+\]|[\w.%-]*)(?::\d*)?(?:/[^\s@?#]*)?(?:\?(?P<query>[^\s@#]*))?")
_HARMLESS = re.compile(r"(?:sslmode|host|port|user|dbname|database|db|application_name)=[\w./:,%-]*")


def _rate(written: str) -> str:
    rates.parse(written)
    return written


def _networks(written: str) -> str:
    addresses.networks(written)
    return written


def _base(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        text.web_address(url, field="the base")
    except Refused:
        url = "?"
    if "?" in url or "#" in url:
        raise ValueError("This is no base for links: write http:// or https:// and a host in ASCII, without ? and #.")
    return url.rstrip("/")


def _counter(url: SecretStr | None) -> SecretStr | None:
    if url is not None:
        try:
            parts = urlsplit(url.get_secret_value())
            known = parts.scheme in {"redis", "rediss", "valkey", "valkeys"} and parts.port != 0 and parts.hostname
        except ValueError:
            known = False
        if not known:
            raise ValueError("Write redis://HOST:PORT or valkey://HOST:PORT.")
    return url


def _mail_server(url: SecretStr | None) -> SecretStr | None:
    if url is not None:
        mail_server(url.get_secret_value())
    return url


def _sender(address: str | None) -> str | None:
    if address is not None:
        try:
            text.address(address, field="It")
        except Refused:
            raise ValueError("Write a mail address alone, such as certificates@example.com.") from None
    return address


def _retries(written: str) -> str:
    retries.schedule(written)
    return written


Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    """What an operator can set. Every name is preceded by `TRUECERTA_` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "truecerta",
        description="Where the SQLite file, the secret key and undelivered mails are kept.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="sqlite:///… or postgres://…; a SQLite file in the data directory when not set.",
    )
    redis_url: Annotated[SecretStr | None, AfterValidator(_counter)] = Field(
        default=None, description="A Valkey or Redis server that counts limits for all processes together."
    )
    public_url: Annotated[str | None, AfterValidator(_base)] = Field(
        default=None, description="The base of every link and badge id; the address served on when not set."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs and encrypts. On SQLite the first start writes one; on PostgreSQL it must be set.",
    )
    secret_key_previous: SecretStr | None = Field(
        default=None,
        description="The key before the present one, while what was made with it is still about.",
    )
    smtp_url: Annotated[SecretStr | None, AfterValidator(_mail_server)] = Field(
        default=None,
        description="The server that takes mails, smtp:// or smtps://; files in the data directory when not set.",
    )
    mail_from: Annotated[str | None, AfterValidator(_sender)] = Field(
        default=None, description="The sender of mails; certificates@ the public URL's host when not set."
    )
    webhook_retries: Annotated[str, AfterValidator(_retries)] = Field(
        default=retries.DEFAULT, description="The pauses before a failed delivery to an endpoint is tried again."
    )
    allow_private_webhooks: bool = Field(
        default=False, description="Whether endpoints may be http and at addresses that are not public."
    )
    rate_limit_api: Rate = Field(default="120/minute", description="Requests per API key, or off.")
    rate_limit_public: Rate = Field(default="60/minute", description="Public requests per address, or off.")
    rate_limit_misses: Rate = Field(
        default="300/hour", description="Look-ups of codes that do not exist, per address, or off."
    )
    rate_limit_webhook_test: Rate = Field(default="5/minute", description="Tests of webhooks per organization, or off.")
    rate_limit_sign_in: Rate = Field(
        default="60/hour", description="Tries to sign in, and mails asked for a new password, per address, or off."
    )
    rate_limit_account: Rate = Field(default="20/hour", description="The same per account, or off.")
    document_cache_mb: int = Field(
        default=256, ge=0, description="How much of the data directory ready documents may take, in MB; 0 keeps none."
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="Addresses and networks of proxies whose X-Forwarded-For is believed, separated by commas.",
    )
    frame_ancestors: Annotated[str, AfterValidator(frame_sources.parse)] = Field(
        default=frame_sources.NOBODY,
        description="Sites that may show a verify page within theirs, with blanks between, or none.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Logs for people, or one JSON object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe messages that are logged."
    )

    @model_validator(mode="after")
    def _database_is_known(self) -> Self:
        database.check_url(self.database())
        return self

    def database(self) -> str:
        """The database to use: the one that is set, or the file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{quote(str(self.data_dir.expanduser().absolute() / 'truecerta.sqlite3'))}"

    def base(self) -> str:
        """What every link begins with."""
        return self.public_url or "http://127.0.0.1:8000"

    def sender(self) -> str:
        """Whom mails come from: who is set, or `certificates` at the host that links lead to."""
        host = urlsplit(self.base()).hostname or ""
        is_name = ":" not in host and not host.rpartition(".")[2].isdigit()
        return self.mail_from or f"certificates@{host if is_name else 'localhost'}"

    def is_limited(self) -> bool:
        """Whether any request is counted at all."""
        named = [name for name in type(self).model_fields if name.startswith("rate_limit_")]
        return any(rates.parse(getattr(self, name)) is not None for name in named)


def shown(value: object) -> object:
    """A setting as anybody may see it: of an address everything but its passwords, of another secret nothing.

    >>> shown(SecretStr("postgres://jane:p@ss@db.example.com/academy?sslmode=require&password=x"))
    'postgres://jane:***@db.example.com/academy?sslmode=require&***'
    """
    if not isinstance(value, SecretStr):
        return "none" if value == frame_sources.NOBODY else value
    return address_without_password(value.get_secret_value()) or str(value)


def address_without_password(url: str) -> str | None:
    """Where a server or file is, with `***` for passwords; None where it is not certain which part is one."""
    if url.startswith("sqlite:///"):
        return url
    if found := _ADDRESS.fullmatch(url):
        place = found["user"] + (":***" if found["password"] else "") + found["host"] + found["path"]
    elif found := _PLACE.fullmatch(url):
        place = url.partition("?")[0]
    else:
        return None
    if found["query"] is None:
        return place
    return place + "?" + "&".join(part if _HARMLESS.fullmatch(part) else "***" for part in found["query"].split("&"))


def unknown_names() -> list[str]:
    """What looks like a setting in the environment and is none: a misspelt one would otherwise do nothing, in silence."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known)


def hand_down(public_url: str) -> None:
    """Tell the processes started from here under which address they are reached, unless that is set already."""
    os.environ.setdefault(f"{PREFIX}PUBLIC_URL", public_url)


def keep_in(folder: Path) -> None:
    """Keep the data of this process, and of those started from here, in a folder, unless another is set already."""
    os.environ.setdefault(f"{PREFIX}DATA_DIR", str(folder))


def allow_private_webhooks() -> None:
    """Let endpoints be on this machine, for this process and those started from here, unless that is set already."""
    os.environ.setdefault(f"{PREFIX}ALLOW_PRIVATE_WEBHOOKS", "true")
