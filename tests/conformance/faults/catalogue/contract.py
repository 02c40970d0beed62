"""Faults of what all operations have in common."""

from tests.conformance.faults.breaking import (
    EVERY,
    Seen,
    alter_header,
    answers,
    asked,
    body,
    both,
    carries,
    drop,
    error,
    goes_to,
    header,
    is_,
    lacks_body,
    not_found,
    rename,
    reshape,
    status,
    unprocessable,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Json

BADGES = "get_assertion get_badge_class get_issuer"
CREATING = "create_course issue_certificate renew_certificate create_webhook"


def enveloped(document: Json, _seen: Seen) -> Json:
    """A document within `data`."""
    return {"data": document}


def bare(told: Json, _seen: Seen) -> Json:
    """What stands within `data`."""
    return told["data"]


FAULTS = (
    fault(
        "operation-missing",
        "One operation is not there.",
        "contract webhooks idempotency",
        answers("redeliver_range", not_found, when=carries("Authorization")),
    ),
    fault(
        "operation-not-allowed",
        "One operation is answered 405.",
        "contract errors webhooks isolation",
        answers("get_delivery", error(405, "method_not_allowed"), when=carries("Authorization")),
    ),
    fault(
        "another-contract",
        "The contract that is served is another.",
        "contract",
        answers(EVERY, body(lambda text: text + b"# ours\n"), when=goes_to("/openapi.yaml")),
    ),
    fault(
        "operation-renamed",
        "The contract that is served has an operation under another name.",
        "contract",
        answers(
            EVERY,
            body(lambda text: text.replace(b"operationId: get_course\n", b"operationId: read_course\n")),
            when=goes_to("/openapi.yaml"),
        ),
    ),
    fault(
        "head-refused",
        "HEAD is answered 405.",
        "contract open-badges",
        answers(EVERY, error(405, "method_not_allowed"), when=is_("HEAD")),
    ),
    fault(
        "head-of-another-type",
        "HEAD names another media type than GET.",
        "contract open-badges",
        answers(EVERY, header("Content-Type", "text/plain"), when=is_("HEAD")),
    ),
    fault(
        "created-without-location",
        "What is created comes without Location.",
        "contract idempotency webhooks",
        answers(CREATING, header("Location", None), status=201),
    ),
    fault(
        "location-leads-nowhere",
        "The Location of what is created leads to nothing.",
        "contract",
        answers(CREATING, alter_header("Location", lambda told: f"{told}/new"), status=201),
    ),
    fault(
        "location-of-another",
        "The Location of a certificate is that of its course.",
        "contract",
        answers(
            "issue_certificate",
            lambda reply, seen: reply.set_header("Location", f"/api/v1/courses/{seen.request.json['course_id']}"),
            status=201,
        ),
    ),
    fault(
        "one-thing-without-envelope",
        "A delivery is answered without `data` around it.",
        "contract webhooks",
        answers("get_delivery", reshape(bare), status=200),
    ),
    fault(
        "one-thing-lacks-a-member",
        "A delivery has no `attempts`.",
        "contract webhooks",
        answers("get_delivery", drop("data.attempts")),
    ),
    fault(
        "list-without-pagination",
        "The list of endpoints has no `pagination`.",
        "contract webhooks",
        answers("list_webhooks", drop("pagination")),
    ),
    fault(
        "list-under-another-name",
        "The list of deliveries is called `items`.",
        "contract webhooks idempotency",
        answers("list_deliveries", rename("data", "items")),
    ),
    fault(
        "list-empty",
        "The list of endpoints is empty.",
        "contract webhooks isolation",
        answers("list_webhooks", reshape(lambda told, _seen: {**told, "data": []}), status=200),
    ),
    fault(
        "document-enveloped",
        "A profile is answered within `data`.",
        "contract open-badges",
        answers("get_issuer", reshape(enveloped), status=200),
    ),
    fault(
        "verification-enveloped-too",
        "A verification has itself within `data`, too.",
        "contract verification",
        answers("verify_certificate", reshape(lambda told, _seen: {**told, "data": told}), status=200),
    ),
    fault(
        "unknown-query-refused",
        "A query parameter that the contract does not know is refused.",
        "contract",
        answers(EVERY, unprocessable, when=asked("utm_source")),
    ),
    fault(
        "unknown-query-obeyed",
        "A parameter `page` that the contract does not know turns pages.",
        "contract",
        answers("list_certificates", reshape(lambda told, _seen: {**told, "data": []}), when=asked("page")),
    ),
    fault(
        "accept-obeyed",
        "Who does not accept JSON is answered 406.",
        "contract",
        answers(EVERY, error(406, "not_acceptable"), when=carries("Accept", "image/png")),
    ),
    fault(
        "accept-answered-in-html",
        "Who accepts HTML is answered in HTML.",
        "contract errors",
        answers(
            EVERY, header("Content-Type", "text/html"), when=both(carries("Accept", "text/html"), goes_to("/api/v1"))
        ),
    ),
    fault(
        "badge-always-plain",
        "A badge document is application/json whatever is accepted.",
        "open-badges",
        answers(BADGES, header("Content-Type", "application/json"), status=200),
    ),
    fault(
        "badge-always-linked",
        "A badge document is application/ld+json, also where only application/json is accepted.",
        "open-badges",
        answers("get_badge_class get_issuer", header("Content-Type", "application/ld+json"), status=200),
    ),
    fault(
        "badge-without-vary",
        "A badge document does not say that it varies by Accept.",
        "open-badges",
        answers(BADGES, header("Vary", None)),
    ),
    fault(
        "media-type-in-small-letters-only",
        "JSON by a media type in other letters is refused.",
        "contract",
        answers(EVERY, error(415, "unsupported_media_type"), when=carries("Content-Type", "JSON")),
    ),
    fault(
        "charset-refused",
        "JSON that names its charset is refused.",
        "contract",
        answers(EVERY, error(415, "unsupported_media_type"), when=carries("Content-Type", "charset")),
    ),
    fault(
        "chunks-refused",
        "A body in chunks is refused.",
        "contract",
        answers(EVERY, unprocessable, when=carries("Transfer-Encoding")),
    ),
    fault(
        "chunks-not-read",
        "Of a body in chunks nothing is read.",
        "contract",
        answers("create_course", unprocessable, when=carries("Transfer-Encoding")),
    ),
    fault(
        "revoking-needs-a-body",
        "Revoking without a body is refused.",
        "contract certificates",
        answers("revoke_certificate", unprocessable, when=lacks_body),
    ),
    fault(
        "renewing-needs-a-body",
        "Renewing without a body is refused.",
        "contract certificates",
        answers("renew_certificate", unprocessable, when=lacks_body),
    ),
    fault(
        "revoking-answers-nothing",
        "Revoking without a body is answered without one.",
        "contract certificates",
        answers("revoke_certificate", status(204), when=lacks_body),
    ),
    fault(
        "without-request-id", "Answers have no X-Request-Id.", "contract", answers(EVERY, header("X-Request-Id", None))
    ),
    fault(
        "one-request-id",
        "All requests go by the same X-Request-Id.",
        "contract",
        answers(EVERY, header("X-Request-Id", "1")),
    ),
)
