"""Appearance: only what can be drawn can be chosen."""

from collections.abc import Callable

import pytest

from rules import appearance, colours
from rules.errors import Refused

CHOICES = pytest.mark.parametrize(
    ("choose", "choices"),
    [
        (appearance.design, appearance.DESIGNS),
        (appearance.paper, appearance.PAPERS),
        (appearance.language, appearance.LANGUAGES),
    ],
)


@CHOICES
def test_each_choice_is_taken(choose: Callable[[str], str], choices: tuple[str, ...]) -> None:
    assert tuple(choose(choice) for choice in choices) == choices


@CHOICES
@pytest.mark.parametrize("wrong", ["", "baroque", "Classic", "EN", "a4 ", "../classic"])
def test_nothing_else_is(choose: Callable[[str], str], choices: tuple[str, ...], wrong: str) -> None:
    assert wrong not in choices
    with pytest.raises(Refused) as refused:
        choose(wrong)
    assert refused.value.code == "unprocessable_entity"
    assert refused.value.details[0].field.startswith("certificate_")


def test_who_chose_no_colour_gets_one_that_can_be_read() -> None:
    assert appearance.PLAIN.accent == colours.readable(appearance.ACCENT) == appearance.ACCENT
    assert appearance.Appearance(accent_colour="#ffcc00").accent == "#ffcc00"
