"""The dispatcher: every request on a path of the contract, from its address to its answer.

It stands in Connexion's middleware stack as the one that is given the contract. Connexion loads and validates the contract,
resolves its references and binds operations to handlers; what it would do anew for each request is compiled here once.
"""

import time
from collections.abc import Mapping

from connexion.middleware.abstract import SpecMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rules import codes
from rules.errors import Refused
from server import answering, conditional
from server.answer_cache import AnswerCache
from server.budgets import Budgets, Visit
from server.contract import METHODS
from server.deadline import Deadline, Watch, WatchedDeadline
from server.errors import STATUS, Reply, refusal_of, reply_to
from server.operations import Operation, Written, compile_operation
from server.requests import Request
from server.routes import Routes
from services.changes import Changes
from services.verification import NOT_FOUND

READING = ("GET", "HEAD", "OPTIONS")


class Dispatcher(SpecMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Answers what the contract describes; passes everything outside `/api` on to the pages.

    `at_hand` is what handlers may ask for by name, beside what a request says.
    """

    def __init__(
        self, app: ASGIApp, *, budgets: Budgets, changes: Changes, answers: AnswerCache, at_hand: Mapping[str, object]
    ) -> None:
        self.app = app
        self._budgets = budgets
        self._changes = changes
        self._answers = answers
        self._at_hand = at_hand
        self._watch = Watch()
        self._routes: Routes[Operation] = Routes()

    def add_api(self, specification: Specification, *, resolver: Resolver | None = None, **_: object) -> None:
        """Compile every operation of the contract. A handler that is missing or asks for too much stops the start."""
        for path, methods in specification["paths"].items():
            for method in METHODS:
                if method in methods:
                    described = specification.operation_cls.from_spec(
                        specification, path=path, method=method, resolver=resolver or Resolver()
                    )
                    self._routes.add(path, method.upper(), compile_operation(described, self._at_hand.keys()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = self._routes.find(scope["path"])
        if found is not None:
            await self._answer(Request(scope, receive), send, *found)
        elif scope["path"] == "/api" or scope["path"].startswith("/api/"):
            message = "There is nothing at this address. The reference is at /openapi.yaml."
            await answering.send_reply(send, reply_to(Refused("not_found", message)), scope["method"])
        else:
            await self.app(scope, receive, send if scope["method"] in READING else self._told_before(send))

    def _told_before(self, send: Send) -> Send:
        """A page that may have changed anything is told of once nothing older is given. A refusal changed nothing."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < STATUS["bad_request"]:
                self._changes.made_here(None)
            await send(message)

        return sending

    async def _answer(
        self, request: Request, send: Send, methods: Mapping[str, Operation], path: dict[str, str]
    ) -> None:
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            await answering.send_reply(send, answering.other_method(request, methods), request.method)
            return
        request.scope["state"]["operation"] = operation.name
        visit = self._budgets.visit(request.scope)
        sender = answering.Sender(request.scope, send, operation, visit)
        try:
            if not operation.secured and not visit.counted_as_public(looks_up_codes=operation.looks_up_codes):
                await visit.as_public(looks_up_codes=operation.looks_up_codes)
            reply = self._kept(request) if operation.conditional else None
            if reply is None:
                deadline = WatchedDeadline(self._watch, sender.late)
                reply = await self._new(operation, request, path, visit, deadline)
        except Exception as fault:  # noqa: BLE001  # every fault becomes an answer
            reply = reply_to(refusal_of(fault))
            if not sender.has_answered or reply.status == STATUS["internal_error"]:  # else it was told when it was late
                answering.log_fault(fault, reply.status)
        await sender.send(reply)

    def _changed(self, operation: Operation, request: Request, path: Mapping[str, str]) -> None:
        """What is shown of a certificate may have changed. Whoever is refused has changed nothing."""
        if request.method not in READING and ("code" in path or not operation.secured):
            self._changes.made_here(codes.normalise(path.get("code", "")))

    def _kept(self, request: Request) -> Reply | None:
        """The answer that is kept and given to anybody who asks for this, where there is one."""
        if request.scope["query_string"]:
            return None
        entry = self._answers.find(request.scope["path"], time.time())
        return None if entry is None else conditional.reply(entry, request)

    async def _new(
        self, operation: Operation, request: Request, path: dict[str, str], visit: Visit, deadline: Deadline
    ) -> Reply:
        """The operation's answer, and whatever carrying it out brings about."""
        caller = None
        if operation.secured:
            caller = await visit.as_caller(request, deadline)
            await visit.of_operation(operation.name, caller)
        since, mark = time.time(), self._changes.mark
        try:
            arguments = await operation.arguments(request, path)
            written = await deadline.within(operation.carry_out(arguments, path, caller, self._at_hand))
        except Refused as refused:
            if operation.looks_up_codes and refused.code == "not_found":
                await visit.count_miss()
                raise Refused("not_found", NOT_FOUND) from refused  # one that cannot exist looks no different
            raise
        except BaseException:
            self._changed(operation, request, path)  # perhaps: it may have been committed
            raise
        self._changed(operation, request, path)
        if not (isinstance(written, Written) and operation.conditional and written.status == operation.success):
            return answering.reply_with(operation, written, request)
        kept_as = request.scope["path"]
        if request.scope["query_string"] or not self._answers.wants(kept_as):
            return conditional.reply_once(operation, written, request)
        entry = conditional.entry(operation, written, since)
        self._answers.store(kept_as, entry, codes.normalise(path.get("code", "")), mark)
        return conditional.reply(entry, request)
