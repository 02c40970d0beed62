"""In which language a visitor reads: the one chosen by the switch, then the browser's."""

from datetime import datetime

from babel.dates import format_date, format_datetime
from babel.dates import format_time as time_of_day
from starlette.requests import Request
from starlette.responses import Response

from pages.texts import LANGUAGES, Texts
from rules import languages

PARAMETER = "lang"
COOKIE = "truecerta-language"
VARIES = "Accept-Language, Cookie"
_YEAR = 365 * 24 * 3600
_CODES = tuple(LANGUAGES)
_LOCALES = {"en": "en_GB", "nl": "nl_NL"}


class Language:
    """A language with its texts, and dates as one writes them in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.texts = Texts(code)
        self._locale = _LOCALES[code]

    def day(self, instant: datetime) -> str:
        """15 March 2026, in UTC as all that is stored."""
        return str(format_date(instant, "d MMMM y", locale=self._locale))

    def month(self, instant: datetime) -> str:
        """March 2026."""
        return str(format_datetime(instant, "MMMM y", locale=self._locale))

    def moment(self, instant: datetime) -> str:
        """15 March 2026, 14:05 UTC."""
        return f"{self.day(instant)}, {time_of_day(instant, 'HH:mm', locale=self._locale)} UTC"


KNOWN = {code: Language(code) for code in LANGUAGES}


def of(request: Request) -> Language:
    """The language of an answer."""
    for wish in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if wish in KNOWN:
            return KNOWN[wish]
    return KNOWN[languages.preferred(request.headers.get("accept-language", ""), _CODES)]


def remember(request: Request, response: Response, *, is_secure: bool) -> None:
    """A language chosen by the switch holds for the pages after it."""
    chosen = request.query_params.get(PARAMETER)
    if chosen in KNOWN:
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, secure=is_secure, httponly=True, samesite="lax")
