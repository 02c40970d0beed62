"""An answer that never changes, on the server that serves the service: what is left when nothing is decided."""

import logging
import signal

from starlette.types import Receive, Scope, Send

from server.graceful import Plan, run_server
from server.listening import listen

BODY = (
    b'{"valid":true,"status":"valid","certificate":{"code":"TRC-EXA-26-F5N8K3","holder_name":"Jane Doe 10000",'
    b'"is_claimed":true,"issued_at":"2026-03-15T10:00:00Z","expires_at":"2027-03-15T10:00:00Z"},'
    b'"course":{"name":"Course 10","description":"Two terms.","eqf_level":null,"nlqf_level":null,'
    b'"qualification_label":null},"academy":{"name":"Example Academy 0","logo_url":null},'
    b'"links":{"verify_page":"http://127.0.0.1:8000/v/TRC-EXA-26-F5N8K3",'
    b'"open_badge":"http://127.0.0.1:8000/api/obi/assertion/TRC-EXA-26-F5N8K3"}}'
)
"""As long as the answer to a verification."""
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
_START = {"type": "http.response.start", "status": 200, "headers": _HEADERS}
_REST = {"type": "http.response.body", "body": BODY}


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """The same to everyone."""
    if scope["type"] != "http":
        await _live(receive, send)
        return
    await send(_START)
    await send(_REST)


async def _live(receive: Receive, send: Send) -> None:
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def create() -> object:
    """What the server asks for its application."""
    return answer


def serve(port: int) -> None:
    """Serve until a signal, on the edge that every request to the service passes."""
    logging.basicConfig(level=logging.WARNING)
    with listen("127.0.0.1", port) as listener:
        plan = Plan(app=f"{__name__}:create")
        stops = {signal.SIGTERM, signal.SIGINT}
        run_server(listener, plan, signals=stops, insistence=True, on_ready=lambda: None)
