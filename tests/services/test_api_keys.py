"""API keys: kept as a hash, revocable at once, their use noted without a write each time."""

import hashlib
import re
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from models import ApiKey
from rules.api_keys import is_well_formed
from services import api_keys
from tests.academies import Academy, found_academy
from tests.agreement import error_of
from tests.databases import Database
from tests.installation import Installation
from tests.revoking import refused_within_a_second

COURSES = "/api/v1/courses"


def noted(academy: Academy) -> datetime | None:
    return academy.database.run(partial(ApiKey.get, organization_id=academy.id)).last_used_at


def asked(anyone: httpx.Client, *lines: str) -> httpx.Response:
    return anyone.get(COURSES, headers=[("Authorization", line) for line in lines])


def test_a_key_is_recognisable_and_its_checksum_tells_noise(academy: Academy) -> None:
    assert re.fullmatch("trc_live_[0-9A-Za-z]{36}", academy.key)
    assert is_well_formed(academy.key)
    swapped = academy.key[:9] + academy.key[9:].swapcase()
    assert not is_well_formed(swapped)


def test_only_a_hash_is_in_the_database(academy: Academy) -> None:
    (row,) = academy.database.rows("SELECT * FROM api_key WHERE organization_id = $1", str(academy.id))
    assert row["key_hash"] == hashlib.sha256(academy.key.encode()).hexdigest()
    assert row["hint"] == academy.key[-4:]
    assert academy.key not in str(row)
    secret = academy.key[9:-6]
    if not academy.database.is_postgres:
        path = Path(academy.database.url.removeprefix("sqlite:///"))
        files = [path, path.with_name(path.name + "-wal")]
        assert all(secret.encode() not in file.read_bytes() for file in files if file.exists())


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_may_be_written_in_any_case(academy: Academy, anyone: httpx.Client, scheme: str) -> None:
    assert asked(anyone, f"{scheme} {academy.key}").status_code == 200


def test_whatever_is_no_valid_key_is_401_with_a_challenge(academy: Academy, anyone: httpx.Client) -> None:
    good = f"Bearer {academy.key}"
    altered = good[:-1] + ("A" if good[-1] != "A" else "B")
    wrong: list[list[str]] = [
        [],
        [""],
        ["Bearer"],
        [academy.key],
        [f"Basic {academy.key}"],
        [f"Token {academy.key}"],
        [altered],
        ["Bearer trc_live_your_api_key_here"],
        [good + " more"],
        [good.replace("live", "test")],
        [good, good],
        [good, altered],
    ]
    answers = [asked(anyone, *lines) for lines in wrong]
    for answer in answers:
        error_of(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert len({answer.content for answer in answers}) == 1


def test_an_unknown_key_is_refused_before_the_body_is_looked_at(anyone: httpx.Client) -> None:
    error_of(anyone.post(COURSES, content=b"{"), 401, "unauthorized")


def test_a_revoked_key_is_refused_within_a_second(academy: Academy, anyone: httpx.Client) -> None:
    database, now = academy.database, datetime.now(UTC)
    second = database.run(partial(api_keys.create, academy.caller, "second", now))
    assert asked(anyone, f"Bearer {second.secret}").status_code == 200
    database.run(partial(api_keys.revoke, academy.caller, second.id, now))
    error_of(refused_within_a_second(lambda: asked(anyone, f"Bearer {second.secret}")), 401, "unauthorized")
    assert academy.get(COURSES).status_code == 200
    database.run(partial(api_keys.revoke, academy.caller, second.id, datetime.now(UTC)))
    assert database.run(partial(ApiKey.get, id=second.id)).revoked_at == now


def test_use_is_noted_by_the_end_of_the_process_and_costs_no_write_before(database: Database, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    own = Installation(tmp_path, database.url)
    own.start()
    try:
        with own.client() as web:
            academy = found_academy(web, database)
            time.sleep(0.3)  # the round at the start is over
            assert [academy.get(COURSES).status_code for _ in range(20)] == [200] * 20
            assert noted(academy) is None
    finally:
        assert own.stop() == 0
    used = noted(academy)
    assert used is not None
    assert began < used < datetime.now(UTC)


@pytest.mark.usefixtures("connected")
async def test_what_cannot_be_written_stays_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    usage, now = api_keys.Usage(), datetime.now(UTC)
    key = await ApiKey.first()
    assert key is not None
    usage.note(key.id, now)
    with monkeypatch.context() as away:
        away.setattr(ApiKey, "filter", _away)
        with pytest.raises(ConnectionError):
            await usage.flush()
    await usage.flush()
    assert (await ApiKey.get(id=key.id)).last_used_at == now


def _away(*_: object, **__: object) -> None:
    raise ConnectionError
