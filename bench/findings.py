"""What must be true of certificates after they were issued in the middle of faults, each under an Idempotency-Key."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar

from bench.connection import Connection, LostError, Reply
from bench.installed import CERTIFICATES, Place, patiently, walk
from bench.proof import Proof

AT_ONCE = 8
CREATED, OK = 201, 200
Pair = TypeVar("Pair")
Repeat = Callable[[Connection, int], Awaitable[Reply]]


async def examine(place: Place, answers: Mapping[int, Reply], proof: Proof, repeat: Repeat) -> None:
    """Hold the list, each certificate, each repetition and the database itself against the answers that clients got."""
    proof.say(f"{len(answers)} certificates answered; comparing them with the list, one by one, and with the database")
    issued = {number: reply.json["data"] for number, reply in answers.items()}
    codes = Counter(data["code"] for data in issued.values())
    proof.hold("no code was given twice", *(code for code, count in codes.items() if count > 1))
    await _listed(place, {data["code"]: data for data in issued.values()}, len(answers), proof)
    changed = await _of_each(place, issued.items(), _read)
    proof.hold(f"each of {len(answers)} certificates is readable and equal to the answer its client got", *changed)
    others = await _of_each(place, answers.items(), lambda connection, pair: _repeated(connection, pair, repeat))
    proof.hold(f"each of {len(answers)} requests repeated is answered with the same bytes", *others)
    await _stored(place, len(answers), proof)


async def _listed(place: Place, issued: Mapping[str, Any], count: int, proof: Proof) -> None:
    connection = place.connection()
    listed = [item async for page in walk(connection, 50) for item in page]
    connection.close()
    wrong = [item["code"] for item in listed if issued.get(item["code"]) != item]
    proof.hold(f"the list shows exactly {count} certificates", kept=len(listed) == count)
    proof.hold("each item of the list is equal to the answer its client got", *wrong)
    proof.hold("no certificate is listed twice", kept=len({item["id"] for item in listed}) == len(listed))


async def _stored(place: Place, count: int, proof: Proof) -> None:
    certificates = await place.value("SELECT count(*) FROM certificate")
    codes = await place.value("SELECT count(DISTINCT code) FROM certificate")
    kept = await place.value("SELECT count(*) FROM idempotency_record")
    proof.hold(f"the database holds exactly {count} certificates (it has {certificates})", kept=certificates == count)
    proof.hold(f"the database holds {count} different codes (it has {codes})", kept=codes == count)
    proof.hold(f"the database keeps exactly {count} answers (it has {kept})", kept=kept == count)
    ended = await asyncio.to_thread(place.installation.stop)
    proof.hold("the service ends well when it is told to", kept=ended == 0)
    if place.installation.database_url is None:
        verdicts = [row[0] for row in await place.rows("PRAGMA integrity_check")]
        proof.hold("SQLite: integrity_check says ok", kept=verdicts == ["ok"])
        orphans = await place.rows("PRAGMA foreign_key_check")
        proof.hold("SQLite: foreign_key_check finds nothing", *orphans)


async def _read(connection: Connection, pair: tuple[int, Any]) -> str | None:
    number, data = pair
    reply = await patiently(connection, f"{CERTIFICATES}/{data['code']}")
    if reply.status == OK and reply.json == {"data": data}:
        return None
    return f"number {number}: answered {data}, now {reply.status} {reply.body!r}"


async def _repeated(connection: Connection, pair: tuple[int, Reply], repeat: Repeat) -> str | None:
    number, first = pair
    try:
        again = await repeat(connection, number)
    except LostError:
        again = await repeat(connection, number)
    if again.status == CREATED and again.is_replay and again.body == first.body:
        return None
    return f"number {number}: answered {first.body!r}, now {again.status} {again.body!r}"


async def _of_each(
    place: Place, pairs: Iterable[Pair], ask: Callable[[Connection, Pair], Awaitable[str | None]]
) -> list[str]:
    ahead = iter(pairs)

    async def work(connection: Connection) -> list[str]:
        found = [await ask(connection, pair) for pair in ahead]
        connection.close()
        return [fault for fault in found if fault]

    found = await asyncio.gather(*(work(place.connection()) for _ in range(AT_ONCE)))
    return list(chain.from_iterable(found))
