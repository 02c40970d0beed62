"""The routes of the contract in a table: plain paths by look-up, others by their segments."""

from collections.abc import Mapping
from typing import Generic, TypeVar

Target = TypeVar("Target")


class Routes(Generic[Target]):
    """Finds what answers on a path, method by method.

    >>> routes: Routes[str] = Routes()
    >>> routes.add("/courses/{course_id}", "GET", "get_course")
    >>> routes.find("/courses/7")
    ({'GET': 'get_course'}, {'course_id': '7'})
    >>> routes.find("/courses/") is None
    True
    """

    def __init__(self) -> None:
        self._plain: dict[str, dict[str, Target]] = {}
        # What ends in its one parameter, by what stands before it: most of what is asked for.
        self._ending: dict[str, tuple[str, dict[str, Target]]] = {}
        self._shaped: dict[int, list[tuple[list[str], dict[str, Target]]]] = {}

    def add(self, path: str, method: str, target: Target) -> None:
        """Put something behind a path of the contract, such as `/courses/{course_id}`."""
        self._methods(path)[method] = target

    def find(self, path: str) -> tuple[Mapping[str, Target], dict[str, str]] | None:
        """What is behind a path, by method, and what its parameters are; None where nothing is."""
        methods = self._plain.get(path)
        if methods is not None:
            return methods, {}
        before, _, last = path.rpartition("/")
        ending = self._ending.get(before)
        if ending is not None and last:
            return ending[1], {ending[0]: last}
        segments = path.split("/")
        for shape, shaped in self._shaped.get(len(segments), ()):
            values = _match(shape, segments)
            if values is not None:
                return shaped, values
        return None

    def _methods(self, path: str) -> dict[str, Target]:
        if "{" not in path:
            return self._plain.setdefault(path, {})
        before, _, last = path.rpartition("/")
        if "{" not in before:
            return self._ending.setdefault(before, (last[1:-1], {}))[1]
        shape = path.split("/")
        known = self._shaped.setdefault(len(shape), [])
        for other, methods in known:
            if other == shape:
                return methods
        known.append((shape, {}))
        return known[-1][1]


def _match(shape: list[str], segments: list[str]) -> dict[str, str] | None:
    values = {}
    for expected, segment in zip(shape, segments, strict=True):
        if expected.startswith("{"):
            if not segment:
                return None
            values[expected[1:-1]] = segment
        elif expected != segment:
            return None
    return values
