"""One endpoint and its delivery log: what was sent, what came back, and the same once more."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.dashboard.webhooks import FOLDER, MEANINGS, ONE, of, shown_url, state
from rules import instants
from rules.deliveries import DeliveryStatus
from rules.errors import Refused
from services import deliveries
from services.deliveries import AttemptCard, Delivery, Range, Sought

A_PAGE = 20
STATUSES: tuple[DeliveryStatus, ...] = get_args(DeliveryStatus)
STATES = {"pending": ("waiting", "Waiting"), "delivered": ("good", "Delivered"), "failed": ("bad", "Failed")}
SPANS = {"1": "the last hour", "24": "the last day", "72": "the last three days", "168": "the last week"}
"""Hours, for which what was missed can be asked for again."""


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as the log shows it; its attempts the latest first."""

    delivery: Delivery
    kind: str
    word: str
    code: str
    body: str
    attempts: Sequence[AttemptCard]


@get(ONE)
async def show(visit: Visit) -> Response:
    """An endpoint with its log, newest first."""
    webhook = await of(visit)
    wanted = visit.query("status")
    status = wanted if wanted in STATUSES else None
    sought = Sought(status, _before(visit.query("cursor")), A_PAGE)
    page = await visit.work(deliveries.page(visit.organization.id, webhook.id, sought))
    address = f"{FOLDER}/{webhook.id}"
    return visit.page(
        "dashboard/webhook.html",
        webhook=webhook,
        url=shown_url(webhook, visit),
        state=state(webhook),
        meanings=MEANINGS,
        lines=[line(each) for each in page.items],
        chosen=status,
        address=address,
        filters=[(None, "All"), *((each, STATES[each][1]) for each in STATUSES)],
        newest=_listed(address, status) if sought.before else "",
        older=_listed(address, status, page.items[-1]) if page.has_more else "",
        spans=SPANS.items(),
    )


@post(f"{ONE}/deliveries/{{delivery_id}}/redeliver", role="editor")
async def redeliver(visit: Visit) -> Response:
    """One event is sent again."""
    webhook_id, delivery_id = visit.uuid("webhook_id"), visit.uuid("delivery_id")
    await visit.work(deliveries.redeliver(visit.caller, webhook_id, delivery_id, visit.now))
    return visit.to(f"{FOLDER}/{webhook_id}", "redelivered")


@post(f"{ONE}/redeliver", role="editor")
async def redeliver_range(visit: Visit) -> Response:
    """What was missed is sent again, so much of it as one call takes; the rest is asked for by the same button."""
    webhook = await of(visit)
    wanted = Range(_since(visit), None, "missed")
    sent = await visit.work(deliveries.redeliver_range(visit.caller, webhook.id, wanted, visit.now))
    resume_from = None if sent.resume_from is None else instants.show(sent.resume_from)
    return visit.page("dashboard/webhook_resent.html", webhook=webhook, queued=sent.queued, resume_from=resume_from)


def line(delivery: Delivery) -> Line:
    """A delivery for the log; one that failed before and is tried again says so."""
    kind, word = STATES[delivery.status]
    if delivery.status == "pending" and delivery.attempts:
        word = "Trying again"
    told = json.loads(delivery.body)
    return Line(
        delivery=delivery,
        kind=kind,
        word=word,
        code=told["data"]["certificate"]["code"],
        body=json.dumps(told, ensure_ascii=False, indent=2),
        attempts=delivery.attempts[::-1],
    )


def _since(visit: Visit) -> datetime:
    if resume_from := visit.form.text("since"):
        return instants.parse(resume_from, "since")
    if (hours := visit.form.text("span")) not in SPANS:
        raise Refused("unprocessable_entity", "Choose one of the times.", field="span")
    return visit.now - timedelta(hours=int(hours))


def _listed(address: str, status: str | None, last: Delivery | None = None) -> str:
    """The address of a page of the log: the first one, or what comes after a delivery. Many begin in one instant."""
    query = {"status": status or "", "cursor": f"{instants.show(last.created_at)}_{last.id}" if last else ""}
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"/dashboard{address}?{asked}" if asked else f"/dashboard{address}"


def _before(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    instant, _, identity = cursor.partition("_")
    try:
        return instants.parse(instant, "cursor"), UUID(identity)
    except (Refused, ValueError):
        raise Refused("not_found", "There is no such page of this log.") from None


ENTRIES = (show, redeliver, redeliver_range)
