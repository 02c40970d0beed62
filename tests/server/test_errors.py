"""Errors: one table from code to status, the same in the contract, the domain and the server."""

import asyncio
import json
import sqlite3
from typing import get_args

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, OperationalError

from rules.errors import ErrorCode, Refused
from server.errors import STATUS, refusal_of, reply_to
from tests.agreement import CONTRACT, fits

SCHEMA = {"$ref": "#/components/schemas/ErrorResponse"}


def test_the_contract_the_domain_and_the_table_know_the_same_codes() -> None:
    contract = CONTRACT["components"]["schemas"]["ErrorCode"]["enum"]
    assert set(contract) == set(get_args(ErrorCode)) == set(STATUS)
    assert len(contract) == len(set(contract))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "unauthorized"),
        (403, "plan_limit_exceeded"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (409, "conflict"),
        (410, "gone"),
        (413, "payload_too_large"),
        (415, "unsupported_media_type"),
        (422, "unprocessable_entity"),
        (429, "rate_limited"),
        (500, "internal_error"),
        (503, "unavailable"),
    ],
)
def test_each_code_of_the_reference_has_its_status(status: int, code: ErrorCode) -> None:
    assert STATUS[code] == status


def test_each_response_of_the_contract_shows_the_code_of_its_status() -> None:
    responses = CONTRACT["components"]["responses"]
    for path in CONTRACT["paths"].values():
        for operation in (each for each in path.values() if "operationId" in each):
            for status, response in operation["responses"].items():
                if status[0] in "45" and status != "410":
                    named = responses[response["$ref"].rpartition("/")[2]]
                    for body in named["content"].values():
                        for example in body["examples"].values():
                            value = CONTRACT["components"]["examples"][example["$ref"].rpartition("/")[2]]["value"]
                            assert str(STATUS[value["error"]["code"]]) == status


@pytest.mark.parametrize("code", get_args(ErrorCode))
def test_every_refusal_is_in_the_contracts_shape(code: ErrorCode) -> None:
    reply = reply_to(Refused(code, "A sentence.", field="name"))
    assert reply.status == STATUS[code]
    assert fits(SCHEMA, json.loads(reply.body)) == []


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        DBConnectionError("away"),
        OperationalError(sqlite3.OperationalError("database is locked")),
        OperationalError(sqlite3.OperationalError("disk I/O error")),
        OperationalError(asyncpg.AdminShutdownError("stopping")),
        OperationalError(asyncpg.DeadlockDetectedError("deadlock")),
        OperationalError(asyncpg.QueryCanceledError("statement timeout")),
        OperationalError(asyncpg.DiskFullError("full")),
        OperationalError(asyncpg.TooManyConnectionsError("too many")),
        asyncpg.CannotConnectNowError("starting"),
        asyncpg.InterfaceError("closed"),
        asyncpg.InvalidCatalogNameError("no such database"),
    ],
    ids=repr,
)
def test_a_database_that_is_away_is_503(fault: Exception) -> None:
    refused = refusal_of(fault)
    assert (refused.code, refused.retry_after) == ("unavailable", 2)


@pytest.mark.parametrize(
    "fault",
    [
        ValueError("secret"),
        KeyError("secret"),
        OperationalError(sqlite3.OperationalError("no such table: secret")),
        OperationalError(asyncpg.UndefinedTableError("secret")),
        asyncio.InvalidStateError("secret"),
    ],
    ids=repr,
)
def test_any_other_fault_is_ours_and_its_detail_stays_with_us(fault: Exception) -> None:
    refused = refusal_of(fault)
    assert refused.code == "internal_error"
    assert "secret" not in refused.message
