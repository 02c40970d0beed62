"""Real things for Schemathesis to ask about: most of what is asked at random does not exist.

It changes and removes what it is given, so they are its own. What the server refuses to make is left out: that is the
business of the clause of the operation that makes it.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .findings import Blocked, NotMet, NotPossible, Silent
from .stage import RECEIVER_PATH, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .asking import Caller
    from .fuzzing_run import Samples
    from .trial import Trial

RECEIVER = f"https://receiver.invalid{RECEIVER_PATH}hooks"
"""An endpoint that nobody has and nobody can get (RFC 6761, section 6.4), so that no stranger is sent our events."""
TO_BE_REMOVED, TO_BE_REVOKED, TO_BE_RENEWED = 5, 3, 5
"""So many things for operations that leave nothing to do for the next request."""


def samples(trial: "Trial", operation_ids: tuple[str, ...]) -> "Samples":
    """Ids, codes and tokens by the names that fuzzing_run.py knows; for what only mail leads to, if it is asked for."""
    stage = trial.stage
    course = next(iter(_several(1, lambda: str(stage.new_course()["id"]))), None)
    webhooks = _several(1 + TO_BE_REMOVED, lambda: str(stage.new_endpoint("fuzzing", RECEIVER)["id"]))
    codes = _several(1 + TO_BE_REVOKED + TO_BE_RENEWED, lambda: _code(trial, course)) if course else []
    return {
        "courses": [course] if course else [],
        "codes": codes[:1],
        "revocable": codes[1 : 1 + TO_BE_REVOKED],
        "renewable": codes[1 + TO_BE_REVOKED :],
        "issuers": _several(1, lambda: _issuer(trial, course)) if course else [],
        "webhooks": webhooks[:1],
        "deliveries": _deliveries(trial, webhooks[0]) if webhooks else [],
        "removable": webhooks[1:],
        "claimed": _claimed(trial) if "get_assertion" in operation_ids else [],
        "tokens": _tokens(trial, course) if course and "claim_certificate" in operation_ids else [],
    }


def endpoints(academy: "Caller") -> dict[str, str] | None:
    """The organization's endpoints, each with its address; None where the server does not tell."""
    with suppress(NotMet, Silent, Blocked):
        listed = academy.get("/api/v1/webhooks").expect(200).member("data")
        if isinstance(listed, list):
            return {str(each["id"]): str(each.get("url")) for each in listed if isinstance(each, dict) and "id" in each}
    return None


def tidy(academy: "Caller", before: "Mapping[str, str] | None") -> None:
    """No endpoint that came since `before` stays behind, whatever its address: an organization may have only so many.

    Where nobody knows what there was before, those go that are surely the run's own.
    """
    for endpoint, url in (endpoints(academy) or {}).items():
        if (endpoint not in before) if before is not None else _is_own(url):
            with suppress(NotMet, Silent, Blocked):
                academy.delete(f"/api/v1/webhooks/{endpoint}")


def _is_own(url: str) -> bool:
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    return str(address.hostname).endswith("receiver.invalid") and address.path.startswith(RECEIVER_PATH)


def _several(times: int, make: Callable[[], str]) -> list[str]:
    """As many as the server makes; after the first refusal it is not asked again."""
    made: list[str] = []
    with suppress(NotMet, Silent, Blocked):
        for _ in range(times):
            made.append(make())  # noqa: PERF401  # what was made before the refusal is kept
    return made


def _code(trial: "Trial", course_id: str | None) -> str:
    return str(trial.stage.new_certificate(Thing(id=course_id), notify=False)["code"])


def _issuer(trial: "Trial", course_id: str | None) -> str:
    badge = trial.public.get(f"/api/obi/badge-class/{course_id}").expect(200)
    return str(badge.member("issuer")).rpartition("/")[2]


def _deliveries(trial: "Trial", webhook: str) -> list[str]:
    """Those of the certificates that were issued above, on their way to an endpoint."""
    with suppress(NotMet, Silent):
        listed = trial.academy.get(f"/api/v1/webhooks/{webhook}/deliveries").expect(200).member("data")
        if isinstance(listed, list):
            return [str(each["id"]) for each in listed if isinstance(each, dict) and "id" in each]
    return []


def _claimed(trial: "Trial") -> list[str]:
    """Read only, so those that everybody reads."""
    return _by_mail(lambda: [str(trial.stage.claimed["code"]), str(trial.stage.claimed_revoked["code"])])


def _tokens(trial: "Trial", course_id: str) -> list[str]:
    course, stage = Thing(id=course_id), trial.stage
    return _by_mail(lambda: [stage.mailbox.token(stage.new_certificate(course)["holder_email"])])


def _by_mail(made: Callable[[], list[str]]) -> list[str]:
    """Without the server's mails nothing can be claimed."""
    try:
        return made()
    except (NotMet, NotPossible, Silent):
        return []
