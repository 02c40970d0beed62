"""Whatever comes in: each malformed request gets its status, the error's shape and the field; none a 5xx."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.academies import HOLDER, Academy
from tests.agreement import error_of, fields_of
from tests.installation import Installation
from tests.server.probe import Wire

COURSES, CERTIFICATES = "/api/v1/courses", "/api/v1/certificates"
JSON = {"Content-Type": "application/json"}
REFUSED = {413: "payload_too_large", 415: "unsupported_media_type", 422: "unprocessable_entity"}
LARGEST = 65_536
SHIN = "\ufb2c"  # one character that is three in NFC


def deep(levels: int) -> bytes:
    return b'{"name":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


BODIES: dict[str, tuple[bytes, str | None]] = {
    "nothing": (b"", None),
    "blanks": (b"  \n", None),
    "null": (b"null", ""),
    "a list": (b"[]", ""),
    "a list of one": (b'[{"name":"Web"}]', ""),
    "a string": (b'"name"', ""),
    "a number": (b"12", ""),
    "not JSON": (b"{name: 1}", None),
    "cut off": (b'{"name":"Web"', None),
    "two values": (b'{"name":"Web"}{}', None),
    "single quotes": (b"{'name':'Web'}", None),
    "a trailing comma": (b'{"name":"Web",}', None),
    "a comment": (b'{"name":"Web"/**/}', None),
    "bad UTF-8": (b'{"name":"\xff\xfe"}', None),
    "overlong UTF-8": (b'{"name":"\xc0\xaf"}', None),
    "a surrogate in UTF-8": (b'{"name":"\xed\xa0\x80"}', None),
    "UTF-16": ('{"name":"Web"}'.encode("utf-16"), None),
    "a byte order mark": (b'\xef\xbb\xbf{"name":"Web"}', None),
    "a raw control character": (b'{"name":"a\x01b"}', None),
    "a member twice": (b'{"name":"Web","name":"Web"}', "name"),
    "a member twice, escaped": (b'{"name":"Web","n\\u0061me":"Web"}', "name"),
    "33 levels": (deep(33), None),
    "32 levels": (deep(32), "name"),
    "30,000 levels": (deep(30_000), None),
    "NUL": (b'{"name":"a\\u0000b"}', "name"),
    "half a surrogate pair": (b'{"name":"\\ud800"}', "name"),
    "the other half": (b'{"name":"\\udc00 Web"}', "name"),
    "NUL in a name": (b'{"na\\u0000me":"Web"}', None),
    "an unknown member": (b'{"name":"Web","colour":"red"}', "colour"),
    "a member in other case": (b'{"name":"Web","Name":"Web"}', "Name"),
    "a long unknown name": (b'{"name":"Web","' + b"x" * 9000 + b'":1}', "x" * 64),
    "NaN": (b'{"name":"Web","eqf_level":NaN}', "eqf_level"),
    "Infinity": (b'{"name":"Web","eqf_level":-Infinity}', "eqf_level"),
    "1e999": (b'{"name":"Web","eqf_level":1e999}', "eqf_level"),
    "a huge integer": (b'{"name":"Web","eqf_level":' + b"9" * 60_000 + b"}", "eqf_level"),
    "2^53 + 1": (b'{"name":"Web","validity_period_months":9007199254740993}', "validity_period_months"),
    "proto": (b'{"name":"Web","__proto__":{}}', "__proto__"),
}
VALUES: dict[str, list[Any]] = {
    "name": [
        None,
        1,
        True,
        [],
        {},
        "",
        " ",
        "\u3000\u200b",
        "\u2800",
        "\u3164",
        "\U000e0020",
        "a\nb",
        "a\tb",
        "\x7f",
        "\x85",
        "x" * 201,
        "e\u0301" * 201,
        SHIN * 67,
    ],
    "description": [1, "", " \n\t", "a\x0bb", "x" * 5001, SHIN * 1667],
    "criteria_narrative": [False, "\u200b\n", "x" * 5001],
    "validity_period_months": ["12", 0, -1, 1201, 12.5, True, [12], 1e18],
    "eqf_level": [0, 9, "5", 5.1, False],
    "nlqf_level": [5, "", "x" * 21, "a\nb"],
    "qualification_label": ["", "x" * 101],
    "badge_image_url": [
        "",
        "ftp://example.com/a",
        "//example.com",
        "https://",
        "https://user:pw@example.com/",
        "javascript:1",
        "https://example.com/" + "x" * 2048,
        "https://example.com/a b",
        "https://exa\nmple.com",
        "https://example.com:99999/",
    ],
    "criteria_url": ["https://example.com/é", 1, "http://[::1", "data:text/html,x"],
}
OTHERS: dict[str, list[Any]] = {
    "course_id": [None, "", "x", 7, "6f1d2a64-3c1e-4f0b-9a44-0d8a4a8b7c1", "6f1d2a643c1e4f0b9a440d8a4a8b7c11", "{6f1d2a64}"],
    "holder_name": [None, "", "\xa0", "\ufeff", "x" * 201, "Jane\nDoe", "Jane\x00Doe", SHIN * 67, ["Jane"]],
    "holder_email": [None, "", "jane", "@example.com", "jane@", "ja ne@example.com", "jane@example..com", "jane@@x.com",
                     "x" * 65 + "@example.com", "jane@" + "x" * 250 + ".com", "jané@example.com", "Jane <jane@x.com>", 5],
    "issued_at": [None, "", "today", 0, "2026-03-15", "2026-03-15T10:00:00", "2026-03-15 10:00:00Z", "2026-02-30T10:00:00Z",
                  "2026-13-01T10:00:00Z", "2026-03-15T24:00:00Z", "2026-03-15T10:60:00Z", "2016-12-31T23:59:60Z",
                  "2026-03-15T10:00:00+24:00", "2026-03-15T10:00:00+0200", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z",
                  "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "+2026-03-15T10:00:00Z",
                  "2100-01-01T00:00:00Z", "2026-03-15T10:00:00." + "0" * 60 + "Z", "\uff12026-03-15T10:00:00Z"],
}  # fmt: skip


def said(answer: Any, status: int, field: str | None) -> None:  # noqa: ANN401  # httpx's
    error = error_of(answer, status, REFUSED[status])
    if field is not None:
        assert field in {name[: len(field)] if field else "" for name in fields_of(answer)}, error


@pytest.mark.parametrize("case", BODIES)
def test_a_malformed_body_is_422(academy: Academy, case: str) -> None:
    content, field = BODIES[case]
    said(academy.post(COURSES, content=content, headers=JSON), 422, field)
    assert academy.get(COURSES).json()["data"] == []


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in VALUES for value in VALUES[field]])
def test_a_course_with_a_wrong_member_is_422_and_names_it(academy: Academy, field: str, value: object) -> None:
    body = json.dumps({"name": "Web", field: value})
    answer = academy.post(COURSES, content=body, headers=JSON)
    said(answer, 422, None)
    assert fields_of(answer)[0] == field


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in OTHERS for value in OTHERS[field]])
def test_a_certificate_with_a_wrong_member_is_422_and_names_it(academy: Academy, field: str, value: object) -> None:
    body = json.dumps({"course_id": str(uuid4()), **HOLDER, field: value})
    answer = academy.post(CERTIFICATES, content=body, headers=JSON)
    said(answer, 422, None)
    assert fields_of(answer)[0] == field


def test_a_length_is_counted_in_nfc(academy: Academy) -> None:
    assert academy.course(name="e\u0301" * 200)["name"] == "\xe9" * 200


def test_what_is_just_short_enough_is_taken(academy: Academy) -> None:
    name, narrative = SHIN * 66, SHIN * 1666
    made = academy.course(
        name=name, criteria_narrative=narrative, description="x" * 5000, validity_period_months=1200.0
    )
    assert made["name"] == "\u05e9\u05bc\u05c1" * 66
    assert len(made["criteria_narrative"]) == 4998
    assert made["validity_period_months"] == 1200
    email = "x" * 64 + "@" + ".".join(["y" * 63, "y" * 63, "y" * 61])
    assert len(email) == 254
    assert academy.issue(made["id"], holder_email=email, holder_name="\U0001f600" * 200)["holder_email"] == email


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\x00b", "a\x1bb", 1, ["x"], SHIN * 167])
def test_a_wrong_reason_revokes_nothing(academy: Academy, reason: object) -> None:
    code = academy.issue()["code"]
    answer = academy.revoke(code, reason=reason)
    said(answer, 422, None)
    assert set(fields_of(answer)) == {"reason"}
    assert academy.read(code)["status"] == "never_expires"


def test_several_faults_are_all_named(academy: Academy) -> None:
    answer = academy.post(COURSES, json={"name": "", "eqf_level": 9, "colour": "red"})
    assert set(fields_of(answer)) == {"name", "eqf_level", "colour"}


@pytest.mark.parametrize("ahead", [62, 3600])
def test_a_badge_from_the_future_is_422(academy: Academy, ahead: int) -> None:
    issued_at = (datetime.now(UTC) + timedelta(seconds=ahead)).isoformat()
    answer = academy.post(CERTIFICATES, json={"course_id": academy.course()["id"], **HOLDER, "issued_at": issued_at})
    said(answer, 422, "issued_at")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br, gzip"},
    ],
    ids=str,
)
def test_another_type_or_encoding_is_415(academy: Academy, headers: dict[str, str]) -> None:
    whole = b'{"name":"Web"}'
    content = gzip.compress(whole) if "Content-Encoding" in headers else whole
    answer = academy.post(COURSES, content=content, headers=headers)
    if headers["Content-Type"]:
        said(answer, 415, "Content-Encoding" if "Content-Encoding" in headers else "Content-Type")
    assert answer.status_code in {201, 415}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"', "application/json;charset=utf-8"],
)
def test_json_by_any_of_its_spellings_is_taken(academy: Academy, content_type: str) -> None:
    answer = academy.post(COURSES, content=b'{"name":"Web"}', headers={"Content-Type": content_type})
    assert answer.status_code == 201


def test_json_without_a_type_is_taken(academy: Academy) -> None:
    assert academy.post(COURSES, content=b'{"name":"Web"}').status_code == 201


def _padded(size: int) -> bytes:
    return b'{"name":"Web"' + b" " * (size - 14) + b"}"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(LARGEST, 201), (LARGEST + 1, 413), (LARGEST * 16, 413)])
def test_a_body_is_counted_with_a_length_and_without(
    academy: Academy, size: int, status: int, *, chunked: bool
) -> None:
    whole = _padded(size)

    def pieces() -> Iterator[bytes]:
        for start in range(0, size, 8000):
            yield whole[start : start + 8000]

    answer = academy.post(COURSES, content=pieces() if chunked else whole, headers=JSON)
    if status == 201:
        assert answer.status_code == 201
    else:
        error_of(answer, 413, "payload_too_large")


def test_the_connection_serves_on_after_a_refused_body(academy: Academy, installation: Installation) -> None:
    large = _padded(LARGEST + 1)
    lines = [
        f"POST {COURSES} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {academy.key}",
        f"Content-Length: {len(large)}",
    ]
    with Wire(installation.port) as wire:
        assert wire.send("\r\n".join([*lines, "", ""]).encode(), large).answer().status == 413
        assert wire.send(f"GET {COURSES} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer().status == 401


QUERIES = {
    "limit=0": "query.limit",
    "limit=51": "query.limit",
    "limit=-1": "query.limit",
    "limit=x": "query.limit",
    "limit=1.5": "query.limit",
    "limit=": "query.limit",
    "limit=1e1": "query.limit",
    "limit=%2B1": "query.limit",
    "limit=%D9%A1": "query.limit",
    "limit=99999999999999999999": "query.limit",
    "limit=1&limit=2": "query.limit",
    "limit=1&limit=1": "query.limit",
    "cursor=": "query.cursor",
    "cursor=x": "query.cursor",
    "cursor=2026-03-15": "query.cursor",
    "cursor=2026-03-15T10:00:00": "query.cursor",
    "cursor=2026-02-30T10:00:00Z": "query.cursor",
    "cursor=2016-12-31T23:59:60Z": "query.cursor",
    "cursor=1969-12-31T00:00:00Z": "query.cursor",
    "cursor=2201-01-01T00:00:00Z": "query.cursor",
    "cursor=0000-00-00T00:00:00Z": "query.cursor",
    "cursor=%00": "query.cursor",
    "cursor=%ff%fe": "query.cursor",
    "cursor=2026-03-15T10:00:00Z&cursor=2026-03-15T10:00:00Z": "query.cursor",
}


@pytest.mark.parametrize("path", [COURSES, CERTIFICATES])
@pytest.mark.parametrize("query", QUERIES)
def test_a_wrong_query_parameter_is_422_and_named(academy: Academy, path: str, query: str) -> None:
    answer = academy.get(f"{path}?{query}")
    said(answer, 422, None)
    assert set(fields_of(answer)) == {QUERIES[query]}


@pytest.mark.parametrize(
    "query", ["status=", "status=Valid", "status=revoked", "status=valid&status=all", "status=%00"]
)
def test_a_wrong_status_is_422_and_named(academy: Academy, query: str) -> None:
    answer = academy.get(f"{CERTIFICATES}?{query}")
    said(answer, 422, None)
    assert fields_of(answer) == ["query.status"]


@pytest.mark.parametrize(
    "query",
    [
        "course_id=",
        "course_id=x",
        "course_id=53c19f32-ca11-435e-a689-687857ee085d&course_id=c6f1bc3d-9132-4482-8d8b-edebd5b127f3",
    ],
)
def test_a_wrong_course_filter_is_422_and_named(academy: Academy, query: str) -> None:
    answer = academy.get(f"{CERTIFICATES}?{query}")
    said(answer, 422, None)
    assert set(fields_of(answer)) == {"query.course_id"}


@pytest.mark.parametrize(
    "query", ["page=2", "colour=red&colour=blue", "", "&&&", "=", "%00=%00", "limit[]=1", "Limit=0", ";"]
)
def test_an_unknown_query_parameter_is_ignored(academy: Academy, query: str) -> None:
    assert academy.get(f"{CERTIFICATES}?{query}").status_code == 200
    assert academy.get(f"{COURSES}?{query}").status_code == 200


@pytest.mark.parametrize("name", ["Content-Type", "Idempotency-Key", "Content-Encoding"])
def test_a_header_that_may_stand_once_only_is_422_when_repeated(academy: Academy, name: str) -> None:
    value = {"Content-Type": "application/json", "Idempotency-Key": "one", "Content-Encoding": "identity"}[name]
    answer = academy.post(COURSES, content=b'{"name":"Web"}', headers=[(name, value), (name, value)])
    said(answer, 422, name)


@pytest.mark.parametrize("key", ["", "x" * 256, b"\xe9", "tab\tbed"], ids=repr)
def test_a_wrong_idempotency_key_is_422_and_named(academy: Academy, key: str | bytes) -> None:
    answer = academy.post(COURSES, json={"name": "Web"}, headers=[("Idempotency-Key", key)])
    said(answer, 422, None)
    assert fields_of(answer) == ["Idempotency-Key"]
    assert academy.get(COURSES).json()["data"] == []
