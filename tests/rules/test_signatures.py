"""Both signatures hold where they are checked: in the reference's own example, and in Standard Webhooks' library."""

import base64
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from rules import events, signatures
from tests.rules.issued import CERTIFICATE, HOSTILE, NOW, texts
from tests.rules.node_receiver import are_genuine

steady = settings(derandomize=True, deadline=None)
noises = st.binary(min_size=32, max_size=32)
PRESENT, OLD, OTHER = (signatures.new_secret(bytes(range(start, start + 32))) for start in (0, 1, 2))
BODY = events.body("certificate.issued", CERTIFICATE._replace(holder_name=HOSTILE[0]), NOW)
PLAIN, PREVIOUS = "X-TrueCerta-Signature", "X-TrueCerta-Signature-Previous"


def signed(*known: str, body: bytes = BODY, event_id: UUID | None = None) -> dict[str, str]:
    """The headers of a delivery that is sent now: the library looks at the clock."""
    return signatures.headers(event_id or uuid4(), body, known, datetime.now(UTC))


def bodies() -> list[bytes]:
    """Events of every kind, with the hostile names and with some hundreds that nobody thought of."""
    found = [events.body("certificate.issued", CERTIFICATE._replace(holder_name=name), NOW) for name in HOSTILE]

    @settings(steady, max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(events.CERTIFICATE_KINDS), texts, texts, st.none() | texts)
    def collect(kind: events.EventKind, name: str, course: str, reason: str | None) -> None:
        course_too = CERTIFICATE.course._replace(name=course)
        certificate = CERTIFICATE._replace(
            holder_name=name, course=course_too, revoked_at=NOW, revocation_reason=reason
        )
        found.extend((events.body(kind, certificate, NOW), events.sample(name, NOW)))

    collect()
    return found


def test_a_receiver_in_node_that_rewrites_what_it_checks_finds_every_event_genuine() -> None:
    corpus = bodies()
    assert len(corpus) > 500
    assert all(are_genuine((body, signed(PRESENT, body=body)[PLAIN], PRESENT) for body in corpus))


def test_a_receiver_in_node_finds_out_what_is_not() -> None:
    signature = signed(PRESENT)[PLAIN]
    assert are_genuine(
        [
            (BODY, signature, PRESENT),
            (BODY, signature, OTHER),
            (BODY.replace(b"Zo", b"zo"), signature, PRESENT),
            (BODY, signature.upper(), PRESENT),
            (BODY, signature[:-1], PRESENT),
        ]
    ) == [True, False, False, False, False]


def test_while_a_secret_is_rotated_out_both_sign() -> None:
    headers = signed(PRESENT, OLD)
    assert are_genuine([(BODY, headers[PLAIN], PRESENT), (BODY, headers[PREVIOUS], OLD)]) == [True, True]
    for secret in (PRESENT, OLD):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers)


def test_afterwards_only_the_present_one_does() -> None:
    headers = signed(PRESENT)
    assert PREVIOUS not in headers
    assert " " not in headers["webhook-signature"]
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, headers)


@steady
@given(noises, texts)
def test_the_standards_library_believes_every_delivery(noise: bytes, name: str) -> None:
    secret, body = signatures.new_secret(noise), events.sample(name, NOW)
    assert Webhook(secret).verify(body, signed(secret, body=body))["event"] == "webhook.test"


def test_the_standards_signature_covers_id_and_time() -> None:
    headers = signed(PRESENT)
    a_second_before = str(int(headers["webhook-timestamp"]) - 1)
    for change in ({"webhook-id": str(uuid4())}, {"webhook-timestamp": a_second_before}):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            Webhook(PRESENT).verify(BODY, headers | change)


@steady
@given(noises)
def test_a_secret_is_its_mark_and_the_noise(noise: bytes) -> None:
    secret = signatures.new_secret(noise)
    assert (secret[:6], base64.b64decode(secret[6:], validate=True)) == ("whsec_", noise)


@pytest.mark.parametrize("noise", [b"", bytes(31), bytes(33)])
def test_a_secret_is_never_weaker(noise: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        signatures.new_secret(noise)


def test_openssl_comes_to_the_same() -> None:
    """Figures of `openssl dgst -sha256 -hmac …`, once under the whole secret and once under 32 zero bytes."""
    assert signatures.headers(UUID(int=7), b"{}", [signatures.new_secret(bytes(32))], NOW) == {
        "X-TrueCerta-Signature": "9685f45fa50a7f26f4bd72c1c033c551cb25cd0f0223387343c78b0869445f8f",
        "webhook-id": "00000000-0000-0000-0000-000000000007",
        "webhook-timestamp": "1773568800",
        "webhook-signature": "v1,FMRj+3nYqeFgw3zLqQNPuCTPo4YxDvSpxXqJqodPBKU=",
    }
