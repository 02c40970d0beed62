"""Claims, the mails that carry the links."""

from email.utils import getaddresses

from ..asked import CERTIFICATES, act, verify
from ..claiming import claim, expect_claimed, token_of
from ..clause import must
from ..findings import require
from ..trial import Trial

MINUTE_SECONDS = 60


@must(
    "claims/mail",
    "rulings/claiming/mail",
    "rulings/names-in-the-contract/claim-link",
    "openapi.yaml#/paths/~1api~1v1~1certificates/post",
)
def mail(trial: Trial) -> None:
    """Issuing sends the holder, and nobody else, a mail with a link `/claim/{token}` at the server's own public address."""
    certificate = trial.stage.coming.claimants["opened"]
    link = trial.mailbox.link(certificate["holder_email"])
    sent = trial.mailbox.mail(certificate["holder_email"])
    to = [address for _, address in getaddresses([str(line) for line in sent.get_all("To", ())])]
    require(to == [certificate["holder_email"]], f"The mail is addressed to {to}, not to the holder alone.")
    base = link.partition("/claim/")[0]
    if base != trial.public.base:
        page = str(verify(trial, certificate).member("links.verify_page"))
        public = page.removesuffix(f"/v/{certificate['code']}")
        require(base == public, f"The link in the mail leads to {base}; the server's other links lead to {public}.")


@must("claims/untold", "openapi.yaml#/components/schemas/Notify")
def untold(trial: Trial) -> None:
    """A holder is sent no mail where `notify` is false."""
    claimants = trial.stage.coming.claimants
    trial.mailbox.mail(claimants["announced"]["holder_email"])
    mails = trial.mailbox.mails(claimants["untold"]["holder_email"])
    require(not mails, "A holder was sent a mail about a certificate that was issued with `notify` false.")


@must(
    "claims/corrected-address",
    "rulings/certificate-states/correction-mail",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}/patch",
)
def corrected_address(trial: Trial) -> None:
    """Once the holder's address is corrected, the new one is sent a link, and the link of the old one claims nothing."""
    certificate = trial.stage.coming.claimants["moved"]
    old = token_of(trial, certificate)
    address = trial.stage.email("moved")
    change = trial.academy.patch(f"{CERTIFICATES}/{certificate['code']}", json={"holder_email": address})
    change.expect(200).expect_described().expect_member("data.holder_email", address)
    new = trial.mailbox.token(address)
    refusal = claim(trial, old)
    require(refusal.status != 200, "The link that went to the old address claims the certificate.", refusal)
    refusal.expect(409, 410, 422)
    expect_claimed(trial, certificate, is_claimed=False)
    claim(trial, new).expect(200).expect_member("data.code", certificate["code"])


@must(
    "claims/corrected-name",
    "rulings/certificate-states/correction-mail",
    "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}/patch",
)
def corrected_name(trial: Trial) -> None:
    """Once the holder's name is corrected, he is sent a new mail, whose link claims the certificate under the new name."""
    certificate = trial.stage.coming.claimants["renamed"]
    address = certificate["holder_email"]
    trial.mailbox.mail(address)
    trial.mailbox.expects(address)
    change = trial.academy.patch(f"{CERTIFICATES}/{certificate['code']}", json={"holder_name": "Jane Roe"})
    change.expect(200).expect_member("data.holder_name", "Jane Roe")
    answer = claim(trial, trial.mailbox.token(address, which=2))
    answer.expect(200).expect_member("data.holder_name", "Jane Roe")


@must(
    "claims/not-correctable",
    "rulings/certificate-states/correction",
    "openapi.yaml#/components/responses/NotCorrectable",
)
def not_correctable(trial: Trial) -> None:
    """A claimed certificate cannot be corrected any more: 409, and it stays as it is."""
    certificate = trial.stage.claimed
    for change in ({"holder_name": "Jane Roe"}, {"holder_email": trial.stage.email("roe")}):
        trial.academy.patch(f"{CERTIFICATES}/{certificate['code']}", json=change).expect_error("conflict")
    found = trial.stage.read(certificate)
    same = all(found[name] == certificate[name] for name in ("holder_name", "holder_email"))
    require(same, "The correction is refused, and yet the certificate is corrected.")


@must("claims/resend", "openapi.yaml#/paths/~1api~1v1~1certificates~1{code}~1resend-claim/post")
def resend(trial: Trial) -> None:
    """The holder can be sent another mail; its link claims the certificate, and so does the one sent before."""
    certificate = trial.stage.coming.claimants["reminded"]
    address = certificate["holder_email"]
    first = trial.mailbox.token(address)
    trial.mailbox.expects(address)
    answer = act(trial, certificate, "resend-claim").expect(202).expect_described()
    answer.expect_member("data.code", certificate["code"])
    second = trial.mailbox.token(address, which=2)
    for token in (first, second):
        claim(trial, token).expect(200).expect_member("data.code", certificate["code"])


@must("claims/resend-once-a-minute", "openapi.yaml#/components/responses/MailsLimited")
def resend_once_a_minute(trial: Trial) -> None:
    """Asked twice within a minute, the server does not mail again, but answers 429 and says when to come back."""
    certificate = trial.stage.coming.claimants["impatient"]
    trial.mailbox.mail(certificate["holder_email"])
    act(trial, certificate, "resend-claim").expect(202)
    answer = act(trial, certificate, "resend-claim").expect_error("rate_limited")
    told = answer.header("Retry-After")
    waits = told.isdecimal() and 0 < int(told) <= MINUTE_SECONDS + 1
    require(waits, f"Its Retry-After is {told!r}, not a number of seconds within the minute.", answer)


@must("claims/nothing-to-resend", "openapi.yaml#/components/responses/NothingToClaim")
def nothing_to_resend(trial: Trial) -> None:
    """No link is sent for a certificate that is claimed or revoked: 409."""
    act(trial, trial.stage.revoked, "resend-claim").expect_error("conflict").expect_described()
    act(trial, trial.stage.claimed, "resend-claim").expect_error("conflict").expect_described()
