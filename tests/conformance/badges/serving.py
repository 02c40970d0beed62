"""Fixtures as a real server answers them: each of their hosts is a port of this machine, each fixture a folder there."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conformance.badges import fixtures
from conformance.badges.fixtures import Fixture
from conformance.badges.web import Fetched

ORIGINS = ("https://example.org", "https://example.com", "https://badges.example.com", "http://example.net")


class Site(ThreadingHTTPServer):
    """One host. `answers` are what it answers, by the path with its query."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers: dict[str, Fetched] = {}

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        answer = self.server.answers.get(self.path, Fetched(404, "text/plain", b"There is nothing here."))
        self.send_response(answer.status)
        if answer.media_type:
            self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


class Web:
    """The hosts of the fixtures."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self.sites = sites

    def serve(self, name: str) -> Fixture:
        """A fixture under addresses of this machine, its images baked and its signatures made for them."""
        text = json.dumps(fixtures.described(name))
        for origin, site in self.sites.items():
            host = origin.partition("://")[2]
            text = text.replace(f'"{origin}"', f'"{site.origin}"').replace(origin, f"{site.origin}/{name}")
            text = text.replace(f'"{host}"', f'"{site.origin.partition("://")[2]}"')
        what: dict[str, Any] = json.loads(text)
        made = fixtures.made(name, what)
        for url, answer in made.web.items():
            for site in self.sites.values():
                if url.startswith(site.origin) and isinstance(answer, Fetched):
                    site.answers[url.removeprefix(site.origin)] = answer
        return made


@contextmanager
def serving() -> Iterator[Web]:
    """The hosts of the fixtures, while they are needed."""
    with ExitStack() as running:
        sites = {origin: Site() for origin in ORIGINS}
        for site in sites.values():
            thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            running.callback(site.server_close)
            running.callback(thread.join)
            running.callback(site.shutdown)
        yield Web(sites)
