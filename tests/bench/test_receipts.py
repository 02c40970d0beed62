"""A receiver that takes anything, and a comparison that finds nothing, would prove nothing."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bench import feed, receipts
from bench.feed import Seen
from bench.proof import Proof, percentile
from bench.receipts import Receipt
from bench.receiver import fault
from bench.worker_crash import Kill, gaps_after
from rules import signatures

SECRET = signatures.new_secret(bytes(32))
EVENT = UUID("0e8a6b1c-5d3f-4f7a-9c21-7b4d2e6f8a55")
BODY = '{"event":"certificate.issued","data":{"certificate":{"holder_name":"Zoë \\"Q\\" 🎓 \u2028"}}}'.encode()


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    headers = signatures.headers(EVENT, body, [secret], datetime.now(UTC))
    return {name.lower(): value for name, value in headers.items()}


def test_a_delivery_that_is_signed_rightly_has_no_fault() -> None:
    assert fault(signed(), BODY, SECRET) is None


@pytest.mark.parametrize(
    ("headers", "body", "named"),
    [
        (signed(), BODY + b" ", "JSON.stringify"),
        (signed(), BODY.replace("ë".encode(), b"\\u00eb"), "JSON.stringify"),
        (signed(), b"no JSON", "JSON.stringify"),
        (signed(), BODY.replace(b"issued", b"revoked"), "X-TrueCerta-Signature"),
        (signed(secret=signatures.new_secret(b"x" * 32)), BODY, "X-TrueCerta-Signature"),
        ({}, BODY, "X-TrueCerta-Signature"),
        (signed() | {"webhook-id": "another"}, BODY, "Standard Webhooks"),
        (signed() | {"webhook-timestamp": str(int(time.time()) - 4000)}, BODY, "Standard Webhooks"),
    ],
)
def test_each_fault_is_named(headers: dict[str, str], body: bytes, named: str) -> None:
    assert named in (fault(headers, body, SECRET) or "")


def came(code: str, number: int = 0, *, at: float = 1.0) -> Receipt:
    return Receipt(at=at, to="/good", id=f"{code}-{number}", event="certificate.issued", code=code, fault=None)


@pytest.mark.parametrize(
    ("received", "broken"),
    [
        ([came("A"), came("B")], []),
        ([came("A")], ["no certificate without its event"]),
        ([came("A"), came("B"), came("C")], ["no event at the receiver without its certificate"]),
        ([came("A"), came("B"), came("B")], ["no event was sent twice"]),
        ([came("A"), came("B"), came("B", 1)], ["each event has one id"]),
        ([came("A"), replace(came("B"), fault="unsigned")], ["each delivery is signed rightly"]),
    ],
)
def test_what_came_is_held_against_what_was_issued(
    received: list[Receipt], broken: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    proof = Proof("a proof", seed=7)
    receipts.compare(received, {"A", "B"}, proof, once=True)
    proof.end()
    said = capsys.readouterr().out
    assert [name for name in broken if f"NOT KEPT  {name}" in said] == broken
    assert said.count("NOT KEPT  ") == len(broken)


@pytest.mark.parametrize(
    ("shown", "broken"),
    [
        ("AB", []),
        ("A", ["0 events missed"]),
        ("ABB", ["0 events repeated"]),
        ("ABC", ["no event without its certificate"]),
    ],
)
def test_a_feed_is_held_against_what_was_issued(
    shown: str, broken: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    proof = Proof("a proof", seed=7)
    feed.compare([Seen(1.0, code, "certificate.issued", code) for code in shown], {"A", "B"}, proof)
    proof.end()
    said = capsys.readouterr().out
    assert [name for name in broken if f"NOT KEPT  feed: {name}" in said] == broken
    assert said.count("NOT KEPT  ") == len(broken)


def test_the_time_from_a_kill_to_the_next_attempt_is_taken_for_each_event() -> None:
    received = [came("A", at=1.0), came("A", at=27.0), came("A", at=40.0), came("B", at=2.0)]
    kills = [Kill(3.0, frozenset({("A-0", "lease")})), Kill(4.0, frozenset({("B-0", "lease")}))]
    assert gaps_after(kills, received) == ([24.0], ["B-0: never"])


def test_what_the_next_one_to_be_killed_had_in_hand_was_taken_up_by_it() -> None:
    kills = [Kill(3.0, frozenset({("A-0", "lease")})), Kill(29.0, frozenset({("A-0", "another")}))]
    assert gaps_after(kills, [came("A", at=55.0)]) == ([26.0, 26.0], [])


def test_what_was_held_is_late_unless_others_still_waited_for_their_first_attempt() -> None:
    kills = [Kill(3.0, frozenset({("A-0", "lease")}))]
    late = [came("A", at=1.0), came("A", at=43.5), came("B", at=2.0)]
    assert gaps_after(kills, late) == ([40.5], ["A-0: 40.5 s"])
    assert gaps_after(kills, [*late, came("C", at=41.0)]) == ([40.5], [])


def test_a_percentile_is_one_of_the_durations() -> None:
    seconds = [float(number) for number in range(1, 101)]
    assert [percentile(seconds, share) for share in (0.5, 0.99, 1)] == [50.0, 99.0, 100.0]
    assert percentile([3.0], 0.99) == 3.0
