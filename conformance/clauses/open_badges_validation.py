"""Open Badges as a whole: what a validator says of the server's badges. It is the one that judges any issuer's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..badges.fetching import Fetcher
from ..badges.finding import Report, Severity
from ..badges.judging import judge_url
from ..badges.web import Answer as Found
from ..badges.web import Fetched, Unread
from ..clause import must, should
from ..earned import below, earned, reached
from ..findings import Silent, require
from ..stage import Thing
from ..trial import Trial

VALIDATOR = "rulings/open-badges-2-0/validator"


@must(
    "open-badges/valid",
    VALIDATOR,
    "reference/open-badges-2-0/standard",
    "reference/open-badges-2-0/validators",
    "Open Badges 2.0",
)
def valid(trial: Trial) -> None:
    """A badge in force is a valid one as a whole: assertion, badge class, issuer, pictures, and that it is its holder's.

    So says the suite's own validator, as with `truecerta-conformance badge URL`.
    """
    for report in _badges(trial):
        _expect_none(report, Severity.ERROR)


@must("open-badges/valid-course", VALIDATOR, "Open Badges 2.0, BadgeClass and Profile")
def valid_course(trial: Trial) -> None:
    """A badge class and an issuer are valid by themselves: of a plain course, and of one with everything filled in."""
    courses = trial.stage.course, trial.stage.full_course
    for address in (*(str(each["links"]["badge_class"]) for each in courses), earned(trial).issuer):
        _expect_none(judge_url(address, _Reader(trial), _now(trial)), Severity.ERROR)


@should("open-badges/spotless", "Open Badges 2.0")
def spotless(trial: Trial) -> None:
    """The validator has not even a warning for a badge in force."""
    for report in _badges(trial):
        _expect_none(report, Severity.WARNING)


def _badges(trial: Trial) -> Iterator[Report]:
    certificates: tuple[Thing, ...] = (trial.stage.claimed, earned(trial).lasting, *earned(trial).versions)
    for certificate in certificates:
        address, holder = str(certificate["links"]["open_badge"]), str(certificate["holder_email"]).lower()
        yield judge_url(address, _Reader(trial), _now(trial), holder)


def _expect_none(report: Report, severity: Severity) -> None:
    found = [each for each in report.findings if each.severity is severity]
    told = "; ".join(f"{each.document} {each.pointer}: {each.explanation} ({each.rule})" for each in found)
    require(not found, f"The validator finds fault with {report.source}: {told}")


def _now(trial: Trial) -> datetime:
    """What time it is on the server, or here if that is later: no badge is from the future because of a clock."""
    told = trial.public.get(reached(trial, earned(trial).issuer)).headers.get("Date")
    return max(datetime.now(UTC), parsedate_to_datetime(told)) if told else datetime.now(UTC)


class _Reader:
    """Reads addresses for the validator: those of the server as every clause does, others as the validator itself does."""

    def __init__(self, trial: Trial) -> None:
        self._trial, self._elsewhere = trial, Fetcher(trial.options.seconds)

    def __call__(self, url: str) -> Found:
        path = below(reached(self._trial, url), self._trial.public.base)
        if not path.startswith("/"):
            return self._elsewhere.get(url)
        try:
            answer = self._trial.public.get(path, headers={"Accept": "application/ld+json, application/json"})
        except Silent as why:
            return Unread(str(why))
        return Fetched(answer.status, answer.media_type, answer.body, dict(answer.all_headers))


VALIDATION = (valid, valid_course, spotless)
