"""Colours: an academy's accent, and whether it can be read on what lies beneath it."""

import re

from rules.errors import Detail, Refused

WHITE = "#ffffff"
BLACK = "#000000"
READABLE = 4.5
"""The least contrast between text and its ground (WCAG 2.2, success criterion 1.4.3)."""

_SHORT = re.compile("#[0-9A-Fa-f]{3}")
_LONG = re.compile("#[0-9A-Fa-f]{6}")
_STEPS = 100


def parse(text: str, field: str = "accent_colour") -> str:
    """A colour is written as #rgb or #rrggbb, and kept as #rrggbb in small letters.

    `field` names the place that a refusal points to.

    >>> parse("#A30"), parse("#1f3a5f")
    ('#aa3300', '#1f3a5f')
    """
    if _SHORT.fullmatch(text):
        return ("#" + "".join(digit * 2 for digit in text[1:])).lower()
    if _LONG.fullmatch(text):
        return text.lower()
    why = "must be a colour such as #1f3a5f"
    raise Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 to 21, whichever comes first (WCAG 2.2, contrast ratio).

    >>> contrast("#000000", "#ffffff"), contrast("#1f3a5f", "#1f3a5f")
    (21.0, 1.0)
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(accent: str, on: str = WHITE) -> str:
    """An accent as text: itself where it can be read on its ground, otherwise as little darker as will do.

    On a ground that is dark itself, lighter instead.

    >>> readable("#1f3a5f"), readable("#ffcc00")
    ('#1f3a5f', '#8f7200')
    """
    end = max((BLACK, WHITE), key=lambda colour: contrast(colour, on))
    mixed = (_mixed(accent, end, step / _STEPS) for step in range(_STEPS))
    return next((colour for colour in mixed if contrast(colour, on) >= READABLE), end)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004  # of sRGB


def _mixed(colour: str, end: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(end), strict=True)
    return "#" + "".join(f"{round(own + (other - own) * share):02x}" for own, other in pairs)
