"""What has to arrive at the suite's receiver, and what has to be in it."""

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .findings import require
from .receiving import Received
from .signing import signature, standard_signature
from .stage import Thing

if TYPE_CHECKING:
    from .trial import Trial

SECONDS = 20
"""A first attempt that takes longer is taken for one that is not made."""
MEMBERS = ("id", "code", "holder_name", "holder_email", "course_id", "course_name", "issued_at", "expires_at")
"""What the reference shows of a certificate in an event."""
OF_REVOCATION = ("revoked_at", "revocation_reason")


def arrived(
    trial: "Trial", certificate: Mapping[str, Any], kind: str, at: str = "watched", since: float | None = None
) -> Received:
    """The event of a certificate, as soon as it has arrived at an endpoint. `since` is when it happened, if before now."""
    code = certificate["code"]

    def match(received: Received) -> bool:
        return received.event == kind and received.code == code

    return trial.receiver.wait(at, match, SECONDS, what=f"the event {kind} of {code}", since=since)


def expect_told(received: Received, **expected: Any) -> None:
    """The body has the members that the reference shows and no others, with these values in its certificate."""
    body = received.json
    _expect_names(received, "The body", body, ("event", "data", "timestamp"))
    _expect_names(received, "`data`", body["data"], ("certificate",))
    names = (*MEMBERS, *(OF_REVOCATION if received.event == "certificate.revoked" else ()))
    told = body["data"]["certificate"]
    _expect_names(received, "The certificate", told, names)
    for name, value in expected.items():
        if type(told[name]) is not type(value) or told[name] != value:
            raise received.not_met(f"`{name}` of its certificate is {told[name]!r}, not {value!r}")


def expect_described(trial: "Trial", received: Received, schema: str) -> None:
    """The body is as the contract describes it."""
    wrong = trial.contract.complaint(schema, received.json)
    if wrong is not None:
        raise received.not_met(wrong)


def expect_signed(received: Received, secret: object) -> None:
    """Its own signature is made with a secret."""
    given = received.headers.get("X-TrueCerta-Signature")
    if given is None:
        raise received.not_met("it has no header X-TrueCerta-Signature")
    if not hmac.compare_digest(given.encode(), signature(str(secret), received.body).encode()):
        raise received.not_met(
            "its X-TrueCerta-Signature is not the HMAC-SHA256 of the body under the whole secret in 64 hexadecimal digits"
        )


def standard_signatures(received: Received) -> list[str]:
    """The entries of `webhook-signature`."""
    return str(received.headers.get("webhook-signature", "")).split(" ")


def is_standard(received: Received, secret: object) -> bool:
    """Whether one of them is made with a secret."""
    timestamp = str(received.headers.get("webhook-timestamp", ""))
    expected = standard_signature(str(secret), received.message_id, timestamp, received.body)
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in standard_signatures(received))


def certificate_for(trial: "Trial", **members: Any) -> Thing:
    """An event `certificate.issued` happens: nobody is told by mail."""
    return trial.stage.new_certificate(notify=False, **members)


def _expect_names(received: Received, what: str, found: Any, names: tuple[str, ...]) -> None:  # noqa: ANN401  # JSON
    if not isinstance(found, dict):
        raise received.not_met(f"{what} is no object")
    missing, more = [name for name in names if name not in found], [name for name in found if name not in names]
    require(not missing, str(received.not_met(f"{what} has no {', '.join(missing)}")))
    require(not more, str(received.not_met(f"{what} has more than the reference shows: {', '.join(more)}")))
