"""Pages: newest first, cut by `created_at`, so that nobody misses anything or meets it twice."""

from typing import Any

from .. import asked
from ..asked import CERTIFICATES, COURSES, each, instant_at
from ..clause import must
from ..findings import require
from ..lists import MORE_THAN_A_PAGE, lists
from ..refusals import refused
from ..trial import Trial
from . import pagination_cursors

MOST = 50
"""So many a page holds at most, and when nothing is said."""
COURSES_AT_ONCE = 1000
PAGES_COMPARED = 3


@must("pagination/newest-first", "rulings/pagination/newest-first", "openapi.yaml#/components/schemas/CertificateList")
def newest_first(trial: Trial) -> None:
    """Certificates are listed by `created_at`, the newest first, whatever their dates of issue."""
    course = trial.stage.new_course(name="Conformance, in order")
    dates = ("2024-06-01T10:00:00Z", "2022-06-01T10:00:00Z", "2025-06-01T10:00:00Z")
    made = [trial.stage.new_certificate(course, notify=False, issued_at=date)["code"] for date in dates]
    answer = asked.page(trial, course_id=course["id"])
    require(
        each(answer, "code") == made[::-1], "Three certificates issued in turn are not listed newest first.", answer
    )
    instants = [instant_at(answer, f"data.{number}.created_at") for number in range(len(made))]
    require(instants == sorted(instants, reverse=True), "The list is not in the order of `created_at`.", answer)


@must("pagination/complete", "reference/certificates/paginated", "rulings/pagination/complete")
def complete(trial: Trial) -> None:
    """The pages of a list together hold every certificate once, in the order of the whole list."""
    crowd = lists(trial).crowd
    wanted = [str(certificate["code"]) for certificate in crowd.certificates]
    for limit in (7, MOST):
        found: list[str] = []
        for answer in asked.pages(trial, course_id=crowd.course["id"], limit=limit):
            found += map(str, each(answer, "code"))
        told = (
            f"By pages of {limit}, {len(wanted)} certificates come as {len(found)}, {len(set(found))} of them different"
        )
        require(found == wanted, f"{told}; they ought to come once each and in order.")


@must("pagination/inserts", "rulings/pagination/complete")
def inserts(trial: Trial) -> None:
    """Certificates issued between two pages neither push others out of the next page nor make them come twice."""
    course = trial.stage.new_course(name="Conformance, inserts")
    before = [str(trial.stage.new_certificate(course, notify=False)["code"]) for _ in range(5)]
    found: list[str] = []
    for answer in asked.pages(trial, course_id=course["id"], limit=2):
        found += map(str, each(answer, "code"))
        if len(found) <= len(before):
            trial.stage.new_certificate(course, notify=False)
    told = "While more are issued between the pages"
    require(len(found) == len(set(found)), f"{told}, a certificate comes twice.")
    require([code for code in found if code in before] == before[::-1], f"{told}, one that was there before is lost.")


@must("pagination/filtered", "reference/certificates/filter-status", "reference/certificates/cursor")
def filtered(trial: Trial) -> None:
    """A filter holds on every page: pages of a filtered list hold all that the filter lets through, and nothing else."""
    gallery = lists(trial).gallery
    wanted = gallery.codes(gallery.course, ["valid"])
    found: list[str] = []
    for answer in asked.pages(trial, course_id=gallery.course["id"], status="valid", limit=2):
        found += map(str, each(answer, "code"))
    told = f"Of {len(wanted)} valid certificates the pages of `status=valid` hold {len(wanted & set(found))}"
    require(sorted(found) == sorted(wanted), f"{told}, of others {len(set(found) - wanted)}, and {len(found)} in all.")


@must("pagination/has-more", "reference/certificates/pagination", "openapi.yaml#/components/schemas/Pagination")
def has_more(trial: Trial) -> None:
    """`has_more` is true exactly when there is another page, also where a page holds just the rest."""
    crowd = lists(trial).crowd
    behind = str(crowd.certificates[2]["created_at"])
    rest = len(crowd.certificates) - 3
    for params, more in (
        ({"limit": MOST}, True),
        ({"limit": MOST, "cursor": str(crowd.certificates[0]["created_at"])}, False),
        ({"limit": rest, "cursor": behind}, False),
        ({"limit": rest - 1, "cursor": behind}, True),
    ):
        answer = asked.page(trial, course_id=crowd.course["id"], **params)
        answer.expect_member("pagination.has_more", value=more)


@must("pagination/limit", "reference/certificates/limit", "openapi.yaml#/components/schemas/PageSize")
def limit(trial: Trial) -> None:
    """A page holds as many certificates as `limit` says where there are so many: 1 to 50, and 50 when nothing is said."""
    crowd = lists(trial).crowd
    for given, wanted in (({"limit": 1}, 1), ({"limit": 10}, 10), ({"limit": MOST}, MOST), ({}, MOST)):
        answer = asked.page(trial, course_id=crowd.course["id"], **given)
        found, told = len(answer.member("data")), f"limit={given['limit']}" if given else "no limit"
        told = f"Of {MORE_THAN_A_PAGE} certificates a page with {told} holds {found}, not {wanted}."
        require(found == wanted, told, answer)


@must("pagination/limit-refused", "rulings/pagination/limit", "openapi.yaml#/components/schemas/CoursePageSize")
def limit_refused(trial: Trial) -> None:
    """A `limit` that is no whole number from 1 to 50 is refused with 422, not cut down to one, for courses as well."""
    for path in (CERTIFICATES, COURSES):
        for wrong in ("0", "51", "-1", "1000000", "1.5", "ten", ""):
            refused(f"limit={wrong} of {path}", trial.academy.get(path, params={"limit": wrong}))


@must("pagination/courses-all", "reference/courses/list-path", "rulings/pagination/courses")
def courses_all(trial: Trial) -> None:
    """Without `limit` and `cursor` all courses are listed at once, however many, up to 1,000."""
    _have_courses(trial, MORE_THAN_A_PAGE)
    answer = asked.page(trial, COURSES)
    listed = each(answer, "id")
    paged = _courses_after(trial, answer.member("data.0.created_at"))
    told = f"The list of all courses holds {len(listed)}"
    require(listed[1 : len(paged) + 1] == paged, f"{told}, but not all that its pages hold.", answer)
    require(len(listed) <= COURSES_AT_ONCE, f"{told}, more than {COURSES_AT_ONCE}.", answer)
    if len(listed) < COURSES_AT_ONCE:
        answer.expect_member("pagination.has_more", value=False)


@must("pagination/courses-paged", "openapi.yaml#/paths/~1api~1v1~1courses/get", "rulings/pagination/cursor")
def courses_paged(trial: Trial) -> None:
    """With a `limit`, courses come in pages as certificates do, each asked for by the cursor of the one before."""
    made = [trial.stage.new_course(name=f"Conformance, page {number}")["id"] for number in range(3)]
    first = asked.page(trial, COURSES, limit=2).expect_described()
    require(
        each(first, "id") == [made[2], made[1]], "The first page of two does not hold the two newest courses.", first
    )
    first.expect_member("pagination.has_more", value=True)
    first.expect_member("pagination.cursor", first.member("data.1.created_at"))
    second = asked.page(trial, COURSES, limit=1, cursor=first.member("pagination.cursor"))
    require(each(second, "id") == [made[0]], "The next page does not go on with the next course.", second)


def _have_courses(trial: Trial, count: int) -> None:
    found = len(asked.page(trial, COURSES).member("data"))
    for number in range(found, count):
        trial.stage.new_course(name=f"Conformance, one of many ({number})")


def _courses_after(trial: Trial, cursor: str) -> list[Any]:
    """The ids on the next pages, a few of them; whoever has thousands of courses need not wait for all."""
    found: list[Any] = []
    for number, answer in enumerate(asked.pages(trial, COURSES, limit=MOST, cursor=cursor), start=1):
        found += each(answer, "id")
        if number == PAGES_COMPARED:
            break
    return found


CURSORS = pagination_cursors.CURSORS
