"""Webhooks: an academy's receivers of events, and what may be asked of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from rules import text
from rules.errors import Detail, Refused
from rules.events import CERTIFICATE_KINDS, EventKind

DisabledReason = Literal["requested", "gone", "failing"]
"""Somebody asked for it, the receiver said that it is gone for good, or nothing has got through for days."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of events: where it listens, what it wants to hear, and whether it is sent anything at present.

    `events` None is all there are, later ones included. `failing_since` is None while deliveries get through;
    `previous_secret_until` is set while a secret that was rotated out still signs beside the present one.

    >>> Webhook.__slots__[:4]
    ('id', 'url', 'description', 'events')
    """

    id: UUID
    url: str
    description: str | None
    events: tuple[EventKind, ...] | None
    enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime


def takes(events: Iterable[EventKind] | None, kind: EventKind) -> bool:
    """A receiver is sent the events that it chose, all of them if it chose none; a test reaches every receiver.

    >>> takes(("certificate.issued",), "certificate.revoked"), takes(("certificate.issued",), "webhook.test")
    (False, True)
    """
    return kind == "webhook.test" or events is None or kind in events


def receiver_url(url: str, *, allow_private: bool) -> str:
    """A receiver's address is https, so that nobody on the way reads whose certificate it is.

    Where private receivers are allowed, in development, plain http is too. A fragment would never be sent.

    >>> receiver_url("https://example.com/hooks?token=7", allow_private=False)
    'https://example.com/hooks?token=7'
    """
    text.web_address(url, field="url")
    if not allow_private and not url.lower().startswith("https://"):
        raise _refused("url", "must begin with https://")
    if "#" in url:
        raise _refused("url", "must not have a fragment (the part after #)")
    return url


def wanted_events(events: Iterable[str] | None) -> tuple[EventKind, ...] | None:
    """A choice of events names at least one, each of them known; no choice is all. Tests can be neither chosen nor avoided.

    >>> wanted_events(["certificate.revoked", "certificate.issued", "certificate.revoked"])
    ('certificate.issued', 'certificate.revoked')
    """
    if events is None:
        return None
    names = set(events)
    if not names:
        raise _refused("events", "must name at least one event, or be left out for all of them")
    if not names <= set(CERTIFICATE_KINDS):
        raise _refused("events", f"may hold only {', '.join(CERTIFICATE_KINDS)}")
    return tuple(kind for kind in CERTIFICATE_KINDS if kind in names)


def _refused(field: str, why: str) -> Refused:
    return Refused("unprocessable_entity", f"{field} {why}.", details=(Detail(field, why),))
