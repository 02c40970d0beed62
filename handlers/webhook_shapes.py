"""Shapes of endpoints, deliveries and events, as the contract shows them."""

import json

from handlers.shapes import shown
from rules import instants, webhooks
from services import deliveries, events
from services.webhooks import NewSecret
from wire.schemas import Attempt, CreatedWebhook, Delivery, FeedEvent, RedeliveredRange, Webhook


def webhook(endpoint: webhooks.Webhook) -> Webhook:
    """An endpoint, without its secret."""
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "description": endpoint.description,
        "events": None if endpoint.events is None else [*endpoint.events],
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": shown(endpoint.disabled_at),
        "failing_since": shown(endpoint.failing_since),
        "previous_secret_expires_at": shown(endpoint.previous_secret_until),
        "created_at": instants.show(endpoint.created_at),
    }


def webhook_with_secret(made: NewSecret) -> CreatedWebhook:
    """An endpoint with the secret that it was just given."""
    return {**webhook(made.webhook), "secret": made.secret}


def delivery(sent: deliveries.Delivery) -> Delivery:
    """An event on its way to an endpoint, with what came back each time."""
    return {
        "id": str(sent.id),
        "event_id": str(sent.event_id),
        "event": sent.kind,
        "status": sent.status,
        "attempts": [_attempt(card) for card in sent.attempts],
        "next_attempt_at": shown(sent.next_attempt_at),
        "created_at": instants.show(sent.created_at),
        "finished_at": shown(sent.finished_at),
    }


def _attempt(card: deliveries.AttemptCard) -> Attempt:
    return {
        "number": card.number,
        "started_at": instants.show(card.started_at),
        "duration_ms": card.duration_ms,
        "status": card.status,
        "error": card.error,
        "answer": card.answer,
    }


def redelivered(sent: deliveries.Redelivered) -> RedeliveredRange:
    """How much of a range is sent again."""
    return {"queued": sent.queued, "resume_from": shown(sent.resume_from)}


def event(told: events.Event) -> FeedEvent:
    """The body that is or would be sent, and the id that goes beside it."""
    body = json.loads(told.body)
    return {"id": str(told.id), "event": body["event"], "data": body["data"], "timestamp": body["timestamp"]}
