"""Faults of taking what has to be refused: values of members and parameters that the contract does not have."""

from collections.abc import Callable, Collection

from conformance.contract import the_contract
from tests.conformance.faults.breaking import Edit, Seen, alter, forgiving, query, sent
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Json, Message, Request

ISSUE, COURSE = "issue_certificate", "create_course"
TEXTS = "create_course update_course issue_certificate update_certificate revoke_certificate"
LISTS = "list_certificates list_courses list_events list_deliveries"
NUMBERS = ("validity_period_months", "eqf_level")
LONGEST = {
    "name": 200,
    "holder_name": 200,
    "description": 5000,
    "reason": 500,
    "nlqf_level": 20,
    "qualification_label": 100,
}


def texts(change: Callable[[str], str], *names: str) -> Edit:
    """The texts of a body (those of these names, if any are) are mended."""

    def edit(message: Message, _seen: Seen) -> None:
        if isinstance(message.json, dict):
            message.json = {
                name: change(value) if isinstance(value, str) and (not names or name in names) else value
                for name, value in message.json.items()
            }

    return edit


def converted(message: Message, _seen: Seen) -> None:
    """Values of other types are made into what they have to be."""
    if isinstance(message.json, dict):
        message.json = {name: _converted(name, value) for name, value in message.json.items()}


def _converted(name: str, value: Json) -> Json:
    if name in NUMBERS:
        return int(float(value)) if isinstance(value, str | float | bool) else value
    if name == "notify":
        return bool(value)
    return value if isinstance(value, str) or value is None else str(value)


def null_as_text(message: Message, _seen: Seen) -> None:
    """Null is written out."""
    if isinstance(message.json, dict):
        message.json = {name: "null" if value is None else value for name, value in message.json.items()}


def cut(message: Message, _seen: Seen) -> None:
    """Texts that are too long are cut."""
    if isinstance(message.json, dict):
        message.json = {
            name: value[: LONGEST.get(name)] if isinstance(value, str) else value
            for name, value in message.json.items()
        }


def clamped(least: int, most: int) -> Callable[[Json], Json]:
    """A number that is too small or too large is the nearest that is not."""
    return lambda value: max(least, min(most, value)) if type(value) is int else value


def without(characters: Collection[int], instead: str = "") -> Callable[[str], str]:
    """A text in which some characters are replaced."""
    return lambda text: "".join(instead if ord(each) in characters else each for each in text)


def limit_clamped(message: Message, _seen: Seen) -> None:
    """A limit that is no number from 1 to 50 is the nearest that is."""
    assert isinstance(message, Request)
    given = dict(message.query).get("limit", "")
    number = int(given) if given.lstrip("-").isdecimal() else 50
    message.set_query(
        [(name, str(max(1, min(50, number))) if name == "limit" else value) for name, value in message.query]
    )


def is_no_address(value: Json) -> bool:
    """The contract takes it for no mail address."""
    return the_contract().complaint("MailAddress", value) is not None


def in_utc(value: Json) -> Json:
    """A time without an offset is taken for one in UTC."""
    return f"{value}Z" if isinstance(value, str) and value[10:11] == "T" else value


CONTROLS = {*range(0x20), *range(0x7F, 0xA0)}
BREAKS = {0x09, 0x0A, 0x0D}

FAULTS = (
    fault(
        "types-converted",
        "A value of another type is converted.",
        "errors courses certificates",
        forgiving(f"{COURSE} {ISSUE} revoke_certificate", converted),
    ),
    fault(
        "null-as-text",
        "A holder's name of null is the name null.",
        "errors certificates",
        forgiving(ISSUE, alter("holder_name", lambda value: "null" if value is None else value)),
    ),
    fault(
        "blank-taken",
        "A text of blanks is taken.",
        "errors courses certificates idempotency",
        forgiving(TEXTS, texts(lambda text: text if text.strip() else "(blank)")),
    ),
    fault(
        "invisible-taken",
        "A text of invisible characters is taken.",
        "errors",
        forgiving(TEXTS, texts(lambda text: text.strip("\u200b") or "(blank)")),
    ),
    fault(
        "empty-is-missing",
        "An empty description is taken as none.",
        "errors",
        forgiving(COURSE, alter("description", lambda value: value or None)),
    ),
    fault(
        "control-characters-lost",
        "Control characters are left out and no reason to refuse.",
        "errors",
        forgiving(TEXTS, texts(without(CONTROLS - BREAKS))),
    ),
    fault(
        "breaks-in-names",
        "A line break in a name is a blank and no reason to refuse.",
        "errors",
        forgiving(TEXTS, texts(without(BREAKS, " "))),
    ),
    fault(
        "surrogates-replaced",
        "Half of a surrogate pair is replaced and no reason to refuse.",
        "errors",
        forgiving(TEXTS, texts(without(range(0xD800, 0xE000), "?"))),
    ),
    fault("long-texts-cut", "A text that is too long is cut.", "errors courses certificates", forgiving(TEXTS, cut)),
    fault(
        "months-clamped",
        "A validity of too many months, or of none, is the nearest that may be.",
        "courses",
        forgiving(f"{COURSE} update_course", alter("validity_period_months", clamped(1, 1200))),
    ),
    fault(
        "levels-clamped",
        "A level that there is not is the nearest that there is.",
        "courses errors",
        forgiving(f"{COURSE} update_course", alter("eqf_level", clamped(1, 8))),
    ),
    fault(
        "any-address-taken",
        "Any text is taken for a mail address.",
        "errors certificates",
        forgiving(
            f"{ISSUE} update_certificate",
            alter("holder_email", lambda _value: "jane@example.com"),
            when=sent("holder_email", is_no_address),
        ),
    ),
    fault(
        "fragment-taken",
        "A receiver's address may have a fragment.",
        "errors webhooks",
        forgiving(
            "create_webhook",
            alter("url", lambda url: url.partition("#")[0]),
            when=sent("url", lambda url: isinstance(url, str) and "#" in url),
        ),
    ),
    fault(
        "no-offset-is-utc",
        "A time without an offset is taken for one in UTC.",
        "errors certificates",
        forgiving(f"{ISSUE} renew_certificate", alter("issued_at", in_utc)),
    ),
    fault(
        "dates-are-midnights",
        "A date is taken for its midnight.",
        "errors certificates",
        forgiving(
            ISSUE,
            alter("issued_at", lambda value: f"{value}T00:00:00Z"),
            when=sent("issued_at", lambda value: isinstance(value, str) and len(value) == 10),
        ),
    ),
    fault(
        "limit-clamped",
        "A limit that may not be is the nearest that may.",
        "errors pagination authentication",
        forgiving(LISTS, limit_clamped),
    ),
    fault(
        "limit-beyond-fifty",
        "A limit of 51 is taken for 50.",
        "errors pagination",
        forgiving(LISTS, query("limit", "50"), when=lambda seen: ("limit", "51") in seen.request.query),
    ),
    fault(
        "wrong-cursor-ignored",
        "A cursor that is none is ignored.",
        "errors pagination",
        forgiving(LISTS, query("cursor", None)),
    ),
    fault(
        "wrong-status-ignored",
        "A status that there is not is ignored.",
        "errors certificates",
        forgiving("list_certificates list_deliveries", query("status", None)),
    ),
    fault(
        "wrong-course-ignored",
        "A course to filter by that cannot be one is ignored.",
        "errors certificates",
        forgiving("list_certificates", query("course_id", None)),
    ),
    fault(
        "wrong-event-ignored",
        "A kind of event that there is not is ignored.",
        "errors webhooks",
        forgiving("list_events", query("event", None)),
    ),
    fault(
        "wrong-version-ignored",
        "A version that cannot be one is the first.",
        "errors cors open-badges",
        forgiving("get_badge_class get_badge_image", query("version", None)),
    ),
)
