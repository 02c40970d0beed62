"""From a certificate to the sheet that is printed of it: its facts, and how its academy wants them to look."""

from datetime import datetime

from printing.sheet import Sheet
from rules import colours
from rules.certificates import Certificate
from rules.courses import Course
from rules.instants import add_months
from rules.organizations import Organization

SAMPLE_HOLDER = "Jane Doe"


def printed(certificate: Certificate, link: str) -> Sheet:
    """What stands on a certificate. Of its state only the expiry: whoever holds it in hands asks the link for the rest."""
    return _sheet(
        certificate.organization,
        certificate.course,
        holder=certificate.holder_name,
        dates=(certificate.issued_at, certificate.expires_at),
        code=certificate.code,
        link=link,
    )


def sample(organization: Organization, course: Course, *, code: str, link: str, now: datetime) -> Sheet:
    """What a certificate of this course would look like if it were issued now, to nobody."""
    months = course.validity_period_months
    expires_at = None if months is None else add_months(now, months)
    return _sheet(organization, course, holder=SAMPLE_HOLDER, dates=(now, expires_at), code=code, link=link)


def levels(course: Course) -> tuple[str, ...]:
    """The levels of a course as a certificate names them, the European one first.

    A holder's country knows its own level; abroad the European one tells what that is (EQF, NLQF).
    """
    eqf = "" if course.eqf_level is None else f"EQF {course.eqf_level}"
    nlqf = "" if course.nlqf_level is None else f"NLQF {course.nlqf_level}"
    return tuple(level for level in (eqf, nlqf, course.qualification_label) if level)


def _sheet(
    organization: Organization,
    course: Course,
    *,
    holder: str,
    dates: tuple[datetime, datetime | None],
    code: str,
    link: str,
) -> Sheet:
    look = organization.appearance
    return Sheet(
        design=look.design,
        paper=look.paper,
        language=look.language,
        accent=colours.readable(look.accent),
        academy=organization.name,
        logo=organization.logo,
        course=course.name,
        description=course.description,
        holder=holder,
        levels=levels(course),
        issued_at=dates[0],
        expires_at=dates[1],
        signatory_name=look.signatory_name,
        signatory_title=look.signatory_title,
        code=code,
        link=link,
    )
