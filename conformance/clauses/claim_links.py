"""Claims, the page that the link in the mail leads to."""

from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

from ..answers import Answer
from ..claiming import expect_claimed
from ..clause import must
from ..findings import NotPossible, require
from ..trial import Trial


@must("claims/opening", "rulings/claiming/opening")
def opening(trial: Trial) -> None:
    """Opening the link shows the certificate in a page and changes nothing, however often and however it is opened."""
    certificate = trial.stage.coming.claimants["opened"]
    path = _path(trial, "opened")
    trial.public.ask("HEAD", path)
    trial.public.get(path).expect(200)
    page = trial.public.get(path).expect(200)
    require(page.media_type == "text/html", f"The link leads to {page.media_type or 'no type'}, not to a page.", page)
    shown = unescape(page.body.decode("utf-8", "replace"))
    signs = [str(certificate[name]) for name in ("code", "holder_name", "course_name")]
    require(
        any(each in shown for each in signs),
        "The page shows neither the certificate's code nor the name of its holder or its course.",
        page,
    )
    expect_claimed(trial, certificate, is_claimed=False)


@must("claims/confirming", "rulings/claiming/confirming")
def confirming(trial: Trial) -> None:
    """Where the page that the link leads to holds a form, sending that claims the certificate."""
    certificate = trial.stage.coming.claimants["confirmed"]
    page = trial.public.get(_path(trial, "confirmed")).expect(200)
    form = _Form()
    form.feed(page.body.decode("utf-8", "replace"))
    if form.action is None:
        raise NotPossible(
            "the page behind the link holds no form that is sent by POST, and only its reader can confirm"
        )
    answer = trial.public.post(_below(urljoin(page.path, form.action)), data=form.fields)
    answer.expect(200, 201, 202, 204, 302, 303)
    expect_claimed(trial, certificate, is_claimed=True)


@must("claims/no-referrer", "rulings/claiming/no-referrer", "Referrer Policy, 3.1")
def no_referrer(trial: Trial) -> None:
    """Every page under a claim link, also one that refuses it, says `Referrer-Policy: no-referrer`: the link is a secret."""
    path = _path(trial, "opened")
    for page in (trial.public.get(path).expect(200), trial.public.get(f"{path}x")):
        _expect_no_referrer(page)


def _expect_no_referrer(page: Answer) -> None:
    policy = page.header("Referrer-Policy")
    require(policy.strip().lower() == "no-referrer", f"Its Referrer-Policy is {policy!r}.", page)


def _path(trial: Trial, name: str) -> str:
    token = trial.mailbox.token(trial.stage.coming.claimants[name]["holder_email"])
    return f"/claim/{token}"


def _below(address: str) -> str:
    """An address of a claim link without the base that the server gives it, which need not be the one that is asked.

    >>> _below("https://example.com/academy/claim/a.b.c")
    '/claim/a.b.c'
    """
    _, claim, rest = address.partition("/claim/")
    return f"{claim}{rest}" if claim else address


class _Form(HTMLParser):
    """The first form of a page that is sent by POST, with what it holds before anybody fills it in."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._is_within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form, or a field of it."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and told.get("method", "").lower() == "post":
            self.action, self._is_within = told.get("action", ""), True
        elif tag in {"input", "button"} and self._is_within and "name" in told:
            self.fields[told["name"]] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag == "form":
            self._is_within = False
