"""The shelf: what it gives back is what was put there, it keeps to its room, and no disk can harm anybody."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.shelf import Shelf

ROOM = 100_000


def taken(folder: Path) -> int:
    """How many bytes a folder holds."""
    return sum(file.stat().st_size for file in folder.iterdir())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty shelf."""
    return Shelf(tmp_path / "shelf", ROOM)


def test_what_is_put_is_given_back(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.get("a") is None
    shelf.put("a", b"one")
    shelf.put("b", b"")
    assert (shelf.get("a"), shelf.get("b")) == (b"one", b"")
    assert Shelf(tmp_path / "shelf", ROOM).get("a") == b"one"
    assert (tmp_path / "shelf").stat().st_mode & 0o077 == 0


@given(sizes=st.lists(st.integers(min_value=0, max_value=60_000), max_size=30))
def test_it_keeps_to_its_room(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("shelf")
    shelves = [Shelf(folder, ROOM) for _ in range(3)]  # as three processes have them
    for number, size in enumerate(sizes):
        shelves[number % 3].put(f"{number}", bytes(size))
        assert taken(folder) <= ROOM


def test_what_is_used_least_goes_first(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(6):
        shelf.put(f"{number}", bytes(10_000))
        os.utime(tmp_path / "shelf" / f"{number}", (number, number))
    assert shelf.get("0") is not None  # used now
    for number in range(6, 9):
        shelf.put(f"{number}", bytes(10_000))
    assert shelf.get("0") is not None
    assert shelf.get("1") is None
    assert shelf.get("8") is not None


def test_what_is_larger_than_half_the_room_is_not_kept(shelf: Shelf) -> None:
    shelf.put("a", bytes(ROOM // 2 + 1))
    assert shelf.get("a") is None


def test_without_room_nothing_is_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", 0)
    shelf.put("a", b"")
    assert not (tmp_path / "shelf").exists()


@pytest.mark.parametrize("harm", [b"", b"short", bytes(100)])
def test_a_harmed_file_is_as_good_as_none(shelf: Shelf, tmp_path: Path, harm: bytes) -> None:
    shelf.put("a", b"one")
    (tmp_path / "shelf" / "a").write_bytes(harm)
    assert shelf.get("a") is None
    shelf.put("a", b"one")
    assert shelf.get("a") == b"one"


def test_a_folder_that_cannot_be_one_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    shelf = Shelf(tmp_path / "file", ROOM)
    shelf.put("a", b"one")
    assert shelf.get("a") is None


def test_a_full_disk_harms_nobody() -> None:
    shelf = Shelf(Path("/dev/full"), ROOM)
    shelf.put("a", b"one")
    assert shelf.get("a") is None


def test_a_write_that_fails_leaves_nothing_behind(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "shelf" / "a").mkdir(parents=True)  # a file cannot take the place of a folder
    shelf.put("a", b"one")
    assert [found.name for found in (tmp_path / "shelf").iterdir()] == ["a"]
    assert shelf.get("a") is None
