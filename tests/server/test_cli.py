"""The command line: what each command prints, for people and for programs, and how it refuses."""

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import Result

from rules.api_keys import is_well_formed
from tests import command_line
from tests.databases import Database
from tests.installation import Installation
from tests.revoking import refused_within_a_second

Command = Callable[..., Result]


@pytest.fixture
def truecerta(database: Database, tmp_path: Path) -> Command:
    """The command line on each database."""
    installation = Installation(tmp_path, database.url)

    def run(*arguments: str, code: int = 0) -> Result:
        ran = command_line.run(installation, *arguments)
        assert ran.exit_code == code, ran.stderr
        assert (ran.stderr == "") == (code == 0), ran.stderr
        return ran

    return run


def created(truecerta: Command, *more: str) -> dict[str, Any]:
    made = truecerta("org", "create", "--name", "Example Academy", "--email", "a@example.com", "--json", *more)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def listed(truecerta: Command, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(truecerta(*arguments, "--json").stdout)
    return found


def test_the_version_is_told(truecerta: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
    assert truecerta("--version").stdout == "truecerta 1.2.3 of truecerta\n"

    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", unknown)
    assert truecerta("--version").stdout == "truecerta, run from its sources: no version is installed\n"


def test_an_academy_is_created_with_a_key_that_works(truecerta: Command, installation: Installation) -> None:
    made = created(truecerta)
    assert str(UUID(made["organization_id"])) == made["organization_id"]
    assert is_well_formed(made["api_key"])
    assert (made["code_letters"], made["plan"]) == ("EXA", "unlimited")
    with installation.client(made["api_key"]) as web:
        assert web.get("/api/v1/courses").status_code == 200
    assert made["organization_id"] in [one["id"] for one in listed(truecerta, "org", "list")]


def test_people_are_told_the_key_once_in_words(truecerta: Command) -> None:
    said = truecerta("org", "create", "--name", "Example Academy", "--email", "a@example.com").stdout
    assert "trc_live_" in said
    assert "once" in said
    assert "trc_live_" not in truecerta("org", "list").stdout


@pytest.mark.parametrize("email", ["office@academy.test", "office@academy.local", "office@localhost"])
def test_local_addresses_are_fine(truecerta: Command, email: str) -> None:
    truecerta("org", "create", "--name", "Example Academy", "--email", email, "--url", "http://academy.local", "--json")


def test_a_name_without_latin_letters_gets_letters_by_lot(truecerta: Command) -> None:
    made = truecerta("org", "create", "--name", "学校", "--email", "a@example.com", "--json")
    letters = json.loads(made.stdout)["code_letters"]
    assert len(letters) == 3
    assert letters.isalpha()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--name", " ", "--email", "a@example.com"],
        ["--name", "x" * 201, "--email", "a@example.com"],
        ["--name", "A\nB", "--email", "a@example.com"],
        ["--name", "Example", "--email", "nobody"],
        ["--name", "Example", "--email", "a@example.com", "--url", "ftp://example.com"],
        ["--name", "Example", "--email", "a@example.com", "--plan", "no-such-plan"],
    ],
    ids=str,
)
def test_an_academy_that_cannot_be_is_a_sentence(truecerta: Command, wrong: list[str]) -> None:
    before = len(listed(truecerta, "org", "list"))
    assert len(truecerta("org", "create", *wrong, code=1).stderr.splitlines()) == 1
    assert len(listed(truecerta, "org", "list")) == before


def test_keys_are_made_listed_and_revoked(truecerta: Command, installation: Installation) -> None:
    academy = created(truecerta)["organization_id"]
    made = json.loads(truecerta("key", "create", academy, "--name", "second", "--json").stdout)
    newest, first = listed(truecerta, "key", "list", academy)
    assert (newest["id"], newest["name"], newest["ends in"]) == (made["id"], "second", made["api_key"][-4:])
    assert newest["revoked"] is None
    with installation.client(made["api_key"]) as web:
        assert web.get("/api/v1/courses").status_code == 200
        truecerta("key", "revoke", made["id"])
        assert refused_within_a_second(lambda: web.get("/api/v1/courses")).status_code == 401
    assert listed(truecerta, "key", "list", academy)[0]["revoked"]
    assert listed(truecerta, "key", "list", academy)[1] == first
    truecerta("key", "revoke", made["id"])
    table = truecerta("key", "list", academy).stdout
    assert made["api_key"][9:-4] not in table


def test_plans_are_defined_assigned_and_listed(truecerta: Command) -> None:
    name = f"small-{uuid4()}"
    assert (
        truecerta("plan", "set", name, "--certificates", "5").stdout
        == f"{name}: certificates 5, courses without limit.\n"
    )
    academy = created(truecerta, "--plan", name)["organization_id"]
    plans = {plan["name"]: plan for plan in listed(truecerta, "plan", "list")}
    assert plans[name] == {"name": name, "certificates": 5, "courses": None, "organizations": 1}
    assert plans["unlimited"]["certificates"] is None
    truecerta("org", "plan", academy, "unlimited")
    assert {plan["name"]: plan["organizations"] for plan in listed(truecerta, "plan", "list")}[name] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["key", "create", str(UUID(int=7))], 1),
        (["key", "revoke", str(UUID(int=7))], 1),
        (["org", "plan", str(UUID(int=7)), "unlimited"], 1),
        (["key", "create", "no-uuid"], 2),
        (["key", "list"], 2),
        (["org", "create"], 2),
        (["org", "delete"], 2),
        (["plan", "set", "x", "--certificates", "-1"], 2),
        (["plan", "set", "x", "--courses", "many"], 2),
        (["plan", "set", "x", "--courses", "2147483648"], 2),
        (["plan", "set", "x", "--certificates", "99999999999999999999"], 2),
        (["serve", "--port", "0"], 2),
        (["serve", "--workers", "65"], 2),
        (["nothing"], 2),
    ],
    ids=str,
)
def test_wrong_use_is_told(truecerta: Command, arguments: list[str], code: int) -> None:
    truecerta(*arguments, code=code)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb"])
def test_a_plan_without_a_proper_name_is_a_sentence(truecerta: Command, name: str) -> None:
    assert truecerta("plan", "set", name, code=1).stderr.count("\n") == 1


def test_a_plan_may_be_as_large_as_the_tables_hold(truecerta: Command) -> None:
    assert "2147483647" in truecerta("plan", "set", f"large-{uuid4()}", "--certificates", "2147483647").stdout


def test_the_keys_of_an_unknown_academy_are_refused(truecerta: Command) -> None:
    assert "truecerta org list" in truecerta("key", "list", str(UUID(int=7)), code=1).stderr


def test_ids_that_lead_nowhere_are_told_with_where_to_look(truecerta: Command) -> None:
    assert "truecerta org list" in truecerta("key", "create", str(UUID(int=7)), code=1).stderr
    assert "no key's id" in truecerta("key", "revoke", "qPNh", code=2).stderr
    assert "no academy's id" in truecerta("key", "list", "qPNh", code=2).stderr  # the sentence may be wrapped


@pytest.mark.parametrize(
    "arguments", [["--help"], ["org", "--help"], ["serve", "--help"], ["plan", "set", "--help"]], ids=str
)
def test_help_is_there(truecerta: Command, arguments: list[str]) -> None:
    assert "Usage: truecerta" in truecerta(*arguments).stdout


def test_where_things_are_kept_is_said_at_the_start(truecerta: Command, tmp_path: Path) -> None:
    assert f"Data directory: {tmp_path}" in truecerta("migrate").stdout


@pytest.mark.parametrize(
    "url",
    [
        "postgres://nobody@127.0.0.1:1/truecerta",
        "sqlite:////dev/null/truecerta.sqlite3",
        "sqlite:////proc/no-such-place/truecerta.sqlite3",
    ],
)
@pytest.mark.parametrize("command", [["migrate"], ["org", "list"], ["serve"]], ids=str)
def test_a_database_that_cannot_be_reached_is_a_sentence(tmp_path: Path, url: str, command: list[str]) -> None:
    refused = Installation(tmp_path, url).command(*command, check=False)
    assert refused.returncode == 1
    assert "The database cannot be used" in refused.stderr
    assert "TRUECERTA_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_postgres_database_that_does_not_exist_is_a_sentence(tmp_path: Path, postgres_server: str) -> None:
    url = postgres_server.replace("/postgres?", "/no_such_database?").removesuffix("/postgres")
    refused = Installation(tmp_path, url).command("migrate", check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_a_data_directory_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.environment |= {"TRUECERTA_DATA_DIR": "/dev/null/truecerta"}
    for command in (["migrate"], ["serve"]):
        refused = installation.command(*command, check=False)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
