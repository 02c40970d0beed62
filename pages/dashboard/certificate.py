"""One certificate: what it says, what has happened to it, and what can still be done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from starlette.responses import Response

from pages.dashboard import holder_form, typed
from pages.dashboard.routing import get, post
from pages.dashboard.visit import Visit
from pages.forms import Errors
from rules.certificates import Certificate
from rules.errors import Refused
from services import certificate_life, certificates, claims, courses
from services.certificate_life import Correction, Renewal

HERE = "certificates"
LABELS = {**holder_form.LABELS, "reason": "Reason", "issued_at": "Date of issue"}
PATH = "/certificates/{code}"
_INVALID = 422
Task = Literal["correct", "revoke", "renew"]


@get(PATH)
async def show(visit: Visit) -> Response:
    """All of it; a code typed in another spelling is found as well."""
    return await _page(visit)


@post(PATH + "/resend")
async def resend(visit: Visit) -> Response:
    """The holder gets the link to claim once more."""
    try:
        certificate = await visit.work(claims.resend(visit.caller, visit.param("code"), visit.now))
    except Refused as refused:
        if refused.code not in ("conflict", "rate_limited"):
            raise
        return await _page(visit, visit.gate.status(refused), refused=refused)
    return visit.to(f"/certificates/{certificate.code}", "claim_sent")


@get(PATH + "/correct", role="editor")
async def show_correct(visit: Visit) -> Response:
    """The form with the holder as he stands."""
    certificate = await _read(visit)
    typed_so = {"holder_name": certificate.holder_name, "holder_email": certificate.holder_email, "notify": "yes"}
    return _form(visit, "correct", certificate, typed_so, Errors())


@post(PATH + "/correct")
async def correct(visit: Visit) -> Response:
    """The holder's name or address is put right."""
    errors, form = Errors(), visit.form
    name, email = holder_form.read(form, errors)
    if not errors:
        correction = Correction(name, email, notify=form.flag("notify"))
        with errors.caught():
            work = certificate_life.correct(visit.caller, visit.param("code"), correction, visit.now)
            return visit.to(f"/certificates/{(await visit.work(work)).code}", "corrected")
    return _form(visit, "correct", await _read(visit), form.values, errors)


@get(PATH + "/revoke", role="editor")
async def show_revoke(visit: Visit) -> Response:
    """What will happen, and to whom."""
    return _form(visit, "revoke", await _read(visit), {}, Errors())


@post(PATH + "/revoke")
async def revoke(visit: Visit) -> Response:
    """The certificate is withdrawn for good."""
    errors, code = Errors(), visit.param("code")
    with errors.caught():
        code = (
            await visit.work(certificates.revoke(visit.caller, code, visit.form.optional("reason"), visit.now))
        ).code
    if errors:
        return _form(visit, "revoke", await _read(visit), visit.form.values, errors)
    return visit.to(f"/certificates/{code}", "revoked")


@get(PATH + "/renew", role="editor")
async def show_renew(visit: Visit) -> Response:
    """What the new one will be."""
    return await _renewal(visit, {"notify": "yes"}, Errors())


@post(PATH + "/renew")
async def renew(visit: Visit) -> Response:
    """A new certificate takes the old one's place, and its page is shown."""
    errors, issued_at = Errors(), None
    with errors.caught():
        issued_at = typed.day(visit.form.text("issued_at"), "issued_at", visit.now.date())
    if not errors:
        renewal = Renewal(issued_at, notify=visit.form.flag("notify"))
        with errors.caught():
            work = certificate_life.renew(visit.caller, visit.param("code"), renewal, visit.now)
            return visit.to(f"/certificates/{(await visit.work(work)).code}", "renewed")
    return await _renewal(visit, visit.form.values, errors)


async def _read(visit: Visit) -> Certificate:
    return await visit.work(certificates.read(visit.organization.id, visit.param("code")))


async def _page(visit: Visit, status: int = 200, refused: Refused | None = None) -> Response:
    certificate = await _read(visit)
    response = visit.page(
        "dashboard/certificate.html",
        status,
        here=HERE,
        certificate=certificate,
        course=certificate.course,
        history=_history(certificate, visit.now),
        refused=refused,
    )
    if refused is not None and refused.retry_after is not None:
        response.headers["retry-after"] = str(refused.retry_after)
    return response


def _history(certificate: Certificate, now: datetime) -> list[tuple[datetime, str]]:
    """What has happened to it, the newest first."""
    moments = (
        ("issued", certificate.created_at),
        ("claimed", certificate.claimed_at),
        ("expired", certificate.expires_at),
        ("revoked", certificate.revoked_at),
    )
    happened = [(at, what) for what, at in moments if at is not None and at <= now]
    # Some are kept in whole seconds: within one second, things happened in the order above.
    return sorted(happened, key=lambda one: one[0].replace(microsecond=0))[::-1]


async def _renewal(visit: Visit, form: Mapping[str, str], errors: Errors) -> Response:
    certificate = await _read(visit)
    present = await visit.work(courses.read(visit.organization.id, certificate.course.id))
    return _form(visit, "renew", certificate, form, errors, present=present)


def _form(
    visit: Visit, task: Task, certificate: Certificate, form: Mapping[str, str], errors: Errors, **facts: object
) -> Response:
    return visit.page(
        f"dashboard/certificate_{task}.html",
        _INVALID if errors else 200,
        here=HERE,
        certificate=certificate,
        form={**dict.fromkeys((*LABELS, "notify"), ""), **form},
        errors=errors,
        labels=LABELS,
        **facts,
    )


ENTRIES = (show, resend, show_correct, correct, show_revoke, revoke, show_renew, renew)
