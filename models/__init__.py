"""Tortoise tables, one file per table, and their migrations."""

from models.api_key import ApiKey
from models.certificate import Certificate
from models.code_prefix import CodePrefix
from models.course import Course
from models.course_version import CourseVersion
from models.heartbeat import Heartbeat
from models.idempotency_record import IdempotencyRecord
from models.organization import Organization
from models.plan import Plan

__all__ = [
    "ApiKey",
    "Certificate",
    "CodePrefix",
    "Course",
    "CourseVersion",
    "Heartbeat",
    "IdempotencyRecord",
    "Organization",
    "Plan",
]
