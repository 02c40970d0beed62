"""What the suite makes on a server to ask about: courses, certificates in every state, endpoints. Each is made once.

What cannot be made blocks the clauses that need it; that making it works is a clause of its own.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .asking import Caller
from .clearing import remove_endpoints
from .findings import Blocked, NotMet, NotPossible
from .prepared import Prepares, prepared
from .receiving import FOLDER

if TYPE_CHECKING:
    from .coming import Coming
    from .trial import Trial

HOST = "example.com"
"""Nobody at this host is ever sent a mail (RFC 2606, section 3)."""
RECEIVER_PATH = FOLDER
"""Endpoints of the suite are known by this in their address, also those that an earlier run left behind."""

REFUSED = (
    "the server refuses to send events to the suite's receiver at {where}: let it take private addresses "
    "(TRUECERTA_ALLOW_PRIVATE_WEBHOOKS=true), or give a public https address that leads there (--receiver-url)"
)


class Thing(dict[str, Any]):
    """A certificate, course or endpoint as the server answered it (`data`). A member that it lacks blocks the clause."""

    def __missing__(self, name: str) -> Any:  # noqa: ANN401  # it never answers
        """The server's fault, not the suite's, and the business of the clause that asks for the member.

        >>> Thing(code="TRC-ACA-26-F5N8K3")["id"]
        Traceback (most recent call last):
        conformance.findings.Blocked: it needs something to stand on, which the server answered without `id`
        """
        raise Blocked(f"it needs something to stand on, which the server answered without `{name}`")


@dataclass(frozen=True)
class Renewal:
    """A certificate and its successor."""

    old: Thing
    new: Thing


class Stage(Prepares):
    """What stands on the server."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._trial = trial
        self.run = secrets.token_hex(4)
        """Names this run in the addresses of holders."""
        self.mailbox = trial.mailbox
        """Open before the first mail is sent."""

    @cached_property
    def coming(self) -> "Coming":
        """What is set off early, since it takes its time."""
        from .coming import Coming  # noqa: PLC0415  # it stands on a stage

        return Coming(self._trial, self)

    def begin(self) -> None:
        """Set off whatever takes time. What cannot be set off is told by the clauses that need it."""
        self.coming.begin()

    def email(self, name: str = "jane") -> str:
        """A holder's address that no other certificate of any run has; a mail to it is waited for from now on."""
        made = f"{name}.{self.run}.{secrets.token_hex(3)}@{HOST}"
        self.mailbox.expects(made)
        return made

    # Making single things, as often as one likes.

    def new_course(self, caller: Caller | None = None, **members: Any) -> Thing:
        """A course; 12 months unless `validity_period_months` says otherwise."""
        body = {"name": "Conformance", "validity_period_months": 12, **members}
        return self._created(caller, "/api/v1/courses", body)

    def new_certificate(self, course: Thing | None = None, caller: Caller | None = None, **members: Any) -> Thing:
        """A certificate of the course of 12 months, unless another is named. Its holder is told unless `notify` is false."""
        chosen = self.course if course is None else course
        body = {"course_id": chosen["id"], "holder_name": "Jane Doe", "holder_email": self.email(), **members}
        return self._created(caller, "/api/v1/certificates", body)

    def new_endpoint(self, name: str, url: str | None = None, caller: Caller | None = None, **members: Any) -> Thing:
        """An endpoint at the suite's receiver, or at an address that it may only be registered with. Gone after the run."""
        where = url or self._trial.receiver.address(name)
        answer = (caller or self._trial.academy).post("/api/v1/webhooks", json={"url": where, **members})
        if url is None and answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise NotPossible(REFUSED.format(where=self._trial.receiver.url))
        return _thing(answer, HTTPStatus.CREATED)

    def nowhere(self, name: str) -> str:
        """An address for an endpoint that nothing arrives at: no name below `.invalid` leads anywhere (RFC 2606, 2)."""
        return f"https://hooks.invalid{RECEIVER_PATH}{self.run}/{name}"

    def revoke(self, certificate: Thing, **body: Any) -> Thing:
        """Revoke a certificate; the certificate as it is then."""
        answer = self._trial.academy.post(f"/api/v1/certificates/{certificate['code']}/revoke", json=body)
        return _thing(answer, HTTPStatus.OK)

    def renew(self, certificate: Thing, **body: Any) -> Thing:
        """Renew a certificate; its successor."""
        answer = self._trial.academy.post(f"/api/v1/certificates/{certificate['code']}/renew", json=body)
        return _thing(answer, HTTPStatus.CREATED)

    def claim(self, certificate: Thing) -> Thing:
        """Claim a certificate with the token of the mail that its holder was sent."""
        token = self.mailbox.token(certificate["holder_email"])
        answer = self._trial.public.post("/api/v1/claims", json={"token": token})
        return _thing(answer, HTTPStatus.OK)

    def read(self, certificate: Thing) -> Thing:
        """A certificate as it is now."""
        answer = self._trial.academy.get(f"/api/v1/certificates/{certificate['code']}")
        return _thing(answer, HTTPStatus.OK)

    # What most clauses ask about, made once.

    @prepared
    def course(self) -> Thing:
        """A course of 12 months."""
        return self.new_course()

    @prepared
    def lasting_course(self) -> Thing:
        """A course whose certificates never expire."""
        return self.new_course(name="Conformance, for ever", validity_period_months=None)

    @prepared
    def full_course(self) -> Thing:
        """A course with everything filled in."""
        return self.new_course(
            name="Web Development",
            description="All of it, from the browser to the server.",
            eqf_level=5,
            nlqf_level="5",
            qualification_label="MBO 4",
            criteria_narrative="Built and defended an application.",
            criteria_url=f"https://{HOST}/criteria",
        )

    @prepared
    def other_course(self) -> Thing:
        """A course of the other organization."""
        return self.new_course(self._trial.other)

    @prepared
    def valid(self) -> Thing:
        """A certificate in force."""
        return self.new_certificate(notify=False)

    @prepared
    def full(self) -> Thing:
        """A certificate of the course with everything filled in."""
        return self.new_certificate(self.full_course, notify=False)

    @prepared
    def lasting(self) -> Thing:
        """A certificate that never expires."""
        return self.new_certificate(self.lasting_course, notify=False)

    @prepared
    def expired(self) -> Thing:
        """A certificate past its expiry."""
        past = datetime.now(UTC).replace(microsecond=0) - timedelta(days=800)
        return self.new_certificate(issued_at=past.isoformat().replace("+00:00", "Z"), notify=False)

    @prepared
    def revoked(self) -> Thing:
        """A revoked certificate that nobody had claimed."""
        return self.revoke(self.new_certificate(notify=False), reason="Issued in error")

    @prepared
    def renewal(self) -> Renewal:
        """A renewed certificate and its successor."""
        old = self.new_certificate(notify=False)
        return Renewal(old, self.renew(old))

    @prepared
    def other_certificate(self) -> Thing:
        """A certificate of the other organization."""
        return self.new_certificate(self.other_course, self._trial.other, notify=False)

    @prepared
    def mailed(self) -> tuple[Thing, Thing, Thing]:
        """Three certificates whose holders were sent a mail (all at once, so that mails are waited for once)."""
        return (self.new_certificate(self.full_course), self.new_certificate(), self.new_certificate())

    @prepared
    def claimed(self) -> Thing:
        """A claimed certificate of the course with everything filled in."""
        self.claim(self.mailed[0])
        return self.read(self.mailed[0])

    @prepared
    def claimed_revoked(self) -> Thing:
        """A certificate that was claimed and then revoked."""
        self.claim(self.mailed[1])
        return self.revoke(self.mailed[1], reason="Issued in error")

    @prepared
    def claimed_renewal(self) -> Renewal:
        """A claimed certificate that was renewed, and its successor."""
        self.claim(self.mailed[2])
        return Renewal(self.read(self.mailed[2]), self.renew(self.mailed[2]))

    def clear(self) -> None:
        """No endpoint that the suite has made stays behind, nor one of an earlier run that was broken off."""
        if self._trial.options.write:
            trial = self._trial
            runs = (self.run, trial.receiver.run) if "receiver" in vars(trial) else (self.run,)
            remove_endpoints((trial.with_key, trial.with_other_key, trial.public), runs)

    def _created(self, caller: Caller | None, path: str, body: dict[str, Any]) -> Thing:
        return _thing((caller or self._trial.academy).post(path, json=body), HTTPStatus.CREATED)


def _thing(answer: Answer, status: int) -> Thing:
    """What a step on the way answers with. That it does is the business of other clauses, so a failure blocks."""
    try:
        found = answer.expect(status).member("data")
    except NotMet as why:
        raise Blocked(f"a step on the way to it fails: {why}") from why
    if not isinstance(found, dict):
        raise Blocked(f"a step on the way to it fails: {answer.not_met('`data` is no object')}")
    return Thing(found)
