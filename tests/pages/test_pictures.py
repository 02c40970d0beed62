"""Uploaded pictures: shown to everybody at an address of their own, and named where the logo is."""

from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from rules.links import Links
from services import organizations
from tests.academies import Academy
from tests.drawings import drawing


def upload(academy: Academy, size: tuple[int, int] = (60, 40)) -> str:
    """Where the academy's new logo is."""
    work = partial(organizations.set_logo, academy.caller, drawing(size=size), datetime.now(UTC))
    return Links("").logo(academy.database.run(work)) or ""


def test_a_picture_is_shown_for_ever_to_everybody(academy: Academy, anyone: httpx.Client) -> None:
    shown = anyone.get(upload(academy))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.content.startswith(b"\x89PNG")
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["access-control-allow-origin"] == "*"
    assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in shown.headers
    head = anyone.head(shown.url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(shown.content)))


def test_the_logo_that_was_uploaded_is_the_one_that_is_named(academy: Academy, anyone: httpx.Client) -> None:
    code = academy.issue()["code"]
    published = {"logo_url": "https://example.com/logo.png"}
    academy.database.run(partial(organizations.update, academy.caller, published, datetime.now(UTC)))

    def named() -> tuple[str, str]:
        verified = anyone.get(f"/api/v1/verify/{code}").json()
        profile = anyone.get(f"/api/obi/issuer/{academy.id}").json()
        return verified["academy"]["logo_url"], profile["image"]

    assert set(named()) == {published["logo_url"]}
    path = upload(academy, (37, 41))  # which no other test uploads
    (address,) = set(named())
    assert address.endswith(path)
    assert anyone.get(address).status_code == 200
    academy.database.run(partial(organizations.set_logo, academy.caller, None, datetime.now(UTC)))
    assert set(named()) == {published["logo_url"]}
    assert anyone.get(path).status_code == 200  # badges that are out name it


@pytest.mark.parametrize(
    "name", ["0" * 64 + ".png", "0" * 64, "0" * 63 + ".png", "A" * 64 + ".png", "..%2f..%2fetc", "a.svg"]
)
def test_there_is_nothing_else(anyone: httpx.Client, name: str) -> None:
    missing = anyone.get(f"/pictures/{name}")
    assert missing.status_code == 404
    assert missing.headers["x-content-type-options"] == "nosniff"
    assert "immutable" not in missing.headers.get("cache-control", "")


def test_a_picture_is_only_looked_at(academy: Academy, anyone: httpx.Client) -> None:
    assert anyone.post(upload(academy)).status_code == 405
