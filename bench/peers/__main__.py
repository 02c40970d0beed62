"""Serve one of those that the service is measured against, until told to stop."""

import argparse
from importlib import import_module

import uvicorn

from bench.peers import constant

MODULES = {"bare": "bare", "fastapi": "fastapi_sqlalchemy", "litestar": "litestar_msgspec"}
"""Each in a module of its own, which alone is imported: the environment of the tests has no FastAPI and no Litestar."""


def main() -> None:
    """Serve the one that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description="Serve one of those that the service is measured against: the bare engine, two frameworks as their"
        " manuals show them, or one constant answer on the service's own server.",
    )
    parser.add_argument("name", choices=(*MODULES, "constant"), help="which one")
    parser.add_argument("--port", type=int, required=True, help="the port of 127.0.0.1 to serve on")
    parser.add_argument("--database", help="postgresql://…, filled by the service; the constant answer needs none")
    parser.add_argument("--base-url", help="what links begin with; http://127.0.0.1:PORT if not given")
    options = parser.parse_args()
    if options.name == "constant":
        constant.serve(options.port)
        return
    if options.database is None:
        parser.error("--database says where the certificates are.")
    module = import_module(f"bench.peers.{MODULES[options.name]}")
    app = module.create(options.database, options.base_url or f"http://127.0.0.1:{options.port}")
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
