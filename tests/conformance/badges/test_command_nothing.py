"""What is no badge is not called an invalid one: the command says in a sentence what it was given, and ends with 2."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from conformance.badges import fixtures
from conformance.badges.baking import PNG
from conformance.badges.web import Fetched
from tests.conformance.badges.serving import ORIGINS, Site, Web, serving
from tests.conformance.badges.test_command import shown_as_json, source, told

PAGE = "This is a web page{}, not a badge. Look for its Open Badge link."
NOT_OPEN = "This JSON is no Open Badge: it has neither @context nor type nor id."
SVG_IN_PAGE = b"<!DOCTYPE html>\n<html><body><svg xmlns='http://www.w3.org/2000/svg'/></body></html>"
WHITHER = "it is neither an address, nor JSON, nor a PNG or an SVG, nor a signature."


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


@pytest.fixture
def site(web: Web) -> Site:
    return web.sites[ORIGINS[0]]


def at(site: Site, path: str, status: int, media_type: str, body: bytes) -> str:
    """An address that answers this."""
    site.answers[path] = Fetched(status, media_type, body)
    return site.origin + path


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (fixtures.content({"png": []}), "There is no badge in this picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "There is no badge in this picture."),
        (b"GIF89a", "There is no badge in this picture: only a PNG or an SVG can carry one."),
        (b'{"a": 1}', NOT_OPEN),
        (b'{"a": ', "There is no badge in this file. It is no JSON: Expecting value at line 1, column "),
        (SVG_IN_PAGE, PAGE.format("")),
        (b" \n", "There is no badge in this: it is empty."),
        (b"Congratulations!", f"There is no badge in this: {WHITHER}"),
        (b"aaa.bbb.ccc", "It has three pieces like a signature (JWS), and is none."),
        (fixtures.content({"png": [{"keyword": "openbadges", "text": '{"a": 1}'}]}), "What this picture carries is no"),
    ],
)
def test_a_file_without_a_badge(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    status, (verdict, trouble) = told(str(file))
    assert (status, verdict) == (2, f"COULD NOT TELL: {file}")
    assert trouble.startswith(sentence)
    status, found = shown_as_json(str(file))
    assert (status, found["verdict"], found["trouble"]) == (2, "could not tell", trouble)


@pytest.mark.parametrize(
    ("status", "media_type", "body", "sentence"),
    [
        (200, "text/html", b"<html></html>", PAGE.format(" (text/html)")),
        (200, "text/html", SVG_IN_PAGE, PAGE.format(" (text/html)")),
        (200, "application/json", b'{"a": 1}', NOT_OPEN),
        (200, "application/json", b"[1]", "There is no badge here. It is JSON, but a list and no object."),
        (200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "There is no badge in this picture."),
        (404, "text/html", b"<html></html>", "There is no badge here (404): mistyped, withdrawn, or not claimed yet."),
        (403, "text/plain", b"", "There is no badge here (403) for everybody: what there is, is kept for some."),
        (400, "text/plain", b"", "There is no badge here: the address answered 400."),
        (410, "application/json", b'{"type": "BadgeClass"}', "There is no badge here any more (410)."),
    ],
)
def test_an_address_without_a_badge(site: Site, status: int, media_type: str, body: bytes, sentence: str) -> None:
    url = at(site, "/nothing", status, media_type, body)
    assert told(url) == (2, [f"COULD NOT TELL: {url}", sentence])
    assert shown_as_json(url)[1]["kind"] == ""


@pytest.mark.parametrize("body", [b"", b'{"revoked": true}', b'{"id": "https://example.org/1", "revoked": true}'])
def test_what_was_revoked_is_invalid(site: Site, body: bytes) -> None:
    status, lines = told(at(site, "/revoked", 410, "application/json", body))
    assert (status, lines[0].split(":")[0]) == (1, "INVALID")
    assert "error: revoked-status" in lines


def test_what_a_badge_names_has_to_be_there(web: Web, tmp_path: Path) -> None:
    assert told(source(web, "reject/available.2", tmp_path))[0] == 1


def test_a_cut_picture_is_invalid_and_of_no_kind(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(PNG)
    assert told(str(tmp_path / "cut.png"))[1][1] == "0 addresses read, 1 error, 0 warnings"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("www.example.org/x", "There is no file www.example.org/x; or did you mean https://www.example.org/x?"),
        ("localhost:8000/x", "There is no file localhost:8000/x; or did you mean http://localhost:8000/x?"),
        ("ftp://example.org/x", "ftp://example.org/x is no address that can be read: it has to begin with https:// or"),
        ("aaa.bbb.ccc", "There is no file of this name. If it is a signed badge (JWS), give it in a file, or by"),
        (f"{'a' * 3000}.b.c", "There is no file of this name. If it is a signed badge (JWS), give it in a file, or by"),
        ("my.old.png", "my.old.png cannot be read: No such file or directory."),
    ],
)
def test_what_people_give_by_mistake(given: str, sentence: str) -> None:
    status, (line,) = told(given)
    assert status == 2
    assert line.startswith(f"COULD NOT TELL: {sentence}")


@pytest.mark.parametrize("recipient", ["nonsense", "", "jane doe@example.com"])
def test_a_recipient_who_can_be_nobody(recipient: str) -> None:
    status, (line,) = told("https://example.org/assertions/1", recipient)
    assert status == 2
    assert line.startswith(f"COULD NOT TELL: --recipient {recipient}: is this a mail address?")


def test_standard_input(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Path(source(web, "accept/png", tmp_path)).read_bytes()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    status, lines = told("-", official=tmp_path / "python")
    assert (status, lines[0]) == (0, "VALID: standard input")
    assert lines[-1] == "The official validator gave no verdict. It reads addresses and files, and no standard input."


def test_what_strangers_write_is_cut_and_made_harmless(web: Web, site: Site, tmp_path: Path) -> None:
    url = source(web, "accept/minimal", tmp_path)
    path = url.removeprefix(site.origin).replace("assertions/1", "issuer")
    profile = {**json.loads(site.answers[path].body), "name": "Evil\x1b[2J\n" + "x" * 1000}
    site.answers[path] = replace(site.answers[path], body=json.dumps(profile).encode())
    shown = "Evil\N{REPLACEMENT CHARACTER}[2J " + "x" * 90 + "…"
    status, lines = told(url)
    assert (status, lines[2].startswith(f"  issuer:    {shown} (127.0.0.1:")) == (0, True)
    assert shown_as_json(url)[1]["says"] == {
        "issuer": shown,
        "issuer_host": site.origin.removeprefix("http://"),
        "badge": "Robotics",
        "issued_on": "2025-06-30T14:00:00Z",
        "expires": None,
        "recipient": "hashed, not compared; use --recipient",
        "is_recipient_compared": False,
    }


def test_an_end_that_cannot_be_read_is_not_never(web: Web, tmp_path: Path) -> None:
    status, lines = told(source(web, "reject/expires", tmp_path))
    assert status == 1
    assert "  expires:   never" not in lines


def test_a_badge_class_is_awarded_to_nobody(web: Web, tmp_path: Path) -> None:
    status, lines = told(source(web, "accept/badge-class-alone", tmp_path), "jane@example.com")
    assert (status, lines[-1]) == (0, "  recipient: not compared: it names nobody")
