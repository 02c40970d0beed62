"""Faults of what scripts of other pages may read."""

from tests.conformance.faults.breaking import EVERY, Seen, answers, carries, error, header, is_, not_, status, where
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Message

ORIGIN = "Access-Control-Allow-Origin"
BADGES = "get_badge_class get_issuer"
PUBLIC = "verify_certificate get_assertion get_badge_class get_badge_image get_issuer"
CLOSED = header(ORIGIN, None)
OPEN = header(ORIGIN, "*")


def the_origin_itself(reply: Message, seen: Seen) -> None:
    """The page that asks is named as the one that may read."""
    if reply.header(ORIGIN):
        reply.set_header(ORIGIN, seen.request.header("Origin") or "null")


FAULTS = (
    fault("verify-closed", "Scripts may not verify.", "cors", answers("verify_certificate", CLOSED, status=200)),
    fault(
        "verify-closed-when-revoked",
        "Scripts may not be told of a revocation.",
        "cors",
        answers("verify_certificate", CLOSED, when=where("status", "revoked")),
    ),
    fault(
        "origin-repeated",
        "The page that asks is named instead of all pages.",
        "cors",
        answers("verify_certificate", the_origin_itself, status=200),
    ),
    fault(
        "badges-closed", "Scripts may not read badge classes.", "cors", answers("get_badge_class", CLOSED, status=200)
    ),
    fault(
        "pictures-closed",
        "Scripts may not read the pictures of badges.",
        "cors",
        answers("get_badge_image", CLOSED, status=200),
    ),
    fault("issuers-closed", "Scripts may not read profiles.", "cors", answers("get_issuer", CLOSED, status=200)),
    fault(
        "assertions-closed", "Scripts may not read assertions.", "cors", answers("get_assertion", CLOSED, status=200)
    ),
    fault(
        "gone-closed",
        "Scripts may not be told that an assertion is gone.",
        "cors",
        answers("get_assertion", CLOSED, status=410),
    ),
    fault(
        "gone-is-an-error",
        "An assertion that is gone has the body of an error.",
        "cors open-badges",
        answers("get_assertion", error(410, "gone"), status=410),
    ),
    fault(
        "misses-closed",
        "Scripts may not be told that there is no such certificate.",
        "cors verification",
        answers(PUBLIC, CLOSED, status=404),
    ),
    fault(
        "refusals-closed",
        "Scripts may not be told that a version cannot be one.",
        "cors",
        answers("get_badge_image", CLOSED, status=422),
    ),
    fault("open-everywhere", "Scripts of all pages may read everything.", "cors", answers(EVERY, OPEN)),
    fault(
        "open-to-keys",
        "Scripts of all pages may read certificates with a key.",
        "cors",
        answers("get_certificate", OPEN, status=200),
    ),
    fault(
        "errors-open", "Scripts of all pages may read that a key is missing.", "cors", answers(EVERY, OPEN, status=401)
    ),
    fault("claims-open", "Scripts of all pages may claim.", "cors", answers("claim_certificate", OPEN)),
    fault(
        "preflights-open",
        "Browsers are told that scripts may call what needs a key.",
        "cors",
        answers(EVERY, status(204), OPEN, header("Access-Control-Allow-Headers", "*"), when=is_("OPTIONS")),
    ),
    fault(
        "preflights-unanswered",
        "Browsers that ask about headers of a script are refused.",
        "cors",
        answers(EVERY, error(405, "method_not_allowed"), CLOSED, when=is_("OPTIONS")),
    ),
    fault(
        "preflights-without-headers",
        "Browsers are not told which headers a script may send.",
        "cors",
        answers(EVERY, header("Access-Control-Allow-Headers", "accept"), when=is_("OPTIONS")),
    ),
    fault(
        "limits-hidden",
        "Scripts may not read what is left of a limit.",
        "cors limits",
        answers(PUBLIC, header("Access-Control-Expose-Headers", None)),
    ),
    fault(
        "limits-hidden-in-errors",
        "Scripts may not read what is left of a limit when there is no such thing.",
        "cors verification",
        answers(PUBLIC, header("Access-Control-Expose-Headers", "X-Request-Id"), status=404),
    ),
    fault(
        "open-to-origins-only",
        "The permission is there only for those who name their page.",
        "cors",
        answers(PUBLIC, CLOSED, when=not_(carries("Origin"))),
    ),
)
