"""`truecerta-conformance` on the command line: what it takes, what it says, and how it ends."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from conformance import cli
from conformance.clause import Check, Clause, Severity
from conformance.findings import NotMet, NotPossible
from conformance.stage import RECEIVER_PATH, Stage
from conformance.trial import Trial
from conformance.version import VERSION
from tests.conformance.fake_server import Asked, FakeServer, Told, faking
from tests.conformance.made_up import clause, met
from tests.installation import ROOT

LEFT_BEHIND = {"id": "e1", "url": f"https://example.com{RECEIVER_PATH}x/y", "created_at": "2026-01-15T10:00:00Z"}
ENDPOINTS = json.dumps({"data": [LEFT_BEHIND]}).encode()


def not_met(_trial: Trial) -> None:
    raise NotMet("It does something else.")


def not_possible(_trial: Trial) -> None:
    raise NotPossible("it needs more than there is")


def asks_as_the_academy(trial: Trial) -> None:
    trial.academy.get("/api/v1/courses").expect(404)


def interrupted(_trial: Trial) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with faking() as made:
        yield made


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUECERTA_KEY", raising=False)
    monkeypatch.delenv("TRUECERTA_OTHER_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def call(monkeypatch: pytest.MonkeyPatch, clauses: Sequence[Clause], *arguments: str) -> Result:
    """The command with some clauses of the test's own."""
    monkeypatch.setattr(cli, "all_clauses", lambda: tuple(clauses))
    monkeypatch.setattr(Stage, "begin", lambda _stage: None)
    return CliRunner().invoke(cli.app, arguments, prog_name="truecerta-conformance", catch_exceptions=False)


@pytest.mark.parametrize(
    ("checks", "options", "status", "verdict"),
    [
        ([met, met], (), 0, "conforms: 2 clauses met."),
        ([met, not_met], (), 1, "does not conform: 1 of 2 clauses not met."),
        (
            [met, not_possible],
            (),
            0,
            "conforms as far as tried, which is 1 of 2 clauses: 1 clause met, 1 could not be tried.",
        ),
        (
            [met, not_possible],
            ("--strict",),
            2,
            "a strict run leaves no clause out; 1 clause met, 1 could not be tried.",
        ),
        ([met, None], (), 2, "1 clause ended by a fault of the suite itself; 1 clause met."),
        ([met, met], ("--only", "states/0"), 0, "conforms: 1 clause met."),
        ([not_possible], (), 2, "nothing was tried; 0 clauses met, 1 could not be tried."),
    ],
)
def test_the_last_line_is_the_verdict(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeServer,
    checks: Sequence[Check],
    options: Sequence[str],
    status: int,
    verdict: str,
) -> None:
    clauses = [clause(f"states/{number}", check) for number, check in enumerate(checks)]
    ended = call(monkeypatch, clauses, "--url", server.url, *options)
    assert ended.exit_code == status, ended.output
    assert ended.output.splitlines()[-1].endswith(verdict)
    assert server.url in ended.output.splitlines()[-1]


def test_a_warning_counts_in_a_strict_run_only(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    clauses = [clause("states/0"), clause("states/1", not_met, Severity.SHOULD)]
    loose, strict = (call(monkeypatch, clauses, "--url", server.url, *more) for more in ((), ("--strict",)))
    assert (loose.exit_code, strict.exit_code) == (0, 1)
    assert loose.output.endswith("conforms: 1 clause met, 1 with a warning.\n")
    assert strict.output.endswith("does not conform: 1 of 2 clauses not met.\n")


def test_without_a_terminal_each_clause_has_a_line(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    """But clauses that could not be tried, which share one for each reason."""
    untried = [clause(f"cors/{number}", not_possible) for number in range(5)]
    clauses = [clause("states/a"), clause("states/b", not_met), *untried, clause("cors/d")]
    ended = call(monkeypatch, clauses, "--url", server.url, "--without", "cors/d")
    told = [line.split() for line in ended.output.splitlines()]
    assert told[:3] == [["pass", "states/a"], ["fail", "states/b"], []]
    assert ["area", "pass", "fail", "skip", "disabled"] in told
    assert ["all", "1", "1", "5", "1"] in told
    assert "\x1b" not in ended.output
    together = "5 could not be tried: they need more than there is – cors/0, cors/1, cors/2 and 2 more"
    for expected in ("    Why:    It does something else.", together):
        assert ended.output.splitlines().count(expected) == 1


def test_help_tells_every_option() -> None:
    told = CliRunner().invoke(cli.app, ["--help"], env={"COLUMNS": "200"}).output
    options = (
        "url key other-key timeout write smtp-port mail-dir receiver-url receiver-port only without list strict out"
    )
    for option in (*options.split(), "examples", "seed", "version"):
        assert re.search(rf"--{option}\s+\S", told), option
    assert "env var: TRUECERTA_OTHER_KEY" in told
    assert "0 it conforms, 1 it does not, 2 that could not be told" in told


def test_the_list_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    clauses = [clause("states/expired"), clause("cors/verify", severity=Severity.SHOULD)]
    both = call(monkeypatch, clauses, "--list")
    assert both.exit_code == 0
    assert both.output.splitlines() == [
        "states/expired  must    A server does what states/expired says.",
        "cors/verify     should  A server does what cors/verify says.",
    ]
    assert "cors" not in call(monkeypatch, clauses, "--list", "--only", "states").output


@pytest.mark.parametrize("option", ["--only", "--without"])
def test_an_unknown_name_is_told_with_those_that_come_near(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    clauses = [clause(f"{area}/a") for area in ("open-badges", "verification")] + [clause("states/expired")]
    names = ("open_badges", "expired", "verify", "nonsense")
    ended = call(monkeypatch, clauses, "--list", *(part for name in names for part in (option, name)))
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "There is no area or clause `open_badges`. Did you mean `open-badges` or `open-badges/a`?",
        "There is no area or clause `expired`. Did you mean `states/expired`?",
        "There is no area or clause `verify`. Did you mean `verification`?",
        "There is no area or clause `nonsense`. The areas are open-badges, states, verification; --list shows the clauses.",
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "Which server?"),
        (("--url", "staging.example.com"), "begins with http:// or https://"),
        (("--url", "ftp://example.com"), "begins with http:// or https://"),
        (("--url", "https://jane:secret@example.com"), "neither a name and password"),
        (("--url", "https://example.com?x=1"), "nor a query"),
        (
            ("--url", "https://example.com/api/v1"),
            "Leave out /api/v1: the address of the server is https://example.com.",
        ),
        (("--url", "https://example.com/api/v1/"), "Leave out /api/v1:"),
        (
            ("--url", "https://example.com/below/api"),
            "Leave out /api: the address of the server is https://example.com/below.",
        ),
        (("--url", "https://example.com:port"), "is no address of a server"),
        (("--url", "https://example.com", "--without", "states"), "--only and --without leave no clause to try."),
        (("--without", "states", "--list"), "--only and --without leave no clause to try."),
        (("--url", "https://example.com", "--key", "x", "--other-key", "x"), "are the same key"),
        (
            ("--url", "https://example.com", "--receiver-url", "example.com/hooks"),
            "--receiver-url example.com/hooks is no",
        ),
        (("--url", "https://example.com", "--smtp-port", "2525", "--mail-dir", "mail"), "not both"),
        (("--url", "https://example.com", "--smtp-port", "2525", "--receiver-port", "2525"), "are the same port"),
        (("--url", "https://example.com", "--out", f"{__file__}/reports"), "cannot take reports"),
        (("--url", "https://example.com", "--timeout", "0"), "--timeout"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_tried(
    monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], why: str
) -> None:
    ended = call(monkeypatch, [clause("states/a", interrupted)], *arguments)
    assert ended.exit_code == 2
    assert why in ended.stderr


@pytest.mark.parametrize("option", ["--smtp-port", "--receiver-port"])
def test_a_port_in_use_is_told_and_nothing_is_tried(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = call(monkeypatch, [clause("states/a", interrupted)], "--url", "https://example.com", option, port)
    assert ended.exit_code == 2
    assert f"{option} {port}: nothing can listen there" in ended.stderr


@pytest.mark.parametrize(("courses", "status"), [(("c1", "c1"), 2), (("c1", "c2"), 0), (("", ""), 0)])
def test_two_keys_of_one_organization_are_told(
    monkeypatch: pytest.MonkeyPatch, courses: Sequence[str], status: int
) -> None:
    """By what they are shown, as far as there is anything."""

    def shows(asked: Asked) -> Told:
        if "authorization" not in asked.headers:
            return Told()
        course = courses[asked.headers["authorization"] == "Bearer trc_y"]
        return Told(200, json.dumps({"data": [{"id": course}] if course else []}).encode())

    with faking(shows) as server:
        ended = call(monkeypatch, [clause("states/a")], "--url", server.url, "--key", "trc_x", "--other-key", "trc_y")
    assert ended.exit_code == status, ended.output
    assert ("both keys are of one organization" in ended.output) is (status == 2)


def waits_for_mail(trial: Trial) -> None:
    trial.mailbox.mail("jane@example.com")


def waits_for_an_event(trial: Trial) -> None:
    trial.receiver.wait("watched", lambda _each: True, 0.1)


def test_what_never_came_is_told_with_the_verdict(
    monkeypatch: pytest.MonkeyPatch, server: FakeServer, tmp_path: Path
) -> None:
    monkeypatch.setattr("conformance.mailbox.PATIENCE_SECONDS", 0.1)
    clauses = [clause("claims/a", waits_for_mail), clause("webhooks/a", waits_for_an_event), clause("states/a")]
    ended = call(monkeypatch, clauses, "--url", server.url, "--mail-dir", str(tmp_path / "none"))
    assert ended.output.replace("\n", "").startswith(f"Note: there is no folder {tmp_path}/none yet")
    verdict = ended.output.splitlines()[-1]
    assert "No mail came at all: is --mail-dir right?" in verdict
    assert "Nothing came to the receiver of webhooks at all: does the server reach http://127.0.0.1:" in verdict
    quiet = call(monkeypatch, clauses, "--url", server.url, "--only", "states", "--mail-dir", str(tmp_path))
    assert quiet.output.endswith("conforms: 1 clause met.\n")


def test_keys_come_from_the_environment_or_the_call(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    monkeypatch.setenv("TRUECERTA_KEY", "trc_live_environment")
    clauses = [clause("courses/list", asks_as_the_academy)]
    assert call(monkeypatch, clauses, "--url", server.url).exit_code == 0
    assert call(monkeypatch, clauses, "--url", f"{server.url}/", "--key", "trc_live_call").exit_code == 0
    keys = [asked.headers["authorization"] for asked in server.asked if asked.path == "/api/v1/courses"]
    assert keys == ["Bearer trc_live_environment", "Bearer trc_live_call"]


def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    monkeypatch.setenv("TRUECERTA_KEY", "")
    ended = call(monkeypatch, [clause("courses/list", asks_as_the_academy)], "--url", server.url)
    assert "it needs a key of an organization (--key)" in ended.output


def test_a_key_that_the_server_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with faking(lambda asked: Told(401 if "authorization" in asked.headers else 404)) as server:
        ended = call(monkeypatch, [clause("states/a")], "--url", server.url, "--key", "trc_live_wrong")
    assert ended.exit_code == 2
    assert "does not know the key given by --key" in ended.output.splitlines()[-1]


def test_limits_in_force_are_told_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    with faking(lambda _asked: Told(headers={"X-RateLimit-Limit": "120"})) as server:
        ended = call(monkeypatch, [clause("states/a")], "--url", server.url)
    assert ended.output.startswith("Note: the server takes 120 requests a minute")


def test_what_takes_time_is_set_off_before_the_first_clause(
    monkeypatch: pytest.MonkeyPatch, server: FakeServer
) -> None:
    order: list[str] = []
    clauses = [clause("states/a", lambda _trial: order.append("clause"))]
    for write in ((), ("--write",)):
        monkeypatch.setattr(cli, "all_clauses", lambda: tuple(clauses))
        monkeypatch.setattr(Stage, "begin", lambda _stage: order.append("begin"))
        assert CliRunner().invoke(cli.app, ["--url", server.url, *write]).exit_code == 0
    assert order == ["clause", "begin", "clause"]


def endpoints(asked: Asked) -> Told:
    return Told(200, ENDPOINTS) if (asked.method, asked.path) == ("GET", "/api/v1/webhooks") else Told()


def test_who_breaks_off_learns_what_was_judged_and_leaves_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clauses = [clause("states/a"), clause("states/b", interrupted), clause("states/c")]
    with faking(endpoints) as server:
        arguments = ["--url", server.url, "--key", "trc_live_x", "--write", "--out", str(tmp_path)]
        ended = call(monkeypatch, clauses, *arguments)
    assert ended.exit_code == 2
    assert ended.output.endswith("Could not tell: the run was broken off. Until then, 1 clause met.\n")
    assert [each.path for each in server.asked if each.method == "DELETE"] == ["/api/v1/webhooks/e1"]
    results = json.loads((tmp_path / "results.json").read_text())
    assert [each["slug"] for each in results["clauses"]] == ["states/a"]
    assert results["verdict"]["conformant"] is None


def test_a_fault_while_tidying_up_does_not_cost_the_verdict(
    monkeypatch: pytest.MonkeyPatch, server: FakeServer
) -> None:
    def broken(_stage: Stage) -> None:
        raise KeyError("id")

    monkeypatch.setattr(Stage, "clear", broken)
    ended = call(monkeypatch, [clause("states/a", not_met)], "--url", server.url, "--write")
    assert "A fault of the suite itself" in ended.output
    assert ended.exit_code == 1


def test_a_badge_is_judged_by_its_own_command(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def judged(source: str, recipient: str | None, official: Path | None, as_json: bool, private: bool) -> int:  # noqa: FBT001
        asked.extend([source, recipient, official, as_json, private])
        return 1

    monkeypatch.setattr("conformance.badges.command.badge", judged)
    arguments = ["badge", "badge.png", "--recipient", "jane@example.com", "--official", sys.executable, "--json"]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 1
    assert asked == ["badge.png", "jane@example.com", Path(sys.executable), True, False]


def test_a_checkout_is_the_same_program() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "conformance", "--version"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert ended.stdout == f"truecerta-conformance {VERSION}\n"


def test_who_is_told_to_end_tidies_up() -> None:
    """SIGTERM, which a CI sends whose job is cancelled, while the server does not answer."""
    silent = ["/api/v1/courses"]

    def waits(asked: Asked) -> Told:
        if asked.path in silent:
            running.send_signal(signal.SIGTERM)
            silent.clear()
            running.wait(20)
        return Told()

    program = [
        sys.executable,
        "-m",
        "conformance",
        "--key=trc_live_x",
        "--only=authentication",
        "--timeout=30",
        "--write",
    ]
    with faking(waits) as server:
        running = subprocess.Popen([*program, f"--url={server.url}"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        output, _ = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Broken off." in output
    assert output.splitlines()[-1].startswith("Could not tell: the run was broken off.")
