"""Real things to ask a server about: most of what is asked at random does not exist."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

CREATED = httpx.codes.CREATED
RECEIVER = "https://receiver.invalid/hooks"
"""An endpoint that nobody has and nobody can get (RFC 6761, section 6.4), so that no stranger is sent our events."""
TO_BE_REMOVED = 5
"""Endpoints for `delete_webhook`, which would soon leave none for the other operations."""


class NotReadyError(Exception):
    """Why a server cannot be judged, in a sentence."""


@dataclass(frozen=True)
class Given:
    """What only the caller can know: a course to issue for, and what came of mails that a stranger never sees."""

    course_id: str | None = None
    claimed_codes: tuple[str, ...] = ()
    claim_tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Ids and codes that exist on the server."""

    course_ids: tuple[str, ...]
    codes: tuple[str, ...]
    organization_ids: tuple[str, ...]
    webhook_ids: tuple[str, ...] = ()
    delivery_ids: tuple[str, ...] = ()
    removable_webhook_ids: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    claim_tokens: tuple[str, ...] = ()


def prepare(client: httpx.Client, given: Given) -> Samples:
    """A course (created unless one is named), a certificate of it, who issued it, and endpoints with a delivery.

    `client` carries an API key.
    """
    webhooks = [_created(client, "/api/v1/webhooks", {"url": RECEIVER})["id"] for _ in range(1 + TO_BE_REMOVED)]
    course = given.course_id or _created(client, "/api/v1/courses", {"name": "Conformance"})["id"]
    holder = {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}
    certificate = _created(client, "/api/v1/certificates", {"course_id": course, **holder})
    badge = client.get(f"/api/obi/badge-class/{course}").json()
    issuer = str(badge.get("issuer", "")).rpartition("/")[2]
    deliveries = _listed(client, f"/api/v1/webhooks/{webhooks[0]}/deliveries")
    return Samples(
        course_ids=(course,),
        codes=(certificate["code"],),
        organization_ids=(issuer,) if issuer else (),
        webhook_ids=(webhooks[0],),
        delivery_ids=tuple(str(each["id"]) for each in deliveries),
        removable_webhook_ids=tuple(webhooks[1:]),
        claimed=given.claimed_codes,
        claim_tokens=given.claim_tokens,
    )


def tidy(client: httpx.Client) -> None:
    """No endpoint that a run has made stays behind."""
    for each in _listed(client, "/api/v1/webhooks"):
        if urlsplit(str(each.get("url"))).hostname == urlsplit(RECEIVER).hostname:
            client.delete(f"/api/v1/webhooks/{each['id']}")


def _listed(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    """The items of a list, as far as the server answers with one."""
    try:
        listed = client.get(path).json()["data"]
    except (ValueError, KeyError, TypeError):
        return []
    return [each for each in listed if isinstance(each, dict) and "id" in each] if isinstance(listed, list) else []


def _created(client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    if answer.status_code != CREATED:
        raise NotReadyError(f"POST {path} answers {answer.status_code} to valid data: {answer.text[:300]}")
    made: dict[str, Any] = answer.json()["data"]
    return made
