"""Workers that misbehave, in a module of their own: it is imported quickly, as they are started often."""

import signal
import sys
import time
from multiprocessing.connection import Connection

DEAF = "hears nothing from now on"


def die_at_once(_lifeline: Connection) -> None:
    """One that finds something wrong."""
    sys.exit(3)


def hear_nothing(_lifeline: Connection) -> None:
    """One that does not end when it is told to."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(DEAF, flush=True)
    time.sleep(60)
