"""Filters of the list of certificates: by course, and by what a certificate is worth at this moment."""

from .. import asked
from ..asked import each
from ..clause import must
from ..findings import require
from ..lists import lists
from ..missing import unknown_id
from ..trial import Trial


@must("certificates/filter-course", "reference/certificates/filter-course")
def filter_course(trial: Trial) -> None:
    """`course_id` narrows the list to the certificates of one course; a course of nobody has none."""
    gallery = lists(trial).gallery
    for course in (gallery.course, gallery.lasting_course):
        answer = asked.page(trial, course_id=course["id"])
        found, wanted = set(map(str, each(answer, "code"))), gallery.codes(course, gallery.by_state)
        told = f"The list of a course with {len(wanted)} certificates lacks {len(wanted - found)} of them"
        require(found == wanted, f"{told} and holds {len(found - wanted)} of others.", answer)
    require(not asked.page(trial, course_id=unknown_id()).member("data"), "A course of nobody has certificates.")


def _filtered(trial: Trial, states: set[str], **params: str) -> None:
    gallery, choice = lists(trial).gallery, f"status={params['status']}" if params else "without a status"
    for course in (gallery.course, gallery.lasting_course):
        answer = asked.page(trial, course_id=course["id"], **params)
        shown = set(map(str, each(answer, "code")))
        wanted = gallery.codes(course, states)
        for state, certificates in gallery.by_state.items():
            for code in (str(one["code"]) for one in certificates if one["course_id"] == course["id"]):
                told = f"{'holds' if code in shown else 'lacks'} one that is {state}"
                require((code in shown) == (code in wanted), f"The list ({choice}) {told}.", answer)


@must(
    "certificates/filter-valid",
    "reference/certificates/filter-status",
    "rulings/certificate-states/filter-valid",
)
def filter_valid(trial: Trial) -> None:
    """`status=valid` lists the certificates that are valid or never expire, and no others."""
    _filtered(trial, {"valid", "never_expires"}, status="valid")


@must(
    "certificates/filter-expired",
    "reference/certificates/filter-status",
    "rulings/certificate-states/filter-expired",
)
def filter_expired(trial: Trial) -> None:
    """`status=expired` lists those past their expiry, and none of them that was revoked or renewed."""
    _filtered(trial, {"expired"}, status="expired")


@must(
    "certificates/filter-all",
    "reference/certificates/filter-status",
    "rulings/certificate-states/filter-all",
)
def filter_all(trial: Trial) -> None:
    """`status=all` lists certificates in every state, and so does the list without a status."""
    everything = set(lists(trial).gallery.by_state)
    _filtered(trial, everything, status="all")
    _filtered(trial, everything)


FILTERS = (filter_course, filter_valid, filter_expired, filter_all)
