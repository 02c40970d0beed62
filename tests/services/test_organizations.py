"""An academy: what it shows of itself, how its certificates look, and its logo."""

from uuid import uuid4

import pytest

from models import Organization, Picture
from rules.appearance import PLAIN, Appearance
from rules.errors import Refused
from rules.organizations import Organization as Shown
from services import certificates, organizations, pictures, verification
from services.callers import Caller
from tests.drawings import drawing
from tests.services.inside import NOW, academy, at_once, count

pytestmark = pytest.mark.usefixtures("alone")

EVERYTHING = {
    "name": "Other Academy",
    "email": "office@example.org",
    "url": "https://example.org",
    "logo_url": "https://example.org/logo.png",
    "accent_colour": "#A30",
    "certificate_design": "modern",
    "certificate_paper": "letter",
    "certificate_language": "nl",
    "signatory_name": "Zoe\u0308 Doe",
    "signatory_title": "Director",
}
LOOK = Appearance("modern", "letter", "nl", "#aa3300", "Zoë Doe", "Director")


async def refused(caller: Caller, field: str, value: object) -> str:
    """The code by which a change is refused, which points to its member."""
    with pytest.raises(Refused) as fault:
        await organizations.update(caller, {field: value}, NOW)
    assert [detail.field for detail in fault.value.details] == [field]
    return fault.value.code


async def test_a_new_academy_is_plain() -> None:
    own = await academy()
    shown = await organizations.read(own.id)
    assert shown == Shown(own.id, "Example Academy", "office@example.com", None, None, None, PLAIN)


async def test_what_is_given_changes_and_the_rest_stays() -> None:
    own = await academy()
    changed = await organizations.update(own.caller, EVERYTHING, NOW)
    assert changed == await organizations.read(own.id)
    assert changed == Shown(
        own.id, "Other Academy", "office@example.org", "https://example.org", "https://example.org/logo.png", None, LOOK
    )
    less = await organizations.update(own.caller, {"accent_colour": None, "url": None}, NOW)
    assert (less.url, less.appearance.accent_colour) == (None, None)
    assert (less.name, less.appearance.signatory_name) == ("Other Academy", "Zoë Doe")
    assert await organizations.update(own.caller, {}, NOW) == less


async def test_certificates_that_are_out_show_it_too() -> None:
    own = await academy()
    code = (await own.issue()).code
    await organizations.update(own.caller, EVERYTHING, NOW)
    logo = (await organizations.set_logo(own.caller, drawing(), NOW)).logo
    for shown in (await verification.find(code), await certificates.read(own.id, code), await own.issue()):
        assert (shown.organization.name, shown.organization.logo) == ("Other Academy", logo)
        assert shown.organization.appearance == LOOK


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, "") for field in EVERYTHING),
        *((field, 7) for field in EVERYTHING),
        *(
            (field, None)
            for field in ("name", "email", "certificate_design", "certificate_paper", "certificate_language")
        ),
        ("name", "x" * 201),
        ("email", "office"),
        ("url", "javascript:alert(1)"),
        ("logo_url", "data:image/png;base64,AAAA"),
        ("accent_colour", "red;}"),
        ("certificate_design", "../classic"),
        ("certificate_paper", "a3"),
        ("certificate_language", "de"),
        ("signatory_title", "x" * 201),
        ("signatory_name", "Jane\nDoe"),
    ],
)
async def test_what_no_academy_can_be_is_refused(field: str, value: object) -> None:
    own = await academy()
    before = await organizations.read(own.id)
    assert await refused(own.caller, field, value) == "unprocessable_entity"
    assert await organizations.read(own.id) == before


async def test_nobody_changes_another_academy_and_none_that_is_not_there() -> None:
    own, rival = await academy(), await academy()
    before = await organizations.read(rival.id)
    await organizations.update(own.caller, EVERYTHING, NOW)
    await organizations.set_logo(own.caller, drawing(), NOW)
    assert await organizations.read(rival.id) == before
    for work in (
        organizations.update(Caller(uuid4()), EVERYTHING, NOW),
        organizations.set_logo(Caller(uuid4()), None, NOW),
    ):
        with pytest.raises(Refused) as fault:
            await work
        assert fault.value.code == "not_found"


async def test_a_logo_takes_the_place_of_the_one_before_which_stays_where_it_was() -> None:
    own = await academy()
    first = (await organizations.set_logo(own.caller, drawing(), NOW)).logo
    second = (await organizations.set_logo(own.caller, drawing(size=(30, 30)), NOW)).logo
    assert first != second
    assert (await organizations.set_logo(own.caller, None, NOW)).logo is None
    assert [(await pictures.read(digest or "")).width for digest in (first, second)] == [60, 30]


async def test_a_picture_that_several_academies_show_is_kept_once() -> None:
    own, rival = await academy(), await academy()
    logo = (await organizations.set_logo(own.caller, drawing(), NOW)).logo
    assert (await organizations.set_logo(rival.caller, drawing(), NOW)).logo == logo
    assert await count("picture") == 1


async def test_what_is_no_picture_leaves_the_logo_as_it_was() -> None:
    own = await academy()
    before = await organizations.set_logo(own.caller, drawing(), NOW)
    with pytest.raises(Refused):
        await organizations.set_logo(own.caller, b"<svg/>", NOW)
    assert await organizations.read(own.id) == before


async def test_of_logos_at_once_no_picture_is_lost_or_kept_twice() -> None:
    academies = [await academy() for _ in range(4)]
    uploads = [drawing(size=(side, side)) for side in (10, 20)]
    await at_once(*(organizations.set_logo(own.caller, upload, NOW) for own in academies for upload in uploads))
    kept = {digest for (digest,) in await Picture.all().values_list("digest")}
    assert kept == {(await pictures.drawn(upload, "logo")).digest for upload in uploads}
    assert {logo for (logo,) in await Organization.all().values_list("logo_id")} <= kept


async def test_changes_at_once_are_each_told_against_what_they_found() -> None:
    own = await academy()
    names = [f"Academy {number}" for number in range(8)]
    await at_once(*(organizations.update(own.caller, {"name": name}, NOW) for name in names))
    assert (await organizations.read(own.id)).name in names
    assert await count("audit_entry") == 3 + len(names)  # the academy, its key and its course were told before
