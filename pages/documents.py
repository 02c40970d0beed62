"""A certificate to keep and to share: as PDF, as a picture of the same page, and as the picture beside a shared link."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.conditional import is_known
from pages.gate import Gate
from pages.rendering import Rendering
from pages.verify import NOT_LISTED, found
from printing import certificates
from printing.printer import RETRY_SECONDS, Printer
from printing.sheet import Form, Sheet
from rules.certificates import Certificate
from rules.courses import Course
from rules.errors import Refused
from rules.links import Links
from rules.organizations import Organization
from services import pictures

MEDIA_TYPES: dict[Form, str] = {"pdf": "application/pdf", "png": "image/png", "share": "image/png"}
REFUSALS = {
    "not_found": "unknown.html",
    "rate_limited": "held_back.html",
    "gone": "document_revoked.html",
    "unavailable": "document_unavailable.html",
}
LOOKED_UP_AT_ONCE = 1
"""A crowd that asks for documents is let in one by one, so that who comes to verify meanwhile need not wait behind it."""
SAMPLE_CODE = "TRC-ABC-26-F5N8K3"
LONGEST_NAME = 80
_UNFIT = re.compile(r"[^\w .,()&+’'-]")


class TooManyError(Exception):
    """More documents were to be made than one visitor may ask for."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents of certificates; a revoked one has none."""

    rendering: Rendering
    gate: Gate
    links: Links
    printer: Printer
    door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LOOKED_UP_AT_ONCE))

    async def answer(self, request: Request, form: Form) -> Response:
        """The document, or a page that says why there is none."""
        code = request.path_params["code"]
        try:
            return await self._document(request, form)
        except TooManyError as many:
            return self.rendering.refusal(request, "too_many.html", many.refused, code=code)
        except Refused as refused:
            return self.rendering.refusal(request, REFUSALS[refused.code], refused, code=code)

    async def _document(self, request: Request, form: Form) -> Response:
        async with self.door:
            certificate = await found(self.gate, request)
        if certificate.revoked_at is not None:
            raise Refused("gone", "This certificate has been revoked.")
        sheet = certificates.printed(certificate, self.links.verify_page(certificate.code))
        tag = f'"{self.printer.tag(sheet, form)}"'
        headers = {"etag": tag, "cache-control": "no-cache", **NOT_LISTED}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        made = await self.printer.kept(sheet, form)
        if made is None:
            made = await self._made(request, sheet, form)
        headers["content-disposition"] = disposition(certificate, form)
        return Response(made, media_type=MEDIA_TYPES[form], headers=headers)

    async def _made(self, request: Request, sheet: Sheet, form: Form) -> bytes:
        """To set a document is work, so who asks for many is held to the budget of public requests."""
        try:
            await self.gate.counted(request.scope)
        except Refused as refused:
            raise TooManyError(refused) from None
        return await self.printer.document(sheet, form, partial(_logo, self.gate))


def routes(rendering: Rendering, gate: Gate, links: Links, printer: Printer) -> list[Route]:
    """The addresses of documents. They go before that of the verify page, which would take an ending as part of a code."""
    documents = Documents(rendering, gate, links, printer)
    paths: dict[str, Form] = {"/v/{code}.pdf": "pdf", "/v/{code}.png": "png", "/v/{code}/share.png": "share"}
    return [Route(path, partial(documents.answer, form=form), methods=["GET"]) for path, form in paths.items()]


async def preview(
    printer: Printer,
    gate: Gate,
    links: Links,
    organization: Organization,
    course: Course,
    form: Form = "png",
    *,
    who: str,
) -> bytes:
    """What a certificate of this course looks like, with a made-up holder and code, dated today, for a person.

    Raises Refused: `unavailable` when too many documents are being made, or too many for `who` asks.
    """
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    link = links.verify_page(SAMPLE_CODE)
    sheet = certificates.sample(organization, course, code=SAMPLE_CODE, link=link, now=today)
    return await printer.preview(sheet, form, partial(_logo, gate), who=who)


async def _logo(gate: Gate, digest: str) -> bytes:
    """An academy may replace its logo after its name was read; who asks again is given the new one."""
    try:
        return (await gate.within_deadline(pictures.read(digest))).content
    except Refused:
        why = "The academy is changing its logo. Try again in a moment."
        raise Refused("unavailable", why, retry_after=RETRY_SECONDS) from None


def disposition(certificate: Certificate, form: Form) -> str:
    """Shown in the browser, and saved under the course's and the holder's name (RFC 6266; RFC 8187 for other letters)."""
    ending = form if form == "pdf" else "png"
    named = _UNFIT.sub(" ", f"{certificate.course.name} - {certificate.holder_name}")
    name = " ".join(named.split())[:LONGEST_NAME].strip(". ") or certificate.code
    return f"inline; filename=\"{certificate.code}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}.{ending}"
