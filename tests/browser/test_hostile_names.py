"""Holders, courses, descriptions, academies and reasons that are called like each line of a hostile corpus, on every page.

The pages are read with the Content Security Policy off: it would hold back what is not to be there in the first place.
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
from playwright.sync_api import Page
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from tests.browser import hostility
from tests.browser.accessibility import PHONE, overflow
from tests.browser.conftest import Visiting
from tests.browser.corpus import LINES
from tests.browser.hostility import OWNER, PLAIN, Gallery, Named, alive, elements, linked_markup, shows
from tests.browser.watching import Watch
from tests.browser.world import World
from tests.postbox import text_of

VALID = "/v/{code}?lang=en"
PAGES = (
    VALID,
    "/v/{revoked}?lang=en",
    "/claim/{token}?lang=en",
    "/dashboard/certificates/{code}",
    "/dashboard/certificates/{revoked}",
    "/dashboard/certificates/{code}/correct",
    "/dashboard/certificates/{code}/revoke",
    "/dashboard/courses/{course_id}",
    "/dashboard/courses/{course_id}/edit",
    "/dashboard/settings/academy",
)
LISTS = (
    "/dashboard",
    "/dashboard/courses",
    "/dashboard/certificates",
    "/dashboard/certificates/new",
    "/dashboard/settings/api",
    "/dashboard/settings/webhooks",
    "/dashboard/settings/team",
    "/dashboard/audit",
)


@pytest.fixture(scope="module")
def gallery(full_world: World) -> Gallery:
    """An academy that is called so, and all that is in it."""
    return hostility.gallery(full_world)


@pytest.fixture(scope="module")
def visited(gallery: Gallery, visiting: Visiting) -> Iterator[tuple[Page, Watch]]:
    """A phone in the hands of the academy's owner."""
    assert gallery.named
    with visiting(OWNER, viewport=PHONE, bypass_csp=True, reduced_motion="reduce") as visit:
        yield visit


@pytest.fixture(scope="module")
def outlines(gallery: Gallery, visited: tuple[Page, Watch]) -> dict[str, list[str]]:
    """Which elements each page has while everything on it is called Jane Doe."""
    page, _ = visited
    gallery.call(PLAIN)
    found = {}
    for path in PAGES:
        page.goto(path.format(**vars(gallery.named[0])))
        found[path] = elements(page)
    return found


def faults(page: Page, watch: Watch) -> list[str]:
    """What a line has done to a page, or to its width; each is told once."""
    told, watch.faults[:] = list(watch.faults), []
    return [f"{page.url}: {each}" for each in (*told, *alive(page), *overflow(page))]


@pytest.mark.parametrize("number", range(len(LINES) + 1))
def test_a_name_is_text_on_every_page(
    number: int, gallery: Gallery, visited: tuple[Page, Watch], outlines: dict[str, list[str]]
) -> None:
    (page, watch), named, found = visited, gallery.named[number], []
    gallery.call(named.line)
    for path, outline in outlines.items():
        page.goto(path.format(**vars(named)))
        found += faults(page, watch)
        if not shows(page, named.line):
            found.append(f"{page.url}: does not show it")
        if elements(page) != outline:
            found.append(f"{page.url}: has other elements than with a plain name")
        if path == VALID and json.dumps(named.line)[1:-1] not in json.dumps(linked_markup(page)):
            found.append(f"{page.url}: does not tell it to search engines")
    assert not found, "\n".join([named.line, *found])


@pytest.mark.parametrize("path", LISTS)
def test_names_are_text_where_they_stand_together(path: str, gallery: Gallery, visited: tuple[Page, Watch]) -> None:
    (page, watch), found = visited, []
    gallery.call(PLAIN)
    older: str | None = path
    while older:
        page.goto(older)
        found += faults(page, watch)
        link = page.get_by_role("link", name="Older", exact=True)
        older = link.get_attribute("href") if link.count() else None
    assert not found, "\n".join(found)


def test_a_name_is_text_in_mails(gallery: Gallery, visited: tuple[Page, Watch]) -> None:
    (page, watch), found = visited, []
    gallery.world.postbox.wait(gallery.named[-1].address)  # mails leave in their order
    mails = {str(mail["To"]): mail for mail in gallery.world.postbox.mails}
    plain = mails[gallery.named[0].address]
    for named in gallery.named:
        mail = mails[named.address]
        assert mail.keys() == plain.keys()
        html = mail.get_body(("html",))
        assert html is not None
        page.set_content(html.get_content())
        shown = [text_of(mail), page.inner_text("body")]
        if not all(flat(named.line) in flat(each) for each in shown):
            found.append(f"{shown} without {named.line}")
        found += [f"{named.line}: {each}" for each in faults(page, watch)]
    assert not found, "\n".join(found)


def test_a_name_is_text_in_documents(gallery: Gallery) -> None:
    """Typst computes nothing, reads nothing and links nowhere; that other writing is set well is tested elsewhere."""
    gallery.call(PLAIN)

    def document(named: Named) -> bytes:
        answer = gallery.academy.web.get(f"/v/{named.code}.pdf")
        assert (named.line, answer.status_code) == (named.line, 200)
        return answer.content

    with ThreadPoolExecutor(2) as threads:
        documents = list(threads.map(document, gallery.named))
    for named, content in zip(gallery.named, documents, strict=True):
        reader = pypdf.PdfReader(io.BytesIO(content))
        (sheet,) = reader.pages
        links = [each.get_object()["/A"].get("/URI") for each in sheet.get("/Annots", [])]
        assert [link for link in links if not str(link).startswith(gallery.world.installation.url)] == []
        words = words_of(reader)
        assert {"/Catalog", "/Page", "/StructTreeRoot"} <= words
        assert not words & {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/OpenAction", "/AA"}
        if named.line.isascii():
            assert flat(named.line) in flat(sheet.extract_text())


def words_of(reader: pypdf.PdfReader) -> set[str]:
    """Every name in the objects of a document: not in the bytes of its pictures and fonts, where anything may stand."""
    words: set[str] = set()
    left: list[object] = [reader.get_object(number) for number in range(1, int(str(reader.trailer["/Size"])))]
    while left:
        one = left.pop()
        if isinstance(one, DictionaryObject):
            words |= set(one)
            left += dict.values(one)
        elif isinstance(one, ArrayObject):
            left += list.__iter__(one)
        elif isinstance(one, NameObject):
            words.add(one)
    return words


_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def flat(text: str) -> str:
    """A text without what lines are broken at, and without what turns writing round, which mails leave out."""
    return "".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split())
