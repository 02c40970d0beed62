"""The domain, pure: no I/O, no ORM, no clock, no framework."""
