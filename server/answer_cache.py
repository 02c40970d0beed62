"""Answers that are kept: given again only as long as nothing can have changed them."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from server.errors import Reply
from services.changes import Changes

SECONDS = 60.0
"""How old an answer may become whatever happens: the bound for changes that no channel tells of, such as a restore."""
LARGEST = 16_000
"""Bytes of the largest body that is kept."""
ROOM = 16_000_000
"""Bytes of all bodies together."""
LONGEST = 200
"""Characters of the longest path that is kept: a code may be spelt with any number of blanks."""


class Variant(NamedTuple):
    """An answer in one of its media types: its tag, and what those are told who have not got it yet, or have.

    The headers of the one are content-type, content-length, etag and vary; those of the other lack the two of the content.
    Who answers adds what stands on every answer of the operation, and what is the visitor's own.
    """

    etag: str
    found: Reply
    unchanged: Reply


class Entry(NamedTuple):
    """An answer with status 200 that anybody may be given again.

    `variants` has each media type that the contract names, in its order, so the first is what is given to those who do
    not ask for another. `since` is the instant it was made for and `until` the one from which time alone makes another
    answer of it, both in POSIX seconds.
    """

    body: bytes
    variants: Mapping[str, Variant]
    since: float
    until: float | None = None


class _Kept(NamedTuple):
    entry: Entry
    code: str | None
    ends: float


class AnswerCache:
    """Answers by the path as it was asked for, in whatever spelling; those asked for longest ago are forgotten first.

    The dispatcher's way: `entry = cache.find(path, now)`; if there is one, answer with it. Otherwise, where it `wants` the
    path, note `mark = changes.mark` before anything is read, carry the operation out, and `store(path, entry, code, mark)`.
    """

    def __init__(self, changes: Changes, most: int = 4096, room: int = ROOM) -> None:
        self._changes = changes
        self._trusted = changes.trusted
        self._most = most
        self._room = room
        self._used = 0
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._paths: dict[str, set[str]] = {}
        self._asked: set[str] = set()
        self._asked_before: set[str] = set()
        changes.subscribe(self._drop)

    def find(self, path: str, now: float) -> Entry | None:
        """The answer for a path at this instant, in POSIX seconds, where one is kept and still holds."""
        kept = self._kept.get(path)
        # Trust comes first: being asked for it may be what makes the answer go.
        if kept is None or not self._trusted() or path not in self._kept:
            return None
        if not kept.entry.since <= now < kept.ends:  # nor before it was made: the clock may have been set back
            return None
        self._kept.move_to_end(path)
        return kept.entry

    def wants(self, path: str) -> bool:
        """Whether an answer is worth keeping: its path was asked for before, some thousands of others ago at most.

        So who walks through many codes, each once, costs nobody what is kept, and little himself.
        """
        if path in self._asked or path in self._asked_before:
            return True
        if len(path) <= LONGEST:
            self._asked.add(path)
        if len(self._asked) >= self._most:
            self._asked_before, self._asked = self._asked, set()
        return False

    def store(self, path: str, entry: Entry, code: str | None, mark: int) -> None:
        """Keep an answer that was read after `mark` was noted, unless something may have changed since.

        `code` is that of the certificate that it shows, in its one spelling.
        """
        if len(entry.body) > LARGEST or not self._changes.trusted() or self._changes.mark != mark:
            return
        self._forget(path)
        ends = entry.since + SECONDS if entry.until is None else min(entry.until, entry.since + SECONDS)
        self._kept[path] = _Kept(entry, code, ends)
        self._used += len(entry.body)
        if code is not None:
            self._paths.setdefault(code, set()).add(path)
        while len(self._kept) > self._most or self._used > self._room:
            self._forget(next(iter(self._kept)))

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is None:
            return
        self._used -= len(kept.entry.body)
        if kept.code is not None:
            paths = self._paths[kept.code]
            paths.discard(path)
            if not paths:
                del self._paths[kept.code]

    def _drop(self, code: str | None) -> None:
        if code is not None:
            for path in tuple(self._paths.get(code, ())):
                self._forget(path)
            return
        self._kept.clear()
        self._paths.clear()
        self._used = 0
