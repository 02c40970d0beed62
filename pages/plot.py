"""Plots: counts per month as bars, placed by shares of the width, so that words keep their size at any width."""

from collections.abc import Sequence
from dataclasses import dataclass

_TALLEST = 64
"""The height of the tallest bar, in pixels."""
_FILLED = 0.72
"""How much of its share of the width a bar takes."""
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it stands, in per cent of the width from the left, and its height in pixels."""

    left: float
    middle: float
    width: float
    height: float
    label: str


def bars(counts: Sequence[int], highest: int) -> tuple[Bar, ...]:
    """Counts side by side, the highest of all plots that share a scale as tall as can be; what is not nothing shows.

    The highest and the last one have their figure as label.

    >>> [(bar.height, bar.label) for bar in bars([0, 4, 1, 2], highest=4)]
    [(0.0, ''), (64.0, '4'), (16.0, ''), (32.0, '2')]
    """
    share = 100 / max(len(counts), 1)
    width = share * _FILLED
    return tuple(
        Bar(
            left=round(share * place + (share - width) / 2, 2),
            middle=round(share * (place + 0.5), 2),
            width=round(width, 2),
            height=_height(count, highest),
            label=short(count) if place in _labelled(counts) else "",
        )
        for place, count in enumerate(counts)
    )


def short(count: int) -> str:
    """A figure that fits above a bar.

    >>> short(999), short(1234), short(56789), short(2_500_000)
    ('999', '1.2k', '57k', '2.5M')
    """
    for size, sign in ((_THOUSAND**2, "M"), (_THOUSAND, "k")):
        if count >= size:
            shown = count / size
            return f"{shown:.1f}{sign}" if shown < 10 else f"{shown:.0f}{sign}"  # noqa: PLR2004  # two figures are enough
    return str(count)


def _height(count: int, highest: int) -> float:
    return round(max(_TALLEST * count / highest, 1.5), 2) if count else 0.0


def _labelled(counts: Sequence[int]) -> set[int]:
    """The places of the highest count and of the last one, unless two labels would touch."""
    if not any(counts):
        return set()
    highest = max(range(len(counts)), key=lambda place: counts[place])
    last = len(counts) - 1
    return {highest} if 0 < last - highest <= 1 else {highest, last}
