"""What a good engineer asks of the same tables by hand: one statement for each question, columns by their names."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import orjson

POOL = 16
JSON = orjson.OPT_UTC_Z
VERIFY = """
    SELECT c.code, c.holder_name, c.issued_at, c.expires_at, c.claimed_at, c.revoked_at, c.revocation_reason,
        r.code AS renewed_by, v.name AS course_name, v.description, v.eqf_level, v.nlqf_level, v.qualification_label,
        o.name AS academy, o.logo_url, o.logo_id
    FROM certificate c JOIN course_version v ON v.id = c.course_version_id JOIN organization o ON o.id = c.organization_id
    LEFT JOIN certificate r ON r.id = c.renewed_by_id WHERE c.code = $1
"""
ASSERTION = """
    SELECT c.code, c.holder_email, c.issued_at, c.expires_at, c.revoked_at, c.revocation_reason, c.course_id, v.number
    FROM certificate c JOIN course_version v ON v.id = c.course_version_id
    WHERE c.code = $1 AND c.claimed_at IS NOT NULL
"""
KEY = "SELECT id, organization_id FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL"
LIST = """
    SELECT c.id, c.code, c.holder_name, c.holder_email, c.course_id, v.name AS course_name, v.number, c.issued_at,
        c.expires_at, c.claimed_at, c.revoked_at, c.revocation_reason, r.code AS renewed_by, c.created_at
    FROM certificate c JOIN course_version v ON v.id = c.course_version_id
    LEFT JOIN certificate r ON r.id = c.renewed_by_id
    WHERE c.organization_id = $1 ORDER BY c.created_at DESC LIMIT $2
"""
COURSE = """
    SELECT c.validity_period_months, v.id AS version_id, v.name AS course_name, v.number, o.code_letters
    FROM course c JOIN course_version v ON v.course_id = c.id AND v.number = c.present_version
    JOIN organization o ON o.id = c.organization_id WHERE c.id = $1 AND c.organization_id = $2
"""


async def open_pool(url: str) -> asyncpg.Pool:
    """As many connections as the service has, all of them open, and no RESET when one is given back."""
    return await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, reset=_as_it_is)


async def _as_it_is(_connection: object) -> None:
    """Nothing is set in a session that would have to be reset."""


def digest(authorization: str) -> str:
    """What a key is looked up by."""
    return hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()


def status(row: Mapping[str, Any], now: datetime) -> str:
    """The state of a certificate."""
    if row["revoked_at"] is not None:
        return "revoked"
    if row["renewed_by"] is not None:
        return "renewed"
    if row["expires_at"] is None:
        return "never_expires"
    return "expired" if row["expires_at"] <= now else "valid"
