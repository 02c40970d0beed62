"""Stylesheet, script and pictures of the site, each under an address that changes with its bytes: browsers may keep it."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HERE = Path(__file__).parent
FOREVER = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    content: bytes
    compressed: bytes
    media_type: str


class Static:
    """All styles are one file, all scripts another, in the order of their parts' names."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        self._add("style.css", _joined("styles/*.css"))
        self._add("script.js", _joined("scripts/*.js"))
        for picture in sorted((HERE / "pictures").glob("*.svg")):
            self._add(picture.name, picture.read_bytes())

    def address(self, name: str) -> str:
        """The path of a file, by its plain name.

        >>> Static().address("style.css").startswith("/static/style.")
        True
        """
        return self._addresses[name]

    def route(self) -> Route:
        """What serves them."""
        return Route("/static/{name}", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        headers = {"cache-control": FOREVER, "content-type": asset.media_type, "vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.compressed, headers={**headers, "content-encoding": "gzip"})
        return Response(asset.content, headers=headers)

    def _add(self, name: str, content: bytes) -> None:
        stem, _, kind = name.rpartition(".")
        served = f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        self._addresses[name] = f"/static/{served}"
        self._assets[served] = Asset(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[kind])


def _joined(pattern: str) -> bytes:
    return b"".join(part.read_bytes() for part in sorted(HERE.glob(pattern)))
