"""Open Badges: what a claimed certificate is to readers of badges anywhere."""

import hashlib
from typing import Any

from ..answers import Answer
from ..asked import instant_at
from ..clause import must
from ..earned import assertion as assertion_of
from ..earned import at, earned
from ..findings import NotMet, Silent, require
from ..instants import instant
from ..missing import unknown_code
from ..stage import Thing
from ..trial import Trial
from . import open_badges_courses, open_badges_http, open_badges_validation

CONTEXT = "https://w3id.org/openbadges/v2"
EXAMPLE = "reference/open-badges-2-0/example"
ASSERTION = "Open Badges 2.0, Assertion"
MEMBERS = ("@context", "type", "id", "recipient", "badge", "verification", "issuedOn")


@must("open-badges/assertion", EXAMPLE, "reference/open-badges-2-0/assertion", ASSERTION)
def assertion(trial: Trial) -> None:
    """A claimed certificate has an assertion with the members of the reference's example, in the context of Open Badges 2.0.

    It is verified by fetching it: `verification` is `HostedBadge`.
    """
    answer = assertion_of(trial, trial.stage.claimed).expect(200).expect_described()
    missing = [name for name in (*MEMBERS, "expires") if name not in answer.json]
    require(not missing, f"GET {answer.path}: it lacks {', '.join(missing)}", answer)
    answer.expect_member("@context", CONTEXT).expect_member("type", "Assertion")
    answer.expect_member("verification.type", "HostedBadge")


@must(
    "open-badges/recipient",
    EXAMPLE,
    "rulings/open-badges-2-0/identity",
    "rulings/open-badges-2-0/as-typed",
    "Open Badges 2.0, IdentityObject and IdentityHash",
)
def recipient(trial: Trial) -> None:
    """The holder is named by `sha256$` and the SHA-256, in hexadecimal, of the lower-cased mail address and the salt.

    The salt is the certificate's code. The certificate itself keeps the address as it was typed.
    """
    typed, certificate = earned(trial).mailed.typed["holder_email"], earned(trial).typed
    require(certificate["holder_email"] == typed, f"holder_email is {certificate['holder_email']}, typed was {typed}.")
    answer = assertion_of(trial, certificate).expect(200)
    salt = str(certificate["code"])
    digest = hashlib.sha256((typed.lower() + salt).encode()).hexdigest()
    expected = {"type": "email", "hashed": True, "salt": salt, "identity": f"sha256${digest}"}
    for name, value in expected.items():
        answer.expect_member(f"recipient.{name}", value)


@must("open-badges/no-address", "rulings/open-badges-2-0/identity", "Open Badges 2.0, IdentityObject")
def no_address(trial: Trial) -> None:
    """Nobody learns the holder's mail address from the badge: no document of it holds it in clear."""
    certificate = trial.stage.claimed
    answer = assertion_of(trial, certificate).expect(200)
    badge = at(trial, answer.member("badge"))
    for document in (answer, badge, at(trial, badge.member("issuer"))):
        if str(certificate["holder_email"]).lower().encode() in document.body.lower():
            raise document.not_met(f"it tells {certificate['holder_email']}")


@must("open-badges/dates", EXAMPLE, "rulings/open-badges-2-0/expired", ASSERTION)
def dates(trial: Trial) -> None:
    """`issuedOn` is the certificate's `issued_at`, and `expires` its `expires_at`, in UTC."""
    for certificate in (trial.stage.claimed, earned(trial).expired):
        _expect_dates(assertion_of(trial, certificate).expect(200), certificate)


def _expect_dates(answer: Answer, certificate: Thing) -> None:
    for name, member in (("issuedOn", "issued_at"), ("expires", "expires_at")):
        if instant_at(answer, name) != instant(certificate[member], f"`{member}`"):
            raise answer.not_met(
                f"`{name}` is {answer.member(name)}, and the certificate's {member} {certificate[member]}"
            )


@must("open-badges/never-expires", ASSERTION)
def never_expires(trial: Trial) -> None:
    """The assertion of a certificate that never expires has no `expires`, not even as null."""
    answer = assertion_of(trial, earned(trial).lasting).expect(200).expect_described()
    require("expires" not in answer.json, f"GET {answer.path}: it has `expires`", answer)


@must(
    "open-badges/hosted",
    "reference/open-badges-2-0/documents",
    EXAMPLE,
    "openapi.yaml#/components/schemas/CertificateLinks",
    "Open Badges 2.0, HostedBadge verification",
)
def hosted(trial: Trial) -> None:
    """Each of the three documents is found at its own `id`, and leads to the next: assertion, badge class, issuer.

    The certificate's link `open_badge` is the address of its assertion.
    """
    certificate = trial.stage.claimed
    answer = _at_itself(trial, certificate["links"]["open_badge"])
    answer.expect_member("id", certificate["links"]["open_badge"])
    for step, kind in (("badge", "BadgeClass"), ("issuer", "Profile")):
        address = answer.member(step)
        answer = _at_itself(trial, address).expect_described()
        answer.expect_member("id", address).expect_member("type", kind).expect_member("@context", CONTEXT)


def _at_itself(trial: Trial, address: object) -> Answer:
    """What is at the very address that the server names, and not only below `--url`."""
    try:
        return trial.public.get(str(address)).expect(200)
    except Silent as why:
        raise NotMet(f"nobody answers at {address}, which the server gives out: {why}") from why


@must(
    "open-badges/one-base",
    "rulings/driving-it-from-outside/public-url",
    "openapi.yaml#/components/schemas/CertificateLinks",
    "openapi.yaml#/components/schemas/CourseLinks",
)
def one_base(trial: Trial) -> None:
    """Every link and every badge's id begins with the same public address of the server."""
    certificate, course = trial.stage.claimed, trial.stage.full_course
    base = str(certificate["links"]["open_badge"]).partition("/api/")[0]
    answer = assertion_of(trial, certificate).expect(200)
    badge = at(trial, answer.member("badge"))
    verified = trial.public.get(f"/api/v1/verify/{certificate['code']}").expect(200)
    read = trial.academy.get(f"/api/v1/courses/{course['id']}").expect(200)
    for document, places in (
        (answer, ("id", "badge")),
        (badge, ("id", "image", "issuer")),
        (verified, ("links.verify_page", "links.open_badge")),
        (read, ("data.links.badge_class",)),
    ):
        for place in places:
            address = str(document.member(place))
            if not address.startswith(f"{base}/"):
                raise document.not_met(f"`{place}` is {address}, which does not begin with {base} as `open_badge` does")


@must(
    "open-badges/unclaimed",
    "reference/open-badges-2-0/claimed-only",
    "rulings/open-badges-2-0/unclaimed",
    "openapi.yaml#/components/schemas/CertificateLinks",
)
def unclaimed(trial: Trial) -> None:
    """A certificate that nobody has claimed has no assertion, revoked or not: 404, as for a code that does not exist."""
    stage = trial.stage
    nobodys = trial.public.get(f"/api/obi/assertion/{unknown_code()}").expect_error("not_found")
    for certificate in (stage.valid, stage.expired, stage.revoked):
        answer = assertion_of(trial, certificate).expect_error("not_found")
        alike = answer.member("error.message") == nobodys.member("error.message")
        require(alike, f"GET {answer.path}: this 404 reads otherwise than that of a code that does not exist", answer)


@must(
    "open-badges/revoked",
    "rulings/open-badges-2-0/exists-until-revoked",
    "rulings/open-badges-2-0/revoked",
    "openapi.yaml#/components/schemas/RevokedAssertion",
    "Open Badges 2.0, Assertion, revoked and revocationReason",
)
def revoked(trial: Trial) -> None:
    """The assertion of a claimed certificate that was revoked is gone: 410, and what Open Badges asks for is all it tells.

    That is `@context`, `type`, `id`, `revoked` and `revocationReason`, the reason that was given.
    """
    certificate = trial.stage.claimed_revoked
    _expect_gone(assertion_of(trial, certificate), certificate, certificate["revocation_reason"])


@must("open-badges/revoked-silently", "rulings/open-badges-2-0/revoked")
def revoked_silently(trial: Trial) -> None:
    """A badge that was revoked without a reason is gone in the same way, its `revocationReason` a sentence of any kind."""
    certificate = earned(trial).silently_revoked
    answer = assertion_of(trial, certificate).expect(410)
    reason = answer.member("revocationReason")
    _expect_gone(answer, certificate, reason)
    require(isinstance(reason, str) and reason.strip(), f"GET {answer.path}: `revocationReason` tells nothing", answer)


def _expect_gone(answer: Answer, certificate: Thing, reason: Any) -> None:  # noqa: ANN401  # what the answer told
    answer.expect(410).expect_described()
    expected = {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": certificate["links"]["open_badge"],
        "revoked": True,
        "revocationReason": reason,
    }
    for name, value in expected.items():
        answer.expect_member(name, value)
    more = [name for name in answer.json if name not in expected]
    require(not more, f"GET {answer.path}: it still tells {', '.join(more)}", answer)


@must("open-badges/expired", "rulings/open-badges-2-0/expired", "Open Badges 2.0, Assertion, expires")
def expired(trial: Trial) -> None:
    """An expired certificate keeps its assertion: 200, whole, with an `expires` that has passed."""
    certificate = earned(trial).expired
    answer = assertion_of(trial, certificate).expect(200).expect_described()
    answer.expect_member("type", "Assertion")
    passed = instant_at(answer, "expires") < instant(trial.stage.course["created_at"], "`created_at`")
    require(passed, f"GET {answer.path}: `expires` has not passed", answer)


@must("open-badges/renewed", "rulings/open-badges-2-0/renewed")
def renewed(trial: Trial) -> None:
    """A renewed certificate keeps its assertion, which was truly earned: 200, with its own dates and not its successor's."""
    old = trial.stage.claimed_renewal.old
    answer = assertion_of(trial, old).expect(200).expect_described()
    answer.expect_member("id", old["links"]["open_badge"])
    _expect_dates(answer, old)


@must("open-badges/successor", "rulings/open-badges-2-0/exists-until-revoked", "rulings/open-badges-2-0/renewed")
def successor(trial: Trial) -> None:
    """The successor of a claimed certificate, claimed as it is by inheritance, has an assertion of its own."""
    new = trial.stage.claimed_renewal.new
    answer = assertion_of(trial, new).expect(200).expect_described().expect_member("id", new["links"]["open_badge"])
    _expect_dates(answer.expect_member("recipient.salt", new["code"]), new)


@must("open-badges/versions", "openapi.yaml#/components/parameters/Version", "rulings/certificate-states/badge-class")
def versions(trial: Trial) -> None:
    """The assertion of a certificate names the badge class of the version it was issued on, also once that has changed.

    Version 1 is at the course's plain address, a later one at `?version=N`, each with its own name.
    """
    first, second = earned(trial).versions
    plain = f"/api/obi/badge-class/{first['course_id']}"
    for certificate, path in ((first, plain), (second, f"{plain}?version=2")):
        answer = assertion_of(trial, certificate).expect(200)
        address = str(answer.member("badge"))
        require(
            address.endswith(path), f"GET {answer.path}: `badge` is {address}, which does not end in {path}", answer
        )
        at(trial, address).expect_member("name", certificate["course_name"])


COURSES = open_badges_courses.COURSES
HTTP = open_badges_http.HTTP
VALIDATION = open_badges_validation.VALIDATION
