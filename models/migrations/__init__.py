"""Migrations, applied in order and under a lock; see docs on upgrading."""
