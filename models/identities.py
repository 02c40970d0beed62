"""Identifiers of new rows."""

import secrets
from uuid import UUID

from asyncpg.pgproto import pgproto


def fresh() -> UUID:
    """An identifier that nobody else has: 122 bits by lot (RFC 9562, version 4), of the kind that rows of PostgreSQL have.

    That one is made in half the time, and keeps how it is written.

    >>> fresh().version
    4
    """
    lot = bytearray(secrets.token_bytes(16))
    lot[6], lot[8] = lot[6] & 0x0F | 0x40, lot[8] & 0x3F | 0x80  # section 5.4: version and variant
    return pgproto.UUID(bytes(lot))  # type: ignore[no-any-return]  # asyncpg is not typed
