"""What a process beside an installation owes the proof that started it: it says that it listens, and ends with it."""

import argparse
import os
import sys
import threading
from pathlib import Path
from typing import Any

import orjson

from bench.beside import READY


def arguments(name: str, description: str) -> argparse.ArgumentParser:
    """The options that every such process has."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=description)
    parser.add_argument("--port", type=int, required=True, help="where it listens, on 127.0.0.1")
    parser.add_argument("--record", type=Path, required=True, help="the file that it writes down in what comes")
    return parser


class Record:
    """A file of JSON values, one a line, each there as soon as it is written: a kill takes none of them back."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("ab", buffering=0)

    def add(self, **found: Any) -> None:
        """Write one down."""
        self._file.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))


def ready(said: str = "") -> None:
    """Tell the proof that this process listens; from now on it ends when the proof does, however that ends."""
    print(READY, said, flush=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.read()  # nothing is ever written: it returns when the other end is gone
    os._exit(0)
