"""The words that faults are made of: which requests are meant, and what happens to them and to their answers.

A path such as `data.*.code` leads to members of a JSON body; `*` is each item of an array and each member of an object.
An edit whose path leads nowhere does nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from conformance.contract import the_contract
from tests.conformance.faults.fault import Rule
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request


@dataclass(frozen=True)
class Seen:
    """What an edit or a condition may look at."""

    request: Request
    """As the suite sent it."""
    reply: Reply
    """As the server gave it, or an empty one before it was asked."""
    memory: Memory


Edit = Callable[[Message, Seen], None]
"""Alters the request before it is sent (`asks`) or the answer before it is given (`answers`)."""
Condition = Callable[[Seen], bool]
EVERY = "*"
"""Every request, also beside the contract."""


@cache
def _named(of: str) -> frozenset[str]:
    operations = the_contract().operations
    names = frozenset(of.split())
    if of != EVERY and not names <= operations.keys():
        raise LookupError(f"The contract has no {', '.join(sorted(names - operations.keys()))}.")
    return names


def is_meant(of: str, request: Request) -> bool:
    """Whether a request goes to one of these operations (their names with blanks between, or EVERY)."""
    return EVERY in _named(of) or request.asked_about in _named(of)


def always(_seen: Seen) -> bool:
    """No condition."""
    return True


def asks(of: str, *edits: Edit, when: Condition = always) -> Rule:
    """Requests of these operations go to the server altered."""
    _named(of)

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        seen = Seen(request, Reply(), memory)
        if not is_meant(of, request) or not when(seen):
            return ask(request)
        altered = request.copy()
        for edit in edits:
            edit(altered, seen)
        return ask(altered)

    return rule


def answers(of: str, *edits: Edit, status: int | None = None, when: Condition = always) -> Rule:
    """Answers of these operations, of one status if it is named, come back altered."""
    _named(of)

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        seen = Seen(request, reply.copy(), memory)
        if is_meant(of, request) and status in (None, reply.status) and when(seen):
            for edit in edits:
                edit(reply, seen)
        return reply

    return rule


def forgiving(of: str, *edits: Edit, when: Condition = always, refusal: int = 422) -> Rule:
    """Requests of these operations that the server refuses are mended and sent again: what is wrong seems to be taken."""
    _named(of)

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        seen = Seen(request, reply, memory)
        if reply.status != refusal or not is_meant(of, request) or not when(seen):
            return reply
        mended = request.copy()
        for edit in edits:
            edit(mended, seen)
        return ask(mended)

    return rule


def instead(of: str, reply: Callable[[], Reply], *, when: Condition = always) -> Rule:
    """Requests of these operations never reach the server, which seems to answer this."""
    _named(of)

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        meant = is_meant(of, request) and when(Seen(request, Reply(), memory))
        return reply() if meant else ask(request)

    return rule


# Members of the body.


def put(path: str, value: Json) -> Edit:
    """A member has this value, whether it was there or not."""
    return _on_members(path, lambda place, key: _set(place, key, value), may_be_new=True)


def alter(path: str, change: Callable[[Json], Json]) -> Edit:
    """A member has another value, made from its own."""
    return _on_members(path, lambda place, key: _set(place, key, change(place[key])))


def drop(path: str) -> Edit:
    """A member is missing."""
    return _on_members(path, lambda place, key: place.pop(key))


def rename(path: str, name: str) -> Edit:
    """A member has another name."""
    return _on_members(path, lambda place, key: _set(place, name, place.pop(key)))


def reshape(change: Callable[[Json, Seen], Json]) -> Edit:
    """The whole body is another, made from its own JSON."""

    def edit(message: Message, seen: Seen) -> None:
        if (value := message.json) is not None:
            message.json = change(value, seen)

    return edit


def _set(place: Json, key: Json, value: Json) -> None:
    place[key] = value


def _on_members(path: str, act: Callable[[Json, Json], object], *, may_be_new: bool = False) -> Edit:
    *before, last = path.split(".")

    def edit(message: Message, _seen: Seen) -> None:
        value = message.json
        for place in found(value, before):
            for key in _keys(place, last, may_be_new=may_be_new):
                act(place, key)
        if value is not None:
            message.json = value

    return edit


def found(value: Json, steps: list[str]) -> Iterator[Json]:
    """What the steps of a path lead to."""
    if not steps:
        yield value
        return
    for key in _keys(value, steps[0], may_be_new=False):
        yield from found(value[key], steps[1:])


def _keys(place: Json, step: str, *, may_be_new: bool) -> list[Json]:
    if isinstance(place, list):
        indices = list(range(len(place)))
        return indices if step == "*" else [index for index in indices if str(index) == step]
    if not isinstance(place, dict):
        return []
    if step == "*":
        return list(place)
    return [step] if may_be_new or step in place else []


# The rest of a message.


def status(code: int) -> Edit:
    """Another status, the answer otherwise as it was."""

    def edit(message: Message, _seen: Seen) -> None:
        assert isinstance(message, Reply)
        message.status = code
        if code == 204:
            message.body = b""
            message.set_header("Content-Length", None)

    return edit


def error(code: int, name: str, message: str = "It did not work out.") -> Edit:
    """An error in the place of the answer, its headers otherwise as they were."""

    def edit(reply: Message, seen: Seen) -> None:
        status(code)(reply, seen)
        reply.json = {"error": {"message": message, "code": name}}
        reply.set_header("Content-Type", "application/json")

    return edit


unprocessable = error(422, "unprocessable_entity")
not_found = error(404, "not_found")
conflict = error(409, "conflict")
unauthorized = error(401, "unauthorized")
crash = error(500, "internal_error")


def header(name: str, value: str | None) -> Edit:
    """A header has this value; None: it is missing."""
    return lambda message, _seen: message.set_header(name, value)


def alter_header(name: str, change: Callable[[str], str]) -> Edit:
    """A header has another value, made from its own; where there is none, there stays none."""

    def edit(message: Message, _seen: Seen) -> None:
        if value := message.header(name):
            message.set_header(name, change(value))

    return edit


def body(change: Callable[[bytes], bytes]) -> Edit:
    """The body is another, made from its own bytes."""
    return lambda message, _seen: message.set_body(change(message.body))


def query(name: str, value: str | None) -> Edit:
    """A parameter of the request has this value; None: it is missing."""

    def edit(message: Message, _seen: Seen) -> None:
        assert isinstance(message, Request)
        others = [(known, told) for known, told in message.query if known != name]
        message.set_query(others if value is None else [*others, (name, value)])

    return edit


def target(change: Callable[[str], str]) -> Edit:
    """The request goes somewhere else."""

    def edit(message: Message, _seen: Seen) -> None:
        assert isinstance(message, Request)
        message.target = change(message.target)

    return edit


# Conditions.


def where(path: str, *values: Json) -> Condition:
    """The answer has a member of one of these values, or one that a function of them takes; any value if none is named."""
    return lambda seen: _holds(seen.reply, path, values)


def sent(path: str, *values: Json) -> Condition:
    """The request's body has such a member."""
    return lambda seen: _holds(seen.request, path, values)


def _holds(message: Message, path: str, values: tuple[Json, ...]) -> bool:
    members = list(found(message.json, path.split(".")))
    return any(not values or any(_is(member, value) for value in values) for member in members)


def _is(member: Json, value: Json) -> bool:
    return bool(value(member)) if callable(value) else type(member) is type(value) and member == value


def lacks(name: str) -> Condition:
    """The request's body is an object without this member."""
    return lambda seen: isinstance(seen.request.json, dict) and name not in seen.request.json


def asked(name: str, *values: str) -> Condition:
    """The request has this parameter, of one of these values if any is named."""
    return lambda seen: any(known == name and (not values or told in values) for known, told in seen.request.query)


def carries(name: str, *parts: str) -> Condition:
    """The request has this header, with one of these in it if any is named."""
    return lambda seen: (
        any(part in seen.request.header(name) for part in parts or [""]) and bool(seen.request.header(name))
    )


def goes_to(part: str) -> Condition:
    """The request's address has this in it."""
    return lambda seen: part in seen.request.target


def either(*conditions: Condition) -> Condition:
    """One of these at least."""
    return lambda seen: any(condition(seen) for condition in conditions)


def lacks_body(seen: Seen) -> bool:
    """The request has no body."""
    return not seen.request.body


def is_(*methods: str) -> Condition:
    """The request is of one of these methods."""
    return lambda seen: seen.request.method in methods


def both(*conditions: Condition) -> Condition:
    """All of these."""
    return lambda seen: all(condition(seen) for condition in conditions)


def not_(condition: Condition) -> Condition:
    """The opposite."""
    return lambda seen: not condition(seen)
