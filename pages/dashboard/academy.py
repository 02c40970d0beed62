"""Settings > Academy: what an academy shows of itself, and how its certificates look."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from pages import documents
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from pages.origin import DASHBOARD
from rules import appearance, colours, text
from rules.appearance import Appearance
from rules.courses import Course
from rules.errors import Refused
from rules.instants import EARLIEST
from services import courses, organizations

FOLDER = "/settings/academy"
DESIGNS = {
    "classic": ("Classic", "Centred within a frame, as a diploma"),
    "modern": ("Modern", "A band in your colour at the side"),
    "minimal": ("Minimal", "Much white, and little else"),
}
PAPERS = {"a4": "A4", "letter": "US letter"}
LANGUAGES = {"en": "English", "nl": "Nederlands"}
ACCEPTED = "image/png,image/jpeg,image/webp,image/gif"
SAMPLE = Course(
    id=UUID(int=0),
    version=1,
    name="Web Development",
    description=None,
    validity_period_months=24,
    eqf_level=5,
    nlqf_level=None,
    qualification_label=None,
    badge_image_url=None,
    criteria_narrative=None,
    criteria_url=None,
    created_at=EARLIEST,
)
"""Pictured as long as an academy has no course of its own."""
_PROFILE = ("name", "email", "url")
_LOOK = (
    "certificate_design",
    "certificate_paper",
    "certificate_language",
    "accent_colour",
    "signatory_name",
    "signatory_title",
)


@get(FOLDER)
async def show(visit: Visit) -> Response:
    """All of it, with a link to each part that can be changed."""
    look = visit.organization.appearance
    return visit.page(
        "dashboard/academy.html",
        logo=_logo(visit),
        look=look,
        drawn=colours.readable(look.accent),
        design=DESIGNS[look.design][0],
        paper=PAPERS[look.paper],
        printed_in=LANGUAGES[look.language],
        preview=_previews(_look_of(look))[look.design],
    )


@get(f"{FOLDER}/profile", role="owner")
async def ask_for_profile(visit: Visit) -> Response:
    """The form with what is so now."""
    form = {name: getattr(visit.organization, name) or "" for name in _PROFILE}
    return visit.page("dashboard/academy_profile.html", form=form)


@post(f"{FOLDER}/profile", role="owner")
async def change_profile(visit: Visit) -> Response:
    """The academy under its new name, site and address."""
    errors = await _updated(visit, {name: visit.form.text(name) for name in _PROFILE})
    return (
        visit.page("dashboard/academy_profile.html", 422, errors=errors)
        if errors
        else visit.to(FOLDER, "profile_saved")
    )


@get(f"{FOLDER}/logo", role="owner")
async def ask_for_logo(visit: Visit) -> Response:
    """The present logo, and the form for another."""
    return visit.page("dashboard/academy_logo.html", logo=_logo(visit), accepted=ACCEPTED)


@post(f"{FOLDER}/logo", role="owner")
async def change_logo(visit: Visit) -> Response:
    """The academy with the logo that was uploaded."""
    errors, upload = Errors(), visit.form.file("logo")
    if upload is None:
        errors["logo"] = "Choose a file first."
    else:
        with errors.caught():
            await visit.work(organizations.set_logo(visit.caller, upload, visit.now))
    if errors:
        return visit.page("dashboard/academy_logo.html", 422, errors=errors, logo=_logo(visit), accepted=ACCEPTED)
    return visit.to(FOLDER, "logo_saved")


@post(f"{FOLDER}/logo/remove", role="owner")
async def remove_logo(visit: Visit) -> Response:
    """The academy without one."""
    await visit.work(organizations.set_logo(visit.caller, None, visit.now))
    return visit.to(FOLDER, "logo_removed")


@get(f"{FOLDER}/certificates", role="owner")
async def ask_for_look(visit: Visit) -> Response:
    """The form with what is so now, and a picture of each design."""
    return _look_page(visit, _look_of(visit.organization.appearance))


@post(f"{FOLDER}/certificates", role="owner")
async def change_look(visit: Visit) -> Response:
    """Certificates as they were chosen to look, or first a picture of that."""
    typed = {name: visit.form.text(name) for name in _LOOK}
    if not visit.form.flag("own_colour"):
        typed["accent_colour"] = ""  # a field for colours is never sent empty
    if visit.form.text("do") == "preview":
        errors = Errors()
        with errors.caught():
            _look(typed["certificate_design"], typed.__getitem__)
        return _look_page(visit, typed, errors, is_preview=not errors)
    errors = await _updated(visit, typed)
    return _look_page(visit, typed, errors) if errors else visit.to(FOLDER, "look_saved")


@get(f"{FOLDER}/preview/{{design}}.png")
async def preview(visit: Visit) -> Response:
    """A picture of a certificate in a design; what the query does not say of its look is as it is now."""
    present = _look_of(visit.organization.appearance)
    asked = visit.request.query_params
    try:
        look = _look(visit.param("design"), lambda name: visit.query(name) if name in asked else present[name])
    except Refused:
        raise Refused("not_found", "There is no such picture.") from None
    organization = visit.organization._replace(appearance=look)
    course = await visit.work(_course(visit))
    who = str(visit.session.user.id)
    made = await documents.preview(visit.printer, visit.gate, visit.links, organization, course, who=who)
    return Response(made, media_type="image/png")


async def _updated(visit: Visit, typed: Mapping[str, str]) -> Errors:
    errors = Errors()
    change = {name: value or None for name, value in typed.items()}
    with errors.caught():
        await visit.work(organizations.update(visit.caller, change, visit.now))
    return errors


def _look_page(
    visit: Visit, form: Mapping[str, str], errors: Mapping[str, str] | None = None, *, is_preview: bool = False
) -> Response:
    """Pictures show what is typed, or what is so now where that is no look."""
    pictured = _look_of(visit.organization.appearance) if errors else form
    accent = "" if errors or not form["accent_colour"] else colours.parse(form["accent_colour"])
    return visit.page(
        "dashboard/academy_certificates.html",
        422 if errors else 200,
        form=form,
        errors=errors or {},
        designs=DESIGNS,
        papers=PAPERS.items(),
        printed_languages=LANGUAGES.items(),
        accent=accent,
        usual=appearance.ACCENT,
        is_preview=is_preview,
        drawn=colours.readable(accent) if accent else "",
        previews=_previews(pictured),
    )


def _previews(look: Mapping[str, str]) -> dict[str, str]:
    """Where the picture of each design is, with the rest of a look."""
    query = urlencode({name: value for name, value in look.items() if name != "certificate_design"})
    return {design: f"{DASHBOARD}{FOLDER}/preview/{design}.png?{query}" for design in DESIGNS}


def _look_of(look: Appearance) -> dict[str, str]:
    """A look as the form has it."""
    return {
        "certificate_design": look.design,
        "certificate_paper": look.paper,
        "certificate_language": look.language,
        "accent_colour": look.accent_colour or "",
        "signatory_name": look.signatory_name or "",
        "signatory_title": look.signatory_title or "",
    }


def _look(design: str, given: Callable[[str], str]) -> Appearance:
    """A look as it was typed; refused where it could not be saved."""
    return Appearance(
        design=appearance.design(design),
        paper=appearance.paper(given("certificate_paper")),
        language=appearance.language(given("certificate_language")),
        accent_colour=colours.parse(given("accent_colour")) if given("accent_colour") else None,
        signatory_name=_line("signatory_name", given),
        signatory_title=_line("signatory_title", given),
    )


def _line(name: str, given: Callable[[str], str]) -> str | None:
    return text.line(given(name), field=name, longest=200) if given(name) else None


def _logo(visit: Visit) -> str | None:
    """The path of the picture that was uploaded."""
    digest = visit.organization.logo
    return None if digest is None else f"/pictures/{digest}.png"


async def _course(visit: Visit) -> Course:
    """The academy's latest course, or a made-up one where it has none yet."""
    page = await courses.page(visit.organization.id, None, 1)
    return page.items[0] if page.items else SAMPLE


ENTRIES = (
    show,
    ask_for_profile,
    change_profile,
    ask_for_logo,
    change_logo,
    remove_logo,
    ask_for_look,
    change_look,
    preview,
)
