"""Time that has passed, by a clock that never steps and goes on while the machine sleeps."""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Seconds since some moment that stays the same while the process lives."""
    return time.clock_gettime(_CLOCK)
