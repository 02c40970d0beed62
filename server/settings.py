"""Settings: each from the environment, with a default and a sentence. Nothing else reads the environment."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rules import addresses, rates, text
from rules.errors import Refused
from services import database

PREFIX = "TRUECERTA_"


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
    rate_limit_api: Rate = Field(default="120/minute", description="Requests per API key, or off.")
    rate_limit_public: Rate = Field(default="60/minute", description="Public requests per address, or off.")
    rate_limit_misses: Rate = Field(
        default="300/hour", description="Look-ups of codes that do not exist, per address, or off."
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="Addresses and networks of proxies whose X-Forwarded-For is believed, separated by commas.",
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

    def is_limited(self) -> bool:
        """Whether any request is counted at all."""
        named = (self.rate_limit_api, self.rate_limit_public, self.rate_limit_misses)
        return any(rates.parse(rate) is not None for rate in named)


def hand_down(public_url: str) -> None:
    """Tell the processes started from here under which address they are reached, unless that is set already."""
    os.environ.setdefault(f"{PREFIX}PUBLIC_URL", public_url)


def keep_in(folder: Path) -> None:
    """Keep the data of this process, and of those started from here, in a folder, unless another is set already."""
    os.environ.setdefault(f"{PREFIX}DATA_DIR", str(folder))
