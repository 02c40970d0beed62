"""Marks: as large as print shows them, read once, and never what was not there."""

import pytest

from printing.marks import KEPT, LARGEST, Marks, fit
from tests.printing.reading import photo, picture, picture_of


def test_a_small_mark_stays_as_it_is() -> None:
    mark = picture(*LARGEST)
    assert fit(mark) == mark


@pytest.mark.parametrize(
    ("width", "height", "size"), [(800, 800, (240, 240)), (800, 200, (800, 200)), (9, 800, (3, 240))]
)
def test_a_large_one_is_made_to_fit(width: int, height: int, size: tuple[int, int]) -> None:
    assert picture_of(fit(picture(width, height))).size == size


def test_a_photo_weighs_little() -> None:
    assert len(fit(photo(800, 800))) < 200_000


async def test_a_mark_is_read_once_as_long_as_it_is_wanted() -> None:
    marks, asked = Marks(), list[str]()

    async def read(name: str) -> bytes:
        asked.append(name)
        return picture(3, 3)

    for _ in range(2):
        for number in range(KEPT):
            await marks.of(f"{number}", read)
    assert len(asked) == KEPT
    await marks.of("another", read)
    await marks.of("0", read)
    assert asked[KEPT:] == ["another", "0"]


async def test_a_mark_that_cannot_be_read_is_asked_for_again() -> None:
    marks = Marks()

    async def away(_name: str) -> bytes:
        raise TimeoutError

    async def there(_name: str) -> bytes:
        return picture(3, 3)

    with pytest.raises(TimeoutError):
        await marks.of("a", away)
    assert await marks.of("a", there) == picture(3, 3)
