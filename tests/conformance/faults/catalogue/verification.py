"""Faults of verification: what anybody who holds a code is told."""

from urllib.parse import unquote, urlsplit

from tests.conformance.faults.breaking import (
    Seen,
    alter,
    answers,
    drop,
    header,
    not_found,
    put,
    where,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import remembered

VERIFY = "verify_certificate"


def typed(seen: Seen) -> str:
    """The code as it stands in the address."""
    return unquote(seen.request.path.rpartition("/")[2])


def first_answer(request: Request, ask: Ask, memory: Memory) -> Reply:
    """What was verified once is answered so for ever."""
    if request.operation != VERIFY:
        return ask(request)
    kept = remembered(memory, "verified")
    if request.target not in kept:
        reply = ask(request)
        if reply.status != 200:
            return reply
        kept[request.target] = reply
    found: Reply = kept[request.target]
    return found.copy()


def path_only(link: Json) -> Json:
    """An address without its host."""
    return urlsplit(link).path


def tells_the_address(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Verification answers with the holder's mail address in a header."""
    reply = ask(request)
    told: Json = reply.json
    if request.operation in ("issue_certificate", "renew_certificate") and reply.status == 201:
        remembered(memory, "addresses")[told["data"]["code"]] = told["data"]["holder_email"]
    if request.operation == VERIFY and reply.status == 200:
        reply.set_header("X-Holder", remembered(memory, "addresses").get(told["certificate"]["code"], ""))
    return reply


def tells_the_course(request: Request, ask: Ask, memory: Memory) -> Reply:
    """The link to the page names the course's id."""
    reply = ask(request)
    told: Json = reply.json
    if request.operation in ("issue_certificate", "renew_certificate") and reply.status == 201:
        remembered(memory, "courses")[told["data"]["code"]] = told["data"]["course_id"]
    if request.operation == VERIFY and reply.status == 200:
        reply.set_header("ETag", remembered(memory, "courses").get(told["certificate"]["code"], ""))
    return reply


FAULTS = (
    fault(
        "verify-without-levels",
        "A verification leaves out levels that are not set.",
        "verification courses contract states cors",
        answers(VERIFY, drop("course.eqf_level"), when=where("course.eqf_level", None)),
    ),
    fault(
        "verify-tells-more",
        "A verification has the id of the certificate's holder.",
        "verification",
        answers(VERIFY, put("certificate.holder_id", 7)),
    ),
    fault(
        "verify-level-as-text",
        "A verification tells the European level as text.",
        "verification courses contract",
        answers(VERIFY, alter("course.eqf_level", lambda level: level and str(level))),
    ),
    fault(
        "verify-always-tells-revocation",
        "A verification has `revoked_at` of null when nothing was revoked.",
        "verification contract states",
        answers(VERIFY, put("certificate.revoked_at", None), when=lambda seen: not where("status", "revoked")(seen)),
    ),
    fault(
        "verify-empty-for-null",
        "A description that there is not is told as an empty text.",
        "verification courses",
        answers(VERIFY, alter("course.description", lambda text: text or "")),
    ),
    fault(
        "verify-first-name-only",
        "A verification tells the holder's first name alone.",
        "verification states contract isolation",
        answers(VERIFY, alter("certificate.holder_name", lambda name: name.split()[0] if name == "Jane Doe" else name)),
    ),
    fault(
        "verify-dates-only",
        "A verification tells the day of issue without its time.",
        "verification states contract certificates",
        answers(VERIFY, alter("certificate.issued_at", lambda at: f"{at[:10]}T00:00:00Z")),
    ),
    fault(
        "academy-without-name",
        "A verification does not tell the academy's name.",
        "verification open-badges",
        answers(VERIFY, put("academy.name", "")),
    ),
    fault(
        "academy-of-revoked-hidden",
        "A revoked certificate's academy has another name.",
        "verification",
        answers(VERIFY, put("academy.name", "An academy"), when=where("status", "revoked")),
    ),
    fault(
        "logo-is-no-address",
        "The academy's logo is the name of a file.",
        "verification open-badges",
        answers(VERIFY, put("academy.logo_url", "logo.png")),
    ),
    fault(
        "links-without-host",
        "The links of a verification are no whole addresses.",
        "verification states open-badges",
        answers(VERIFY, alter("links.verify_page", path_only)),
    ),
    fault(
        "links-to-the-wrong-page",
        "The link to the badge leads to the page.",
        "verification states open-badges",
        answers(VERIFY, lambda reply, _seen: _same_links(reply)),
    ),
    fault(
        "revoked-without-page",
        "A revoked certificate has no link to a page.",
        "verification states contract",
        answers(VERIFY, drop("links.verify_page"), when=where("status", "revoked")),
    ),
    fault(
        "others-not-verified",
        "Certificates of the organization that was founded first are verified, others are not found.",
        "verification isolation",
        answers(
            VERIFY,
            not_found,
            when=where("academy.name", "Another Academy"),
        ),
    ),
    fault(
        "typed-in-capitals-only",
        "A code in small letters is not found.",
        "verification",
        answers(VERIFY, not_found, when=lambda seen: typed(seen) != typed(seen).upper()),
    ),
    fault(
        "typed-without-blanks-only",
        "A code with blanks around it is not found.",
        "verification",
        answers(VERIFY, not_found, when=lambda seen: typed(seen) != typed(seen).strip()),
    ),
    fault(
        "code-repeated-as-typed",
        "A verification repeats the code as it was typed.",
        "verification",
        answers(VERIFY, lambda reply, seen: put("certificate.code", typed(seen))(reply, seen), status=200),
    ),
    fault(
        "misses-tell-the-academy",
        "The 404 for a code with the letters of an academy reads otherwise.",
        "verification",
        answers(
            VERIFY,
            put("error.message", "This academy has no such certificate."),
            status=404,
            when=lambda seen: "-EXA-" in typed(seen),
        ),
    ),
    fault(
        "misses-tell-the-form",
        "The 404 for what can be no code reads otherwise.",
        "verification",
        answers(VERIFY, put("error.message", "That is no code."), status=404, when=lambda seen: "-" not in typed(seen)),
    ),
    fault(
        "misses-tell-by-a-header",
        "The 404 for a code of seven characters or more has a header of its own.",
        "verification",
        answers(VERIFY, header("X-Prefix", "long"), status=404, when=lambda seen: len(typed(seen)) > 17),
    ),
    fault(
        "misses-tell-a-detail",
        "The 404 for what can be no code has details.",
        "verification",
        answers(VERIFY, put("error.details", []), status=404, when=lambda seen: "-" not in typed(seen)),
    ),
    fault(
        "misses-are-empty",
        "A code that nobody has is answered with null and 200.",
        "verification errors cors limits isolation",
        answers(VERIFY, lambda reply, _seen: _null(reply), status=404),
    ),
    fault(
        "address-told-in-a-header",
        "A verification has the holder's mail address in a header.",
        "verification",
        tells_the_address,
    ),
    fault("course-id-told", "A verification has the course's id in a header.", "verification", tells_the_course),
    fault(
        "revocation-without-reason",
        "A revocation is verified without its reason.",
        "verification contract states",
        answers(VERIFY, drop("certificate.revocation_reason")),
    ),
    fault(
        "revocation-always-with-reason",
        "A revocation without a reason is verified with one.",
        "verification",
        answers(VERIFY, alter("certificate.revocation_reason", lambda why: why or "Revoked")),
    ),
    fault(
        "revocation-told-at-another-time",
        "A revocation is verified with the date of expiry.",
        "verification",
        answers(VERIFY, lambda reply, _seen: _revoked_at_expiry(reply), when=where("status", "revoked")),
    ),
    fault(
        "successor-hidden",
        "A renewed certificate does not lead to its successor.",
        "verification states",
        answers(VERIFY, drop("links.renewed_by")),
    ),
    fault(
        "successor-is-a-document",
        "A renewed certificate leads to its successor's badge.",
        "verification states",
        answers(
            f"{VERIFY} get_certificate",
            alter("links.renewed_by", lambda link: link.replace("/v/", "/api/obi/assertion/")),
            alter("data.links.renewed_by", lambda link: link.replace("/v/", "/api/obi/assertion/")),
        ),
    ),
    fault(
        "successor-hidden-from-the-issuer",
        "Who reads a renewed certificate with a key is not led to its successor.",
        "verification states certificates",
        answers("get_certificate", drop("data.links.renewed_by")),
    ),
    fault(
        "verified-from-a-cache",
        "What was verified once is answered so for ever.",
        "verification states webhooks claims courses certificates",
        first_answer,
    ),
    fault(
        "verifications-kept",
        "Caches may keep a verification for a day.",
        "verification",
        answers(VERIFY, header("Cache-Control", "public, max-age=86400")),
    ),
    fault(
        "verifications-without-cache-control",
        "A verification says nothing to caches.",
        "verification",
        answers(VERIFY, header("Cache-Control", None)),
    ),
)


def _same_links(reply: Message) -> None:
    told: Json = reply.json
    if isinstance(told, dict) and "links" in told:
        told["links"]["open_badge"] = told["links"]["verify_page"]
        reply.json = told


def _revoked_at_expiry(reply: Message) -> None:
    told: Json = reply.json
    told["certificate"]["revoked_at"] = told["certificate"]["expires_at"]
    reply.json = told


def _null(reply: Message) -> None:
    assert isinstance(reply, Reply)
    reply.status = 200
    reply.set_body(b"null")
