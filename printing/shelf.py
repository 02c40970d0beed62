"""Documents on disk: made once, kept while there is room, and never needed, since each can be made again."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

_SEAL = hashlib.sha256().digest_size
_PART = 16
"""A part of the room that this process may fill before it looks how full the folder is. Others fill it too."""


class Shelf:
    """A folder of at most `room` bytes; who is used least goes first. Several processes may use one folder at once.

    Nothing on the disk is believed: a file is used only if it is whole. No fault of the disk is anybody's concern.
    """

    def __init__(self, folder: Path, room: int) -> None:
        self._folder = folder
        self._room = room
        self._unseen = room  # what others have put there is not known yet

    def get(self, key: str) -> bytes | None:
        """What was put under this key, if it is still there, unharmed."""
        place = self._folder / key
        try:
            sealed = place.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(sealed[_SEAL:]).digest() != sealed[:_SEAL]:
            return None
        with contextlib.suppress(OSError):
            os.utime(place)
        return sealed[_SEAL:]

    def put(self, key: str, content: bytes) -> None:
        """Keep this, whole or not at all."""
        size = len(content) + _SEAL
        if size > self._room // 2:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(size)
            self._write(self._folder / key, hashlib.sha256(content).digest() + content)

    def _write(self, place: Path, sealed: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            written = Path(file.name)
            try:
                file.write(sealed)
                file.flush()
                written.replace(place)
            except OSError:
                written.unlink(missing_ok=True)
                raise

    def _make_room(self, size: int) -> None:
        self._unseen += size
        if self._unseen <= self._room // _PART:
            return
        self._unseen = size
        kept = sorted(self._folder.iterdir(), key=_last_used)
        excess = sum(map(_size, kept)) + size - self._room * 3 // 4
        for file in kept:
            if excess <= 0:
                return
            excess -= _size(file)
            file.unlink(missing_ok=True)


def _last_used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another process made room at the same time
        return 0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
