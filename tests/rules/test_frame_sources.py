"""Only a list of sites passes as one: nothing in it may end the directive or add another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import frame_sources

steady = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("written", "parsed"),
    [
        ("", "'none'"),
        (" none ", "'none'"),
        ("'none'", "'none'"),
        ("self https://example.com", "'self' https://example.com"),
        ("https://*.example.com:8443\thttp://localhost:*", "https://*.example.com:8443 http://localhost:*"),
        ("*", "*"),
        ("https:", "https:"),
        ("example.com", "example.com"),
    ],
)
def test_sites_are_taken(written: str, parsed: str) -> None:
    assert frame_sources.parse(written) == parsed


@pytest.mark.parametrize(
    "written",
    [
        "https://example.com; script-src *",
        "https://example.com,https://example.org",
        "none https://example.com",
        "'none' https://example.com",
        "https://example.com/page",
        "ftp://example.com",
        "data:",
        "'unsafe-inline'",
        "https://",
        "https://exa mple.com/x",
        "https://\u0435xample.com",
        "https://example.com\r\nx: y",
    ],
)
def test_what_is_no_list_of_sites_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="Write none"):
        frame_sources.parse(written)


@steady
@given(st.text())
def test_whatever_is_written_stays_one_directive(written: str) -> None:
    try:
        parsed = frame_sources.parse(written)
    except ValueError:
        return
    assert parsed.isascii()
    assert not set(parsed) & set(';,\r\n\t"<>')
