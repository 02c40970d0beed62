"""The process that sets documents: one order after another from standard input, until that ends.

It is run as a file of its own, so that it loads nothing of the service: typst, segno and these lines are all it has. It
holds no secret and asks nobody: what it is told comes through the pipe, and what it makes goes back through it.
"""

import base64
import contextlib
import ctypes
import json
import os
import re
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import segno
import typst

STANDARDS: list["typst.PDFStandard"] = ["a-2a", "ua-1"]
"""PDF for keeping and for everybody's reading: ISO 19005-2 level A, and ISO 14289-1."""
LENGTH = struct.Struct(">I")
"""What precedes each order and each answer."""
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
PIXELS = {"pdf": 0, "png": 2000, "share": 1200}
"""How wide the pictures are."""
POINTS = {"a4": 297 / 25.4 * 72, "letter": 792.0, "share": 1200.0}
"""How wide the papers are."""


def main() -> None:
    """Carry out orders, each within its time: the kernel ends this process if it takes longer, whatever it is doing."""
    settings = json.loads(sys.argv[1])
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but answers goes back through the pipe
    _confine(settings["memory"])
    setter = Setter(settings["templates"], settings["fonts"])
    while (order := _read(orders)) is not None:
        signal.setitimer(signal.ITIMER_REAL, settings["seconds"])
        try:
            made = b"+" + setter.document(order)
        except (typst.TypstError, ValueError) as fault:
            made = b"-" + str(fault).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(LENGTH.pack(len(made)) + made)
        answers.flush()


class Setter:
    """Sets documents with templates from one folder and fonts from some others; nothing else on the disk is read."""

    def __init__(self, templates: str, fonts: list[str]) -> None:
        self._templates = Path(templates)
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=fonts)
        self._compilers: dict[str, typst.Compiler] = {}

    def document(self, order: dict[str, Any]) -> bytes:
        """The document as bytes."""
        facts, form = order["facts"], order["form"]
        inputs = {"qr": _code(facts["link"])}
        if order["logo"] is not None:
            inputs["logo"], facts["logo-size"] = _picture(order["logo"])
        inputs["facts"] = json.dumps(facts)
        compiler = self._compiler(order["template"])
        if form != "pdf":
            ppi = PIXELS[form] / POINTS[facts["paper"]] * 72
            return _one(compiler.compile(format="png", ppi=ppi, sys_inputs=inputs, timestamp=0))
        try:
            return _one(compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0, pdf_standards=STANDARDS))
        except (
            typst.TypstError
        ):  # a character that no font has, or that means nothing outside one: the standards forbid it
            return _one(compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0))

    def _compiler(self, template: str) -> typst.Compiler:
        if template not in self._compilers:
            self._compilers[template] = typst.Compiler(
                str(self._templates / f"{template}.typ"),
                root=str(self._templates),
                font_paths=self._fonts,
                ignore_system_fonts=True,
                package_path=os.devnull,
                package_cache_path=os.devnull,
            )
        return self._compilers[template]


def _one(made: bytes | list[bytes] | None) -> bytes:
    if not isinstance(made, bytes):
        raise ValueError("The document has more than one page.")  # noqa: TRY004  # its value is wrong, not its type
    return made


def _code(link: str) -> str:
    """A link as a QR code, drawn as one path; ISO/IEC 18004 wants four modules of quiet around it."""
    rows = segno.make(link, error="m", micro=False).matrix
    side = len(rows) + 8
    dark = "".join(_runs(bytes(row), y) for y, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}"'
        f'><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{dark}"/></svg>'
    )


def _runs(row: bytes, y: int) -> str:
    """The dark stretches of a row, a hair taller than it, so that no viewer shows a seam between two rows."""
    found = re.finditer(b"[^\\x00]+", row)
    return "".join(f"M{run.start() + 4} {y + 4}h{len(run[0])}v1.03h-{len(run[0])}z" for run in found)


def _picture(encoded: str) -> tuple[str, tuple[int, int]]:
    """A PNG within a drawing, since inputs are text; and its width and height, from its first chunk (PNG, 11.2.1)."""
    width, height = struct.unpack(">II", base64.b64decode(encoded[:32])[16:24])
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><image width="{width}"'
        f' height="{height}" href="data:image/png;base64,{encoded}"/></svg>'
    )
    return drawing, (width, height)


def _confine(memory: int) -> None:
    """Little memory, a low place in the queue for the processor, no network where the kernel lets one give it up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; this one ends when its input does
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.nice(10)
    with contextlib.suppress(ValueError, OSError):  # macOS has the limit, and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None).unshare
        _ = unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK)


def _read(orders: BinaryIO) -> dict[str, Any] | None:
    head = orders.read(4)
    if len(head) < LENGTH.size:
        return None
    order: dict[str, Any] = json.loads(orders.read(LENGTH.unpack(head)[0]))
    return order


if __name__ == "__main__":
    main()
