"""The forms of values that Open Badges 2.0 knows (section Primitive datatypes): addresses, instants, texts and others."""

import re
from datetime import datetime
from urllib.parse import urlsplit

_NO_PART_OF_AN_ADDRESS = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f]')
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)", re.ASCII
)  # ISO 8601's extended form
_MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_TELEPHONE = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)  # E.164
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d{1,5})?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, its shape
_DIGEST = re.compile(r"(?:sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})")
_DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_LONGEST_QUOTE = 60
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_web_address(value: object) -> bool:
    """A complete address of http or https.

    >>> is_web_address("https://example.org/a"), is_web_address("/a"), is_web_address("https://"), is_web_address(7)
    (True, False, False, False)
    """
    return isinstance(value, str) and authority(value) is not None


def authority(address: str) -> str | None:
    """Host and port of a web address, in lower case, without the port that goes without saying; None of any other IRI.

    >>> authority("https://Example.org:443/a"), authority("http://127.0.0.1:8000/"), authority("urn:uuid:1")
    ('example.org', '127.0.0.1:8000', None)
    """
    if _NO_PART_OF_AN_ADDRESS.search(address):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def is_iri(value: object) -> bool:
    """A name in any scheme: a web address, `urn:uuid:…`. Names within one document, `_:b0`, are none.

    >>> is_iri("urn:uuid:a953081a-4bbd-4927-9653-7219bca00e3b"), is_iri("_:b0"), is_iri("robotics"), is_iri("http://")
    (True, False, False, False)
    """
    if not isinstance(value, str) or _NO_PART_OF_AN_ADDRESS.search(value) or not _ABSOLUTE.match(value):
        return False
    return is_web_address(value) or not value.lower().startswith(("http:", "https:", "data:"))


def instant(value: object) -> datetime | None:
    """A date and time with its offset from UTC; None of anything else.

    >>> instant("2026-03-15T10:00:00Z").isoformat(), instant("2026-03-15T10:00+0130").isoformat()
    ('2026-03-15T10:00:00+00:00', '2026-03-15T10:00:00+01:30')
    >>> instant("2026-03-15T10:00:00"), instant("2026-03-15"), instant(1773568800), instant("2026-02-30T00:00:00Z")
    (None, None, None, None)
    """
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def is_mail_address(value: object) -> bool:
    """Something before an @ and something after it: who wants to know more has to write there."""
    return isinstance(value, str) and bool(_MAIL_ADDRESS.fullmatch(value))


def is_telephone(value: object) -> bool:
    """A number as E.164 writes it: `+16175551212`."""
    return isinstance(value, str) and bool(_TELEPHONE.fullmatch(value))


def is_host(value: object) -> bool:
    """A host's name, with its port where it has one of its own; no scheme and no path.

    >>> is_host("example.org"), is_host("127.0.0.1:8000"), is_host("https://example.org")
    (True, True, False)
    """
    return isinstance(value, str) and bool(_HOST.fullmatch(value))


def is_language(value: object) -> bool:
    """A language as BCP 47 writes it: `en`, `es-MX`."""
    return isinstance(value, str) and bool(_LANGUAGE.fullmatch(value))


def is_digest(value: object) -> bool:
    """The hash of an identity: `sha256$` or `md5$` and the digits."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def data_media_type(value: object) -> str | None:
    """The media type that a data URI declares, in lower case; None of anything else.

    >>> data_media_type("data:image/PNG;base64,iVBORw0KGgo="), data_media_type("https://example.org/a.png")
    ('image/png', None)
    """
    matched = _DATA.match(value) if isinstance(value, str) else None
    return matched[1].lower() if matched else None


def kind(value: object) -> str:
    """What sort of JSON value something is, in words.

    >>> kind(True), kind(1.5), kind([]), kind(None)
    ('true or false', 'a number', 'a list', 'null')
    """
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return next((name for type, name in names.items() if isinstance(value, type)), "null")


def quoted(value: object) -> str:
    """A value as a sentence can show it: texts in quotation marks and not too long, others by what they are.

    >>> quoted("yes"), quoted({"a": 1}), quoted(7)
    ('"yes"', 'an object', 'the number 7')
    """
    if isinstance(value, str):
        return f'"{value[:_LONGEST_QUOTE]}{"…" if len(value) > _LONGEST_QUOTE else ""}"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"the number {value}" if isinstance(value, int | float) else kind(value)
