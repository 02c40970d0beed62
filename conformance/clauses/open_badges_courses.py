"""Open Badges of courses and organizations: the badge class, its picture, its versions, and the issuer."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from ..answers import Answer
from ..clause import must, should
from ..earned import at, earned, reached
from ..findings import require
from ..missing import unknown_id
from ..stage import HOST, Thing
from ..trial import Trial

BADGE_CLASS = "Open Badges 2.0, BadgeClass"
REQUIRED = "rulings/open-badges-2-0/badge-class"
PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = ("image/png", "image/svg+xml")


def _badge(trial: Trial, course: Thing) -> Answer:
    return trial.public.get(f"/api/obi/badge-class/{course['id']}").expect(200)


def _text(answer: Answer, path: str) -> str:
    value = answer.member(path)
    if not isinstance(value, str) or not value.strip():
        raise answer.not_met(f"`{path}` is no text, or empty")
    return value


def _web_address(answer: Answer, path: str) -> str:
    value = _text(answer, path)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise answer.not_met(f"`{path}` is no address of http or https: {value}")
    return value


@must(
    "open-badges/badge-class",
    REQUIRED,
    "reference/open-badges-2-0/badge-class",
    "openapi.yaml#/components/schemas/BadgeClass",
    BADGE_CLASS,
)
def badge_class(trial: Trial) -> None:
    """A course's badge class has the course's name and description, a picture, criteria and the address of its issuer."""
    course = trial.stage.full_course
    answer = _badge(trial, course).expect_described()
    answer.expect_member("type", "BadgeClass").expect_member("name", course["name"])
    answer.expect_member("description", course["description"])
    answer.expect_member("id", course["links"]["badge_class"])
    for name in ("image", "issuer"):
        _web_address(answer, name)


@must("open-badges/plain-course", REQUIRED, BADGE_CLASS)
def plain_course(trial: Trial) -> None:
    """Also a course of which only the name is known has a description, criteria and a picture in its badge class.

    The specification asks for all three.
    """
    answer = _badge(trial, trial.stage.course).expect_described()
    _text(answer, "description")
    _web_address(answer, "image")
    criteria = answer.member("criteria")
    given = [name for name in ("narrative", "id") if isinstance(criteria, dict) and criteria.get(name)]
    require(given, f"GET {answer.path}: `criteria` has neither a narrative nor an address", answer)


@must("open-badges/criteria", "openapi.yaml#/components/schemas/Criteria", "Open Badges 2.0, Criteria")
def criteria(trial: Trial) -> None:
    """The criteria of a course are those of its badge class: the words as `narrative`, the address as `id`."""
    course = trial.stage.full_course
    answer = _badge(trial, course)
    answer.expect_member("criteria.narrative", course["criteria_narrative"])
    answer.expect_member("criteria.id", course["criteria_url"])


@must(
    "open-badges/picture",
    "rulings/open-badges-2-0/picture",
    "openapi.yaml#/paths/~1api~1obi~1badge-class~1{course_id}~1image",
)
def picture(trial: Trial) -> None:
    """A course without a picture of its own gets one: it can be fetched without a key, by HEAD too, and is what it says.

    That is a PNG, or an SVG that is well-formed.
    """
    address = _web_address(_badge(trial, trial.stage.full_course), "image")
    answer = at(trial, address)
    if answer.media_type not in PICTURES:
        raise answer.not_met(f"it is {answer.media_type or 'of no type'}, and a badge's picture is PNG or SVG")
    is_one = answer.body.startswith(PNG) if answer.media_type == PICTURES[0] else _is_svg(answer.body)
    require(is_one, f"GET {answer.path}: it says {answer.media_type}, and is none", answer)
    head = trial.public.ask("HEAD", reached(trial, address)).expect(200)
    require(head.media_type == answer.media_type, f"HEAD {head.path}: it is {head.media_type or 'of no type'}", head)


def _is_svg(body: bytes) -> bool:
    try:
        root = ET.fromstring(body)  # noqa: S314  # of the server under test, and an external entity is never followed
    except ET.ParseError:
        return False
    return root.tag == "{http://www.w3.org/2000/svg}svg"


@must("open-badges/own-picture", "openapi.yaml#/components/schemas/PictureAddress", BADGE_CLASS)
def own_picture(trial: Trial) -> None:
    """A course that has a picture of its own shows that one in its badge class."""
    address = f"https://{HOST}/badges/web.png"
    course = trial.stage.new_course(name="Conformance, a picture", badge_image_url=address)
    _badge(trial, course).expect_member("image", address)


@should(
    "open-badges/tags",
    "openapi.yaml#/components/schemas/BadgeClass/properties/tags",
    "Open Badges 2.0, BadgeClass, tags",
)
def tags(trial: Trial) -> None:
    """The levels of a course are among its badge class's `tags`, in words, and one without levels has no empty ones."""
    course = trial.stage.full_course
    answer = _badge(trial, course)
    told = answer.member("tags")
    words = " | ".join(str(each) for each in told) if isinstance(told, list) else ""
    for level in ("eqf_level", "nlqf_level", "qualification_label"):
        require(
            str(course[level]) in words, f"GET {answer.path}: {level} {course[level]} is not among the tags", answer
        )
    plain = _badge(trial, trial.stage.course)
    require(plain.json.get("tags", ["…"]) != [], f"GET {plain.path}: `tags` is an empty list", plain)


@must(
    "open-badges/issuer",
    "rulings/open-badges-2-0/profile",
    "reference/open-badges-2-0/issuer",
    "openapi.yaml#/components/schemas/Profile",
    "Open Badges 2.0, Profile",
)
def issuer(trial: Trial) -> None:
    """The issuer is the organization's profile: its name as verification shows it, its web address and mail address."""
    profile = at(trial, earned(trial).issuer).expect_described().expect_member("type", "Profile")
    verified = trial.public.get(f"/api/v1/verify/{trial.stage.valid['code']}").expect(200)
    profile.expect_member("name", verified.member("academy.name"))
    _web_address(profile, "url")
    email = _text(profile, "email")
    require("@" in email.strip("@"), f"GET {profile.path}: `email` is no mail address: {email}", profile)


@should("open-badges/logo", "Open Badges 2.0, Profile, image", "openapi.yaml#/components/schemas/Academy")
def logo(trial: Trial) -> None:
    """An organization that has a logo shows it in its profile, too."""
    verified = trial.public.get(f"/api/v1/verify/{trial.stage.valid['code']}").expect(200)
    profile = at(trial, earned(trial).issuer)
    shown = profile.json.get("image")
    picture: Any = shown.get("id") if isinstance(shown, dict) else shown
    same = picture == verified.member("academy.logo_url")
    require(
        same, f"GET {profile.path}: `image` is {picture}, and the logo {verified.member('academy.logo_url')}", profile
    )


@must(
    "open-badges/course-versions",
    "openapi.yaml#/components/parameters/Version",
    "openapi.yaml#/components/schemas/CourseLinks",
    "rulings/certificate-states/badge-class",
)
def course_versions(trial: Trial) -> None:
    """Each version of a course keeps its badge class: the first at the plain address, the second at `?version=2`.

    The course's link leads to its present version; each document has its own name and its own address as `id`.
    """
    before = trial.stage.new_course(name="Conformance, before")
    path = f"/api/v1/courses/{before['id']}"
    after = trial.academy.patch(path, json={"name": "Conformance, after"}).expect(200)
    addresses = before["links"]["badge_class"], after.member("data.links.badge_class")
    plain = f"/api/obi/badge-class/{before['id']}"
    for address, end in zip(addresses, (plain, f"{plain}?version=2"), strict=True):
        require(str(address).endswith(end), f"The course's link is {address}, which does not end in {end}.", after)
    for address, name in zip(addresses, ("Conformance, before", "Conformance, after"), strict=True):
        at(trial, address).expect_member("name", name).expect_member("id", address)
    trial.public.get(plain, params={"version": 1}).expect(200).expect_member("name", "Conformance, before")


@must("open-badges/unknown-version", "openapi.yaml#/components/parameters/Version")
def unknown_version(trial: Trial) -> None:
    """A version that a course does not have is 404, and what is no number is 422, for the document and its picture."""
    document = f"/api/obi/badge-class/{trial.stage.course['id']}"
    for path in (document, f"{document}/image"):
        trial.public.get(path, params={"version": 99}).expect_error("not_found")
        for wrong in ("0", "first"):
            trial.public.get(path, params={"version": wrong}).expect_error("unprocessable_entity")


@must("open-badges/unknown", "openapi.yaml#/components/responses/NotFound", "rulings/shapes/impossible")
def unknown(trial: Trial) -> None:
    """A course or an organization that does not exist has no badge class, no picture and no profile: 404."""
    for path in ("badge-class/{}", "badge-class/{}/image", "issuer/{}"):
        for nobodys in (unknown_id(), "no-such-id"):
            trial.public.get(f"/api/obi/{path.format(nobodys)}").expect_error("not_found").expect_described()


COURSES = (
    badge_class,
    plain_course,
    criteria,
    picture,
    own_picture,
    tags,
    issuer,
    logo,
    course_versions,
    unknown_version,
    unknown,
)
