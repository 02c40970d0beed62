"""Requests that are made twice under one Idempotency-Key."""

import secrets
import time
from http import HTTPStatus
from typing import Any, NamedTuple

from .answers import Answer
from .asking import PATIENCE_SECONDS, Caller
from .findings import require

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


class Twice(NamedTuple):
    """The answers to a request and to its repetition."""

    first: Answer
    again: Answer


def new_key() -> str:
    """A key that nobody has used."""
    return f"conformance-{secrets.token_hex(12)}"


def post(caller: Caller, path: str, key: str, **options: Any) -> Answer:
    """POST under a key. Any limit of a minute is waited out, once."""
    headers = {HEADER: key, **options.pop("headers", {})}
    answer = caller.post(path, headers=headers, **options)
    pause = answer.headers.get("Retry-After", "")
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS or not pause.isdecimal() or int(pause) > PATIENCE_SECONDS:
        return answer
    time.sleep(int(pause))
    return caller.post(path, headers=headers, **options)


def repeated(caller: Caller, path: str, status: int, key: str | None = None, **options: Any) -> Twice:
    """The same request twice; the second is to be answered as the first was: status, body byte by byte."""
    key = key or new_key()
    first = post(caller, path, key, **options).expect(status)
    return Twice(first, expect_replay(post(caller, path, key, **options), first))


def expect_replay(again: Answer, first: Answer) -> Answer:
    """It is the first answer again, and says so."""
    again.expect(first.status)
    same = again.body == first.body
    require(same, f"POST {again.path}: repeated under its key, it is answered otherwise than at first", again)
    if again.header(REPLAYED).lower() != "true":
        raise again.not_met(f"{REPLAYED} is {again.header(REPLAYED)!r}, not 'true'")
    return again


def expect_new(answer: Answer) -> Answer:
    """It does not say that it is an earlier answer."""
    if REPLAYED in answer.headers:
        raise answer.not_met(f"it says {REPLAYED}, and no request under its key was answered with success before")
    return answer
