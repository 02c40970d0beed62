"""`truecerta user`: the first owner, the team, and a new password for whoever gets no mail."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import Result

from services import accounts, users
from tests import command_line
from tests.databases import Database
from tests.installation import Installation
from tests.people import KEYRING, OTHER_PASSWORD, PASSWORD
from tests.server.test_cli import created, listed

Command = Callable[..., Result]
BASE = "https://certificates.example.com"
LINK = re.compile(rf"^{BASE}/dashboard/(invitation|reset)/(\S+)$", re.MULTILINE)


@pytest.fixture
def truecerta(database: Database, tmp_path: Path) -> Callable[..., Result]:
    """The command line on each database; `typed` is what stands on its standard input."""
    installation = Installation(tmp_path, database.url, {"TRUECERTA_PUBLIC_URL": BASE})

    def run(*arguments: str, code: int = 0, typed: str = "") -> Result:
        ran = command_line.run(installation, *arguments, typed=typed)
        assert ran.exit_code == code, ran.output
        return ran

    return run


@pytest.fixture
def academy(truecerta: Command) -> str:
    return str(created(truecerta)["organization_id"])


def newcomer() -> str:
    return f"jane.{uuid4().hex[:10]}@example.com"


def test_the_first_owner_chooses_a_password_by_the_link_that_is_printed(
    truecerta: Command, academy: str, database: Database
) -> None:
    email = newcomer()
    said = truecerta("user", "create", "--organization", academy, "--email", email, "--name", "Jane Doe").stdout
    (found,) = LINK.findall(said)
    assert found[0] == "invitation"
    now = datetime.now(UTC)
    invitation = database.run(partial(accounts.invitation, found[1], KEYRING, now))
    assert (invitation.email, invitation.name, invitation.role) == (email, "Jane Doe", "owner")
    assert listed(truecerta, "user", "list", "--organization", academy)[0]["joined"] is None
    assert database.run(partial(accounts.accept, found[1], "Jane Doe", PASSWORD, KEYRING, now))
    (row,) = listed(truecerta, "user", "list", "--organization", academy)
    assert (row["email"], row["name"], row["role"]) == (email, "Jane Doe", "owner")
    assert row["joined"]


def test_a_password_can_be_given_on_standard_input(truecerta: Command, academy: str, database: Database) -> None:
    email = newcomer()
    words = ("user", "create", "--organization", academy, "--email", email, "--role", "viewer", "--password-stdin")
    made = json.loads(truecerta(*words, "--json", typed=f"{PASSWORD}\n").stdout)
    assert (made["email"], made["role"], made["link"]) == (email, "viewer", None)
    assert PASSWORD not in truecerta("user", "list", "--organization", academy).stdout
    assert database.run(partial(users.authenticated, email, PASSWORD, datetime.now(UTC))).email == email


def test_a_new_password_without_mail(truecerta: Command, academy: str, database: Database) -> None:
    email = newcomer()
    words = ("user", "create", "--organization", academy, "--email", email, "--password-stdin")
    truecerta(*words, typed=f"{PASSWORD}\n")
    (found,) = LINK.findall(truecerta("user", "reset", "--email", email).stdout)
    assert found[0] == "reset"
    now = datetime.now(UTC)
    database.run(partial(accounts.reset, found[1], OTHER_PASSWORD, KEYRING, now))
    assert database.run(partial(users.authenticated, email, OTHER_PASSWORD, now)).email == email


def test_a_link_with_a_base_that_nobody_has_set_says_so_below(tmp_path: Path) -> None:
    unset = Installation(tmp_path)
    made = command_line.run(unset, "org", "create", "--name", "Example Academy", "--email", "a@example.com", "--json")
    words = ("--organization", json.loads(made.stdout)["organization_id"], "--email", "jane@example.com")
    said = "TRUECERTA_PUBLIC_URL is not set: this link leads to http://127.0.0.1:8000. Set it to where people reach"
    created_one = command_line.run(unset, "user", "create", *words)
    assert created_one.stdout.splitlines()[-1].startswith("http://127.0.0.1:8000/dashboard/invitation/")
    assert created_one.stderr.startswith(said)
    assert command_line.run(unset, "user", "reset", "--email", "jane@example.com").exit_code == 1
    told = command_line.run(unset, "user", "create", *words[:2], "--email", "joan@example.com", "--json")
    assert json.loads(told.stdout)["link"].startswith("http://127.0.0.1:8000/")
    assert told.stderr.startswith(said)


def test_where_the_base_is_set_nothing_is_said_of_it(truecerta: Command, academy: str) -> None:
    assert truecerta("user", "create", "--organization", academy, "--email", newcomer()).stderr == ""


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("create", "--email", "no address"), "", "mail address"),
        (("create", "--email", "jane@example.com", "--role", "admin"), "", "role must be one of"),
        (("create", "--email", "jane@example.com", "--password-stdin"), "short\n", "at least 10 characters"),
        (("create", "--email", "jane@example.com", "--password-stdin"), "", "at least 10 characters"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    truecerta: Command, academy: str, words: tuple[str, ...], typed: str, said: str
) -> None:
    command, *more = words
    assert said in truecerta("user", command, "--organization", academy, *more, code=1, typed=typed).stderr


def test_nobody_and_nowhere_are_told(truecerta: Command) -> None:
    assert "Nobody" in truecerta("user", "reset", "--email", newcomer(), code=1).stderr
    for words in (("create", "--email", newcomer()), ("list",)):
        command, *more = words
        unknown = truecerta("user", command, "--organization", str(uuid4()), *more, code=1)
        assert "not found" in unknown.stderr.lower()
