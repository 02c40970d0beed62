"""The way in: a code in any spelling leads to its page."""

import httpx
import pytest

from tests.academies import Academy
from tests.pages.outline import Outline
from tests.pages.reading import Page

MISS = "TRC-ZZZ-99-ZZZZZZ"


@pytest.mark.parametrize("path", ["/", "/v", f"/v/{MISS}"])
def test_there_is_a_form_for_a_code(anyone: httpx.Client, path: str) -> None:
    answer = anyone.get(path)
    assert answer.status_code == (404 if MISS in path else 200)
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-cache", "Accept-Language, Cookie")
    outline = Outline(answer.text)
    assert outline.open == []
    assert outline.seen.count("h1") == 1
    (form,) = Page(answer).forms
    assert (form.method, form.action, form.fields) == ("get", "/v", {"code": ""})


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " – ").title(),
        lambda code: f"  {code[4:]}. ",
        lambda code: f"https://example.com/v/{code.lower()}?lang=nl",
    ],
)
def test_any_spelling_leads_to_the_page(academy: Academy, anyone: httpx.Client, spelling: type[str]) -> None:
    code = academy.issue()["code"]
    answer = anyone.get("/v", params={"code": spelling(code)}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/v/{code}")
    assert anyone.get(answer.headers["location"]).status_code == 200


def test_one_that_does_not_exist_is_looked_up_too(anyone: httpx.Client) -> None:
    answer = anyone.get("/v", params={"code": MISS.lower()}, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (404, f"/v/{MISS}")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "link to its page"), ("nl", "link naar de pagina van het certifi")]
)
def test_nobody_is_sent_after_the_link_that_claims(anyone: httpx.Client, language: str, said: str) -> None:
    words = Page(anyone.get(f"/v/{MISS}", headers={"accept-language": language})).words
    assert said in words
    assert "mail" not in words


@pytest.mark.parametrize(
    "typed", ["", "  ", "hello", "TRC-ACA-26-O5N8K3", '"><script>alert(1)</script>', "//example.com", "\r\nX: y", "\0"]
)
def test_what_is_no_code_is_shown_again(anyone: httpx.Client, typed: str) -> None:
    answer = anyone.get("/v", params={"code": typed}, follow_redirects=False)
    assert answer.status_code == 422
    page = Page(answer)
    (form,) = page.forms
    assert form.fields == {"code": typed.strip()}
    assert "Look at the code again" in page.words
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("headers", "query", "language", "said"),
    [
        ({}, "", "en", "Is this certificate genuine?"),
        ({"accept-language": "nl-NL,nl;q=0.9"}, "", "nl", "Is dit certificaat echt?"),
        ({"accept-language": "nl"}, "?lang=en", "en", "Is this certificate genuine?"),
        ({"cookie": "truecerta-language=nl"}, "", "nl", "Is dit certificaat echt?"),
        ({"accept-language": "fr"}, "?lang=xx", "en", "Is this certificate genuine?"),
    ],
)
def test_it_speaks_the_readers_language(
    anyone: httpx.Client, headers: dict[str, str], query: str, language: str, said: str
) -> None:
    answer = anyone.get(f"/{query}", headers=headers)
    page = Page(answer)
    assert (page.language, answer.headers["content-language"]) == (language, language)
    assert said in page.words
    anyone.cookies.clear()
