"""Verification: what anybody who holds a code is told, and what nobody is told."""

import json
from urllib.parse import quote, urlsplit

from .. import asked
from ..answers import Answer
from ..asked import CERTIFICATES, VERIFY, expect_same
from ..clause import must, should
from ..findings import require
from ..lists import lists
from ..missing import ALPHABET, unknown_code
from ..refusals import refused
from ..trial import Trial

SHAPE = {
    "certificate": {"code", "holder_name", "is_claimed", "issued_at", "expires_at"},
    "course": {"name", "description", "eqf_level", "nlqf_level", "qualification_label"},
    "academy": {"name", "logo_url"},
    "links": {"verify_page", "open_badge"},
}
"""What the reference shows, object by object."""
OF_REVOKED = {"certificate": {"revoked_at", "revocation_reason"}}
OF_RENEWED = {"links": {"renewed_by"}}
"""What is added to them in a state."""
NOTHING: dict[str, set[str]] = {}
NOT_KEPT = {"no-store", "no-cache", "max-age=0"}


@must(
    "verification/shape",
    "reference/verification/path",
    "reference/verification/shape",
    "reference/verification/certificate",
    "reference/verification/course",
    "reference/verification/academy",
    "rulings/shapes/public-shapes",
    "openapi.yaml#/components/schemas/Verification",
)
def shape(trial: Trial) -> None:
    """Verification answers just the members that the reference shows, each of its type, null where there is nothing.

    A revoked certificate has `revoked_at` and `revocation_reason` besides, and a renewed one `links.renewed_by`.
    """
    shown = ((trial.stage.full, NOTHING), (trial.stage.lasting, NOTHING), (trial.stage.expired, NOTHING))
    for certificate, more in (*shown, (trial.stage.revoked, OF_REVOKED), (trial.stage.renewal.old, OF_RENEWED)):
        answer = asked.verify(trial, certificate)
        _has_just(answer, answer.json, "The answer", {"valid", "status", *SHAPE})
        for name, members in SHAPE.items():
            _has_just(answer, answer.member(name), f"`{name}`", members | more.get(name, set()))
        answer.expect_described()


def _has_just(answer: Answer, found: object, what: str, members: set[str]) -> None:
    require(isinstance(found, dict), f"{what} is no object.", answer)
    names = set(found) if isinstance(found, dict) else set()
    require(names >= members, f"{what} lacks {', '.join(sorted(members - names))}.", answer)
    require(names <= members, f"{what} has {', '.join(sorted(names - members))} as well.", answer)


@must(
    "verification/facts",
    "reference/verification/certificate",
    "reference/verification/course",
    "openapi.yaml#/components/schemas/VerifiedCourse",
)
def facts(trial: Trial) -> None:
    """Verification tells code, holder and dates as they were issued, and the course as it was set; null where it was not."""
    stage = trial.stage
    for certificate, course in ((stage.full, stage.full_course), (stage.lasting, stage.lasting_course)):
        answer = asked.verify(trial, certificate)
        for member in sorted(SHAPE["certificate"]):
            answer.expect_member(f"certificate.{member}", certificate[member])
        for member in sorted(SHAPE["course"]):
            answer.expect_member(f"course.{member}", course[member])


@must("verification/academy", "reference/verification/academy", "openapi.yaml#/components/schemas/Academy")
def academy(trial: Trial) -> None:
    """Every verification names the academy, the same on all of its certificates; its logo is an address or null."""
    first, second = (asked.verify(trial, certificate) for certificate in (trial.stage.full, trial.stage.revoked))
    name, logo = first.member("academy.name"), first.member("academy.logo_url")
    require(isinstance(name, str) and name.strip(), "`academy.name` is no name.", first)
    require(logo is None or urlsplit(str(logo)).scheme in {"http", "https"}, f"`academy.logo_url` is {logo!r}.", first)
    expect_same(second, "academy", first.member("academy"))


@must("verification/links", "reference/verification/links", "openapi.yaml#/components/schemas/CertificateLinks")
def links(trial: Trial) -> None:
    """`links` leads to the page `/v/` and the badge `/api/obi/assertion/` of the code, by whole addresses, in any state."""
    for certificate in (trial.stage.full, trial.stage.lasting, trial.stage.revoked, trial.stage.renewal.old):
        answer = asked.verify(trial, certificate)
        for name, folder in (("verify_page", "/v/"), ("open_badge", "/api/obi/assertion/")):
            link = urlsplit(str(answer.member(f"links.{name}")))
            told = f"`links.{name}` is {link.geturl()}."
            require(link.scheme in {"http", "https"} and link.netloc, told, answer)
            require(link.path.endswith(f"{folder}{certificate['code']}"), told, answer)


@must("verification/anybody", "reference/verification/public", "reference/verification/any")
def anybody(trial: Trial) -> None:
    """Whoever has the code may verify a certificate, without a key, whichever organization issued it."""
    for certificate in (trial.stage.valid, trial.stage.other_certificate):
        answer = trial.public.get(f"{VERIFY}/{certificate['code']}").expect(200)
        answer.expect_member("certificate.code", certificate["code"])
        answer.expect_member("certificate.holder_name", certificate["holder_name"])


@must("verification/typed", "rulings/codes/typed", "openapi.yaml#/components/schemas/TypedCode")
def typed(trial: Trial) -> None:
    """A code is found in small letters and with blanks around it, and the answer is the same."""
    code = str(trial.stage.full["code"])
    whole = asked.verify(trial, trial.stage.full)
    for written in (code.lower(), f"{code} ", f"  {code}", f" {code.title()}   "):
        answer = trial.public.get(f"{VERIFY}/{quote(written)}")
        require(answer.status == 200, f"The code typed as {written!r} is answered {answer.status}.", answer)
        require(answer.json == whole.json, f"The code typed as {written!r} is answered otherwise.", answer)


@must(
    "verification/misses",
    "rulings/codes/misses-alike",
    "openapi.yaml#/paths/~1api~1v1~1verify~1{code}/get/responses/404",
)
def misses(trial: Trial) -> None:
    """A code that nobody has is 404, and every miss looks alike: of this organization or another, long or no code at all."""
    own = f"{str(trial.stage.valid['code'])[:10]}-{unknown_code()[-6:]}"
    first = refused("a code that nobody has", trial.public.get(f"{VERIFY}/{own}"), "not_found")
    for code in (unknown_code(), f"{own}{ALPHABET[-2:]}", "nothing"):
        other = refused(f"the code {code}", trial.public.get(f"{VERIFY}/{code}"), "not_found")
        for member in ("message", "code"):
            other.expect_member(f"error.{member}", first.member(f"error.{member}"))
        told = f"The answers for {own} and for {code} can be told apart by"
        require(set(other.member("error")) == set(first.member("error")), f"{told} their members.", other)
        require(_headers(other) == _headers(first), f"{told} their headers.", other)


def _headers(answer: Answer) -> set[str]:
    return {name.lower() for name in answer.headers}


@must("verification/private", "openapi.yaml#/components/schemas/Verification", "rulings/shapes/public-shapes")
def private(trial: Trial) -> None:
    """The holder's mail address is told to nobody, nor the ids that the organization works with."""
    renewal = trial.stage.renewal
    for certificate in (trial.stage.full, trial.stage.revoked, renewal.old, renewal.new):
        answer = asked.verify(trial, certificate)
        told = json.dumps(answer.json, ensure_ascii=False) + repr(answer.all_headers)
        address = str(certificate["holder_email"]).partition("@")[0]
        require(address not in told, "It tells the holder's mail address.", answer)
        for member in ("id", "course_id"):
            require(str(certificate[member]) not in told, f"It tells the certificate's `{member}`.", answer)


@must("verification/revoked", "rulings/certificate-states/revoked-members", "rulings/certificate-states/revoked")
def revoked(trial: Trial) -> None:
    """Verifying a revoked certificate tells when it was revoked and why; the reason is null where none was given."""
    for certificate in (trial.stage.revoked, lists(trial).gallery.revoked):
        answer = asked.verify(trial, certificate)
        for member in ("revoked_at", "revocation_reason"):
            answer.expect_member(f"certificate.{member}", certificate[member])


@must(
    "verification/renewed-by",
    "rulings/certificate-states/renewed-by",
    "openapi.yaml#/components/schemas/CertificateLinks",
)
def renewed_by(trial: Trial) -> None:
    """A renewed certificate leads in `links.renewed_by` to its successor's verify page, for its issuer as well."""
    renewal = trial.stage.renewal
    page = asked.verify(trial, renewal.new).member("links.verify_page")
    asked.verify(trial, renewal.old).expect_member("links.renewed_by", page)
    asked.read(trial, renewal.old).expect_member("data.links.renewed_by", page)


@must("verification/at-once", "rulings/certificate-states/order", "openapi.yaml#/paths/~1api~1v1~1verify~1{code}/get")
def at_once(trial: Trial) -> None:
    """Verification tells of a correction, a renewal and a revocation as soon as they are answered."""
    certificate = trial.stage.new_certificate(notify=False)
    asked.verify(trial, certificate).expect_member("status", "valid")
    correction = {"holder_name": "Jane Roe", "notify": False}
    trial.academy.patch(f"{CERTIFICATES}/{certificate['code']}", json=correction).expect(200)
    asked.verify(trial, certificate).expect_member("certificate.holder_name", "Jane Roe")
    trial.stage.renew(certificate, notify=False)
    asked.verify(trial, certificate).expect_member("status", "renewed")
    trial.stage.revoke(certificate)
    asked.verify(trial, certificate).expect_member("status", "revoked")


@should("verification/not-kept", "RFC 9111, 4.2.2")
def not_kept(trial: Trial) -> None:
    """An answer says in `Cache-Control` that no cache may give it out again unasked: a revocation would come late."""
    answer = asked.verify(trial, trial.stage.valid)
    told = {part.strip().lower() for part in answer.header("Cache-Control").split(",")}
    require(told & NOT_KEPT, f"`Cache-Control` is {answer.header('Cache-Control')}.", answer)
