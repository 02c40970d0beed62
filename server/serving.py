"""How the service is run: one process, or a parent with several workers, on one port, until it is told to stop."""

import signal
import sys
from contextlib import ExitStack

import structlog

from server.graceful import Plan, run_server
from server.listening import PortUnavailable, allow_open_files, listen
from server.supervising import Supervisor
from server.worker_beside import WorkerBeside

_log = structlog.get_logger()


def serve(
    *,
    host: str,
    port: int,
    workers: int = 1,
    app: str = Plan.app,
    protocol: str = Plan.protocol,
    grace_seconds: int = Plan.grace_seconds,
    beside: WorkerBeside | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT and return the exit code: 0 when all that was accepted could be finished.

    A signal ends only the serving; the caller's `finally` runs. `app` names a function that makes the application;
    every process calls it for itself. A port that can't be had, or an application that doesn't start, is exit code 1.
    The worker beside it runs from when the port is had until all that was accepted is answered.
    """
    plan = Plan(app=app, protocol=protocol, grace_seconds=grace_seconds)
    allow_open_files()
    try:
        listener = listen(host, port)
    except PortUnavailable as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        return 1
    with listener, ExitStack() as meanwhile:
        if beside is not None:
            meanwhile.enter_context(beside)
        _log.info("listening", host=host, port=listener.getsockname()[1], workers=workers)
        if workers > 1:
            ended_well = Supervisor(listener, plan, workers, on_renewal=beside.renew if beside else None).run()
        else:
            signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
            ended_well = run_server(
                listener, plan, signals=signals, insistence=True, on_ready=lambda: _log.info("ready")
            )
    return 0 if ended_well else 1
