"""Settings > Academy: what an academy shows of itself, its logo, and how its certificates look."""

import html
import re
from functools import partial
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from rules.organizations import Organization
from rules.roles import Role
from services import organizations
from tests.academies import Academy
from tests.installation import Installation
from tests.pages.outline import Outline
from tests.people import signed_in

FOLDER = "/settings/academy"
NASTY = "</title><script>alert(1)</script>'\"& {{ 7*7 }}"
PROFILE: dict[str, Any] = {"name": "Academy of Example", "url": "https://example.org", "email": "desk@example.org"}
LOOK: dict[str, Any] = {
    "certificate_design": "modern",
    "certificate_paper": "letter",
    "certificate_language": "nl",
    "own_colour": "yes",
    "accent_colour": "#0d5c75",
    "signatory_name": "Jane Roe",
    "signatory_title": "Director",
}


def profile(academy: Academy) -> Organization:
    """The academy as it is now."""
    return academy.database.run(partial(organizations.read, academy.id))


def upload(form: str = "PNG", size: tuple[int, int] = (40, 20)) -> dict[str, tuple[str, bytes, str]]:
    """A picture as a form sends it."""
    out = BytesIO()
    Image.new("RGB", size, "#0d5c75").save(out, form)
    return {"logo": ("logo", out.getvalue(), "application/octet-stream")}


def pictures(page: httpx.Response) -> list[str]:
    """The addresses of a page's pictures."""
    return [html.unescape(found) for found in re.findall(r'<img[^>]* src="([^"]+)"', page.text)]


def test_the_profile_is_changed(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        assert 'value="Example Academy"' in browser.get(f"{FOLDER}/profile").text
        page = browser.done(f"{FOLDER}/profile", **PROFILE).text
        assert "profile was saved" in page
        assert all(value in page for value in PROFILE.values())
        assert browser.done(f"{FOLDER}/profile", **{**PROFILE, "url": ""}).status_code == 200
    now = profile(academy)
    assert (now.name, now.url, now.email) == (PROFILE["name"], None, PROFILE["email"])


def test_all_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(
    installation: Installation, academy: Academy
) -> None:
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/profile", name="", url="javascript:alert(1)", email="nobody")
        assert answer.status_code == 422
        for field in PROFILE:
            assert f'href="#field-{field}"' in answer.text
            assert f'id="error-{field}"' in answer.text
        assert 'value="javascript:alert(1)"' in answer.text
        assert 'value="nobody"' in answer.text
    assert profile(academy).email == "office@example.com"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_uploaded_shown_and_removed(installation: Installation, academy: Academy, form: str) -> None:
    with signed_in(installation, academy) as browser:
        page = browser.done(f"{FOLDER}/logo", files=upload(form))
        assert "logo was saved" in page.text
        [logo] = [each for each in pictures(page) if each.startswith("/pictures/")]
        shown = browser.web.get(logo)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
        assert Image.open(BytesIO(shown.content)).size == (40, 20)
        assert logo in pictures(browser.get(f"{FOLDER}/logo"))
        assert "logo was removed" in browser.done(f"{FOLDER}/logo/remove").text
        assert browser.web.get(logo).status_code == 200  # badges that are out name it
    assert profile(academy).logo is None


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "PNG, JPEG, WebP or GIF"),
        (b"%PDF-1.7", "PNG, JPEG, WebP or GIF"),
        (upload()["logo"][1][:60], "PNG, JPEG, WebP or GIF"),
        (upload(size=(4001, 2))["logo"][1], "4000 pixels"),
        (b"\x89PNG" + bytes(2_000_000), "2 MB"),
        (b"", "Choose a file"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    installation: Installation, academy: Academy, content: bytes, said: str
) -> None:
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/logo", files={"logo": ("logo.png", content, "image/png")})
        assert answer.status_code == 422
        assert said in answer.text.partition('id="error-logo"')[2].partition("</p>")[0]
        assert 'href="#field-logo"' in answer.text
    assert profile(academy).logo is None


def test_the_look_of_certificates_is_saved(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        page = browser.done(f"{FOLDER}/certificates", **LOOK).text
        for said in (
            "look of certificates was saved",
            "Modern",
            "US letter",
            "Nederlands",
            "#0d5c75",
            "Jane Roe",
            "Director",
        ):
            assert said in page
        look = profile(academy).appearance
        assert (look.design, look.paper, look.language) == ("modern", "letter", "nl")
        assert (look.accent_colour, look.signatory_name, look.signatory_title) == ("#0d5c75", "Jane Roe", "Director")
        browser.done(
            f"{FOLDER}/certificates", **{**LOOK, "own_colour": "", "signatory_name": "", "signatory_title": ""}
        )
        look = profile(academy).appearance
        assert (look.accent_colour, look.signatory_name, look.signatory_title) == (None, None, None)


def test_what_is_wrong_with_a_look_stands_beside_its_field(installation: Installation, academy: Academy) -> None:
    wrong = {"certificate_design": "baroque", "accent_colour": "blue-ish", "signatory_name": "x" * 201}
    with signed_in(installation, academy) as browser:
        answer = browser.post(f"{FOLDER}/certificates", **{**LOOK, **wrong})
        assert answer.status_code == 422
        for field in wrong:
            assert f'href="#field-{field}"' in answer.text
        for field in ("accent_colour", "signatory_name"):
            assert f'id="error-{field}"' in answer.text
        assert "This is a preview" not in answer.text
        bad = browser.post(f"{FOLDER}/certificates", **{**LOOK, **wrong}, do="preview")
        assert bad.status_code == 422
    assert profile(academy).appearance.design == "classic"


def test_each_design_is_pictured_before_it_is_chosen(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        saved = pictures(browser.get(f"{FOLDER}/certificates"))
        preview = browser.post(f"{FOLDER}/certificates", **LOOK, do="preview")
        tried = pictures(preview)
        shown = [browser.web.get(address) for address in [*saved, *tried]]
        assert {(each.status_code, each.headers["content-type"]) for each in shown} == {(200, "image/png")}
        assert {each.headers["cache-control"] for each in shown} == {"no-store"}
        sizes = [Image.open(BytesIO(each.content)).size for each in shown]
        chosen, *designs = tried
        assert chosen in designs
        assert "This is a preview. Nothing is saved yet." in preview.text
        assert len({each.content for each in shown}) == len(shown) - 1 == 6
        wide = [width / height for width, height in sizes]
        assert wide == pytest.approx([297 / 210] * 3 + [11 / 8.5] * 4, rel=0.01)
        assert profile(academy).appearance.design == "classic"


@pytest.mark.parametrize(
    "path",
    ["baroque.png", "classic.png?certificate_paper=a3", "classic.png?accent_colour=red", "classic.pdf", "classic"],
)
def test_there_is_no_other_picture(installation: Installation, academy: Academy, path: str) -> None:
    with signed_in(installation, academy) as browser:
        assert browser.get(f"{FOLDER}/preview/{path}").status_code == 404


def test_a_colour_too_light_to_read_is_said_to_be_darkened(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        light = browser.post(f"{FOLDER}/certificates", **{**LOOK, "accent_colour": "#FC0"}, do="preview").text
        assert "Your colour is darkened" in light
        assert "#8f7200" in light
        assert "Your colour is darkened" not in browser.post(f"{FOLDER}/certificates", **LOOK, do="preview").text
        assert "#8f7200" in browser.done(f"{FOLDER}/certificates", **{**LOOK, "accent_colour": "#fc0"}).text


def test_a_strangers_words_stay_text(installation: Installation, academy: Academy) -> None:
    with signed_in(installation, academy) as browser:
        browser.done(f"{FOLDER}/profile", **{**PROFILE, "name": NASTY})
        page = browser.done(f"{FOLDER}/certificates", **{**LOOK, "signatory_name": NASTY, "signatory_title": NASTY})
        for each in (page, *(browser.get(f"{FOLDER}/{name}") for name in ("profile", "logo", "certificates"))):
            outline = Outline(each.text)
            assert (outline.open, outline.seen.count("script"), outline.seen.count("h1")) == ([], 1, 1)
        assert browser.web.get(pictures(page)[-1]).status_code == 200


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_owners_change_the_academy(installation: Installation, academy: Academy, role: Role) -> None:
    with signed_in(installation, academy, role) as browser:
        page = browser.get(FOLDER)
        assert page.status_code == 200
        assert "Example Academy" in page.text
        assert browser.web.get(pictures(page)[-1]).status_code == 200
        for name in ("profile", "logo", "certificates"):
            assert f"{FOLDER}/{name}" not in page.text
            assert browser.get(f"{FOLDER}/{name}").status_code == 403
        assert browser.post(f"{FOLDER}/profile", **PROFILE).status_code == 403
        assert browser.post(f"{FOLDER}/certificates", **LOOK).status_code == 403
        assert browser.post(f"{FOLDER}/logo", files=upload()).status_code == 403
        assert browser.post(f"{FOLDER}/logo/remove").status_code == 403
    assert profile(academy).name == "Example Academy"
