"""Limits are read as they are written, or explained."""

import pytest

from rules.rates import Rate, parse


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("120/minute", Rate(120, 60)),
        ("1/second", Rate(1, 1)),
        ("300/hour", Rate(300, 3600)),
        (" 5/day ", Rate(5, 86400)),
        ("off", None),
    ],
)
def test_limits(text: str, rate: Rate | None) -> None:
    assert parse(text) == rate


@pytest.mark.parametrize(
    "text", ["", "120", "0/minute", "-1/minute", "1.5/hour", "10/30s", "5/minutes", "Off", "٣/day"]
)
def test_what_is_no_limit_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="such as 120/minute"):
        parse(text)
