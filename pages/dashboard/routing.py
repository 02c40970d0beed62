"""Routing: which function answers what, for whom; and all that is checked before one is asked."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from pages import forms, origin
from pages.dashboard.visit import Surroundings, Visit
from pages.origin import DASHBOARD
from rules import roles
from rules.errors import Refused
from rules.roles import Role
from services import sessions

Method = Literal["GET", "POST"]
Answer = Callable[[Visit], Awaitable[Response]]
PRIVATE = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
SECRET = {"referrer-policy": "strict-origin"}
"""Where the path itself opens something: not even our own style sheet is told it. Forms still say whence they come."""


@dataclass(frozen=True)
class Entry:
    """A function that answers a path below the dashboard, and the least role it answers to; None is for anyone."""

    method: Method
    path: str
    role: Role | None
    answer: Answer


def get(path: str, role: Role | None = "viewer") -> Callable[[Answer], Entry]:
    """A page."""
    return lambda answer: Entry("GET", path, role, answer)


def post(path: str, role: Role | None = "editor") -> Callable[[Answer], Entry]:
    """What a form does."""
    return lambda answer: Entry("POST", path, role, answer)


class Door:
    """One path with its entries by method. Whatever leaves through it is for this visitor alone."""

    def __init__(self, path: str, entries: Mapping[str, Entry], around: Surroundings) -> None:
        self._headers = PRIVATE | SECRET if "{token}" in path else PRIVATE
        self._entries = entries
        self._around = around

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a fault goes on to whoever logs it once its page is sent."""
        request = Request(scope, receive)
        try:
            response = await self._answered(request)
        except Exception as fault:
            page = await self._around.rendering.fault(request, fault)
            await self._private(page)(scope, receive, send)
            raise
        await self._private(response)(scope, receive, send)

    def _private(self, response: Response) -> Response:
        response.headers.update(self._headers)
        return response

    async def _answered(self, request: Request) -> Response:
        entry = self._entries.get("GET" if request.method == "HEAD" else request.method)
        visit = Visit(request, self._around, None, is_for_anyone=entry is None or entry.role is None)
        try:
            visit.signed_in = await self._session(visit)
            if entry is None:
                return self._nothing(visit)
            if request.method in origin.SAFE_METHODS:
                return self._barred(visit, entry) or await entry.answer(visit)
            return await self._sent(visit, entry)
        except Refused as refused:
            return visit.refusal(refused, form_at=visit.address if "GET" in self._entries else "")

    async def _session(self, visit: Visit) -> sessions.Session | None:
        """Who is signed in. Strangers are counted by their address, others by their session."""
        token = visit.cookies.read(visit.request, "session")
        found = await visit.work(sessions.read(token, visit.keyring, visit.now)) if token else None
        if found is None:
            await visit.gate.counted(visit.request.scope)
        else:
            await visit.gate.counted_session(str(found.id))
        return found

    async def _sent(self, visit: Visit, entry: Entry) -> Response:
        """A form: looked at only where it comes from a page of ours, shown to this very visitor."""
        if origin.is_foreign(visit.request, visit.links.origin()):
            return visit.forbidden("foreign")
        visit.form = await forms.read(visit.request)
        if (visit.signed_in is None and entry.role is not None) or not visit.is_own_form():
            return _once_more(visit)
        return self._barred(visit, entry) or await entry.answer(visit)

    def _barred(self, visit: Visit, entry: Entry) -> Response | None:
        if entry.role is None:
            return None
        if visit.signed_in is None:
            return visit.to_sign_in()
        if not roles.may(visit.signed_in.role, entry.role):
            return visit.forbidden("role", needed=entry.role)
        return None

    def _nothing(self, visit: Visit) -> Response:
        if not self._entries:
            return visit.refusal(Refused("not_found", "There is nothing at this address."))
        response = visit.refusal(Refused("method_not_allowed", "Nothing here can be asked in this way."))
        allowed = {*self._entries, *({"HEAD"} if "GET" in self._entries else ())}
        response.headers["allow"] = ", ".join(sorted(allowed))
        return response


def routes_of(entries: Sequence[Entry], around: Surroundings) -> list[BaseRoute]:
    """A route for each path, and one for whatever else is asked for below the dashboard."""
    by_path: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        if entry.method in by_path[entry.path]:
            raise ValueError(f"Two entries answer {entry.method} {entry.path}.")
        by_path[entry.path][entry.method] = entry
    # Plain paths first: "/courses/new" is not the course named "new".
    ordered = sorted(by_path, key=lambda path: [(part.startswith("{"), part) for part in path.split("/")])
    doors = [Route(DASHBOARD + path.rstrip("/"), Door(path, by_path[path], around)) for path in ordered]
    return [*doors, Route(f"{DASHBOARD}/{{rest:path}}", Door("", {}, around))]


def _once_more(visit: Visit) -> Response:
    """Nothing typed is lost when the session has ended meanwhile: the same form is offered again, with a fresh token."""
    return visit.page(
        "dashboard/once_more.html",
        HTTPStatus.FORBIDDEN.value,
        address=visit.address,
        pairs=visit.form.pairs,
        is_incomplete=visit.form.has_what_is_not_kept,
        needs_sign_in=visit.signed_in is None and not visit.is_for_anyone,
    )
