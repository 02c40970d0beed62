"""Text from outside: names, descriptions, mail and web addresses."""

import re
import unicodedata

from rules.errors import Detail, Refused

_CONTROL = r"\x00-\x1F\x7F-\x9F"
_CONTROL_BUT_BREAKS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F"
_INVISIBLE = (
    r"\x20\xA0\xAD"
    "\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""White_Space and Default_Ignorable_Code_Point of Unicode, interlinear marks and the empty Braille cell.

As literal characters: no escape for them is read alike by the expressions of Python, ECMAScript and Rust.
"""

# Grouped as a whole: generators of test data fold a length into the last piece of a pattern, and would lose the look ahead.
LINE_PATTERN = f"^((?![{_INVISIBLE}]*$)[^{_CONTROL}]*)$"
LINES_PATTERN = f"^((?![{_INVISIBLE}\\x09\\x0A\\x0D]*$)[^{_CONTROL_BUT_BREAKS}]*)$"

LONGEST_ADDRESS, LONGEST_LOCAL_PART = 254, 64  # RFC 5321, section 4.5.3.1
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS_PATTERN = rf"^(?![^@]{{{LONGEST_LOCAL_PART + 1}}}){_ATOM}(?:\.?{_ATOM}){{0,63}}@{_LABEL}(?:\.{_LABEL})*$"

_HOST_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_GROUP = "[0-9A-Fa-f]{1,4}"
_IPV6 = "|".join(  # RFC 4291, section 2.2: eight groups, or fewer with one gap
    (
        f"(?:{_GROUP}:){{7}}{_GROUP}",
        f"(?:{_GROUP}:){{1,7}}:",
        f"(?:{_GROUP}:){{1,6}}:{_GROUP}",
        *(f"(?:{_GROUP}:){{1,{7 - after}}}(?::{_GROUP}){{1,{after}}}" for after in (2, 3, 4, 5)),
        f"{_GROUP}:(?::{_GROUP}){{1,6}}",
        f":(?:(?::{_GROUP}){{1,7}}|:)",
    )
)
_HOST = rf"(?:{_HOST_LABEL}(?:\.{_HOST_LABEL})*\.?|\[(?:{_IPV6})\])"
_PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_URL_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})"
WEB_ADDRESS_PATTERN = f"^[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?::{_PORT})?(?:[/?]{_URL_CHARACTER}*)?(?:#{_URL_CHARACTER}*)?$"
LONGEST_WEB_ADDRESS = 2048

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE, _LINES = re.compile(LINE_PATTERN), re.compile(LINES_PATTERN)
_ADDRESS, _WEB_ADDRESS = re.compile(ADDRESS_PATTERN), re.compile(WEB_ADDRESS_PATTERN)
_CONTROL_IN_LINE, _CONTROL_IN_LINES = re.compile(f"[{_CONTROL}]"), re.compile(f"[{_CONTROL_BUT_BREAKS}]")


def line(value: str, *, field: str, longest: int) -> str:
    """A line of text shows something, has no control characters, and is otherwise returned as it came, in NFC.

    `longest` counts code points after normalisation.

    >>> line("Jane Doe", field="holder_name", longest=200)
    'Jane Doe'
    """
    return _checked(value, field, longest, _LINE, _CONTROL_IN_LINE)


def lines(value: str, *, field: str, longest: int) -> str:
    r"""A text of several lines is like a line, and may hold line breaks and tabs.

    >>> lines("Two terms.\nOne exam.", field="description", longest=5000)
    'Two terms.\nOne exam.'
    """
    return _checked(value, field, longest, _LINES, _CONTROL_IN_LINES)


def address(value: str, *, field: str) -> str:
    """A mail address is kept as it was typed; intranet names such as `localhost` are fine (RFC 5321).

    >>> address("Jane@example.com", field="holder_email")
    'Jane@example.com'
    """
    if len(value) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(value):
        raise _refused(field, "must be an email address, such as jane@example.com")
    return value


def web_address(value: str, *, field: str) -> str:
    """A web address is http or https with a host and no credentials, and a URL to the letter (RFC 3986).

    To the letter, so that every reader of a badge takes it for the same address: the rest is percent-encoded.

    >>> web_address("https://example.com/courses/web?lang=en", field="criteria_url")
    'https://example.com/courses/web?lang=en'
    """
    if len(value) > LONGEST_WEB_ADDRESS:
        raise _refused(field, f"must be at most {LONGEST_WEB_ADDRESS} characters long")
    if not _WEB_ADDRESS.fullmatch(value):
        raise _refused(field, "must be an http or https address without a password, such as https://example.com/page")
    return value


def _checked(value: str, field: str, longest: int, fits: re.Pattern[str], control: re.Pattern[str]) -> str:
    text = unicodedata.normalize("NFC", value)
    if len(text) > longest:
        raise _refused(field, f"must be at most {longest} characters long")
    if control.search(text) or _SURROGATE.search(text):
        raise _refused(field, "contains control characters")
    if not fits.fullmatch(text):
        raise _refused(field, "must not be blank")
    return text


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
