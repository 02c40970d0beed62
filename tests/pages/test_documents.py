"""Documents over HTTP: what is downloaded says what the record says, and what is revoked is not handed out."""

import asyncio
import re
from collections.abc import Coroutine
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote
from uuid import UUID

import httpx
import psutil
import pytest
from PIL import Image

from pages import documents
from pages.gate import Gate
from printing.printer import Printer
from rules.appearance import DESIGNS
from rules.courses import Course
from rules.errors import Refused
from rules.links import Links
from rules.organizations import Organization
from services import organizations, pictures
from services.callers import Caller
from tests.academies import Academy
from tests.installation import Installation
from tests.printing.reading import codes_in, pages_of, picture_of, squeezed, words_of

ROOM = 1_000_000
FORMS = ("{}.pdf", "{}.png", "{}/share.png")
MEDIA_TYPES = ("application/pdf", "image/png", "image/png")


def of(form: str, code: str) -> str:
    """Where a document of a certificate is."""
    return "/v/" + form.format(code)


def look(academy: Academy, change: dict[str, object]) -> None:
    """Change how the academy's certificates look."""
    academy.database.run(lambda: organizations.update(Caller(academy.id), change, datetime.now(UTC)))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_pdf_says_what_the_record_says(academy: Academy, anyone: httpx.Client, design: str) -> None:
    look(
        academy,
        {
            "certificate_design": design,
            "certificate_paper": "letter",
            "certificate_language": "nl",
            "accent_colour": "#ffcc00",
            "signatory_name": "Maria Jansen",
            "signatory_title": "Director",
        },
    )
    course = academy.course(validity_period_months=12, eqf_level=5, nlqf_level="4+", qualification_label="Diploma")
    issued = academy.issue(course["id"], holder_name="Ђорђе Щербаков", issued_at="2026-01-31T10:00:00Z")
    answer = anyone.get(of("{}.pdf", issued["code"]))
    assert answer.status_code == 200
    words = words_of(answer.content)
    told = ("Ђорђе Щербаков", "Web Development", "Example Academy", issued["code"], "EQF 5", "NLQF 4+", "Diploma")
    for text in (*told, "Maria Jansen", "Director", "31 januari 2026", "31 januari 2027"):
        assert squeezed(text) in words
    box = pages_of(answer.content).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (792, 612)


def test_the_code_in_the_picture_leads_to_the_verify_page(
    academy: Academy, anyone: httpx.Client, installation: Installation
) -> None:
    code = academy.issue()["code"]
    image = picture_of(anyone.get(of("{}.png", code)).content)
    assert codes_in(image) == [f"{installation.url}/v/{code}"]
    assert picture_of(anyone.get(of("{}/share.png", code)).content).size == (1200, 630)


@pytest.mark.parametrize(("form", "media_type"), list(zip(FORMS, MEDIA_TYPES, strict=True)))
def test_a_document_is_the_same_each_time_and_sent_once(
    academy: Academy, anyone: httpx.Client, form: str, media_type: str
) -> None:
    path = of(form, academy.issue()["code"])
    first, second = anyone.get(path), anyone.get(path)
    assert first.status_code == 200
    assert first.content == second.content
    assert first.headers["content-type"] == media_type
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["x-robots-tag"] == "noindex"
    assert re.fullmatch('"[0-9a-f]{64}"', first.headers["etag"])
    again = anyone.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    head = anyone.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))


def test_a_file_is_saved_under_the_names_of_course_and_holder(academy: Academy, anyone: httpx.Client) -> None:
    course = academy.course(name='../Web "Dev"; \u202ex')
    issued = academy.issue(course["id"], holder_name="Zoë Щука")
    said = anyone.get(of("{}.pdf", issued["code"])).headers["content-disposition"]
    found = re.fullmatch(r"inline; filename=\"(.*)\"; filename\*=UTF-8''(.*)", said)
    assert found is not None
    assert found[1] == f"{issued['code']}.pdf"
    assert unquote(found[2]) == "Web Dev x - Zoë Щука.pdf"


@pytest.mark.parametrize("form", FORMS)
def test_a_revoked_certificate_has_no_document(academy: Academy, anyone: httpx.Client, form: str) -> None:
    code = academy.issue()["code"]
    tag = anyone.get(of(form, code)).headers["etag"]
    academy.revoke(code, reason="A mistake")
    for headers in ({}, {"if-none-match": tag}):
        page = anyone.get(of(form, code), headers=headers)
        assert page.status_code == 410
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "revoked" in page.text
        assert f'href="/v/{code}"' in page.text
        assert "etag" not in page.headers


def test_an_expired_and_a_renewed_certificate_keep_theirs(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue(academy.course(validity_period_months=1)["id"], issued_at="2020-01-01T00:00:00Z")["code"]
    assert anyone.get(of("{}.pdf", code)).status_code == 200
    assert academy.post(f"/api/v1/certificates/{code}/renew", json={}).status_code == 201
    assert anyone.get(of("{}.pdf", code)).status_code == 200


def test_a_correction_makes_another_document(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    before = anyone.get(of("{}.pdf", code))
    assert academy.patch(f"/api/v1/certificates/{code}", json={"holder_name": "Jane Roe"}).status_code == 200
    after = anyone.get(of("{}.pdf", code), headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "JaneRoe" in words_of(after.content)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", ["TRC-XXX-26-000000", "nothing", "%00", "<b>"])
def test_a_code_that_nobody_has_is_a_page(anyone: httpx.Client, form: str, code: str) -> None:
    page = anyone.get(of(form, code))
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<b>" not in page.text


@pytest.mark.parametrize("form", FORMS)
def test_a_code_is_understood_in_any_spelling(academy: Academy, anyone: httpx.Client, form: str) -> None:
    code = academy.issue()["code"]
    assert anyone.get(of(form, code.lower())).headers["etag"] == anyone.get(of(form, code)).headers["etag"]


def test_misses_are_counted_with_those_of_the_verify_page(limited: Installation) -> None:
    with limited.client() as visitor:
        visitor.headers["X-Forwarded-For"] = "203.0.113.77"
        paths = [of(form, "TRC-XXX-26-000000") for form in FORMS]
        assert [visitor.get(path).status_code for path in paths] == [404, 404, 404]
        held_back = [visitor.get(path) for path in (*paths, "/v/TRC-XXX-26-000000")]
    assert [page.status_code for page in held_back] == [429] * 4
    assert all(int(page.headers["retry-after"]) > 0 for page in held_back)


def test_documents_that_have_to_be_made_are_counted(limited: Installation, academy: Academy) -> None:
    """What is on the shelf is free, and so is what the visitor has already."""
    course = academy.course()["id"]
    codes = [academy.issue(course)["code"] for _ in range(5)]
    with limited.client() as visitor:
        visitor.headers["X-Forwarded-For"] = "203.0.113.78"
        first = visitor.get(of("{}.pdf", codes[0]))
        for _ in range(5):
            assert visitor.get(of("{}.pdf", codes[0])).status_code == 200
            known = visitor.get(of("{}.pdf", codes[0]), headers={"if-none-match": first.headers["etag"]})
            assert known.status_code == 304
        assert [visitor.get(of("{}.pdf", code)).status_code for code in codes[1:]] == [200, 200, 200, 429]
        held_back = visitor.get(of("{}.pdf", codes[4]))
        assert held_back.headers["content-type"] == "text/html; charset=utf-8"
        assert int(held_back.headers["retry-after"]) > 0
        assert "codes" not in held_back.text.split("<main")[1]  # the page is not that of who guesses codes
        assert visitor.get(of("{}.pdf", codes[0])).status_code == 200
        visitor.headers["X-Forwarded-For"] = "203.0.113.79"
        assert visitor.get(of("{}.pdf", codes[4])).status_code == 200


def test_the_mark_that_was_uploaded_is_printed(academy: Academy, anyone: httpx.Client) -> None:
    upload = BytesIO()
    Image.new("RGB", (400, 100), (200, 30, 40)).save(upload, "PNG")
    caller, now = Caller(academy.id), datetime.now(UTC)
    academy.database.run(lambda: organizations.set_logo(caller, upload.getvalue(), now))
    image = picture_of(anyone.get(of("{}.png", academy.issue()["code"])).content).convert("RGB")
    reds = [count for count, colour in image.getcolors(image.width * image.height) or [] if colour == (200, 30, 40)]
    assert sum(reds) > 10_000


def test_what_was_made_is_kept_beside_the_data(
    academy: Academy, anyone: httpx.Client, installation: Installation
) -> None:
    folder = installation.folder / "documents"
    path = of("{}.pdf", academy.issue()["code"])
    made = anyone.get(path)
    kept = folder / made.headers["etag"].strip('"')
    assert made.content in kept.read_bytes()
    kept.write_bytes(b"harmed")
    assert anyone.get(path).content == made.content


async def test_documents_asked_for_at_once_are_all_answered(academy: Academy, installation: Installation) -> None:
    course = academy.course()["id"]
    codes = [academy.issue(course, holder_name=f"Jane Doe {number}")["code"] for number in range(20)]
    async with httpx.AsyncClient(base_url=installation.url, timeout=30) as visitor:
        answers = await asyncio.gather(*(visitor.get(of("{}.png", code)) for code in codes))
    assert {answer.status_code for answer in answers} == {200}
    assert installation.process is not None
    family = psutil.Process(installation.process.pid).children(recursive=True)
    assert sum("child.py" in " ".join(process.cmdline()) for process in family) == 1


NOW = datetime(2026, 3, 15, tzinfo=UTC)
LINKS = Links("https://certificates.example.com")
ORGANIZATION = Organization(UUID(int=1), "Example Academy", "office@example.com", None, None, "a digest")
COURSE = Course(UUID(int=2), 1, "Web Development", None, 12, 5, None, None, None, None, None, NOW)


async def test_the_dashboard_is_shown_a_sample(tmp_path: Path) -> None:
    printer, gate = Printer(tmp_path, room=ROOM), cast("Gate", OpenGate())
    sample = await documents.preview(printer, gate, LINKS, ORGANIZATION, COURSE, "pdf", who="jane")
    for text in ("Jane Doe", "Web Development", documents.SAMPLE_CODE):
        assert squeezed(text) in words_of(sample)
    image = picture_of(await documents.preview(printer, gate, LINKS, ORGANIZATION, COURSE, who="jane"))
    assert codes_in(image) == [LINKS.verify_page(documents.SAMPLE_CODE)]
    await printer.close()


async def test_a_mark_that_is_replaced_meanwhile_is_no_verdict(tmp_path: Path) -> None:
    """Public documents read theirs the same way. Through the server the moment cannot be met: no row misses its mark."""
    printer, gate = Printer(tmp_path, room=ROOM), cast("Gate", GateWithoutPictures())
    with pytest.raises(Refused) as refused:
        await documents.preview(printer, gate, LINKS, ORGANIZATION, COURSE, who="jane")
    assert refused.value.code == "unavailable"
    assert refused.value.retry_after
    await printer.close()


class OpenGate:
    """Holds nobody back, and knows one picture."""

    async def within_deadline(self, work: Coroutine[Any, Any, Any]) -> pictures.Picture:
        """A picture, whatever is asked for."""
        work.close()
        upload = BytesIO()
        Image.new("RGB", (400, 100), (200, 30, 40)).save(upload, "PNG")
        return pictures.Picture("image/png", 400, 100, upload.getvalue())


class GateWithoutPictures:
    """Holds nobody back, and finds nothing."""

    async def within_deadline(self, work: Coroutine[Any, Any, Any]) -> pictures.Picture:
        """Nothing, whatever is asked for."""
        work.close()
        raise Refused("not_found", "There is no such picture.")
