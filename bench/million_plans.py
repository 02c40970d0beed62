"""How PostgreSQL carries out what the services ask of it."""

import json
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bench.million_questions import QUESTIONS, Asker, Question
from bench.proof import Proof
from models.database import fetch
from services import expiry

MOST_SORTED = MOST_PASSED_OVER = 2000
Statement = tuple[str, Sequence[object]]


@dataclass
class Heard(logging.Handler):
    """What Tortoise logs of each statement that it sends: the statement itself, and its values."""

    statements: list[Statement] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a statement."""
        if record.msg == "%s: %s" and isinstance(record.args, tuple):
            sql, values = record.args
            self.statements.append((str(sql), list(values) if isinstance(values, list | tuple) else []))

    __hash__ = logging.Handler.__hash__


@contextmanager
def listening() -> Iterator[list[Statement]]:
    """The statements sent within the block."""
    log, heard = logging.getLogger("tortoise.db_client"), Heard()
    level = log.level
    log.addHandler(heard)
    log.setLevel(logging.DEBUG)
    try:
        yield heard.statements
    finally:
        log.setLevel(level)
        log.removeHandler(heard)


async def explain(asker: Asker, proof: Proof, *, strict: bool) -> None:
    """Print how each question's statements are carried out, by the plans that the service lets be made."""
    name = f"{asker.filled.population.rows:,} rows, {asker.filled.population.name} expired"
    wrong: list[str] = []
    for question in QUESTIONS:
        for sql, values in await _asked(asker, question):
            # What is selected is long and decides nothing; the statement is carried out as it was sent.
            print(f"\n-- {name}: {question.name}\n{re.sub('^SELECT .*? FROM', 'SELECT … FROM', sql)}\n-- with {values}")
            found = await _carried_out(asker, sql, values)
            wrong += [f"{question.name}: {fault}" for fault in found if question.judged]
    if strict:
        promise = f"{name}: no sequential scan of certificates, no sort of more than {MOST_SORTED:,} rows"
        proof.hold(promise, *wrong)
    else:
        proof.figure(f"{name}: plans are printed, not judged: a small table is rightly read as a whole")


async def explain_upkeep(asker: Asker, proof: Proof, *, strict: bool) -> None:
    """Print how what has fallen due is announced, as the worker does every few seconds."""
    with asker.filled.tables, listening() as statements:
        await expiry.announce_expiring(datetime.now(UTC))
        await expiry.announce_expired(datetime.now(UTC))
    wrong = []
    # What is written besides, events and deliveries, grows with what is found and not with the table.
    for sql, values in [(sql, values) for sql, values in statements if "UPDATE certificate" in sql]:
        print(f"\n-- upkeep, {asker.filled.population.name} expired\n{sql}\n-- with {values}")
        wrong += await _carried_out(asker, sql, values)
    if strict:
        proof.hold(f"{asker.filled.population.name} expired: the upkeep finds what has expired by an index", *wrong)


async def _carried_out(asker: Asker, sql: str, values: Sequence[object]) -> list[str]:
    with asker.filled.tables:
        (setting,) = await fetch("SHOW plan_cache_mode")
    # Left to itself, the database tries plans for the values first and may settle on one for any values.
    modes = {"force_generic_plan": ("generic",), "force_custom_plan": ("custom",)}
    wrong: list[str] = []
    for mode in modes.get(setting["plan_cache_mode"], ("custom", "generic")):
        text, plan = await _plan(asker.filled.url, sql, values, mode)
        print(f"-- {mode} plan\n{text}", flush=True)
        wrong += [f"{mode} plan: {fault}" for fault in faults(plan)]
    return wrong


async def _asked(asker: Asker, question: Question) -> list[Statement]:
    code, before = asker.any_code(), asker.cursor(question)
    with asker.filled.tables, listening() as statements:
        await asker.ask(question, code, before)
    if not statements:
        message = "Tortoise logged no statement."
        raise RuntimeError(message)
    return statements


async def _plan(url: str, sql: str, values: Sequence[object], mode: str) -> tuple[str, dict[str, Any]]:
    connection = await asyncpg.connect(url)
    undone = connection.transaction()
    try:
        await undone.start()
        await connection.execute(f"SET plan_cache_mode = force_{mode}_plan")
        await connection.execute(f"PREPARE asked AS {sql}")
        execute = f"EXECUTE asked({', '.join(map(_literal, values))})" if values else "EXECUTE asked"
        await connection.fetch(execute)
        shown = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {execute}")
        (machine,) = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {execute}")
        await undone.rollback()  # EXPLAIN ANALYZE carries out changes too
    finally:
        await connection.close()
    return "\n".join(line[0] for line in shown), json.loads(machine[0])[0]["Plan"]


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"ARRAY[{', '.join(map(_literal, value))}]"
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def faults(plan: dict[str, Any]) -> list[str]:
    """What is wrong with a plan: reading all certificates one after the other, passing over many, or sorting many."""
    below = plan.get("Plans", [])
    found = [fault for part in below for fault in faults(part)]
    kind = plan["Node Type"]
    if kind == "Seq Scan" and plan["Relation Name"] == "certificate":
        found.append("Seq Scan on certificate")
    passed_over = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    if passed_over > MOST_PASSED_OVER:
        found.append(f"{kind} that passes over {passed_over:,.0f} rows")
    if "Sort" in kind:
        rows = max(part["Actual Rows"] * part["Actual Loops"] for part in (plan, *below))
        if rows > MOST_SORTED:
            found.append(f"{kind} of {rows:,.0f} rows")
    return found
