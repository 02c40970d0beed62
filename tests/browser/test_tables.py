"""Tables at every width: nothing that matters is cut off, and where rows are stacked they stay rows."""

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.accessibility import DESKTOP, PHONE
from tests.browser.conftest import Visiting

TABLET: ViewportSize = {"width": 800, "height": 900}
TABLES = ["/dashboard", "/dashboard/certificates", "/dashboard/courses", "/dashboard/settings/team"]
_CUT_OFF = """() => [...document.querySelectorAll('.scroll')]
    .filter(each => each.scrollWidth > each.clientWidth)
    .map(each => `${each.ariaLabel}: ${each.scrollWidth} px in ${each.clientWidth}`)"""


@pytest.mark.parametrize("path", TABLES)
def test_no_column_is_cut_off(visiting: Visiting, path: str) -> None:
    with visiting() as (page, _):
        page.goto(path)
        for size in (PHONE, TABLET, DESKTOP):
            page.set_viewport_size(size)
            assert page.evaluate(_CUT_OFF) == []


def test_a_stacked_row_is_a_row_still(visiting: Visiting) -> None:
    with visiting(viewport=PHONE) as (page, _):
        page.goto("/dashboard/settings/team")
        table = page.get_by_role("table", name="Team")
        assert table.get_by_role("columnheader").all_inner_texts()[:3] == ["Person", "Role", "Last signed in"]
        row = table.get_by_role("row").nth(1)
        role = row.get_by_role("cell").first
        label = role.evaluate("each => getComputedStyle(each, '::before').content")
        assert label.startswith('"Role"')
        boxes = [each.bounding_box() for each in (row.get_by_role("rowheader"), role)]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
