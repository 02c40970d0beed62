"""Courses whose certificates are known to the last one, so that lists can be judged. Each is made once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .instants import instant
from .prepared import Prepares, prepared
from .stage import Renewal, Thing

if TYPE_CHECKING:
    from .trial import Trial

MORE_THAN_A_PAGE = 51
AT_ONCE = 4
LONG_PAST = "2020-02-10T09:00:00Z"


@dataclass(frozen=True)
class Crowd:
    """A course with more certificates than a page holds, issued several at a time."""

    course: Thing
    certificates: list[Thing]
    """Newest first, by their `created_at`."""


@dataclass(frozen=True)
class Gallery:
    """A course of 12 months and one without expiry, with certificates in every state."""

    course: Thing
    lasting_course: Thing
    valid: Thing
    expired: Thing
    revoked: Thing
    renewal: Renewal
    expired_renewal: Renewal
    """Renewed when its expiry had passed."""
    expired_revoked: Thing
    """Revoked when its expiry had passed."""
    all_revoked: Thing
    """Past its expiry, renewed, and then revoked."""
    all_successor: Thing
    lasting: Thing
    lasting_renewal: Renewal
    lasting_revoked: Thing

    @property
    def by_state(self) -> dict[str, list[Thing]]:
        """The certificates by the state that they are in."""
        return {
            "valid": [self.valid, self.renewal.new, self.expired_renewal.new, self.all_successor],
            "never_expires": [self.lasting, self.lasting_renewal.new],
            "expired": [self.expired],
            "renewed": [self.renewal.old, self.expired_renewal.old, self.lasting_renewal.old],
            "revoked": [self.revoked, self.expired_revoked, self.all_revoked, self.lasting_revoked],
        }

    def codes(self, course: Thing, states: Iterable[str]) -> set[str]:
        """The codes of the certificates of a course that are in one of these states."""
        kept = [each for state in states for each in self.by_state[state]]
        return {str(each["code"]) for each in kept if each["course_id"] == course["id"]}


class Lists(Prepares):
    """What stands on the server for lists; no clause adds to it."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._stage = trial.stage

    @prepared
    def crowd(self) -> Crowd:
        """A course with more certificates than a page holds."""
        course = self._stage.new_course(name="Conformance, a crowd")

        def one(_number: int) -> Thing:
            return self._stage.new_certificate(course, notify=False)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(one, range(MORE_THAN_A_PAGE)))
        return Crowd(course, sorted(made, key=lambda each: instant(each["created_at"]), reverse=True))

    @prepared
    def gallery(self) -> Gallery:
        """Certificates in every state."""
        stage = self._stage
        course = stage.new_course(name="Conformance, a gallery")
        lasting = stage.new_course(name="Conformance, a lasting gallery", validity_period_months=None)

        def of(course: Thing, **members: Any) -> Thing:
            return stage.new_certificate(course, notify=False, **members)

        def renewed(old: Thing) -> Renewal:
            return Renewal(old, stage.renew(old, notify=False))

        last = renewed(of(course, issued_at=LONG_PAST))
        return Gallery(
            course=course,
            lasting_course=lasting,
            valid=of(course),
            expired=of(course, issued_at=LONG_PAST),
            revoked=stage.revoke(of(course)),
            renewal=renewed(of(course)),
            expired_renewal=renewed(of(course, issued_at=LONG_PAST)),
            expired_revoked=stage.revoke(of(course, issued_at=LONG_PAST)),
            all_revoked=stage.revoke(last.old),
            all_successor=last.new,
            lasting=of(lasting),
            lasting_renewal=renewed(of(lasting)),
            lasting_revoked=stage.revoke(of(lasting), reason="Issued in error"),
        )


def lists(trial: "Trial") -> Lists:
    """The lists of this trial."""
    found = trial.stage.made.setdefault("lists", Lists(trial))
    assert isinstance(found, Lists)  # for mypy: nothing else is ever put there
    return found
