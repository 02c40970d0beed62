"""Tells what is no badge at all from a badge that is a bad one: there is nothing in it to judge."""

from .badge import Badge, Form, Presented, Read, State
from .documents import GONE
from .web import Fetched

MISSING, KEPT = 404, (401, 403)
_WORDS = ("@context", "type", "id", "badge", "recipient", "verification", "issuer", "revoked")
"""One of them at least stands in whatever an Open Badge is made of, also in those of before 2.0."""
_PAGES = ("text/html", "application/xhtml+xml")
_PAGE = "This is a web page{}, not a badge. Look for its Open Badge link."
_PICTURES = (b"GIF8", b"\xff\xd8\xff", b"RIFF", b"BM")
_HOLDERS = {Form.IMAGE: "What this picture carries", Form.JWS: "What is signed here"}


def why_no_badge(badge: Badge) -> str:
    """Why there is no badge in what was handed over, in one or two sentences; empty where there is one, good or bad."""
    presented = badge.chain.presented
    answer = badge.chain.answers.get(presented.source)
    if not _carries(badge) and (page := _page(presented, answer if isinstance(answer, Fetched) else None)):
        return page
    if presented.form is Form.HOSTED:
        entry = next((read for read in badge.reads if read.url == presented.source), None)
        if entry and (trouble := _not_there(entry)):
            return trouble
    elif trouble := _not_in(badge):
        return trouble
    return _no_open_badge(badge)


def _page(presented: Presented, answer: Fetched | None) -> str:
    content = answer.body if answer else presented.content
    is_refused = answer is not None and answer.status != 200
    if is_refused or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return ""
    if answer and answer.media_type in _PAGES:
        return _PAGE.format(f" ({answer.media_type})")
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return _PAGE.format("") if start.startswith((b"<!doctype html", b"<html")) else ""


def _carries(badge: Badge) -> bool:
    return badge.jws is not None or bool(badge.baking and badge.baking.carried)


def _not_there(read: Read) -> str:
    """The same for an address of a document."""
    if read.state is State.NOT_JSON:
        return f"There is no badge here. {read.why}"
    if read.state is not State.MISSING or not isinstance(read.answer, Fetched):
        return ""
    status = read.answer.status
    if status == MISSING:
        return f"There is no badge here ({status}): mistyped, withdrawn, or not claimed yet."
    if status == GONE:
        return f"There is no badge here any more ({status})."
    if status in KEPT:
        return f"There is no badge here ({status}) for everybody: what there is, is kept for some."
    return f"There is no badge here: the address {read.why}."


def _not_in(badge: Badge) -> str:
    """The same for what was handed over by itself, or was found at an address that is no document's."""
    presented, baking = badge.chain.presented, badge.baking
    if presented.form is Form.NOTHING:
        return _nothing(presented.content)
    if baking and not baking.carried and not baking.broken:
        return "There is no badge in this picture."
    if presented.form is Form.JWS and badge.jws and not badge.jws.header:
        return f"It has three pieces like a signature (JWS), and is none. {badge.jws.broken}"
    if presented.form is Form.JSON and badge.carried_trouble:
        return f"There is no badge in this file. {badge.carried_trouble}"
    return ""


def _nothing(content: bytes) -> str:
    if not content.strip():
        return "There is no badge in this: it is empty."
    if content.startswith(_PICTURES):
        return "There is no badge in this picture: only a PNG or an SVG can carry one."
    return "There is no badge in this: it is neither an address, nor JSON, nor a PNG or an SVG, nor a signature."


def _no_open_badge(badge: Badge) -> str:
    found = badge.subject or next((node for node in badge.nodes if node.role == "Copy"), None)
    if found is None or found.role == "Revoked" or any(found.one(word) for word in _WORDS):
        return ""
    holder = _HOLDERS.get(badge.chain.presented.form, "This JSON")
    return f"{holder} is no Open Badge: it has neither @context nor type nor id."
