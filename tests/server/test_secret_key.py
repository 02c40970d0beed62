"""The installation's secret key: made once, readable by its owner only, and never made up where it must be shared."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.secret_key import NAME, SHORTEST, SecretKeyError, secret_key
from server.settings import Settings
from tests.installation import Installation

MISSING = "TRUECERTA_SECRET_KEY"


def keyless(folder: Path, database_url: str | None = None) -> Installation:
    """An installation whose operator has set no key."""
    made = Installation(folder, database_url)
    made.environment[MISSING] = ""
    settings = made.settings

    def without() -> dict[str, str]:
        return {name: value for name, value in settings().items() if name != MISSING}

    made.settings = without  # type: ignore[method-assign]  # the environment that its processes get
    return made


def test_the_first_start_on_sqlite_writes_one_for_its_owner_only(tmp_path: Path) -> None:
    installation = keyless(tmp_path)
    installation.start()
    assert installation.stop() == 0
    kept = tmp_path / NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(kept.read_text().strip()) >= SHORTEST
    before = kept.read_bytes()
    installation.start()
    assert installation.stop() == 0
    assert kept.read_bytes() == before
    assert kept.read_text().strip() not in installation.log.read_text()


def test_four_starts_at_once_agree_on_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(40)))
    assert keys == {(tmp_path / NAME).read_text().strip()}
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_four_processes_at_once_agree_on_one(tmp_path: Path) -> None:
    installations = [keyless(tmp_path) for _ in range(4)]
    try:
        for one in installations:
            one.start(wait=False)
        for one in installations:
            one.wait_until_ready()
    finally:
        codes = [one.stop() for one in installations]
    assert codes == [0] * 4
    assert [path.name for path in tmp_path.glob(f"{NAME}*")] == [NAME]


def test_on_postgres_a_missing_one_refuses_to_start(tmp_path: Path) -> None:
    installation = keyless(tmp_path, "postgres://localhost/truecerta")
    refused = installation.command("serve", check=False)
    assert refused.returncode == 2
    assert MISSING in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_short_one_refuses_to_start(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.environment[MISSING] = "x" * (SHORTEST - 1)
    refused = installation.command("serve", check=False)
    assert refused.returncode == 2
    assert "too short" in refused.stderr
    assert "xxx" not in refused.stderr


def test_one_that_is_set_is_the_one() -> None:
    assert secret_key(Settings(secret_key="s" * SHORTEST)) == "s" * SHORTEST  # type: ignore[arg-type]
    with pytest.raises(SecretKeyError):
        secret_key(Settings(secret_key=""))  # type: ignore[arg-type]  # read as a setting is
