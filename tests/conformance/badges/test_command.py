"""The command says the verdict first, then each finding with its reason, and ends with the status that scripts go by."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.badges.command import badge
from tests.conformance.badges.bad_sites import Mute
from tests.conformance.badges.serving import Web, serving
from tests.conformance.validator import environment

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
FILES = ["json-file", "png", "svg", "signed", "signed-in-png", "signed-in-svg"]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


def source(web: Web, name: str, folder: Path) -> str:
    """A fixture as the command takes it: its address, or the path of its file."""
    shown = web.serve(name)
    if not shown.presented.content:
        return shown.presented.source
    file = folder / Path(shown.presented.source).name
    file.write_bytes(shown.presented.content)
    return str(file)


def host(url: str) -> str:
    return urlsplit(url).netloc


def first(lines: list[str]) -> str:
    """The first finding."""
    return next(line for line in lines if line.startswith(("error: ", "warning: ")))


def told(
    source: str, recipient: str | None = None, official: Path | None = None, *, is_private: bool = True
) -> tuple[int, list[str]]:
    """The exit status, and what was written."""
    lines: list[str] = []
    status = badge(source, recipient, official, as_json=False, is_private=is_private, now=NOW, write=lines.append)
    return status, "\n".join(lines).splitlines()


def shown_as_json(source: str, official: Path | None = None) -> tuple[int, dict[str, Any]]:
    """The exit status, and the JSON that was written."""
    written: list[str] = []
    status = badge(source, None, official, as_json=True, is_private=True, now=NOW, write=written.append)
    found: dict[str, Any] = json.loads("".join(written))
    return status, found


def test_a_valid_badge(web: Web, tmp_path: Path) -> None:
    url = source(web, "accept/minimal", tmp_path)
    assert told(url, "jane@example.com") == (
        0,
        [
            f"VALID: {url}",
            "Assertion; 4 addresses read, 0 errors, 0 warnings",
            f"  issuer:    Example Academy ({host(url)})",
            "  badge:     Robotics",
            "  issued on: 2025-06-30T14:00:00Z",
            "  expires:   never",
            "  recipient: compared, it is jane@example.com",
        ],
    )


def test_an_invalid_badge_and_why(web: Web, tmp_path: Path) -> None:
    url = source(web, "reject/profile-email", tmp_path)
    issuer = url.replace("assertions/1", "issuer")
    assert told(url) == (
        1,
        [
            f"INVALID: {url}",
            "Assertion; 4 addresses read, 1 error, 0 warnings",
            "It says of itself, unproven:",
            f"  issuer:    Example Academy ({host(url)})",
            "  badge:     Robotics",
            "  issued on: 2025-06-30T14:00:00Z",
            "  expires:   never",
            "  recipient: hashed, not compared; use --recipient",
            "",
            "error: profile-email",
            "  There is no `email`: nobody can write to this issuer.",
            f"  where: {issuer} at /email",
            "  rule:  Open Badges 2.0, Profile: email",
        ],
    )


def test_a_warning_makes_no_badge_invalid(web: Web, tmp_path: Path) -> None:
    status, lines = told(source(web, "reject/salt-missing", tmp_path))
    assert (status, lines[0].split(":")[0], first(lines)) == (0, "VALID", "warning: salt-missing")


def test_somebody_elses_badge(web: Web, tmp_path: Path) -> None:
    status, lines = told(source(web, "accept/minimal", tmp_path), "joe@example.com")
    assert (status, first(lines)) == (1, "error: recipient-does-not-match")


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_a_badge(web: Web, tmp_path: Path, name: str) -> None:
    status, lines = told(source(web, f"accept/{name}", tmp_path))
    assert (status, lines[0]) == (0, f"VALID: {tmp_path / Path(web.serve(f'accept/{name}').presented.source).name}")


@pytest.mark.parametrize("name", ["baked-content", "baked-once", "signature", "signature.5", "image-broken"])
def test_a_file_with_a_spoilt_badge(web: Web, tmp_path: Path, name: str) -> None:
    status, lines = told(source(web, f"reject/{name}", tmp_path))
    assert (status, first(lines)) == (1, f"error: {name.split('.', maxsplit=1)[0]}")


def test_no_file(tmp_path: Path) -> None:
    missing = tmp_path / "none.png"
    assert told(str(missing)) == (2, [f"COULD NOT TELL: {missing} cannot be read: No such file or directory."])
    assert told(str(tmp_path)) == (2, [f"COULD NOT TELL: {tmp_path} cannot be read: Is a directory."])
    assert shown_as_json(str(missing))[1]["verdict"] == "could not tell"


def test_nothing_that_a_terminal_obeys_is_written(tmp_path: Path) -> None:
    file = tmp_path / "badge.json"
    file.write_text(json.dumps({"id": "\x1b[2J\u202eevil"}))
    status, lines = told(str(file))
    assert status == 1
    assert any("\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}evil" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_a_file_leads_to_no_private_address_unless_that_is_allowed(web: Web, tmp_path: Path) -> None:
    file = source(web, "accept/json-file", tmp_path)
    status, lines = told(file, is_private=False)
    assert (status, first(lines)) == (2, "error: reachable")
    assert any("127.0.0.1 is at no public address (--private allows that)" in line for line in lines)


def test_what_is_at_a_private_address_itself_may_lead_to_others(web: Web, tmp_path: Path) -> None:
    assert told(source(web, "accept/minimal", tmp_path), is_private=False)[0] == 0


def test_nobody_there() -> None:
    with Mute() as mute:
        url = mute.url
    status, lines = told(url)
    assert (status, lines[0]) == (2, f"COULD NOT TELL: {url}")


def test_json_for_programs(web: Web, tmp_path: Path) -> None:
    url = source(web, "reject/profile-email", tmp_path)
    status, found = shown_as_json(url)
    assert (status, found["verdict"], found["kind"], len(found["documents"])) == (1, "invalid", "Assertion", 4)
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"], finding["pointer"]) == ("profile-email", "error", "/email")
    assert "official" not in found


def test_two_opinions_and_why_they_differ(web: Web, tmp_path: Path) -> None:
    status, lines = told(source(web, "reject/profile-email", tmp_path), official=environment())
    assert status == 1
    assert lines[lines.index("The official validator says: VALID, 0 errors") :] == [
        "The official validator says: VALID, 0 errors",
        "",
        "Seen by these rules only:",
        "  profile-email",
        "    Its check of this is prepared, and never carried out.",
    ]


def test_two_opinions_of_a_file_that_agree(web: Web, tmp_path: Path) -> None:
    status, found = shown_as_json(source(web, "accept/signed-in-png", tmp_path), environment())
    assert status == 0
    assert found["official"]["official"] == {"valid": True, "errors": [], "warnings": []}
    assert found["official"]["differences"] == []


def test_the_other_opinion_keeps_away_from_private_addresses_as_well(web: Web, tmp_path: Path) -> None:
    file = source(web, "accept/json-file", tmp_path)
    _, lines = told(file, official=environment(), is_private=False)
    assert any("is not to be asked" in line for line in lines)


def test_the_other_opinion_may_be_missing(web: Web, tmp_path: Path) -> None:
    url = source(web, "accept/minimal", tmp_path)
    none = tmp_path / "python"
    status, lines = told(url, official=none)
    trouble = f"{none} cannot be started: No such file or directory."
    assert (status, lines[-1]) == (0, f"The official validator gave no verdict. {trouble}")
    none.write_text("#!/bin/sh\necho nothing to say >&2\n")
    none.chmod(0o755)
    assert "It ended without a verdict: nothing to say" in told(url, official=none)[1][-1]
