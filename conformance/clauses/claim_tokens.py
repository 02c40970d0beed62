"""Claims, the token: nobody can make one or change one."""

from collections.abc import Mapping
from typing import Any

from ..claiming import CLAIMS, claim, expect_claimed, token_of
from ..clause import must, should
from ..findings import NotPossible, require
from ..instants import instant
from ..stage import Thing
from ..tokens import alterations, forgeries, told
from ..trial import Trial

DAY_SECONDS = 86_400
MAILED_SECONDS = 60
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


@must("claims/expiring-token", "rulings/claiming/expiring", "RFC 7519, 4.1.4")
def expiring_token(trial: Trial) -> None:
    """A token says by `exp` until when it is good."""
    end = told(token_of(trial, trial.stage.coming.claimants["opened"])).get("exp")
    is_instant = isinstance(end, int | float) and not isinstance(end, bool)
    require(is_instant, f"The token does not say until when it is good; its `exp` is {end!r}.")


@should("claims/seven-days", "openapi.yaml#/components/schemas/ClaimToken")
def seven_days(trial: Trial) -> None:
    """A token is good for seven days from when the certificate was issued, give or take a minute."""
    certificate = trial.stage.coming.claimants["opened"]
    end = told(token_of(trial, certificate)).get("exp")
    if not isinstance(end, int | float):
        raise NotPossible("the token does not say until when it is good")
    seconds = end - instant(certificate["created_at"], "`created_at`").timestamp()
    is_week = abs(seconds - 7 * DAY_SECONDS) <= MAILED_SECONDS
    require(is_week, f"The token is good for {seconds / DAY_SECONDS:g} days, not for seven.")


def _refused(trial: Trial, forms: Mapping[str, str], certificate: Thing) -> None:
    for form, token in forms.items():
        answer = claim(trial, token)
        require(answer.status != 200, f"A token {form} claims a certificate.", answer)
        answer.expect_error("unprocessable_entity")
    expect_claimed(trial, certificate, is_claimed=False)
