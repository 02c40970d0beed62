"""Claims, the token: nobody can make one or change one."""

from collections.abc import Mapping
from typing import Any

from ..claiming import CLAIMS, claim, expect_claimed, token_of
from ..clause import must, should
from ..findings import require
from ..stage import Thing
from ..tokens import alterations, forgeries, told
from ..trial import Trial

DAY_SECONDS = 86_400
NO_TOKENS: tuple[Any, ...] = (
    {"token": "no-token"},
    {"token": "a.b.c"},
    {"token": ""},
    {"token": 7},
    {"token": None},
    {"token": ["a"]},
    {},
    ["a.b.c"],
)


@must("claims/altered", "rulings/claiming/altered", "rulings/claiming/signed")
def altered(trial: Trial) -> None:
    """A token that was altered anywhere, in what it says or in its signature, is refused with 422 and claims nothing."""
    claimants = trial.stage.coming.claimants
    token = trial.mailbox.token(claimants["altered"]["holder_email"])
    told(token)
    other = trial.mailbox.token(claimants["resigned"]["holder_email"])
    _refused(trial, alterations(token, other), claimants["altered"])


@must("claims/algorithm", "rulings/claiming/algorithm", "RFC 8725, 3.1")
def algorithm(trial: Trial) -> None:
    """A token without a signature, of another algorithm or signed by somebody else is refused with 422."""
    certificate = trial.stage.coming.claimants["resigned"]
    token = token_of(trial, certificate)
    told(token)
    _refused(trial, forgeries(token), certificate)


@must("claims/no-token", "openapi.yaml#/components/schemas/ClaimCertificate")
def no_token(trial: Trial) -> None:
    """What is no token at all, or none, is refused with 422."""
    for body in NO_TOKENS:
        trial.public.post(CLAIMS, json=body).expect_error("unprocessable_entity")


@should("claims/expiring-token", "rulings/claiming/expiring", "openapi.yaml#/components/schemas/ClaimToken")
def expiring_token(trial: Trial) -> None:
    """A token says by `exp` until when it is good: seven days from when the mail was written."""
    certificate = trial.stage.coming.claimants["opened"]
    said = told(token_of(trial, certificate))
    until, since = said.get("exp"), said.get("iat")
    require(isinstance(until, int), "The token says by no `exp` until when it is good.")
    if isinstance(until, int) and isinstance(since, int):
        days = (until - since) / DAY_SECONDS
        require(days == 7, f"The token is good for {days:g} days, not for seven.")


def _refused(trial: Trial, forms: Mapping[str, str], certificate: Thing) -> None:
    for form, token in forms.items():
        answer = claim(trial, token)
        require(answer.status != 200, f"A token {form} claims a certificate.", answer)
        answer.expect_error("unprocessable_entity")
    expect_claimed(trial, certificate, is_claimed=False)
