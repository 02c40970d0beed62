"""Tortoise tables, one file per table, and their migrations."""

from models.api_key import ApiKey
from models.audit_entry import AuditEntry
from models.certificate import Certificate
from models.code_prefix import CodePrefix
from models.course import Course
from models.course_version import CourseVersion
from models.delivery import Delivery
from models.delivery_attempt import DeliveryAttempt
from models.event import Event
from models.heartbeat import Heartbeat
from models.idempotency_record import IdempotencyRecord
from models.mail import Mail
from models.membership import Membership
from models.organization import Organization
from models.picture import Picture
from models.plan import Plan
from models.session import Session
from models.user import User
from models.webhook import Webhook

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Certificate",
    "CodePrefix",
    "Course",
    "CourseVersion",
    "Delivery",
    "DeliveryAttempt",
    "Event",
    "Heartbeat",
    "IdempotencyRecord",
    "Mail",
    "Membership",
    "Organization",
    "Picture",
    "Plan",
    "Session",
    "User",
    "Webhook",
]
