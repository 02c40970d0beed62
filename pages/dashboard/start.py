"""The start page: how the academy stands, and what needs somebody's attention; first steps where nothing was issued yet."""

from starlette.responses import Response

from pages import plot
from pages.dashboard.routing import get
from pages.dashboard.visit import Visit
from services import courses, overview
from services.overview import Overview

HERE = "start"


@get("/")
async def show(visit: Visit) -> Response:
    """Figures, the last twelve months, and what cannot wait; or how one begins."""
    found = await visit.work(overview.of(visit.organization.id, visit.now))
    newest = await visit.work(courses.page(visit.organization.id, None, 1))
    return visit.page(
        "dashboard/start.html",
        here=HERE,
        overview=found,
        plots=_plots(found),
        course=newest.items[0] if newest.items else None,
    )


def _plots(found: Overview) -> list[tuple[str, tuple[plot.Bar, ...]]]:
    """Both on one scale, so that they can be compared."""
    issued, claimed = [month.issued for month in found.months], [month.claimed for month in found.months]
    highest = max((*issued, *claimed), default=0)
    return [("Issued", plot.bars(issued, highest)), ("Claimed", plot.bars(claimed, highest))]


ENTRIES = (show,)
