"""GENERATED from openapi.yaml by `python -m wire`: change the contract, not this file."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "Academy",
    "AnswerExcerpt",
    "AnyOrigin",
    "AnyText",
    "Assertion",
    "AssertionType",
    "Attempt",
    "BadgeClass",
    "BadgeClassType",
    "BadgesContext",
    "CacheControl",
    "Certificate",
    "CertificateEnvelope",
    "CertificateEvent",
    "CertificateEventKind",
    "CertificateLinks",
    "CertificateList",
    "Challenge",
    "ChosenEvents",
    "Claim",
    "ClaimCertificate",
    "ClaimEnvelope",
    "ClaimToken",
    "Code",
    "Count",
    "Course",
    "CourseDescription",
    "CourseEnvelope",
    "CourseLinks",
    "CourseList",
    "CourseName",
    "CoursePageSize",
    "CreateCourse",
    "CreateWebhook",
    "CreatedWebhook",
    "CreatedWebhookEnvelope",
    "Criteria",
    "CriteriaAddress",
    "CriteriaNarrative",
    "Cursor",
    "Delivery",
    "DeliveryCursor",
    "DeliveryEnvelope",
    "DeliveryList",
    "DeliveryPagination",
    "DeliveryStatus",
    "DisabledReason",
    "EntityTag",
    "EqfLevel",
    "ErrorBody",
    "ErrorCode",
    "ErrorDetail",
    "ErrorResponse",
    "EventCertificate",
    "EventChoice",
    "EventKind",
    "EventList",
    "EventSubject",
    "FeedCursor",
    "FeedEvent",
    "FeedPagination",
    "GivenInstant",
    "HeaderNames",
    "HexDigest",
    "HostedBadgeType",
    "HostedVerification",
    "Id",
    "IdempotencyKey",
    "IdentityHash",
    "Instant",
    "IssueCertificate",
    "IssueInstant",
    "MailAddress",
    "NlqfLevel",
    "Notify",
    "NullableCursor",
    "NullableDeliveryCursor",
    "NullableFeedCursor",
    "NullableInstant",
    "NullableText",
    "NullableWhole",
    "Overlap",
    "PageSize",
    "Pagination",
    "PersonName",
    "Picture",
    "PictureAddress",
    "Profile",
    "ProfileType",
    "QualificationLabel",
    "RangeEnvelope",
    "ReceiverAddress",
    "Recipient",
    "RecipientType",
    "RedeliverChoice",
    "RedeliverRange",
    "RedeliveredRange",
    "RenewCertificate",
    "ReplayedFlag",
    "RequestId",
    "Revocation",
    "RevocationReason",
    "RevokeCertificate",
    "RevokedAssertion",
    "RevokedCertificateEvent",
    "RevokedEventCertificate",
    "RevokedEventKind",
    "RevokedEventSubject",
    "RevokedFlag",
    "RotateSecret",
    "Secret",
    "ShownSecret",
    "StandardSignature",
    "Status",
    "StatusChoice",
    "TestEnvelope",
    "TestEvent",
    "TestEventKind",
    "TestSent",
    "TypedCode",
    "UnixSeconds",
    "UpdateCertificate",
    "UpdateCourse",
    "UpdateWebhook",
    "UsualEventKind",
    "ValidityMonths",
    "Verification",
    "VerifiedCertificate",
    "VerifiedCourse",
    "VersionNumber",
    "WebLocation",
    "Webhook",
    "WebhookDescription",
    "WebhookEnvelope",
    "WebhookList",
    "YesOrNo",
]


# Text as it was given.
AnyText: TypeAlias = str


# Text as it was given, or null.
NullableText: TypeAlias = str | None


# The first 1 kB of what the endpoint answered, or null.
AnswerExcerpt: TypeAlias = str | None


# Always `*`.
AnyOrigin: TypeAlias = Literal["*"]


# Always `Assertion`.
AssertionType: TypeAlias = Literal["Assertion"]


# The JSON-LD context of Open Badges 2.0.
BadgesContext: TypeAlias = Literal["https://w3id.org/openbadges/v2"]


# An instant in UTC.
Instant: TypeAlias = str


# A URL.
WebLocation: TypeAlias = str


# A whole number.
Count: TypeAlias = int


# A whole number, or null.
NullableWhole: TypeAlias = int | None


# Always `BadgeClass`.
BadgeClassType: TypeAlias = Literal["BadgeClass"]


# Directives as RFC 9111 has them.
CacheControl: TypeAlias = str


# The code of a certificate, as it is printed.
Code: TypeAlias = str


# The `created_at` of an item, such as 2026-03-15T10:00:00.123456Z.
Cursor: TypeAlias = str


# A UUID.
Id: TypeAlias = str


# An instant in UTC, or null where there is none.
NullableInstant: TypeAlias = str | None


# The state of a certificate: `valid` (in force until it expires), `never_expires` (in force for good), …
Status: TypeAlias = Literal["valid", "never_expires", "expired", "renewed", "revoked"]


# The number of a version of a course, counted from 1.
VersionNumber: TypeAlias = int


# True or false.
YesOrNo: TypeAlias = bool


# What happened, other than a revocation.
UsualEventKind: TypeAlias = Literal[
    "certificate.issued",
    "certificate.claimed",
    "certificate.expiring",
    "certificate.expired",
]


# Something that happened to a certificate.
CertificateEventKind: TypeAlias = Literal[
    "certificate.issued",
    "certificate.claimed",
    "certificate.revoked",
    "certificate.expiring",
    "certificate.expired",
]


# A challenge as RFC 9110 has it.
Challenge: TypeAlias = str


# What happened: a certificate was issued, was claimed by its holder, was revoked, will expire within 30 days …
EventKind: TypeAlias = Literal[
    "certificate.issued",
    "certificate.claimed",
    "certificate.revoked",
    "certificate.expiring",
    "certificate.expired",
    "webhook.test",
]


# The last part of the link in the holder's mail.
ClaimToken: TypeAlias = str


# 1 to 5,000 characters, not only blanks; line breaks and tabs are kept.
CourseDescription: TypeAlias = str | None


# 1 to 200 characters, not only blanks, no control characters.
CourseName: TypeAlias = str


# The size of a page of courses.
CoursePageSize: TypeAlias = int


# An http or https address, where the criteria are published.
CriteriaAddress: TypeAlias = str | None


# What the holder had to do, in words.
CriteriaNarrative: TypeAlias = str | None


# The level in the European Qualifications Framework.
EqfLevel: TypeAlias = int | None


# The level in the Dutch framework, as it is written there (`5`, `4+`, `Instroom`).
NlqfLevel: TypeAlias = str | None


# An http or https address, where the badge's picture (PNG or SVG) is published; null for the generated one.
PictureAddress: TypeAlias = str | None


# How the level is called where the course is taught (`MBO 4`).
QualificationLabel: TypeAlias = str | None


# How many months a certificate is valid; null means that it never expires.
ValidityMonths: TypeAlias = int | None


# An https address without a fragment, such as https://example.com/hooks.
ReceiverAddress: TypeAlias = str


# 1 to 500 characters, not only blanks; line breaks and tabs are kept.
WebhookDescription: TypeAlias = str | None


# `pending`: to be tried, for the first time or again.
DeliveryStatus: TypeAlias = Literal["pending", "delivered", "failed"]


# The `cursor` of a page of deliveries, as it was given.
DeliveryCursor: TypeAlias = str


# Where the next page begins; null on an empty page.
NullableDeliveryCursor: TypeAlias = str | None


# Why nothing is sent there: somebody asked for it, the endpoint answered 410, or nothing has arrived for …
DisabledReason: TypeAlias = Literal["requested", "gone", "failing"] | None


# An entity tag as RFC 9110 has it, with its quotation marks.
EntityTag: TypeAlias = str


# What programs decide by.
ErrorCode: TypeAlias = Literal[
    "bad_request",
    "unauthorized",
    "plan_limit_exceeded",
    "not_found",
    "method_not_allowed",
    "request_timeout",
    "conflict",
    "gone",
    "payload_too_large",
    "unsupported_media_type",
    "unprocessable_entity",
    "rate_limited",
    "request_header_fields_too_large",
    "internal_error",
    "unavailable",
]


# The `cursor` of a page of the feed, as it was given.
FeedCursor: TypeAlias = str


# The place of the last event on the page; on an empty page the cursor that was asked with, null where there …
NullableFeedCursor: TypeAlias = str | None


# A date and time with its offset, such as 2026-03-15T10:00:00Z, from 1970 to 2200.
GivenInstant: TypeAlias = str


# Names of request headers.
HeaderNames: TypeAlias = str


# 64 lower-case hexadecimal digits.
HexDigest: TypeAlias = str


# Always `HostedBadge`.
HostedBadgeType: TypeAlias = Literal["HostedBadge"]


# 1 to 255 ASCII characters, blanks only between others.
IdempotencyKey: TypeAlias = str


# The SHA-256 of the mail address in lower case, followed by the salt.
IdentityHash: TypeAlias = str


# A date and time with its offset, such as 2026-03-15T10:00:00Z, from 1970 on and not in the future.
IssueInstant: TypeAlias = str


# A mail address, such as jane@example.com.
MailAddress: TypeAlias = str


# Whether the holder is told by mail.
Notify: TypeAlias = bool


# 1 to 200 characters, not only blanks, no control characters.
PersonName: TypeAlias = str


# The `created_at` of the last item; null on an empty page.
NullableCursor: TypeAlias = str | None


# For how many seconds the old secret signs beside the new one.
Overlap: TypeAlias = int


# The size of a page.
PageSize: TypeAlias = int


# An SVG document.
Picture: TypeAlias = str


# Always `Profile`.
ProfileType: TypeAlias = Literal["Profile"]


# Always `email`.
RecipientType: TypeAlias = Literal["email"]


# Those that have not arrived, or all.
RedeliverChoice: TypeAlias = Literal["missed", "all"]


# Present on a replayed answer only.
ReplayedFlag: TypeAlias = Literal["true"]


# Letters, digits and hyphens.
RequestId: TypeAlias = str


# Shown to whoever verifies the certificate.
RevocationReason: TypeAlias = str | None


# Always true.
RevokedFlag: TypeAlias = Literal[True]


# Always `certificate.revoked`.
RevokedEventKind: TypeAlias = Literal["certificate.revoked"]


# 32 random bytes in base64 after `whsec_`.
Secret: TypeAlias = str


# One signature or two, each in base64 after `v1,`.
StandardSignature: TypeAlias = str


# Which certificates to list.
StatusChoice: TypeAlias = Literal["valid", "expired", "all"]


# Always `webhook.test`.
TestEventKind: TypeAlias = Literal["webhook.test"]


# A code as people type it, in either case, with blanks around it or not.
TypedCode: TypeAlias = str


# Seconds since 1970, in digits.
UnixSeconds: TypeAlias = str


class ErrorDetail(TypedDict):
    """One field that is wrong."""

    field: AnyText
    message: AnyText


class Academy(TypedDict):
    """Who issued the certificate."""

    name: AnyText
    logo_url: NullableText


class Revocation(TypedDict):
    """When a certificate was revoked and why."""

    revoked_at: Instant
    revocation_reason: NullableText


class CertificateLinks(TypedDict):
    """Where the certificate can be looked at."""

    verify_page: WebLocation
    open_badge: WebLocation
    renewed_by: NotRequired[WebLocation]


class CourseLinks(TypedDict):
    """The course's Open Badges document, in the version shown."""

    badge_class: WebLocation


class Criteria(TypedDict):
    """What the holder had to do."""

    id: NotRequired[WebLocation]
    narrative: NotRequired[AnyText]


class Attempt(TypedDict):
    """One attempt at a delivery."""

    number: Count
    started_at: Instant
    duration_ms: Count
    status: NullableWhole
    error: NullableText
    answer: AnswerExcerpt


class VerifiedCourse(TypedDict):
    """The course, in the version that the certificate was issued on."""

    name: AnyText
    description: NullableText
    eqf_level: NullableWhole
    nlqf_level: NullableText
    qualification_label: NullableText


class TestSent(TypedDict):
    """The test event, and to how many endpoints it goes."""

    id: Id
    endpoints: Count


class EventCertificate(TypedDict):
    """The certificate as it was then."""

    id: Id
    code: Code
    holder_name: AnyText
    holder_email: AnyText
    course_id: Id
    course_name: AnyText
    issued_at: Instant
    expires_at: NullableInstant
    revoked_at: NotRequired[Instant]
    revocation_reason: NotRequired[NullableText]


class RedeliveredRange(TypedDict):
    """How many events are sent again now."""

    queued: Count
    resume_from: NullableInstant


class VerifiedCertificate(TypedDict):
    """The certificate."""

    code: Code
    holder_name: AnyText
    is_claimed: YesOrNo
    issued_at: Instant
    expires_at: NullableInstant
    revoked_at: NotRequired[Instant]
    revocation_reason: NotRequired[NullableText]


# 1 to 5 different kinds of events, or null for all of them.
EventChoice: TypeAlias = list[CertificateEventKind] | None


# The kinds of events that are sent there; null for all of them.
ChosenEvents: TypeAlias = list[EventKind] | None


class ClaimCertificate(TypedDict):
    """A claim."""

    token: ClaimToken


class CreateCourse(TypedDict):
    """A course to be created."""

    name: CourseName
    description: NotRequired[CourseDescription]
    validity_period_months: NotRequired[ValidityMonths]
    eqf_level: NotRequired[EqfLevel]
    nlqf_level: NotRequired[NlqfLevel]
    qualification_label: NotRequired[QualificationLabel]
    badge_image_url: NotRequired[PictureAddress]
    criteria_narrative: NotRequired[CriteriaNarrative]
    criteria_url: NotRequired[CriteriaAddress]


class UpdateCourse(TypedDict):
    """What changes in a course."""

    name: NotRequired[CourseName]
    description: NotRequired[CourseDescription]
    validity_period_months: NotRequired[ValidityMonths]
    eqf_level: NotRequired[EqfLevel]
    nlqf_level: NotRequired[NlqfLevel]
    qualification_label: NotRequired[QualificationLabel]
    badge_image_url: NotRequired[PictureAddress]
    criteria_narrative: NotRequired[CriteriaNarrative]
    criteria_url: NotRequired[CriteriaAddress]


class DeliveryPagination(TypedDict):
    """How to go on in a list of deliveries."""

    cursor: NullableDeliveryCursor
    has_more: YesOrNo


class FeedPagination(TypedDict):
    """How to go on in the feed, at once where there is more, otherwise later."""

    cursor: NullableFeedCursor
    has_more: YesOrNo


class HostedVerification(TypedDict):
    """The assertion is verified by fetching it."""

    type: HostedBadgeType


class RenewCertificate(TypedDict):
    """How a certificate is renewed."""

    issued_at: NotRequired[IssueInstant]
    notify: NotRequired[Notify]


class IssueCertificate(TypedDict):
    """A certificate to be issued."""

    course_id: Id
    holder_name: PersonName
    holder_email: MailAddress
    issued_at: NotRequired[IssueInstant]
    notify: NotRequired[Notify]


class UpdateCertificate(TypedDict):
    """What is corrected in a certificate."""

    holder_name: NotRequired[PersonName]
    holder_email: NotRequired[MailAddress]
    notify: NotRequired[Notify]


class Pagination(TypedDict):
    """How to go on."""

    cursor: NullableCursor
    has_more: YesOrNo


class RotateSecret(TypedDict):
    """How a secret is replaced."""

    overlap_seconds: NotRequired[Overlap]


# A Profile of Open Badges 2.0.
Profile = TypedDict(
    "Profile",
    {
        "@context": BadgesContext,
        "type": ProfileType,
        "id": WebLocation,
        "name": AnyText,
        "url": WebLocation,
        "email": AnyText,
        "image": NotRequired[WebLocation],
    },
)


class Recipient(TypedDict):
    """Who earned the badge, as a salted hash of the mail address in lower case."""

    type: RecipientType
    hashed: YesOrNo
    salt: Code
    identity: IdentityHash


class RedeliverRange(TypedDict):
    """Which events are sent again."""

    since: GivenInstant
    until: NotRequired[GivenInstant]
    only: NotRequired[RedeliverChoice]


class RevokeCertificate(TypedDict):
    """Why a certificate is revoked."""

    reason: NotRequired[RevocationReason]


# What is left of an assertion whose certificate was revoked.
RevokedAssertion = TypedDict(
    "RevokedAssertion",
    {
        "@context": BadgesContext,
        "type": AssertionType,
        "id": WebLocation,
        "revoked": RevokedFlag,
        "revocationReason": AnyText,
    },
)


class ShownSecret(TypedDict):
    """What the events of an endpoint are signed with."""

    secret: Secret


class ErrorBody(TypedDict):
    """What went wrong."""

    message: AnyText
    code: ErrorCode
    details: NotRequired[list[ErrorDetail]]


class Certificate(TypedDict):
    """A certificate as its issuer sees it."""

    id: Id
    code: Code
    holder_name: AnyText
    holder_email: AnyText
    course_id: Id
    course_name: AnyText
    course_version: VersionNumber
    status: Status
    issued_at: Instant
    expires_at: NullableInstant
    claimed_at: NullableInstant
    is_claimed: YesOrNo
    revoked_at: NullableInstant
    revocation_reason: NullableText
    created_at: Cursor
    links: CertificateLinks


class Claim(TypedDict):
    """A claimed certificate, as its holder is shown it."""

    code: Code
    holder_name: AnyText
    course_name: AnyText
    academy: Academy
    issued_at: Instant
    expires_at: NullableInstant
    claimed_at: Instant
    links: CertificateLinks


class Course(TypedDict):
    """A course in one of its versions."""

    id: Id
    name: AnyText
    description: NullableText
    validity_period_months: NullableWhole
    eqf_level: NullableWhole
    nlqf_level: NullableText
    qualification_label: NullableText
    badge_image_url: NullableText
    criteria_narrative: NullableText
    criteria_url: NullableText
    version: VersionNumber
    created_at: Cursor
    links: CourseLinks


# A BadgeClass of Open Badges 2.0.
BadgeClass = TypedDict(
    "BadgeClass",
    {
        "@context": BadgesContext,
        "type": BadgeClassType,
        "id": WebLocation,
        "name": AnyText,
        "description": AnyText,
        "image": WebLocation,
        "criteria": Criteria,
        "issuer": WebLocation,
        "tags": NotRequired[list[AnyText]],
    },
)


class Delivery(TypedDict):
    """One event on its way to one endpoint."""

    id: Id
    event_id: Id
    event: EventKind
    status: DeliveryStatus
    attempts: list[Attempt]
    next_attempt_at: NullableInstant
    created_at: Instant
    finished_at: NullableInstant


class TestEnvelope(TypedDict):
    """A test."""

    data: TestSent


class EventSubject(TypedDict):
    """What it happened to."""

    certificate: EventCertificate


class RevokedEventCertificate(TypedDict):
    """The certificate, with the date of its revocation and the reason, if one was given."""

    id: Id
    code: Code
    holder_name: AnyText
    holder_email: AnyText
    course_id: Id
    course_name: AnyText
    issued_at: Instant
    expires_at: NullableInstant
    revoked_at: Instant
    revocation_reason: NullableText


class RangeEnvelope(TypedDict):
    """What was sent again."""

    data: RedeliveredRange


class Verification(TypedDict):
    """What anyone who holds the code may know."""

    valid: YesOrNo
    status: Status
    certificate: VerifiedCertificate
    course: VerifiedCourse
    academy: Academy
    links: CertificateLinks


class CreateWebhook(TypedDict):
    """An endpoint to be registered."""

    url: ReceiverAddress
    events: NotRequired[EventChoice]
    description: NotRequired[WebhookDescription]


class UpdateWebhook(TypedDict):
    """What changes in an endpoint."""

    url: NotRequired[ReceiverAddress]
    events: NotRequired[EventChoice]
    description: NotRequired[WebhookDescription]


class Webhook(TypedDict):
    """An endpoint that events are sent to."""

    id: Id
    url: WebLocation
    description: NullableText
    events: ChosenEvents
    enabled: YesOrNo
    disabled_reason: DisabledReason
    disabled_at: NullableInstant
    failing_since: NullableInstant
    previous_secret_expires_at: NullableInstant
    created_at: Cursor


# An Assertion of Open Badges 2.0.
Assertion = TypedDict(
    "Assertion",
    {
        "@context": BadgesContext,
        "type": AssertionType,
        "id": WebLocation,
        "recipient": Recipient,
        "badge": WebLocation,
        "verification": HostedVerification,
        "issuedOn": Instant,
        "expires": NotRequired[Instant],
    },
)


class ErrorResponse(TypedDict):
    """Any error."""

    error: ErrorBody


class CertificateEnvelope(TypedDict):
    """One certificate."""

    data: Certificate


class CertificateList(TypedDict):
    """A page of certificates."""

    data: list[Certificate]
    pagination: Pagination


class ClaimEnvelope(TypedDict):
    """One claim."""

    data: Claim


class CourseEnvelope(TypedDict):
    """One course."""

    data: Course


class CourseList(TypedDict):
    """A page of courses, or all of them."""

    data: list[Course]
    pagination: Pagination


class DeliveryEnvelope(TypedDict):
    """One delivery."""

    data: Delivery


class DeliveryList(TypedDict):
    """A page of deliveries."""

    data: list[Delivery]
    pagination: DeliveryPagination


class CertificateEvent(TypedDict):
    """What is posted when something happened to a certificate."""

    event: UsualEventKind
    data: EventSubject
    timestamp: Instant


class FeedEvent(TypedDict):
    """An event as it was or would be posted, with its id, which is the `webhook-id` of its deliveries."""

    id: Id
    event: EventKind
    data: EventSubject
    timestamp: Instant


class TestEvent(TypedDict):
    """What is posted by `send_test_webhook`."""

    event: TestEventKind
    data: EventSubject
    timestamp: Instant


class RevokedEventSubject(TypedDict):
    """What was revoked."""

    certificate: RevokedEventCertificate


class CreatedWebhook(TypedDict):
    """An endpoint with its secret, which is shown this once."""

    id: Id
    url: WebLocation
    description: NullableText
    events: ChosenEvents
    enabled: YesOrNo
    disabled_reason: DisabledReason
    disabled_at: NullableInstant
    failing_since: NullableInstant
    previous_secret_expires_at: NullableInstant
    created_at: Cursor
    secret: Secret


class WebhookEnvelope(TypedDict):
    """One endpoint."""

    data: Webhook


class WebhookList(TypedDict):
    """All endpoints."""

    data: list[Webhook]
    pagination: Pagination


class EventList(TypedDict):
    """A page of the feed."""

    data: list[FeedEvent]
    pagination: FeedPagination


class RevokedCertificateEvent(TypedDict):
    """What is posted when a certificate was revoked."""

    event: RevokedEventKind
    data: RevokedEventSubject
    timestamp: Instant


class CreatedWebhookEnvelope(TypedDict):
    """One endpoint with its secret."""

    data: CreatedWebhook
