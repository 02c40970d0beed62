"""A tiny application behind the real server: `python -m tests.server.probe_app` serves it on a free port."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncGenerator

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from server.edge import EdgeProtocol
from server.serving import serve

_HERE = "tests.server.probe_app"


class Impatient(EdgeProtocol):
    """The edge with deadlines that a test can wait for."""

    head_seconds = 0.5
    body_seconds = 0.5
    idle_seconds = 1
    unread_seconds = 0.5
    drain_seconds = 0.3
    most_connections = 60


class Patient(EdgeProtocol):
    """The edge with deadlines that no test waits for, save that it leaves soon."""

    head_seconds = 600
    body_seconds = 600
    drain_seconds = 0.1


def create() -> Starlette:
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    return Starlette(routes=[Route(path, answer, methods=["GET", "POST", "HEAD"]) for path, answer in _ANSWERS.items()])


def create_broken() -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        if app.routes == []:
            raise RuntimeError("An application without routes does not start.")
        yield

    app = Starlette(lifespan=lifespan)
    return app


async def _echo(request: Request) -> Response:
    try:
        body = await request.body()
    except ClientDisconnect:
        structlog.get_logger().info("client_gone")
        return Response()
    headers = [[name.decode(), value.decode("latin-1")] for name, value in request.headers.raw]
    return JSONResponse({"path": request.url.path, "body": body.decode(), "headers": headers, "pid": os.getpid()})


async def _slow(request: Request) -> Response:
    structlog.get_logger().info("slow_began", pid=os.getpid())
    await asyncio.sleep(float(request.query_params["seconds"]))
    return JSONResponse({"slow": True, "pid": os.getpid()})


async def _early(_: Request) -> Response:
    return JSONResponse({"early": True})


async def _large(_: Request) -> Response:
    return StreamingResponse(iter([b"x" * 65536] * 1024))


_ANSWERS = {"/echo": _echo, "/slow": _slow, "/early": _early, "/large": _large}


def main() -> int:
    """Serve as the first argument says, a JSON object."""
    given = json.loads(sys.argv[1])
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    code = -1
    try:
        code = serve(
            host="127.0.0.1",
            port=given["port"],
            workers=given["workers"],
            app=f"{_HERE}:{given['app']}",
            protocol=f"{_HERE}:{given['protocol']}",
            grace_seconds=given["grace_seconds"],
        )
    finally:
        structlog.get_logger().info("after_serving", code=code)
    return code


if __name__ == "__main__":
    sys.exit(main())
