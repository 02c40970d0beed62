"""Faults of the dates of certificates."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from tests.conformance.faults.breaking import Seen, alter, answers, asks, forgiving, lacks, put, sent, unprocessable
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import remembered, shown_otherwise

ISSUE = "issue_certificate"
DATED = "issue_certificate renew_certificate"


def now() -> str:
    """This instant, for the server."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds_ahead(at: Json) -> float:
    """How far in the future an instant lies; less than nothing where it is none."""
    try:
        return (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return -1.0


def at_midnight(message: Message, _seen: Seen) -> None:
    """Who says nothing is taken to mean the day."""
    put("issued_at", f"{datetime.now(UTC):%Y-%m-%d}T00:00:00Z")(message, _seen)


def overflowing(thing: dict[str, Json], _memory: Memory) -> None:
    """Where a month lacks the day, the expiry runs over into the next month."""
    if not thing.get("expires_at") or not thing.get("issued_at"):
        return
    issued, expires = (datetime.fromisoformat(thing[name]) for name in ("issued_at", "expires_at"))
    if issued.day != expires.day and expires.day == monthrange(expires.year, expires.month)[1]:
        thing["expires_at"] = f"{expires + timedelta(days=issued.day - expires.day):%Y-%m-%dT%H:%M:%SZ}"


def by_days(thing: dict[str, Json], _memory: Memory) -> None:
    """A month has thirty days."""
    if not thing.get("expires_at") or not thing.get("issued_at"):
        return
    issued, expires = (datetime.fromisoformat(thing[name]) for name in ("issued_at", "expires_at"))
    if expires - issued < timedelta(days=32):
        thing["expires_at"] = f"{issued + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"


def following_the_course(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A certificate's expiry goes when its course loses its validity."""
    reply, lost = ask(request), remembered(memory, "lost")
    told: Json = reply.json
    if request.operation == "update_course" and reply.status == 200 and sent_null(request):
        lost[told["data"]["id"]] = True
    if request.operation == "get_certificate" and reply.status == 200 and told["data"]["course_id"] in lost:
        told["data"]["expires_at"] = None
        reply.json = told
    return reply


def sent_null(request: Request) -> bool:
    """The validity is taken away."""
    wanted: Json = request.json
    return isinstance(wanted, dict) and wanted.get("validity_period_months", 0) is None


FAULTS = (
    fault(
        "issued-at-midnight",
        "Without a date a certificate is issued at the day's midnight.",
        "certificates",
        asks(ISSUE, at_midnight, when=lacks("issued_at")),
    ),
    fault(
        "issued-now-whatever-is-said",
        "A certificate is issued now, whatever date is given.",
        "certificates contract states claims webhooks",
        asks(
            ISSUE,
            put("issued_at", None),
            lambda message, _seen: _without_date(message),
            when=sent("issued_at", lambda at: isinstance(at, str) and at.startswith(("1999", "2024", "2023"))),
        ),
    ),
    fault(
        "past-refused",
        "A date of issue before 2000 is refused.",
        "certificates states",
        answers(ISSUE, unprocessable, when=sent("issued_at", lambda at: isinstance(at, str) and at.startswith("19"))),
    ),
    fault(
        "future-taken",
        "A date of issue in the future is taken.",
        "certificates",
        forgiving(
            DATED, alter("issued_at", lambda _at: now()), when=sent("issued_at", lambda at: seconds_ahead(at) > 0)
        ),
    ),
    fault(
        "future-forgiven-too-far",
        "A date of issue an hour ahead is forgiven.",
        "certificates",
        forgiving(
            DATED,
            alter("issued_at", lambda _at: now()),
            when=sent("issued_at", lambda at: 0 < seconds_ahead(at) < 3600),
        ),
    ),
    fault(
        "future-never-forgiven",
        "A date of issue half a minute ahead is refused.",
        "certificates",
        answers(ISSUE, unprocessable, when=sent("issued_at", lambda at: seconds_ahead(at) > 5)),
    ),
    fault(
        "expiry-overflows",
        "Where a month lacks the day, the expiry runs over into the next month.",
        "certificates webhooks states open-badges",
        shown_otherwise("", overflowing),
    ),
    fault("expiry-by-days", "A month of validity is thirty days.", "certificates", shown_otherwise("", by_days)),
    fault(
        "expiry-follows-the-course",
        "A certificate's expiry goes when its course loses its validity.",
        "certificates",
        following_the_course,
    ),
)


def _without_date(message: Message) -> None:
    if isinstance(message.json, dict):
        message.json = {name: value for name, value in message.json.items() if name != "issued_at"}
