"""Faults of badge classes, their pictures and versions, and of the issuers' profiles."""

from tests.conformance.faults.breaking import (
    Seen,
    alter,
    answers,
    asked,
    body,
    drop,
    error,
    forgiving,
    goes_to,
    header,
    is_,
    not_,
    put,
    query,
    reshape,
    unprocessable,
    where,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Json

BADGE, IMAGE, ISSUER = "get_badge_class", "get_badge_image", "get_issuer"
BADGES = f"{BADGE} {IMAGE}"


def in_words(description: Json) -> bool:
    """It is the sentence that stands in for a description."""
    return isinstance(description, str) and description.startswith("The course ")


def generated(told: Json, _seen: Seen) -> Json:
    """The picture is the one that courses without a picture get."""
    address, mark, version = told["id"].partition("?")
    return {**told, "image": f"{address}/image{mark}{version}"}


FAULTS = (
    fault(
        "described-by-its-name",
        "A badge class describes itself by its name.",
        "open-badges",
        answers(BADGE, put("description", "Web Development"), status=200, when=not_(where("description", in_words))),
    ),
    fault(
        "plain-course-undescribed",
        "The badge class of a course without description has none.",
        "open-badges",
        answers(BADGE, drop("description"), when=where("description", in_words)),
    ),
    fault(
        "plain-course-without-criteria",
        "The badge class of a course without criteria has none.",
        "open-badges",
        answers(BADGE, put("criteria", {}), when=where("criteria.narrative", lambda told: told.startswith("Awarded"))),
    ),
    fault(
        "criteria-without-address",
        "A badge class names its criteria in words alone.",
        "open-badges",
        answers(BADGE, drop("criteria.id")),
    ),
    fault(
        "picture-of-another-type",
        "The picture of a badge is sent as a page.",
        "open-badges contract",
        answers(IMAGE, header("Content-Type", "text/html"), status=200),
    ),
    fault(
        "picture-cut-off",
        "The picture of a badge ends in the middle.",
        "open-badges",
        answers(IMAGE, body(lambda whole: whole[: len(whole) // 2]), status=200),
    ),
    fault(
        "picture-without-head",
        "HEAD is not answered for the picture of a badge.",
        "open-badges contract",
        answers(IMAGE, error(405, "method_not_allowed"), when=is_("HEAD")),
    ),
    fault(
        "picture-always-made-up",
        "A badge class has the same picture whether its course has one or not.",
        "open-badges",
        answers(BADGE, reshape(generated), status=200),
    ),
    fault(
        "tags-without-levels",
        "The levels of a course are not among the tags of its badge class.",
        "open-badges",
        answers(BADGE, drop("tags")),
    ),
    fault(
        "tags-empty",
        "A badge class without levels has an empty list of tags.",
        "open-badges",
        answers(BADGE, put("tags", []), status=200, when=not_(where("tags"))),
    ),
    fault(
        "issuer-by-another-name",
        "The profile of an organization has another name than verification shows.",
        "open-badges",
        answers(ISSUER, alter("name", lambda name: f"{name} B.V."), status=200),
    ),
    fault(
        "issuer-without-mail",
        "The profile of an organization has no mail address.",
        "open-badges",
        answers(ISSUER, drop("email")),
    ),
    fault(
        "logo-not-in-profile",
        "The profile of an organization lacks the logo that verification shows.",
        "open-badges verification",
        answers("verify_certificate", put("academy.logo_url", "https://example.com/logo.png"), status=200),
    ),
    fault(
        "page-at-another-host",
        "Verification links to its page under another name of the server than badges have.",
        "open-badges verification states",
        answers("verify_certificate", alter("links.verify_page", lambda page: page.replace("127.0.0.1", "localhost"))),
    ),
    fault(
        "versions-told-alike",
        "Whatever version of a badge class is asked for, the first one's name is told.",
        "open-badges",
        answers(BADGE, alter("name", lambda name: name.replace("after", "before")), when=asked("version")),
    ),
    fault(
        "unknown-version-found",
        "Instead of a version that there is not, the first one is told.",
        "open-badges errors",
        forgiving(BADGES, query("version", None), when=asked("version"), refusal=404),
    ),
    fault(
        "version-by-any-word",
        "A version that is no number is taken for the first one.",
        "open-badges errors cors",
        forgiving(BADGES, query("version", None), when=asked("version")),
    ),
    fault(
        "unknown-badges-malformed",
        "The badge class of a course that cannot be is refused as malformed.",
        "open-badges errors cors",
        answers(f"{BADGES} {ISSUER}", unprocessable, status=404, when=goes_to("/no-such-id")),
    ),
)
