"""GENERATED from openapi.yaml by `python -m wire`: change the contract, not this file."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "Academy",
    "AnyOrigin",
    "AnyText",
    "Assertion",
    "AssertionType",
    "BadgeClass",
    "BadgeClassType",
    "BadgesContext",
    "Certificate",
    "CertificateEnvelope",
    "CertificateLinks",
    "CertificateList",
    "Challenge",
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
    "Criteria",
    "CriteriaAddress",
    "CriteriaNarrative",
    "Cursor",
    "EqfLevel",
    "ErrorBody",
    "ErrorCode",
    "ErrorDetail",
    "ErrorResponse",
    "HeaderNames",
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
    "NullableCursor",
    "NullableInstant",
    "NullableText",
    "NullableWhole",
    "PageSize",
    "Pagination",
    "PersonName",
    "Picture",
    "PictureAddress",
    "Profile",
    "ProfileType",
    "QualificationLabel",
    "Recipient",
    "RecipientType",
    "ReplayedFlag",
    "RequestId",
    "RevocationReason",
    "RevokeCertificate",
    "RevokedAssertion",
    "RevokedFlag",
    "Status",
    "StatusChoice",
    "TypedCode",
    "UpdateCourse",
    "ValidityMonths",
    "Verification",
    "VerifiedCertificate",
    "VerifiedCourse",
    "VersionNumber",
    "WebLocation",
    "YesOrNo",
]


# Text as it was given.
AnyText: TypeAlias = str


# Text as it was given, or null.
NullableText: TypeAlias = str | None


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


# Always `BadgeClass`.
BadgeClassType: TypeAlias = Literal["BadgeClass"]


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


# A challenge as RFC 9110 has it.
Challenge: TypeAlias = str


# A whole number.
Count: TypeAlias = int


# A whole number, or null.
NullableWhole: TypeAlias = int | None


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


# Names of request headers.
HeaderNames: TypeAlias = str


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


# 1 to 200 characters, not only blanks, no control characters.
PersonName: TypeAlias = str


# The `created_at` of the last item; null on an empty page.
NullableCursor: TypeAlias = str | None


# The size of a page.
PageSize: TypeAlias = int


# An SVG document.
Picture: TypeAlias = str


# Always `Profile`.
ProfileType: TypeAlias = Literal["Profile"]


# Always `email`.
RecipientType: TypeAlias = Literal["email"]


# Present on a replayed answer only.
ReplayedFlag: TypeAlias = Literal["true"]


# Letters, digits and hyphens.
RequestId: TypeAlias = str


# Shown to whoever verifies the certificate.
RevocationReason: TypeAlias = str | None


# Always true.
RevokedFlag: TypeAlias = Literal[True]


# Which certificates to list.
StatusChoice: TypeAlias = Literal["valid", "expired", "all"]


# A code as people type it, in either case, with blanks around it or not.
TypedCode: TypeAlias = str


class ErrorDetail(TypedDict):
    """One field that is wrong."""

    field: AnyText
    message: AnyText


class Academy(TypedDict):
    """Who issued the certificate."""

    name: AnyText
    logo_url: NullableText


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


class VerifiedCertificate(TypedDict):
    """The certificate."""

    code: Code
    holder_name: AnyText
    is_claimed: YesOrNo
    issued_at: Instant
    expires_at: NullableInstant
    revoked_at: NotRequired[Instant]
    revocation_reason: NotRequired[NullableText]


class VerifiedCourse(TypedDict):
    """The course, in the version that the certificate was issued on."""

    name: AnyText
    description: NullableText
    eqf_level: NullableWhole
    nlqf_level: NullableText
    qualification_label: NullableText


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


class HostedVerification(TypedDict):
    """The assertion is verified by fetching it."""

    type: HostedBadgeType


class IssueCertificate(TypedDict):
    """A certificate to be issued."""

    course_id: Id
    holder_name: PersonName
    holder_email: MailAddress
    issued_at: NotRequired[IssueInstant]


class Pagination(TypedDict):
    """How to go on."""

    cursor: NullableCursor
    has_more: YesOrNo


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


class Verification(TypedDict):
    """What anyone who holds the code may know."""

    valid: YesOrNo
    status: Status
    certificate: VerifiedCertificate
    course: VerifiedCourse
    academy: Academy
    links: CertificateLinks


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


class CourseEnvelope(TypedDict):
    """One course."""

    data: Course


class CourseList(TypedDict):
    """A page of courses, or all of them."""

    data: list[Course]
    pagination: Pagination
