"""The installation's secret key: set by the operator, or made once on a machine that keeps its own file."""

import os
import secrets
from pathlib import Path

from server.settings import Settings
from services.keyring import Keyring

NAME = "secret-key"
SHORTEST = 32


class SecretKeyError(ValueError):
    """No usable secret key, and none may be made up."""


def secret_key(settings: Settings) -> str:
    """The key that is set; on SQLite otherwise the one in the data directory, made on the first start.

    On PostgreSQL several machines may share a database and must share the key too, so none is made there.
    """
    if settings.secret_key is not None:
        return _long_enough("TRUECERTA_SECRET_KEY", settings.secret_key.get_secret_value())
    if not settings.database().startswith("sqlite:"):
        raise SecretKeyError(
            "TRUECERTA_SECRET_KEY is not set. With PostgreSQL it is required: set it to at least "
            f"{SHORTEST} random characters, the same on every machine."
        )
    return _kept(settings.data_dir.expanduser() / NAME)


def keyring(settings: Settings) -> Keyring:
    """The key, and the one before it where that is set, put to their uses."""
    previous = settings.secret_key_previous
    before = _long_enough("TRUECERTA_SECRET_KEY_PREVIOUS", previous.get_secret_value()) if previous else None
    return Keyring(secret_key(settings), before)


def _long_enough(name: str, key: str) -> str:
    if len(key) < SHORTEST:
        raise SecretKeyError(f"{name} is too short: use at least {SHORTEST} random characters.")
    return key


def _kept(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
    try:
        # A link appears whole or not at all, and fails where another process was first.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
