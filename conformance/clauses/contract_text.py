"""Contract: what becomes of the times and the text that are sent."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..asked import issue
from ..clause import must
from ..findings import require
from ..sent import sent_events
from ..stage import HOST
from ..trial import Trial

if TYPE_CHECKING:
    from ..answers import Answer

ZULU = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
TIMES_WITHOUT_THE_ENDING = frozenset({"timestamp", "issuedOn", "expires"})
COMPOSED = {
    "Zoe\u0308 \u212bngstro\u0308m": "Zo\xeb \xc5ngstr\xf6m",
    "\u1112\u1161\u11ab\u1100\u1173\u11af": "\ud55c\uae00",
    "\u0958, \ufb2c": "\u0915\u093c, \u05e9\u05bc\u05c1",
}
"""Text, and the same in NFC: accents, an ångström sign, Korean, and two that NFC takes apart."""
AS_THEY_COME = (
    "  Jane   O'Neill-Doe ",
    '<b>"Jane" & Doe</b> \\ / %s ${x} {{x}}',
    "李小龍 \u0645\u0631\u062d\u0628\u0627 שלום Ωμέγα",
    "Jane \U0001f469\u200d\U0001f393 Doe \U0001f1f3\U0001f1f1",
    "Jane of\ufb01ce \u2460 \uff2aane",  # of one form by NFC, of another by NFKC
)
LINES = "First line,\nsecond line,\r\n\tand a third.\n"
LONGEST_ADDRESS = f"{'x' * 64}@{'y' * 63}.{'z' * 63}.{'w' * 49}.{HOST}"


@must("contract/times", "rulings/shapes/times", "openapi.yaml#/components/schemas/Instant")
def times(trial: Trial) -> None:
    """Every date and time in an answer is RFC 3339, in UTC, ending in Z."""
    stage, sent = trial.stage, sent_events(trial).own
    revoked, expired = stage.revoked["code"], stage.expired["code"]
    asked = (
        f"/api/v1/certificates/{revoked}",
        f"/api/v1/certificates/{expired}",
        f"/api/v1/courses/{stage.course['id']}",
        f"/api/v1/webhooks/{sent.endpoint['id']}/deliveries",
    )
    answers = [*(trial.academy.get(path) for path in asked)]
    answers += [trial.academy.get("/api/v1/certificates", params={"course_id": stage.course["id"]})]
    answers += [trial.academy.get("/api/v1/events", params={"limit": 5})]
    answers += [trial.public.get(f"/api/v1/verify/{code}") for code in (revoked, expired)]
    for answer in answers:
        _expect_times(answer.expect(200))


def _expect_times(answer: "Answer") -> None:
    found = list(_times_in(answer.json))
    require(found, f"GET {answer.path}: there is no date and time in it", answer)
    for name, value in found:
        if value is not None and not (isinstance(value, str) and ZULU.fullmatch(value)):
            raise answer.not_met(f"`{name}` is {value!r}, which is no date and time in UTC that ends in Z")


def _times_in(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  # any JSON value
    if isinstance(value, list):
        for each in value:
            yield from _times_in(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name.endswith("_at") or name in TIMES_WITHOUT_THE_ENDING:
                yield name, each
            else:
                yield from _times_in(each)


@must("contract/nfc", "rulings/shapes/nfc", "Unicode Standard Annex 15")
def nfc(trial: Trial) -> None:
    """Text is kept and answered in Unicode's form NFC, whichever form it was sent in."""
    for given, composed in COMPOSED.items():
        _expect_text(trial, given, composed)


@must("contract/as-it-came", "rulings/shapes/as-it-came", "RFC 8259, 7")
def as_it_came(trial: Trial) -> None:
    """Text comes back as it was sent: its blanks, its markup, any script, emoji, and however its JSON was escaped."""
    for text in AS_THEY_COME:
        _expect_text(trial, text, text)


def _expect_text(trial: Trial, given: str, kept: str) -> None:
    """As a holder's name and a course's, escaped and not, answered at once and later, to the issuer and to the public."""
    body = json.dumps({"name": given, "description": given}).encode()
    course = trial.academy.post("/api/v1/courses", content=body, headers={"Content-Type": "application/json"})
    course.expect(201).expect_member("data.name", kept).expect_member("data.description", kept)
    holder = {"holder_name": given, "holder_email": trial.stage.email(), "notify": False}
    body = json.dumps({"course_id": course.member("data.id"), **holder}, ensure_ascii=False).encode()
    made = trial.academy.post("/api/v1/certificates", content=body, headers={"Content-Type": "application/json"})
    code = made.expect(201).expect_member("data.holder_name", kept).member("data.code")
    read = trial.academy.get(f"/api/v1/certificates/{code}").expect(200)
    read.expect_member("data.holder_name", kept).expect_member("data.course_name", kept)
    shown = trial.public.get(f"/api/v1/verify/{code}").expect(200)
    shown.expect_member("certificate.holder_name", kept).expect_member("course.description", kept)


@must(
    "contract/breaks",
    "rulings/shapes/breaks",
    "openapi.yaml#/components/schemas/CourseDescription",
    "openapi.yaml#/components/schemas/RevocationReason",
)
def breaks(trial: Trial) -> None:
    """A description and a reason may have line breaks and tabs, which come back as they are."""
    course = trial.academy.post("/api/v1/courses", json={"name": "Conformance, in lines", "description": LINES})
    course.expect(201).expect_member("data.description", LINES)
    own = trial.stage.new_certificate(notify=False)
    revoked = trial.academy.post(f"/api/v1/certificates/{own['code']}/revoke", json={"reason": LINES})
    revoked.expect(200).expect_member("data.revocation_reason", LINES)


@must(
    "contract/longest", "rulings/shapes/lengths", "rulings/shapes/months", "openapi.yaml#/components/schemas/PersonName"
)
def longest(trial: Trial) -> None:
    """What is just long enough is taken whole, counted in characters, and the shortest and longest validity is taken.

    Names have 200, a description 5,000, a reason 500, an address 254; a validity is 1 to 1200 months, or none.
    """
    name, description, reason = "\U0001f393" * 200, "é" * 5000, "ß" * 500
    for months in (1, 1200, None):
        body = {"name": name, "description": description, "validity_period_months": months}
        course = trial.academy.post("/api/v1/courses", json=body).expect(201)
        course.expect_member("data.name", name).expect_member("data.description", description)
        course.expect_member("data.validity_period_months", months)
    made = issue(trial, trial.stage.course, holder_name=name, holder_email=LONGEST_ADDRESS).expect(201)
    made.expect_member("data.holder_name", name).expect_member("data.holder_email", LONGEST_ADDRESS)
    path = f"/api/v1/certificates/{made.member('data.code')}/revoke"
    trial.academy.post(path, json={"reason": reason}).expect(200).expect_member("data.revocation_reason", reason)


TEXT = (times, nfc, as_it_came, breaks, longest)
