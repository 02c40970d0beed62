"""Badges: certificates that were claimed, each with a fate of its own, all of them mailed at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .answers import Answer
from .prepared import Prepares, prepared
from .stage import HOST, Thing

if TYPE_CHECKING:
    from .trial import Trial

LONG_PAST = "2020-02-29T09:30:00+01:30"
"""A leap day, and a time with an offset."""


@dataclass(frozen=True)
class Mailed:
    """Certificates whose holders were sent a link, and nobody has claimed."""

    typed: Thing
    """Its holder's address has capitals."""
    lasting: Thing
    expired: Thing
    silently_revoked: Thing
    first_version: Thing
    second_version: Thing


class Earned(Prepares):
    """Each is claimed when it is first asked for."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._trial, self._stage = trial, trial.stage

    @prepared
    def mailed(self) -> Mailed:
        """Certificates that are to be claimed."""
        stage = self._stage
        course = stage.new_course(name="Conformance, first version")
        first = stage.new_certificate(course)
        changed = {"name": "Conformance, second version", "description": "Changed.", "criteria_narrative": "More."}
        self._trial.academy.patch(f"/api/v1/courses/{course['id']}", json=changed).expect(200)
        return Mailed(
            typed=stage.new_certificate(holder_email=self._capitals()),
            lasting=stage.new_certificate(stage.lasting_course),
            expired=stage.new_certificate(issued_at=LONG_PAST),
            silently_revoked=stage.new_certificate(),
            first_version=first,
            second_version=stage.new_certificate(course),
        )

    def _capitals(self) -> str:
        local = self._stage.email("jane").partition("@")[0]
        typed = f"{local.replace('jane', 'Jane.DOE')}@{HOST.title()}"
        self._stage.mailbox.expects(typed)
        return typed

    @prepared
    def typed(self) -> Thing:
        """A claimed certificate of somebody whose address has capitals."""
        return self._claimed(self.mailed.typed)

    @prepared
    def lasting(self) -> Thing:
        """A claimed certificate that never expires."""
        return self._claimed(self.mailed.lasting)

    @prepared
    def expired(self) -> Thing:
        """A claimed certificate past its expiry."""
        return self._claimed(self.mailed.expired)

    @prepared
    def silently_revoked(self) -> Thing:
        """A claimed certificate that was revoked without a reason."""
        return self._stage.revoke(self._claimed(self.mailed.silently_revoked))

    @prepared
    def versions(self) -> tuple[Thing, Thing]:
        """Claimed certificates of a course before and after it was changed."""
        return self._claimed(self.mailed.first_version), self._claimed(self.mailed.second_version)

    @cached_property
    def issuer(self) -> str:
        """The address of the organization's profile."""
        badge = self._trial.public.get(f"/api/obi/badge-class/{self._stage.course['id']}").expect(200)
        return str(badge.member("issuer"))

    def _claimed(self, certificate: Thing) -> Thing:
        self._stage.claim(certificate)
        return self._stage.read(certificate)


def earned(trial: "Trial") -> Earned:
    """Those of this trial."""
    made = trial.stage.made.setdefault("earned", Earned(trial))
    assert isinstance(made, Earned)  # for mypy: nothing else is ever put there
    return made


def assertion(trial: "Trial", certificate: Thing, **options: dict[str, str]) -> Answer:
    """Ask for the assertion of a certificate."""
    return trial.public.get(f"/api/obi/assertion/{certificate['code']}", **options)


def at(trial: "Trial", address: object) -> Answer:
    """Ask for what is at an address, as a reader of badges does who has found it in a document."""
    return trial.public.get(reached(trial, address)).expect(200)


def reached(trial: "Trial", address: object) -> str:
    """Where the suite reads an address: below `--url`, whatever base the server names, unless it leads elsewhere."""
    return below(str(address), str(trial.stage.course["links"]["badge_class"]).partition("/api/")[0])


def below(address: str, base: str) -> str:
    """An address without this base; as it is where it begins with another.

    >>> below("https://example.com/api/obi/badge-class/1?version=2", "https://example.com")
    '/api/obi/badge-class/1?version=2'
    >>> below("https://example.org/badge.png", "https://example.com")
    'https://example.org/badge.png'
    """
    return address.removeprefix(base) if address.startswith(f"{base}/") else address
