"""Forms: read within bounds, and what is wrong with them told beside each field."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from rules.errors import Refused
from services import pictures

PLAIN, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
LARGEST = {PLAIN: 256 * 1024, MULTIPART: 3 * 1024 * 1024}
_TOO_LARGE = {
    LARGEST[PLAIN]: "Nothing was saved: what you typed is longer than 256 kB in all. Make it shorter.",
    LARGEST[
        MULTIPART
    ]: f"Nothing was saved: a file may have at most {pictures.LARGEST // 1_000_000} MB. Choose another.",
}
"""What somebody can do about it; a form with a file may be larger than the file that it may bring."""
MOST_FIELDS, MOST_FILES = 200, 2
ABOUT_THE_WHOLE = ""
"""The field of a fault that is no single field's."""
_BLANK = "must not be blank"
_TOLD_OF_THE_WHOLE = {"conflict", "unprocessable_entity", "plan_limit_exceeded", "rate_limited"}


class Form:
    """What somebody typed and chose."""

    def __init__(self, fields: Mapping[str, list[str]], files: Mapping[str, bytes]) -> None:
        self._fields = fields
        self._files = files

    @property
    def values(self) -> dict[str, str]:
        """The first value of each field as it was typed, to be shown again; never of passwords and of our own token."""
        return {name: found[0] for name, found in self._fields.items() if may_be_shown(name)}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same with every value, in their order."""
        return [(name, value) for name, found in self._fields.items() if may_be_shown(name) for value in found]

    @property
    def has_what_is_not_kept(self) -> bool:
        """Whether there is a password or a file in it, which has to be given again."""
        return bool(self._files) or any("password" in name for name in self._fields)

    def text(self, name: str) -> str:
        """What was typed, without the blanks around it."""
        return self.exactly(name).strip()

    def exactly(self, name: str) -> str:
        """What was typed, to the blank: for passwords."""
        return self._fields.get(name, [""])[0].replace("\r\n", "\n")

    def optional(self, name: str) -> str | None:
        """What was typed; None where that is nothing."""
        return self.text(name) or None

    def several(self, name: str) -> list[str]:
        """Every value that was chosen."""
        return list(self._fields.get(name, []))

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.text(name))

    def file(self, name: str) -> bytes | None:
        """The bytes of a file that was chosen; None where none was."""
        return self._files.get(name) or None


NOTHING = Form({}, {})


class Errors(dict[str, str]):
    """What is wrong, by field; a template shows each beside its field and all on top."""

    refused: Refused | None = None
    """The refusal that was caught last."""

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Refusals of what was typed are kept here instead of being raised; others go on."""
        try:
            yield
        except Refused as refused:
            if not refused.details and refused.code not in _TOLD_OF_THE_WHOLE:
                raise
            self.refused = refused
            for detail in refused.details:
                self.setdefault(detail.field, _sentence(detail.field, detail.message))
            if not refused.details:
                self.setdefault(ABOUT_THE_WHOLE, _sentence(ABOUT_THE_WHOLE, refused.message))


async def read(request: Request) -> Form:
    """The form of a request. One that is too large, or is none, is refused."""
    kind = request.headers.get("content-type", PLAIN).partition(";")[0].strip().lower()
    if kind not in LARGEST:
        raise Refused("unsupported_media_type", "This is not a form.")
    body = await _body(request, LARGEST[kind])
    try:
        return await (_multipart(request, body) if kind == MULTIPART else _plain(body))
    except (ValueError, MultiPartException):
        raise Refused("bad_request", "The form arrived damaged. Send it again.") from None


def may_be_shown(name: str) -> bool:
    """Whether a field's value may stand in a page again.

    >>> may_be_shown("name"), may_be_shown("new_password"), may_be_shown("csrf")
    (True, False, False)
    """
    return "password" not in name and name != "csrf"


async def _body(request: Request, most: int) -> bytes:
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise Refused("payload_too_large", _TOO_LARGE[most])
            chunks.append(chunk)
    except ClientDisconnect:
        raise Refused("bad_request", "The form ended before all of it had come.") from None
    return b"".join(chunks)


async def _plain(body: bytes) -> Form:
    pairs = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
    )
    return Form(_sorted_by_name(pairs), {})


async def _multipart(request: Request, body: bytes) -> Form:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers, stream(), max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST[PLAIN]
    )
    parsed = await parser.parse()
    try:
        items = parsed.multi_items()
        files = {name: await value.read() for name, value in items if isinstance(value, UploadFile)}
    finally:
        await parsed.close()
    return Form(_sorted_by_name([(name, value) for name, value in items if isinstance(value, str)]), files)


def _sorted_by_name(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """No text of ours holds NUL, and no database takes it."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in value:
            raise ValueError("A value holds NUL.")
        found.setdefault(name, []).append(value)
    return found


def in_our_words(message: str) -> str:
    """What the API says to programs, as pages say it to people.

    >>> in_our_words("Your organization has 50 endpoints.")
    'Your academy has 50 endpoints.'
    """
    return message.replace("organization", "academy")


def _sentence(field: str, message: str) -> str:
    """A fault as a sentence beside its field: "must be shorter" is "Must be shorter."."""
    if message == _BLANK:
        return f"Enter the {field.replace('_', ' ')}."
    message = in_our_words(message)
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "?")) else ".")
