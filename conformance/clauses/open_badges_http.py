"""Open Badges over HTTP: media types, HEAD, who may read, and how a code is spelled."""

from collections.abc import Iterator

from ..answers import Answer
from ..clause import must
from ..earned import assertion, at, earned, reached
from ..findings import NotPossible, require
from ..trial import Trial

LINKED, PLAIN = "application/ld+json", "application/json"
BROWSERS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPTED = (
    (None, LINKED),
    ("*/*", LINKED),
    (LINKED, LINKED),
    (f"{PLAIN}, {LINKED};q=0.5", LINKED),
    (f"{PLAIN}, */*;q=0.1", LINKED),
    (BROWSERS, LINKED),
    (PLAIN, PLAIN),
    ("text/html", LINKED),
)
"""What is asked for, and what is answered: linked data unless nothing but plain JSON is wanted, never an error."""
TYPES = "rulings/shapes/badge-media-type"


def _documents(trial: Trial) -> Iterator[str]:
    """The addresses of a badge class and its issuer, of an assertion too where the server's mails can be read."""
    yield f"/api/obi/badge-class/{trial.stage.course['id']}"
    yield reached(trial, earned(trial).issuer)
    try:
        code = trial.stage.claimed["code"]
    except NotPossible:
        return
    yield f"/api/obi/assertion/{code}"


@must("open-badges/media-type", TYPES, "openapi.yaml#/components/responses/BadgeClassRead")
def media_type(trial: Trial) -> None:
    """Badge documents are `application/ld+json`, unless `application/json` alone is asked for; `Accept` causes no error."""
    for address in _documents(trial):
        for accept, expected in ACCEPTED:
            _expect_type(trial.public.get(address, headers={"Accept": accept} if accept else {}), accept, expected)


def _expect_type(answer: Answer, accept: str | None, expected: str) -> None:
    answer.expect(200)
    if answer.media_type != expected:
        raise answer.not_met(
            f"asked for {accept or 'nothing in particular'}, it is {answer.media_type}, not {expected}"
        )
    require(isinstance(answer.json, dict), f"GET {answer.path}: it is no object", answer)


@must(
    "open-badges/vary",
    "rulings/shapes/badge-vary",
    "openapi.yaml#/components/headers/Vary",
    "RFC 9110, 12.5.5",
)
def vary(trial: Trial) -> None:
    """Badge documents say `Vary: Accept`, in either media type, so that no cache mixes them up."""
    for address in _documents(trial):
        for accept in (LINKED, PLAIN):
            answer = trial.public.get(address, headers={"Accept": accept}).expect(200)
            named = {each.strip().lower() for each in answer.header("Vary").split(",")}
            require(named & {"accept", "*"}, f"GET {answer.path}: Vary is {answer.header('Vary')}", answer)


@must(
    "open-badges/revoked-media-type",
    "rulings/shapes/badge-media-type",
    "openapi.yaml#/components/responses/RevokedAssertion",
)
def revoked_media_type(trial: Trial) -> None:
    """What is left of a revoked assertion has the same media types, and says `Vary: Accept` too."""
    for accept, expected in ((LINKED, LINKED), (PLAIN, PLAIN)):
        answer = assertion(trial, trial.stage.claimed_revoked, headers={"Accept": accept}).expect(410)
        if answer.media_type != expected:
            raise answer.not_met(f"asked for {accept}, it is {answer.media_type or 'of no type'}")
        require(
            "accept" in answer.header("Vary").lower(), f"GET {answer.path}: Vary is {answer.header('Vary')}", answer
        )


@must("open-badges/head", "rulings/shapes/head", "RFC 9110, 9.3.2")
def head(trial: Trial) -> None:
    """HEAD is answered for badge documents: the status and media type of GET, and no body."""
    for address in _documents(trial):
        whole, only_head = at(trial, address), trial.public.ask("HEAD", address).expect(200)
        same = (only_head.media_type, only_head.body) == (whole.media_type, b"")
        require(
            same,
            f"HEAD {only_head.path}: it is {only_head.media_type or 'of no type'}, GET {whole.media_type}",
            only_head,
        )


@must(
    "open-badges/public",
    "reference/open-badges-2-0/public",
    "openapi.yaml#/paths/~1api~1obi~1issuer~1{organization_id}/get/security",
)
def public(trial: Trial) -> None:
    """Badge documents are for everybody: no key is asked for, and a key that is none does no harm."""
    for address in _documents(trial):
        for key in ({}, {"Authorization": "Bearer trc_live_no_such_key"}):
            trial.public.get(address, headers=key).expect(200)


@must("open-badges/spelling", "rulings/codes/typed", "openapi.yaml#/components/schemas/TypedCode")
def spelling(trial: Trial) -> None:
    """An assertion is found by its code in either case and with blanks around it, and has one `id` all the same."""
    certificate = trial.stage.claimed
    code = str(certificate["code"])
    for typed in (code.lower(), f"%20{code}%20"):
        answer = trial.public.get(f"/api/obi/assertion/{typed}").expect(200)
        answer.expect_member("id", certificate["links"]["open_badge"]).expect_member("recipient.salt", code)


HTTP = (media_type, vary, revoked_media_type, head, public, spelling)
