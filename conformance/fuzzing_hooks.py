"""What a contract cannot say in JSON Schema, told to Schemathesis, which loads this module into its own process.

Valid data has to be valid indeed before a refusal of it is a finding: an `issued_at` must lie in the past, a cursor be
a day of the calendar, an endpoint be somewhere else than in the server's own network, and an `Idempotency-Key` be new with
each request. Nor can it say who has signed a token, or whose a key is. And nobody is written to but at example.com.
"""

import json
import os
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

from .fuzzing_addresses import as_long, nobodys, still_none
from .fuzzing_run import EXAMPLES_VARIABLE, KEY_VARIABLE
from .receiving import FOLDER
from .stage import HOST

UNAUTHORIZED, UNPROCESSABLE = 401, 422

EARLIEST = datetime(1970, 1, 3)  # noqa: DTZ001  # the strategy adds the offset; two days leave room for every one
LATEST = datetime(2026, 1, 1)  # noqa: DTZ001  # fixed, so that a seed means the same tomorrow
A_DAY = 24 * 60 - 1
ACCEPTABLE_KEY = re.compile(r" *[!-~][ -~]{0,254}")
"""A little more than the contract takes, so that a key that it refuses is at worst replaced by one that it takes."""
WRITTEN_YEARS = range(1969, 2202)
"""In these an instant fits the contract's pattern; its offset may put it outside of what is taken."""
MOMENTS = ("issued_at", "since", "until")
"""Members that are moments of the past. The last two need not be, and nothing is lost where they are."""
RECEIVERS = tuple(
    f"https://{host}{FOLDER}{rest}"
    for host, rest in (
        ("receiver.invalid", "hooks"),
        ("receiver.invalid", ""),
        ("hooks.receiver.invalid:8443", "?to=us"),
    )
)
"""Endpoints that no server finds in its own network, and no stranger can have (RFC 6761, section 6.4). `Stage.clear` knows
them by their path."""
ADDRESS_SCHEMAS = ("PictureAddress", "CriteriaAddress", "ReceiverAddress")

patterns: dict[str, re.Pattern[str]] = {}


@st.composite
def past_instants(draw: st.DrawFn) -> str:
    """A moment in the past as RFC 3339 allows to write it: with `Z` or any offset, in either case, however fine."""
    moment = draw(st.datetimes(EARLIEST, LATEST))
    fraction = draw(st.sampled_from(["", ".5", ".000001", ".123456", ".123456789"]))
    zone = timezone(timedelta(minutes=draw(st.integers(-A_DAY, A_DAY))))
    local = moment.replace(tzinfo=UTC, microsecond=0).astimezone(zone)
    if draw(st.booleans()):
        return moment.replace(microsecond=0).isoformat() + fraction + draw(st.sampled_from("Zz"))
    text = local.isoformat()
    return text[:19].replace("T", draw(st.sampled_from("Tt"))) + fraction + text[19:]


schemathesis.openapi.format("date-time", past_instants())


@st.composite
def delivery_cursors(draw: st.DrawFn) -> str:
    """A place in a list of deliveries, as an answer would have given it."""
    moment = draw(st.datetimes(EARLIEST, LATEST)).isoformat()
    return f"{moment}Z_{draw(st.uuids())}"


schemathesis.openapi.format("delivery-cursor", delivery_cursors())


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """What helps to make up data: what cursors mean, though no client is to parse them, and examples that lead somewhere."""
    schemas = raw_schema.get("components", {}).get("schemas", {})
    for name, meaning in (("Cursor", "date-time"), ("DeliveryCursor", "delivery-cursor")):
        if name in schemas:
            schemas[name]["format"] = meaning
    for name, schema in (("url", "ReceiverAddress"), ("holder_email", "MailAddress")):
        patterns[name] = re.compile(schemas.get(schema, {}).get("pattern", "^$"))
    take_for_examples(raw_schema, json.loads(os.environ.get(EXAMPLES_VARIABLE, "{}")))


def take_for_examples(document: dict[str, Any], known: dict[str, dict[str, str]]) -> None:
    """What the contract gives as examples exists nowhere: real things take their place, so that requests come to something.

    Schemathesis varies one thing at a time and leaves all else as the examples have it.
    """
    methods = {"get", "post", "put", "patch", "delete"}
    for item in document.get("paths", {}).values():
        for method in methods & set(item):
            operation = item[method]
            values = {**known.get("*", {}), **known.get(operation["operationId"], {})}
            listed = [*item.get("parameters", ()), *operation.get("parameters", ())]
            operation["parameters"] = [with_example(resolved(document, each), values) for each in listed]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                take_in_body(document, body, values)
        item.pop("parameters", None)


def with_example(parameter: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """A parameter, its example a real thing where one is known."""
    value = values.get(f"{parameter['in']}.{parameter['name']}")
    return {**parameter, "example": value} if value is not None else parameter


def take_in_body(document: dict[str, Any], body: dict[str, Any], values: dict[str, str]) -> None:
    """The same for the members of a body, in its examples and in its schema."""
    schema = resolved(document, body["schema"])
    real = {name: values[f"body.{name}"] for name in schema.get("properties", {}) if f"body.{name}" in values}
    for name, value in real.items():
        schema["properties"][name] = {**resolved(document, schema["properties"][name]), "example": value}
    given = {name: resolved(document, each)["value"] for name, each in body.get("examples", {}).items()}
    for length, addresses in addresses_of_length(document, schema):
        given |= {f"{name}, {length} characters": {**each, **addresses} for name, each in list(given.items())[:1]}
    body["examples"] = {name: {"value": {**each, **real}} for name, each in given.items()}


def addresses_of_length(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[int, dict[str, str]]]:
    """The members of a body that are addresses, as long as may be, and one character less.

    To find one of exactly this length by the pattern alone takes Schemathesis seconds.
    """
    members = schema.get("properties", {}).items()
    named = [name for name, each in members if each.get("$ref", "").rpartition("/")[2] in ADDRESS_SCHEMAS]
    if named:
        longest = min(int(resolved(document, schema["properties"][name])["maxLength"]) for name in named)
        for length in (longest, longest - 1):
            yield length, dict.fromkeys(named, f"https://{HOST}/".ljust(length, "a"))


def resolved(document: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document leads to."""
    found: Any = described
    if "$ref" in described:
        found = document
        for step in described["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found) if found is not described else described


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Keys are used once; nothing happens on a day that has not come or that no server counts, nor to a stranger."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and ACCEPTABLE_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = key.strip()[:200] + uuid.uuid4().hex
    mended = within_reach("", case.body)
    if mended != case.body:
        case.body = mended


def within_reach(name: str, value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """The value, or one like it where a server rightly refuses what no schema rules out, or somebody might exist.

    `name` is the member's; an item of a list goes by its list's.
    """
    if isinstance(value, dict):
        return {member: within_reach(member, each) for member, each in value.items()}
    if isinstance(value, list):
        return [within_reach(name, each) for each in value]
    if name in MOMENTS and is_out_of_reach(value):
        return "2025-12-31T23:59:59Z"
    return led_away(name, value) if isinstance(value, str) else value


def led_away(name: str, text: str) -> str:
    """A text that leads to no stranger: neither events nor mails."""
    if name == "url" and patterns[name].fullmatch(text):
        return RECEIVERS[len(text) % len(RECEIVERS)]
    if name != "holder_email":
        return as_long(text)
    return nobodys(text) if patterns[name].fullmatch(text) else still_none(text, patterns[name])


def is_out_of_reach(value: object) -> bool:
    """Whether a value is a moment that no schema can rule out and every server refuses: the future, or before 1970.

    >>> [is_out_of_reach(value) for value in ("2100-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "1969-12-31T00:00:00Z")]
    [True, False, True]
    """
    try:
        moment = datetime.fromisoformat(value.upper()) if isinstance(value, str) else None
    except ValueError:
        return False
    if moment is None or moment.tzinfo is None or moment.year not in WRITTEN_YEARS:
        return False
    return not datetime(1970, 1, 1, tzinfo=UTC) <= moment <= datetime.now(UTC)


@schemathesis.hook
def filter_failure(
    _context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case[Any], response: schemathesis.Response
) -> bool:
    """A valid request is refused rightly without a key of ours, and a claim with a token that looks right and is none."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == UNAUTHORIZED:
        return response.request.headers.get("Authorization") == f"Bearer {os.environ.get(KEY_VARIABLE)}"
    if (
        response.status_code == UNPROCESSABLE
        and case.operation.definition.raw.get("operationId") == "claim_certificate"
    ):
        return not refuses_the_token(response)
    return True


def refuses_the_token(response: schemathesis.Response) -> bool:
    """Whether the token is all that an answer complains of, or it does not say what it complains of."""
    try:
        details = response.json()["error"].get("details", [])
        return {detail["field"] for detail in details} <= {"token"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
