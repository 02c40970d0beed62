"""Reports hold no secret, let no server speak through them, and tell the same to people and programs."""

import base64
import io
import json
import os
import subprocess
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from conformance.exchanges import KEPT_BYTES, READ_FURTHER, Exchange, shown
from conformance.options import Options
from conformance.reporting import folder
from conformance.reporting.account import Account
from conformance.reporting.curl import curl
from conformance.reporting.junit import xml
from conformance.reporting.page import html
from conformance.reporting.results import document
from conformance.reporting.secrecy import KEY as GIVEN
from conformance.reporting.secrecy import OTHER_KEY as OTHER
from conformance.reporting.secrecy import Blotter
from conformance.reporting.terminal import Terminal
from conformance.running import Status
from tests.conformance.made_up import URL, account, clause, exchange, result
from tests.installation import ROOT

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>'\"&\x1b[31m\x00\u202e\ud800]]>"
KEY, OTHER_KEY, ODD_KEY = "trc_live_J4neD0e", "trc_live_0ther", "s3cr3t+odd/key="
TOKEN, SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.ids = "", list[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        """Text goes on."""
        self.text += data


def every_status(why: str = "It does something else.", *exchanges: Exchange) -> Account:
    """A run in which everything happened."""
    results = [
        result("states/valid", Status.PASS, "", *exchanges),
        result("states/expired", Status.FAIL, why, *exchanges),
        result("contract/document", Status.WARNING, why, *exchanges),
        result("claims/claim", Status.SKIP, why),
        result("claims/again", Status.SKIP, why, blocked=True),
        result("limits/api", Status.DISABLED, "left out, as the call says"),
        result("webhooks/signature", Status.ERROR, f"Traceback (most recent call last):\n{why}\nKeyError: 'x'\n"),
    ]
    return account(results, Options(URL, key=KEY, other_key=OTHER_KEY, write=True))


def told(run: Account) -> Mapping[str, str]:
    """Everything that a run is told in."""
    screen, plain = io.StringIO(), io.StringIO()
    Terminal(Console(file=screen, force_terminal=True, width=100)).end(run)
    Terminal(Console(file=plain, width=100)).end(run)
    return {
        "junit.xml": xml(run).decode(),
        "results.json": json.dumps(document(run), ensure_ascii=False),
        "report.html": html(run),
        "screen": screen.getvalue(),
        "plain": plain.getvalue(),
    }


def test_what_a_server_says_is_text_and_nothing_else() -> None:
    said = exchange(url=f"{URL}/{HOSTILE}", answer=HOSTILE, body=HOSTILE, answer_headers={"x": HOSTILE}, who=HOSTILE)
    page, harmless = (
        Page(html(every_status(why, *shown))) for why, shown in ((HOSTILE, [said]), ("why", [exchange()]))
    )
    strange = {tag for tag, _ in page.elements} - {tag for tag, _ in harmless.elements}
    assert strange == set()
    assert [tag for tag, _ in page.elements if tag in {"script", "img", "iframe", "link"}] == ["script"]
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "<script>alert(1)</script>" in page.text


def test_the_page_asks_nobody_for_anything() -> None:
    page = Page(html(every_status("why", exchange())))
    attributes = [attribute for _, each in page.elements for attribute in each.items()]
    leading = {value for name, value in attributes if name in {"src", "href", "xlink:href", "action", "data", "srcset"}}
    assert leading
    assert [value for value in leading if not str(value).startswith("#")] == []
    assert {str(value)[1:] for value in leading} <= set(page.ids), "and each link leads somewhere"
    assert len(page.ids) == len(set(page.ids))
    policy = next(each["content"] for _, each in page.elements if each.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    source = (ROOT / "conformance/reporting/page/report.css").read_text()
    assert "url(" not in source
    assert "@import" not in source


def test_the_page_tells_each_clause_once_with_what_shows_it() -> None:
    page = Page(html(every_status("It says `valid`.", exchange())))
    for each in every_status().results:
        assert page.ids.count(each.clause.slug) == 1
        assert each.clause.requirement in page.text
    assert page.text.count(f"curl -i {URL}/api/v1/verify/TRC-EXA-26-ABCDEF") == 2, "one failure, one warning"
    assert "It says valid." in page.text, "with the code as code"
    assert "A certificate past its expiry" in page.text, "the source in our words"


@pytest.mark.parametrize("key", [KEY, ODD_KEY])
def test_no_secret_is_in_any_report(key: str) -> None:
    secrets = f"{key} {OTHER_KEY} {SECRET} {TOKEN}"
    said = exchange(
        url=f"{URL}/claim/{TOKEN}?key={key}",
        headers={"authorization": f"Bearer {key}"},
        body=f'{{"token": "{TOKEN}"}}',
        answer_headers={"x-echo": secrets},
        answer=f'{{"data": {{"secret": "{SECRET}", "echo": "{secrets}"}}}}',
        who="academy",
    )
    results = [
        result("webhooks/create", Status.FAIL, f"it answers {secrets}", said),
        result("webhooks/list", Status.PASS, "", said),
        result("webhooks/test", Status.ERROR, f"KeyError: {secrets}"),
        result("webhooks/send", Status.SKIP, f"it needs {secrets}"),
    ]
    for name, report in told(account(results, Options(URL, key=key, other_key=OTHER_KEY))).items():
        assert not [secret for secret in (key, OTHER_KEY, SECRET, TOKEN) if secret in report], name
        assert "$TRUECERTA_KEY" in report, name


def forms(secret: str) -> list[str]:
    """What a key is made into on its way through clauses, Schemathesis and servers."""
    encoded = [
        base64.b64encode(text.encode()).decode() for text in (secret, f"{secret}:", f":{secret}", f"jane:{secret}")
    ]
    return [*encoded, secret.swapcase(), quote(secret, safe=""), secret[:12], secret[:-1]]


@pytest.mark.parametrize("key", [KEY, ODD_KEY, "a key of 20 letters!"])
def test_no_file_holds_a_key_in_another_form(key: str, tmp_path: Path) -> None:
    said = "\n".join(forms(key))
    told_by = [
        exchange(headers={"authorization": f"Basic {form}", "x": form}, url=f"{URL}/{form}") for form in forms(key)
    ]
    cut = shown(f"{'.' * (KEPT_BYTES - 14)}{key}")
    results = [result("states/expired", Status.FAIL, said, *told_by, exchange(body=said, answer=cut))]
    folder.write(account(results, Options(URL, key=key, other_key=OTHER_KEY)), tmp_path)
    core = len(key) * 8 // 6 - 3
    for file in tmp_path.iterdir():
        text = file.read_text()
        for form in forms(key):
            assert form not in text, (file.name, form)
            assert form[3 : 3 + core] not in text or len(form) < core, (file.name, form)


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "ApiKey"])
def test_of_another_scheme_nothing_is_shown(scheme: str) -> None:
    blotter = Blotter(Options(URL, key=KEY))
    assert blotter.exchange(exchange(headers={"Authorization": f"{scheme} Zm9v"})).headers == {
        "Authorization": f"{scheme} …"
    }


def test_two_keys_that_begin_alike_are_told_apart() -> None:
    blotter = Blotter(Options(URL, key="conformance-key-1", other_key="conformance-key-2"))
    assert blotter.text("conformance-key-2 conformance-key-1 conformance-key-") == f"{OTHER} {GIVEN} …"


def test_a_long_body_is_cut_before_it_is_read() -> None:
    begun = time.process_time()
    text = shown(b"eyJ" * 5_000_000)
    assert time.process_time() - begun < 1
    assert len(text) < KEPT_BYTES + 100
    assert text.endswith("(15000000 bytes)")
    assert "bytes" not in shown("\u20ac" * 10)


@pytest.mark.parametrize("secret", [TOKEN, SECRET, KEY])
def test_a_secret_that_is_cut_in_two_is_none_that_is_shown(secret: str) -> None:
    for kept in range(len("trc_live_") + 2, len(secret)):
        blank = READ_FURTHER + KEPT_BYTES - kept
        for before in (" " * blank, f"{KEY}{'a' * 6_000}".ljust(blank)):
            assert secret[len("trc_live_") : kept] not in shown((before + secret + " " * 9_000).encode())


def test_junit_has_a_suite_for_each_area_and_a_case_for_each_clause() -> None:
    run = every_status(HOSTILE, exchange(answer=HOSTILE))
    root = ET.fromstring(xml(run))  # noqa: S314  # written by us
    assert [suite.get("name") for suite in root] == list(run.areas)
    cases = {str(case.get("name")): case for case in root.iter("testcase")}
    assert list(cases) == [each.clause.slug for each in run.results]
    inside = {slug: [child.tag for child in case] for slug, case in cases.items()}
    assert inside == {
        "states/valid": [],
        "states/expired": ["failure"],
        "contract/document": ["system-out"],
        "claims/claim": ["skipped"],
        "claims/again": ["skipped"],
        "limits/api": ["skipped"],
        "webhooks/signature": ["error"],
    }
    figures = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert figures == ["7", "1", "1", "3"]
    for part in ("A server does what states/expired says.", "curl -i", "<script>alert(1)"):
        assert part in str(cases["states/expired"][0].text)


def test_junit_counts_a_warning_where_it_counts() -> None:
    run = account([result("contract/document", Status.WARNING, "It differs.")], Options(URL, strict=True))
    root = ET.fromstring(xml(run))  # noqa: S314  # written by us
    assert [child.tag for case in root.iter("testcase") for child in case] == ["failure"]
    assert root.get("failures") == root[0].get("failures") == "1"


def test_all_three_are_written_in_the_place_of_those_before(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "reports"
    for run in (every_status(HOSTILE, exchange(answer=HOSTILE)), every_status("again")):
        folder.write(run, place)
    assert sorted(file.name for file in place.iterdir()) == ["junit.xml", "report.html", "results.json"]
    assert "evil.example" not in "".join(file.read_text() for file in place.iterdir())
    assert json.loads((place / "results.json").read_text())["verdict"]["exit_status"] == 1


def members(value: object, path: str = "") -> set[str]:
    """Every member of a document by its path; those of a list's items as one."""
    if isinstance(value, list):
        return set().union(*(members(each, f"{path}[]") for each in value))
    if not isinstance(value, dict):
        return set()
    named = {f"{path}.{name}".lstrip("."): each for name, each in value.items()}
    return set(named) | set().union(*(members(each, name) for name, each in named.items()))


def test_the_shape_of_the_results_is_told() -> None:
    """By the example in docs/using-the-suite.md; what names areas, statuses and headers is as it comes."""
    free = ("counts.", "areas.", "headers.")
    run = document(every_status("why", exchange(body="{}")))
    page = (ROOT / "docs" / "using-the-suite.md").read_text()
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    fixed = [{name for name in members(each) if not any(part in name for part in free)} for each in (run, shown)]
    assert fixed[0] == fixed[1]


def test_results_point_to_the_exchange_that_shows_them() -> None:
    first, second = exchange(url=f"{URL}/first"), exchange(url=f"{URL}/second", status=None)
    failed = result("states/expired", Status.FAIL, "why", first, second)
    (told_clause,) = document(account([failed]))["clauses"]
    assert told_clause["shown"] == 1
    assert [each["answer"] is None for each in told_clause["exchanges"]] == [False, True]


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@settings(deadline=None)  # it starts a shell
@given(words, words.filter(lambda text: "\n" not in text and "\r" not in text))
def test_the_command_says_the_same_as_the_request(body: str, value: str) -> None:
    asked = exchange(
        method="PATCH", body=body, headers={"x-told": value, "authorization": "Bearer trc_live_…"}, who="academy"
    )
    told_args = shell(curl(asked), TRUECERTA_KEY=KEY)
    expected = ["-i", "-X", "PATCH", asked.url, "-H", f"X-Told: {value}", "-H", f"Authorization: Bearer {KEY}"]
    assert told_args == [*expected, *(["--data-raw", body] if body else [])]


def shell(command: str, **variables: str) -> list[str]:
    """What a shell hands to curl."""
    printing = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    ended = subprocess.run(["sh", "-c", printing], check=True, capture_output=True, env={**os.environ, **variables})
    return ended.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ({"method": "HEAD"}, "curl -i --head https"),
        ({"method": "POST", "body": "{}"}, "curl -i https"),
        ({"method": "POST"}, "curl -i -X POST https"),
        ({"method": "GET", "body": "{}"}, "curl -i -X GET https"),
        ({"url": f"{URL}/a/../b"}, "curl -i --path-as-is https"),
        ({"url": f"{URL}/a?x[]=1"}, "curl -i --globoff 'https"),
    ],
)
def test_the_command_asks_by_the_same_method_and_address(asked: dict[str, str], begins: str) -> None:
    assert curl(exchange(**asked)).startswith(begins)


def test_a_server_does_not_write_to_the_terminal() -> None:
    plain = told(every_status(HOSTILE, exchange(answer=HOSTILE, answer_headers={"x": HOSTILE})))["plain"]
    assert not [character for character in "\x1b\x00\u202e" if character in plain]
    assert "\\x1b[31m" in plain


def test_a_terminal_shows_where_the_run_is() -> None:
    screen = io.StringIO()
    terminal = Terminal(Console(file=screen, force_terminal=True, width=100))
    with terminal.start(2):
        terminal.begin(clause("limits/api"))
        terminal.tell("waits 30 s, as the server asks with 429")
        terminal.came(result("limits/api", Status.PASS))
        terminal.came(result("limits/public", Status.FAIL, "why"))
    shown = screen.getvalue()
    assert "limits/api – waits 30 s, as the server asks with 429" in shown
    assert "limits/public" in shown, "a failure is seen at once"
    assert "2/2" in shown


def test_what_was_tried_in_part_is_not_told_as_all() -> None:
    some = [result("states/a", Status.PASS), *(result(f"states/{n}", Status.SKIP, "it needs a key") for n in range(3))]
    partly, wholly = account(some), account([*some[:1], result("limits/api", Status.DISABLED)])
    assert (partly.headline, wholly.headline) == ("Conforms as far as tried: 1 of 4 clauses", "Conformant")
    verdicts = [document(each)["verdict"] for each in (partly, wholly)]
    assert [(each["complete"], each["tried"], each["exit_status"]) for each in verdicts] == [
        (False, 1, 0),
        (True, 1, 0),
    ]
    pages = [Page(html(each)) for each in (partly, wholly)]
    classes = [str(each.get("class")) for page in pages for _, each in page.elements]
    assert [each for each in classes if each.startswith("verdict")] == ["verdict skip", "verdict pass"]
    assert "3 could not be tried: they need a key" in pages[0].text
    green = "\x1b[32mhttps"
    assert [green in told(each)["screen"] for each in (partly, wholly)] == [False, True]


def test_what_to_look_at_begins_with_why() -> None:
    first = html(every_status("It does something else.")).partition('class="first"')[2].partition("</ul>")[0]
    assert (
        0 < first.index("It does something else.") < first.index('<p class="quiet">A server does what states/expired')
    )
    assert "KeyError: &#39;x&#39;" in first
    assert "Traceback" not in first


def test_what_is_not_there_is_told_without_clauses() -> None:
    run = Account(Options(URL), every_status().begun, 10.0, (), 3, "https://x cannot be judged. It is silent.")
    assert run.exit_status == 2
    assert told(run)["plain"].splitlines()[-1] == "Could not tell: https://x cannot be judged. It is silent."
    assert "It is silent." in Page(html(run)).text
    (suite,) = ET.fromstring(xml(run))  # noqa: S314  # written by us
    assert suite[0][0].get("message") == run.obstacle
