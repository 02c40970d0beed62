"""What a change has changed: the members that are other afterwards than they were before."""

from collections.abc import Mapping

Members = dict[str, object]


def between(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Members, Members]:
    """Of two states, the members whose values differ, as they were and as they are; what only one has differs too.

    >>> between({"name": "Web", "eqf_level": 5}, {"name": "Web Development", "eqf_level": 5})
    ({'name': 'Web'}, {'name': 'Web Development'})
    >>> between({}, {"name": "Web"})
    ({}, {'name': 'Web'})
    """
    return _only(before, after), _only(after, before)


def _only(these: Mapping[str, object], those: Mapping[str, object]) -> Members:
    return {name: value for name, value in these.items() if name not in those or those[name] != value}
