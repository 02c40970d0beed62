"""What all pages of the dashboard have from their frame."""

import re

import pytest

from tests.pages.dashboard.world import World
from tests.people import signed_in

REFUSED = [
    "/courses/new",
    "/courses/{course_id}/edit",
    "/certificates/new",
    "/certificates/{code}/correct",
    "/settings/api/new",
    "/settings/webhooks/new",
    "/settings/webhooks/{webhook_id}/edit",
    "/settings/academy/profile",
    "/settings/academy/certificates",
    "/settings/academy/logo",
    "/account/name",
]


@pytest.mark.parametrize("path", REFUSED)
def test_a_form_that_was_refused_says_so_in_its_title_and_below_its_heading(world: World, path: str) -> None:
    with signed_in(world.installation, world.own.academy) as browser:
        page = browser.post(path.format(**world.own.params), name="", url="", email="")
    assert page.status_code == 422
    assert page.text.count("<title>Error: ") == page.text.count("Error: ") == 1
    order = re.findall(r'<h1|id="errors"|<form method="post"(?! action="/dashboard/sign-out")', page.text)
    assert order[:3] == ["<h1", 'id="errors"', '<form method="post"']


def test_a_form_that_was_not_sent_yet_has_no_error(world: World) -> None:
    with signed_in(world.installation, world.own.academy) as browser:
        assert "Error: " not in browser.get("/courses/new").text
        cancel = re.search(r'<a href="([^"]+)">Cancel</a>', browser.get("/settings/webhooks/new").text)
    assert cancel is not None
    assert cancel[1] == "/dashboard/settings/webhooks"


@pytest.mark.parametrize("path", ["/certificates", "/courses", "/settings/webhooks", "/settings/team"])
def test_every_cell_of_a_table_says_what_it_is(world: World, path: str) -> None:
    with signed_in(world.installation, world.own.academy) as browser:
        page = browser.get(path).text
    cells = re.findall(r"<t[hd]\b[^>]*>", page)
    assert cells
    for each in cells:
        assert re.search(r' role="(cell|rowheader|columnheader)"', each), each
    assert page.count("<tr") == page.count('<tr role="row">')
