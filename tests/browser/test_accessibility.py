"""Every page, at the width of a phone and of a desk, light and dark: nothing that axe objects to, nothing that overflows."""

import pytest

from tests.browser import addresses
from tests.browser.accessibility import DESKTOP, PHONE, SCHEMES, overflow, violations
from tests.browser.addresses import Address
from tests.browser.conftest import Visiting
from tests.browser.world import World


@pytest.mark.parametrize("address", addresses.everything(), ids=lambda each: each.name)
def test_a_page_is_for_everybody(address: Address, visiting: Visiting, full_world: World) -> None:
    found: list[str] = []
    # With motion, axe would see colours on their way from one scheme to the other.
    with visiting(address.who, viewport=PHONE, reduced_motion="reduce") as (page, _):
        answer = page.goto(address.at(full_world.places))
        assert answer is not None
        assert (answer.status, page.url.partition("?")[0]) == (address.status, answer.request.url.partition("?")[0])
        assert answer.request.redirected_from is None
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                found += [f"{size['width']} {scheme} {each}" for each in violations(page)]
            found += [f"{size['width']} {each}" for each in overflow(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", list(addresses.pictures()), ids=lambda each: each.name)
def test_what_is_left_out_is_a_picture(address: Address, visiting: Visiting, full_world: World) -> None:
    with visiting(address.who) as (page, _):
        answer = page.request.get(address.at(full_world.places))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
