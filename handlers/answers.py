"""What handlers answer with, before it is written as bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body: an object to be written as JSON, or text in the one media type that the contract names."""

    body: object
    status: int = 200
    location: str | None = None


def created(body: object, location: str) -> Answer:
    """201, with the address of the new thing."""
    return Answer(body, 201, location)
