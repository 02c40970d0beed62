"""Reads a badge with the help of somebody who can ask: one address after the other, until nothing more is named."""

from dataclasses import replace
from datetime import datetime

from .badge import Badge, Chain, Form, Presented, Read
from .documents import OK
from .recognising import recognised
from .tracing import Tracer
from .web import Answer, Fetched, Get, Unread

MOST_DOCUMENTS = 20


def read(presented: Presented, get: Get, now: datetime, recipient: str | None = None) -> Badge:
    """A badge and every document that it leads to, as far as there are no more than twenty."""
    answers: dict[str, Answer] = {}
    if presented.form is Form.HOSTED:
        presented = _opened(presented, get, answers)
    chain = Chain(presented, answers, now, recipient)
    known: dict[tuple[str, str], Read] = {}
    while (tracer := _traced(chain, known)).wanted:
        for url in dict.fromkeys(tracer.wanted):
            is_one_too_many = len(answers) >= MOST_DOCUMENTS
            answers[url] = Unread(f"was not read after {MOST_DOCUMENTS} others") if is_one_too_many else get(url)
        chain = replace(chain, answers=answers)
    return tracer.badge


def _opened(presented: Presented, get: Get, answers: dict[str, Answer]) -> Presented:
    """An address may lead to an image or a signature as well."""
    answers[presented.source] = answer = get(presented.source)
    if isinstance(answer, Fetched) and answer.status == OK:
        found = recognised(presented.source, answer.body)
        if found.form in (Form.IMAGE, Form.JWS):
            return found
    return presented


def _traced(chain: Chain, known: dict[tuple[str, str], Read]) -> Tracer:
    tracer = Tracer(chain, known)
    tracer.trace()
    return tracer
