"""Faults of keeping organizations apart."""

from tests.conformance.faults.breaking import answers, is_meant, not_found
from tests.conformance.faults.fault import Rule, fault
from tests.conformance.faults.messages import Ask, Json, Memory, Reply, Request


def under_any_key(of: str) -> Rule:
    """What is not found under one organization's key is done under the other's."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        if reply.status != 404 or not request.key or not is_meant(of, request):
            return reply
        for key in memory.other_keys(request):
            again = ask(under(key, request))
            if again.status != 404:
                return again
        return reply

    return rule


def under(key: str, request: Request) -> Request:
    """The same request with another key."""
    again = request.copy()
    again.set_header("Authorization", f"Bearer {key}")
    return again


def there_is_one(request: Request, ask: Ask, memory: Memory) -> bool:
    """Whether the thing is the other organization's (asked so that nothing happens to it)."""
    reading = request.copy()
    reading.method, reading.body = "GET", b""
    for name in ("Content-Length", "Content-Type"):
        reading.set_header(name, None)
    return any(ask(under(key, reading)).status == 200 for key in memory.other_keys(request))


def told_apart(of: str, reply: Reply) -> Rule:
    """Another organization's thing is answered otherwise than a missing one."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        found = ask(request)
        if found.status == 404 and request.key and is_meant(of, request) and there_is_one(request, ask, memory):
            return reply.copy()
        return found

    return rule


def listed_together(of: str) -> Rule:
    """Lists hold what both organizations have."""

    def rule(request: Request, ask: Ask, memory: Memory) -> Reply:
        reply = ask(request)
        told: Json = reply.json
        if not is_meant(of, request) or reply.status != 200 or not told or request.method != "GET":
            return reply
        for key in memory.other_keys(request):
            others = ask(under(key, request)).json
            told["data"] += others.get("data", []) if isinstance(others, dict) else []
        reply.json = told
        return reply

    return rule


def replayed_to_anybody(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Who repeats another organization's Idempotency-Key is given its answer."""
    name = request.header("Idempotency-Key")
    if not name or request.operation != "create_course":
        return ask(request)
    known: tuple[str, Reply] | None = memory.notes.get(name)
    if known is not None and known[0] != request.key:
        return known[1].copy()
    reply = ask(request)
    memory.notes[name] = (request.key, reply.copy())
    return reply


def delivered_to_all(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Every event is sent to every endpoint of the name `isolation`."""
    for path in memory.secrets:
        if path.endswith("/isolation") and path != request.path:
            copy = request.copy()
            copy.target = path
            ask(copy)
    return ask(request)


FORBIDDEN = Reply([("Content-Type", "application/json")], status=403)
FORBIDDEN.json = {"error": {"message": "That is another organization's.", "code": "forbidden"}}
NOT_YOURS = Reply([("Content-Type", "application/json")], status=404)
NOT_YOURS.json = {"error": {"message": "That is another organization's.", "code": "not_found"}}

FAULTS = (
    fault(
        "certificates-of-another",
        "Another organization's certificates are read.",
        "isolation",
        under_any_key("get_certificate"),
    ),
    fault(
        "certificates-of-another-revoked",
        "Another organization's certificates are revoked.",
        "isolation",
        under_any_key("revoke_certificate"),
    ),
    fault(
        "certificates-of-another-forbidden",
        "Another organization's certificate is 403.",
        "isolation",
        told_apart("get_certificate", FORBIDDEN),
    ),
    fault(
        "certificates-of-another-told-apart",
        "The 404 of another organization's certificate reads otherwise.",
        "isolation",
        told_apart("get_certificate", NOT_YOURS),
    ),
    fault("courses-of-another", "Another organization's courses are read.", "isolation", under_any_key("get_course")),
    fault(
        "courses-of-another-changed",
        "Another organization's courses are changed.",
        "isolation",
        under_any_key("update_course"),
    ),
    fault(
        "courses-of-another-told-apart",
        "The 404 of another organization's course reads otherwise.",
        "isolation",
        told_apart("get_course", NOT_YOURS),
    ),
    fault(
        "issued-for-another",
        "A certificate for another organization's course is issued.",
        "isolation",
        under_any_key("issue_certificate"),
    ),
    fault(
        "endpoints-of-another",
        "Another organization's endpoints are read and disabled.",
        "isolation",
        under_any_key("get_webhook disable_webhook"),
    ),
    fault(
        "secrets-of-another",
        "The secret of another organization's endpoint is replaced, and told.",
        "isolation",
        under_any_key("rotate_webhook_secret"),
    ),
    fault(
        "endpoints-of-another-forbidden",
        "Another organization's endpoint is 403.",
        "isolation",
        told_apart("get_webhook delete_webhook update_webhook", FORBIDDEN),
    ),
    fault(
        "deliveries-of-another",
        "Deliveries of another organization are read.",
        "isolation",
        under_any_key("get_delivery"),
    ),
    fault(
        "deliveries-of-another-repeated",
        "Deliveries of another organization are made again.",
        "isolation",
        under_any_key("redeliver"),
    ),
    fault("lists-of-all", "Endpoints of all organizations are listed.", "isolation", listed_together("list_webhooks")),
    fault(
        "certificates-of-all",
        "A list of certificates by their course holds those of any organization.",
        "isolation certificates pagination",
        listed_together("list_certificates"),
    ),
    fault(
        "courses-of-all",
        "Courses of all organizations are listed.",
        "isolation courses pagination",
        listed_together("list_courses"),
    ),
    fault(
        "feed-of-all",
        "The feed tells of the certificates of all organizations.",
        "isolation webhooks claims",
        listed_together("list_events"),
    ),
    fault(
        "events-to-all",
        "Events are sent to endpoints of other organizations.",
        "isolation webhooks",
        deliveries=(delivered_to_all,),
    ),
    fault(
        "idempotency-keys-of-all",
        "The Idempotency-Key of one organization is known to another.",
        "idempotency",
        replayed_to_anybody,
    ),
    fault(
        "verified-by-its-own-alone",
        "Who verifies with a key is told of no other organization's certificates.",
        "isolation authentication",
        answers(
            "verify_certificate",
            not_found,
            when=lambda seen: bool(seen.request.key) and seen.request.key == seen.memory.keys[0],
        ),
    ),
)
