"""A certificate as the rules see it, and the names that a careless writer of JSON, HTML or headers breaks on."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from rules.certificates import Certificate
from rules.courses import Course
from rules.organizations import Organization

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
HOSTILE = (
    'Zoë "Q" 🎓 \u2028 O\'Neil <b> \\ é',
    "</script><script>alert(1)</script>",
    "a\u2029b\ufeffc\x7fd\x85e",
    "\\u0041 \\\\ \\n \\\" '",
    "👩‍👩‍👧‍👦 𝒵𝓸𝓮 \U0010ffff",  # noqa: RUF001 (letters that look like others are the point)
    "שלום \u202e العربية",
    "__proto__",
    "NaN",
    "\b\f\n\r\t\x00\x0b\x1f",
)
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]))

_COURSE = Course(
    id=UUID(int=2),
    version=1,
    name="Web Development",
    description=None,
    validity_period_months=12,
    eqf_level=None,
    nlqf_level=None,
    qualification_label=None,
    badge_image_url=None,
    criteria_narrative=None,
    criteria_url=None,
    created_at=NOW,
)
CERTIFICATE = Certificate(
    id=UUID(int=1),
    code="TRC-ACA-26-F5N8K3",
    holder_name="Jane Doe",
    holder_email="jane@example.com",
    course=_COURSE,
    organization=Organization(UUID(int=3), "Example Academy", "office@example.com", None, None),
    issued_at=NOW,
    expires_at=NOW.replace(year=2027),
    claimed_at=None,
    revoked_at=None,
    revocation_reason=None,
    renewed_by=None,
    created_at=NOW,
)
