"""The suite's receiver keeps what comes, answers as it was told to, and says in words what did not come."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance import receiving
from conformance.findings import NotMet, NotPossible
from conformance.receiving import Received, Receiver, Reply


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def event(code: str = "TRC-ACA-26-F5N8K3", kind: str = "certificate.issued") -> bytes:
    body: dict[str, Any] = {"event": kind, "data": {"certificate": {"code": code}}}
    return json.dumps(body).encode()


def send(receiver: Receiver, name: str, body: bytes = b"{}", **headers: str) -> httpx.Response:
    return httpx.post(receiver.address(name), content=body, headers=headers, trust_env=False)


def anything(_received: Received) -> bool:
    return True


def test_what_was_sent_is_there_to_the_byte(receiver: Receiver) -> None:
    body = event().replace(b"ACA", "Zoë".encode())
    assert send(receiver, "here", body, **{"webhook-id": "7", "X-Other": "a"}).status_code == 200
    received = receiver.wait("here", anything, 5)
    assert (received.method, received.body, received.event, received.message_id) == (
        "POST",
        body,
        "certificate.issued",
        "7",
    )
    assert received.headers["x-OTHER"] == "a"
    assert abs(received.at - time.time()) < 5
    assert receiver.received("elsewhere") == []


def test_a_body_in_chunks_is_put_together(receiver: Receiver) -> None:
    parts = iter([b'{"event":', b'"certificate.issued"', b"}"])
    httpx.post(receiver.address("chunked"), content=parts, trust_env=False)
    assert receiver.wait("chunked", anything, 5).body == b'{"event":"certificate.issued"}'


def test_answers_are_given_in_turn_those_for_one_certificate_to_its_events(receiver: Receiver) -> None:
    receiver.answers("here", Reply(307, {"Location": "https://example.com/"}))
    receiver.answers("here", 500, 503, code="TRC-ACA-26-222222")
    assert send(receiver, "here", event("TRC-ACA-26-222222")).status_code == 500
    redirect = send(receiver, "here", event("TRC-ACA-26-333333"))
    assert (redirect.status_code, redirect.headers["Location"]) == (307, "https://example.com/")
    assert [send(receiver, "here", event("TRC-ACA-26-222222")).status_code for _ in range(2)] == [503, 200]


def test_what_does_not_come_is_told_with_what_came_instead(receiver: Receiver) -> None:
    send(receiver, "here", event(kind="certificate.revoked"))
    with pytest.raises(
        NotMet, match=r"the event did not arrive within 0 s; that endpoint was sent certificate.revoked \(1\)"
    ):
        receiver.wait("here", lambda each: each.event == "certificate.issued", 0, what="the event")


def test_after_a_wait_in_vain_a_silent_server_is_waited_for_no_longer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "DEAF_SECONDS", 0.1)
    with pytest.raises(NotMet, match="nothing at all"):
        receiver.wait("here", anything, 0)
    begun = time.monotonic()
    with pytest.raises(NotMet):
        receiver.wait("here", anything, 60)
    assert time.monotonic() - begun < 5


def test_seconds_count_from_when_it_was_set_off(receiver: Receiver) -> None:
    begun = time.monotonic()
    with pytest.raises(NotMet):
        receiver.wait("here", anything, 60, since=time.time() - 60)
    assert time.monotonic() - begun < 5


def test_a_member_that_is_not_there_ends_the_clause_without_the_secret_parts(receiver: Receiver) -> None:
    send(receiver, "here", b'{"event":"certificate.issued","data":"whsec_c2VjcmV0"}')
    received = receiver.wait("here", anything, 5)
    assert received.member("event") == "certificate.issued"
    with pytest.raises(NotMet, match=r"no `data\.certificate`") as end:
        received.member("data.certificate")
    assert "c2VjcmV0" not in str(end.value)


def test_a_port_that_is_taken_is_told(receiver: Receiver) -> None:
    with pytest.raises(NotPossible, match="nothing can listen on port"):
        Receiver(port=httpx.URL(receiver.url).port or 0)


def test_another_address_may_lead_to_it(receiver: Receiver) -> None:
    other = Receiver("https://hooks.example.com/deep/")
    other.close()
    assert other.address("here").startswith("https://hooks.example.com/deep/truecerta-conformance/")
    assert other.run not in receiver.address("here")


def test_what_is_not_below_its_folder_is_not_kept(receiver: Receiver) -> None:
    strange = [f"{receiver.url}/here", f"{receiver.url}/truecerta-conformance/another-run/here"]
    assert [httpx.post(each, content=b"{}", trust_env=False).status_code for each in strange] == [404, 404]
    assert receiver.received("here") == []


def test_a_folder_before_its_own_is_of_no_account(receiver: Receiver) -> None:
    through_a_proxy = receiver.address("here").replace(receiver.url, f"{receiver.url}/deep")
    assert httpx.post(through_a_proxy, content=b"{}", trust_env=False).status_code == 200
    assert len(receiver.received("here")) == 1


@pytest.mark.parametrize("in_chunks", [False, True])
def test_what_is_too_large_for_an_event_is_refused(receiver: Receiver, in_chunks: bool) -> None:  # noqa: FBT001
    body = b" " * (receiving.MOST_BYTES + 1)
    content = iter([body]) if in_chunks else body
    try:
        status = httpx.post(receiver.address("here"), content=content, trust_env=False).status_code
    except httpx.TransportError:  # it hung up while more was sent
        status = 413
    assert status == 413
    assert receiver.received("here") == []


def test_no_more_is_kept_than_any_run_is_sent(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_KEPT", 2)
    assert [send(receiver, "here").status_code for _ in range(3)] == [200, 200, 200]
    assert len(receiver.received("here")) == 2
    monkeypatch.setattr(receiving, "MOST_KEPT", 20)
    monkeypatch.setattr(receiving, "MOST_KEPT_BYTES", 10)
    assert [send(receiver, "there", b"123456").status_code for _ in range(3)] == [200, 200, 200]
    assert len(receiver.received("there")) == 1


def test_a_body_nested_deeply_is_no_json(receiver: Receiver) -> None:
    send(receiver, "here", b"[" * 100_000)
    assert receiver.wait("here", anything, 5).json is None
