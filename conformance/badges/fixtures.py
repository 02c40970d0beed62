"""The badges that show what each rule means: whole ones in `fixtures/accept`, spoilt ones in `fixtures/reject`.

An accepted badge is a JSON object: `about`, `entry`, `now`, perhaps `recipient` and the `warnings` that it deserves, and
`web`, what each address answers (`status`, `type` and content; null where nobody answers; 404 where nothing stands). A
rejected one is `about`, `of`, the accepted badge that it was, and `edit`, the one operation of RFC 6902 that spoils it.

Content is one of `body` (a text, or JSON), `base64`, `png` (chunks), `svg` (pieces of text or JSON) and `jws` (header,
payload, and the name of a key in keys.json that signs them): images are baked and signatures made here, from those parts,
so that one edit is enough to spoil what is within.
"""

import base64
import copy
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from .badge import Form, Presented
from .baking import PNG
from .recognising import recognised
from .web import Answer, Fetched

FOLDER = Path(__file__).parent.parent / "fixtures"
_ONE_PIXEL = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
_SIGNERS = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "RS512": RSAAlgorithm(RSAAlgorithm.SHA512),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
}


@dataclass(frozen=True)
class Fixture:
    """A badge with its own little web and its own time."""

    name: str
    """`accept/minimal`, `reject/badge-name.2`."""
    about: str
    presented: Presented
    web: Mapping[str, Answer]
    now: datetime
    recipient: str | None
    broken: tuple[str, ...]
    """The rules that it does not meet: one for a rejected badge, at most warnings for an accepted one."""

    def get(self, url: str) -> Answer:
        """What an address of its web answers."""
        return self.web.get(url, Fetched(404, "text/plain", b"There is nothing here."))


def names(kind: str) -> list[str]:
    """Every fixture that is accepted, or rejected, in alphabetical order."""
    return [f"{kind}/{file.stem}" for file in sorted((FOLDER / kind).glob("*.json"))]


def described(name: str) -> dict[str, Any]:
    """What a fixture's file says, a rejected one with its edit made."""
    written: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if "edit" not in written:
        return written
    original = described(f"accept/{written['of']}")
    return {**edited(original, written["edit"]), "about": written["about"]}


def fixture(name: str) -> Fixture:
    """A fixture, ready to be judged."""
    return made(name, described(name))


def made(name: str, what: Mapping[str, Any]) -> Fixture:
    """A fixture out of its description: images baked, signatures made."""
    entry = what["entry"]
    is_address = isinstance(entry, str)
    presented = Presented(entry, Form.HOSTED) if is_address else recognised(entry["file"], content(entry))
    web = {url: answer and _answer(answer) for url, answer in what["web"].items()}
    kind, _, stem = name.partition("/")
    broken = (stem.split(".")[0],) if kind == "reject" else tuple(what.get("warnings", ()))
    return Fixture(
        name, what["about"], presented, web, datetime.fromisoformat(what["now"]), what.get("recipient"), broken
    )


def edited(document: Any, edit: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON of any sort
    """A copy of a document after one operation of RFC 6902: `add`, `remove` or `replace`.

    >>> edited({"a": [1, 2]}, {"op": "remove", "path": "/a/0"}), edited({}, {"op": "add", "path": "/b", "value": 3})
    ({'a': [2]}, {'b': 3})
    """
    result = copy.deepcopy(document)
    *way, last = [piece.replace("~1", "/").replace("~0", "~") for piece in edit["path"].split("/")[1:]]
    holder = result
    for piece in way:
        holder = holder[int(piece) if isinstance(holder, list) else piece]
    place = (len(holder) if last == "-" else int(last)) if isinstance(holder, list) else last
    if edit["op"] != "add":
        del holder[place]
    if edit["op"] != "remove" and isinstance(holder, list):
        holder.insert(place, edit["value"])
    elif edit["op"] != "remove":
        holder[place] = edit["value"]
    return result


def content(what: Mapping[str, Any]) -> bytes:
    """The bytes that a description stands for."""
    if "base64" in what:
        return base64.b64decode(what["base64"])
    if "png" in what:
        return _png(what["png"])
    if "svg" in what:
        return "".join(_text(piece) for piece in what["svg"]).encode()
    return _text({"jws": what["jws"]} if "jws" in what else what["body"]).encode()


def _answer(what: Mapping[str, Any]) -> Fetched:
    return Fetched(what["status"], what["type"], content(what))


def _text(piece: Any) -> str:  # noqa: ANN401  # JSON of any sort
    if isinstance(piece, str):
        return piece
    return _signed(piece["jws"]) if isinstance(piece, dict) and set(piece) == {"jws"} else json.dumps(piece, indent=2)


def _signed(parts: Mapping[str, Any]) -> str:
    pieces = [_encoded(_text(parts[name]).encode()) for name in ("header", "payload")]
    signing = ".".join(pieces).encode()
    header = parts["header"]
    signer = _SIGNERS.get(str(header.get("alg"))) if isinstance(header, dict) else None
    signature = b""
    if signer:
        signature = signer.sign(signing, _key(parts["key"]))
    return ".".join([*pieces, _encoded(signature)])


@cache
def _key(name: str) -> Any:  # noqa: ANN401  # of whichever sort the signer takes
    written = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))[name]
    return (ECAlgorithm if written["kty"] == "EC" else RSAAlgorithm).from_jwk(written)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _png(chunks: list[Mapping[str, Any]]) -> bytes:
    """A PNG of one pixel, with chunks of text before it."""
    texts = b"".join(_text_chunk(chunk) for chunk in chunks)
    pixel = _chunk(b"IDAT", zlib.compress(b"\0\0"))
    return PNG + _chunk(b"IHDR", _ONE_PIXEL) + texts + pixel + _chunk(b"IEND", b"")


def _text_chunk(what: Mapping[str, Any]) -> bytes:
    kind, text = what.get("chunk", "iTXt").encode(), _text(what["text"]).encode()
    is_compressed = what.get("compressed", False)
    head = b"" if kind == b"tEXt" else bytes([is_compressed, 0]) + b"\0\0"
    body = head + (zlib.compress(text) if is_compressed else text)
    made = _chunk(kind, what["keyword"].encode() + b"\0" + body)
    return made if what.get("intact", True) else made[:-1] + bytes([made[-1] ^ 1])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
