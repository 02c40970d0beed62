"""The API reference for people: quickstart, operations, events, errors and schemas, made once from the contract."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.conditional import is_known
from pages.reference import guide, operations, quickstart, schemas
from pages.reference.contract import Contract
from pages.reference.operations import Answer, Operation
from pages.reference.receiving import CHECKS
from pages.rendering import Rendering
from rules.links import Links

PATH = "/docs"
_STRANGER = Request({"type": "http", "method": "GET", "path": PATH, "headers": [], "query_string": b""})
"""Whoever asks for no language in particular: the reference is in one language."""
Named = tuple[str, str, str, dict[str, Any]]
"""A page: its name in the address, its title, its template, and the facts in it."""


def routes(rendering: Rendering, links: Links, contract: Mapping[str, Any]) -> list[Route]:
    """The pages of the reference, with samples that call this installation."""
    reference = Reference(rendering, links, Contract(contract))
    return [
        Route(PATH, reference.answer, methods=["GET"]),
        Route(f"{PATH}/{{page}}", reference.answer, methods=["GET"]),
    ]


class Reference:
    """Holds every page as bytes, plain and compressed."""

    def __init__(self, rendering: Rendering, links: Links, contract: Contract) -> None:
        made = operations.all_of(contract, links.base)
        pages = list(_pages(contract, made, links.base))
        shared: dict[str, Any] = {
            "base": links.base,
            "contents": [(name, title) for name, title, _, _ in pages],
            "tags": {slug(tag["name"]): tag["name"] for tag in contract.tags},
            "by_tag": {tag["name"]: [one for one in made if one.tag == tag["name"]] for tag in contract.tags},
        }
        self._pages = {
            name: Page(rendering.page(_STRANGER, template, here=name, page_title=title, **shared, **facts))
            for name, title, template, facts in pages
        }

    async def answer(self, request: Request) -> Response:
        """A page, or that nothing has changed since the visitor last had it."""
        page = self._pages.get(request.path_params.get("page", ""))
        if page is None:
            raise HTTPException(404)
        return page.answer(request)


class Page:
    """A page as it is served."""

    def __init__(self, made: Response) -> None:
        self._content = bytes(made.body)
        self._compressed = gzip.compress(self._content, mtime=0)
        kept = ("content-security-policy", "content-type", "content-language", "referrer-policy", "cache-control")
        self._headers = {name: made.headers[name] for name in kept}
        self._headers["vary"] = "Accept-Encoding"
        # Weak: the same page, whether it is sent compressed or not.
        self._headers["etag"] = f'W/"{hashlib.sha256(self._content).hexdigest()[:32]}"'

    def answer(self, request: Request) -> Response:
        """As it is asked for."""
        if is_known(request, self._headers["etag"]):
            return Response(status_code=304, headers=self._headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._compressed, headers={**self._headers, "content-encoding": "gzip"})
        return Response(self._content, headers=self._headers)


def slug(name: str) -> str:
    """A name as it stands in an address.

    >>> slug("Open Badges")
    'open-badges'
    """
    return name.lower().replace(" ", "-")


def _pages(contract: Contract, made: tuple[Operation, ...], base: str) -> Iterator[Named]:
    by_id = {one.id: one for one in made}
    walk = quickstart.walk(by_id, base)
    yield (
        "",
        "Quickstart",
        "docs/start.html",
        {"walk": walk, "sections": guide.sections(contract.info["description"])},
    )
    for tag in contract.tags:
        of_tag = [one for one in made if one.tag == tag["name"]]
        yield slug(tag["name"]), tag["name"], "docs/tag.html", {"tag": tag, "operations": of_tag}
    events = [event for one in made for event in one.events]
    yield "receiving", "Receiving events", "docs/receiving.html", {"received": events, "checks": CHECKS}
    yield "errors", "Errors", "docs/errors.html", {"errors": _errors(contract, made)}
    shapes = [schemas.shape(contract, name) for name in sorted(contract.schemas)]
    yield "schemas", "Schemas", "docs/schemas.html", {"shapes": shapes}


def _errors(contract: Contract, made: tuple[Operation, ...]) -> list[tuple[Answer, list[str]]]:
    """Each kind of refusal once, with the operations that answer it, in the order of the statuses."""
    users: dict[tuple[str, str], list[str]] = {}
    for one in made:
        for told in one.answers:
            if told.is_error:
                users.setdefault((told.status, told.name), []).append(one.id)
    shared = contract.shared_answers()
    return [
        (operations.answer(contract, status, {"$ref": f"#/components/responses/{name}"}), ids)
        for (status, name), ids in sorted(users.items())
        if name in shared
    ]
