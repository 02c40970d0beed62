"""Questions that many clauses ask: where things are, and a request in one line."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .findings import NotMet, require
from .instants import instant
from .stage import Thing

if TYPE_CHECKING:
    from .trial import Trial

COURSES = "/api/v1/courses"
CERTIFICATES = "/api/v1/certificates"
VERIFY = "/api/v1/verify"
NEAR = timedelta(seconds=60)
MOST_PAGES = 200
"""A list that is longer than this never ends."""


def issue(trial: "Trial", course: Thing, **members: Any) -> Answer:
    """Ask for a certificate of a course. Nobody is told by mail, and members may be left out by an ellipsis."""
    usual = {
        "course_id": course["id"],
        "holder_name": "Jane Doe",
        "holder_email": trial.stage.email(),
        "notify": False,
    }
    body = {name: value for name, value in {**usual, **members}.items() if value is not ...}
    return trial.academy.post(CERTIFICATES, json=body)


def act(trial: "Trial", certificate: Thing, operation: str, **options: Any) -> Answer:
    """Ask for one of the operations on a certificate: `revoke`, `renew`, `resend-claim`."""
    return trial.academy.post(f"{CERTIFICATES}/{certificate['code']}/{operation}", **options)


def read(trial: "Trial", certificate: Thing) -> Answer:
    """Ask for a certificate as its issuer sees it."""
    return trial.academy.get(f"{CERTIFICATES}/{certificate['code']}").expect(200)


def verify(trial: "Trial", certificate: Thing) -> Answer:
    """Ask for a certificate as everybody sees it."""
    return trial.public.get(f"{VERIFY}/{certificate['code']}").expect(200)


def page(trial: "Trial", path: str = CERTIFICATES, /, **params: Any) -> Answer:
    """Ask for a page of a list."""
    answer = trial.academy.get(path, params=params).expect(200)
    require(isinstance(answer.member("data"), list), f"`data` of the list at {path} is no array.", answer)
    return answer


def pages(trial: "Trial", path: str = CERTIFICATES, /, **params: Any) -> Iterator[Answer]:
    """Every page of a list, each asked for by the cursor of the one before; the first by the one given, if any."""
    for _ in range(MOST_PAGES):
        answer = page(trial, path, **params)
        yield answer
        if not answer.member("pagination.has_more"):
            return
        params["cursor"] = answer.member("pagination.cursor")
    raise NotMet(f"`has_more` of {path} is still true after {MOST_PAGES} pages.")


def listed(trial: "Trial", certificate: Thing) -> tuple[Answer, str]:
    """The page of its course's list that holds a certificate, and where it stands there."""
    for answer in pages(trial, course_id=certificate["course_id"]):
        codes = each(answer, "code")
        if certificate["code"] in codes:
            return answer, f"data.{codes.index(certificate['code'])}"
    raise NotMet(f"The list of its course does not hold the certificate {certificate['code']}.")


def each(answer: Answer, member: str) -> list[Any]:
    """One member of every item of a page, in their order."""
    return [answer.member(f"data.{number}.{member}") for number in range(len(answer.member("data")))]


def expect_same(answer: Answer, path: str, thing: Mapping[str, Any]) -> Answer:
    """What stands at a path is the same as the server answered before; otherwise the members that differ are named."""
    found = answer.member(path)
    require(isinstance(found, dict), f"`{path}` is no object.", answer)
    other = [
        name for name in {**thing, **found} if name not in found or name not in thing or found[name] != thing[name]
    ]
    if other:
        raise answer.not_met(f"`{path}` is not as it was answered before: {', '.join(other)}")
    return answer


def instant_at(answer: Answer, path: str) -> datetime:
    """The instant that stands at a path; ends the clause unless it is RFC 3339 in UTC with its `Z`."""
    try:
        return instant(answer.member(path), f"`{path}`")
    except NotMet as end:
        raise NotMet(str(end), answer) from end


def expect_at(answer: Answer, path: str, moment: datetime) -> None:
    """The instant at a path is that of something that just happened, as near as two clocks and a slow answer allow."""
    found = instant_at(answer, path)
    told = f"`{path}` is {answer.member(path)}, when it is {moment.isoformat()} on the server."
    require(abs(found - moment) <= NEAR, told, answer)


def clock(trial: "Trial") -> datetime:
    """What time it is on the server, to a second; by this machine's clock where answers carry no date."""
    shown = trial.academy.get(COURSES, params={"limit": 1}).headers.get("Date")
    try:
        return parsedate_to_datetime(shown).astimezone(UTC) if shown else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)
