"""Claiming, as the clauses about it go about it."""

from typing import TYPE_CHECKING

from .answers import Answer
from .findings import require
from .stage import Thing

if TYPE_CHECKING:
    from .trial import Trial

CLAIMS = "/api/v1/claims"


def token_of(trial: "Trial", certificate: Thing) -> str:
    """The token of the mail that the holder was sent first."""
    return trial.mailbox.token(certificate["holder_email"])


def claim(trial: "Trial", token: str) -> Answer:
    """Ask for a claim, as anybody can."""
    return trial.public.post(CLAIMS, json={"token": token})


def expect_claimed(trial: "Trial", certificate: Thing, *, is_claimed: bool) -> Thing:
    """The certificate is claimed, or is not, as its issuer reads it; whether it can be read is other clauses' business."""
    found = trial.stage.read(certificate)
    told = found.get("is_claimed"), found.get("claimed_at") is not None
    state = f"`is_claimed` is {found.get('is_claimed')} and `claimed_at` {found.get('claimed_at')}"
    require(told == (is_claimed, is_claimed), f"The certificate {'was' if is_claimed else 'was not'} claimed: {state}.")
    return found
