"""The dispatcher: every request on a path of the contract, from its address to its answer.

It stands in Connexion's middleware stack as the one that is given the contract. Connexion loads and validates the contract,
resolves its references and binds operations to handlers; what it would do anew for each request is compiled here once.
"""

from collections.abc import Mapping

from connexion.middleware.abstract import SpecMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification
from starlette.types import ASGIApp, Receive, Scope, Send

from rules.errors import Refused
from server import answering
from server.budgets import Budgets, Visit
from server.contract import METHODS
from server.deadline import Deadline
from server.errors import Reply, refusal_of, reply_to
from server.operations import Operation, compile_operation
from server.requests import Request
from server.routes import Routes
from services.callers import Caller
from services.idempotency import KeptAnswer
from services.verification import NOT_FOUND


class Dispatcher(SpecMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Answers what the contract describes; passes everything outside `/api` on to the pages.

    `at_hand` is what handlers may ask for by name, beside what a request says.
    """

    def __init__(self, app: ASGIApp, *, budgets: Budgets, at_hand: Mapping[str, object]) -> None:
        self.app = app
        self._budgets = budgets
        self._at_hand = at_hand
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
            await answering.send_reply(send, await self._reply(Request(scope, receive), *found), scope["method"])
        elif scope["path"] == "/api" or scope["path"].startswith("/api/"):
            message = "There is nothing at this address. The reference is at /openapi.yaml."
            await answering.send_reply(send, reply_to(Refused("not_found", message)), scope["method"])
        else:
            await self.app(scope, receive, send)

    async def _reply(self, request: Request, methods: Mapping[str, Operation], path: dict[str, str]) -> Reply:
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            return answering.other_method(request, methods)
        request.scope["state"]["operation"] = operation.name
        visit = self._budgets.visit(request.scope)
        try:
            kept = await self._carried_out(operation, request, path, visit)
            reply = answering.reply_with(operation, kept, request)
        except Exception as fault:  # noqa: BLE001  # every fault becomes an answer
            reply = reply_to(refusal_of(fault))
            answering.log_fault(fault, reply.status)
        return answering.with_headers(reply, operation, visit.headers())

    async def _carried_out(
        self, operation: Operation, request: Request, path: dict[str, str], visit: Visit
    ) -> KeptAnswer:
        deadline = Deadline()
        caller = await self._admitted(operation, request, visit, deadline)
        try:
            arguments = await operation.arguments(request, path)
            return await deadline.within(operation.carry_out(arguments, path, caller, self._at_hand))
        except Refused as refused:
            if operation.looks_up_codes and refused.code == "not_found":
                await visit.count_miss()
                raise Refused("not_found", NOT_FOUND) from refused  # one that cannot exist looks no different
            raise

    async def _admitted(
        self, operation: Operation, request: Request, visit: Visit, deadline: Deadline
    ) -> Caller | None:
        if operation.secured:
            caller = await visit.as_caller(request, deadline)
            await visit.of_operation(operation.name, caller)
            return caller
        await visit.as_public(looks_up_codes=operation.looks_up_codes)
        return None
