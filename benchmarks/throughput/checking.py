"""Whether what is measured is right: answers against the estimator's own, stored rows against answers."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.server import Server

TOGETHER = 16  # so that answers which were computed together are among those that are checked
READ_BACK_EVERY = 10
LARGEST_DIFFERENCE = 1e-12
COMPARED_ROWS = 2000


def check_answers(server: Server, delivered: Delivered, chosen: slice) -> int:
    """Ask for some rows from several connections, and return how many, if all answers are right.

    They are those of the delivered `predict`; of a contender that stores, each tenth is read back by its id.
    """
    asked = list(zip(delivered.rows, delivered.answers, strict=True))[chosen]
    with ThreadPoolExecutor(TOGETHER) as pool:
        faults = list(
            pool.map(lambda part: list(faults_of(server, part)), (asked[n::TOGETHER] for n in range(TOGETHER)))
        )
    found = [fault for part in faults for fault in part]
    if found:
        raise BenchmarkError(f"{len(found)} of {len(asked)} answers are wrong, the first: {found[0]}")
    return len(asked)


def faults_of(server: Server, asked: Sequence[tuple[Sequence[Any], Any]]) -> Iterator[str]:
    """Ask for rows one after the other, and yield a sentence for each wrong answer."""
    with closing(server.connect()) as connection:
        for number, (row, expected) in enumerate(asked):
            try:
                fault = fault_of(server, connection, row, expected, read_back=number % READ_BACK_EVERY == 0)
            except (OSError, HTTPException) as error:
                yield f"{list(row)[:5]} was not answered: {error!r}."
                return
            if fault:
                yield f"{list(row)[:5]} {fault}."


def fault_of(
    server: Server,
    connection: HTTPConnection,
    row: Sequence[Any],
    expected: Any,  # noqa: ANN401 - whatever a model answers
    *,
    read_back: bool,
) -> str | None:
    """Ask for a row, and return what is wrong with its answer."""
    contender = server.contender
    status, answer = server.post(connection, row)
    if status != HTTPStatus.OK:
        return f"was answered with status {status}"
    if contender.is_exact and not is_equal(contender.wire.result(answer), expected):
        return f"was answered by {contender.wire.result(answer)!r}, not {expected!r}"
    if read_back and contender.table is not None:
        found = server.get(connection, f"{contender.wire.path}/{answer['id']}")
        if found != (HTTPStatus.OK, answer):
            return f"was answered by {answer}, and read back as {found[1]} with status {found[0]}"
    return None


def is_equal(result: Any, expected: Any) -> bool:  # noqa: ANN401 - whatever a model answers
    """Return whether a result is the expected one: labels identical, floats within 1e-12."""
    if isinstance(expected, float) and isinstance(result, float | int):
        return abs(result - expected) <= LARGEST_DIFFERENCE * max(1, abs(expected))
    return type(result) is type(expected) and bool(result == expected)


def count_stored(database: Path, table: str) -> int:
    """Return how many rows a table has."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name of ours


def check_stored(database: Path, table: str, delivered: Delivered, *, before: int, answered: int, hung_up: int) -> int:
    """Return how many rows were stored since; a BenchmarkError where answers are missing, or rows are wrong.

    The load generator hangs up on requests at the end of a run: these may be stored, although nobody saw the answer.
    """
    stored = count_stored(database, table) - before
    if not answered <= stored <= answered + hung_up:
        raise BenchmarkError(f"{answered} requests were answered, {hung_up} hung up, and {stored} rows are stored.")
    expected = {json.dumps(row): answer for row, answer in zip(delivered.rows, delivered.answers, strict=True)}
    last = f"SELECT features, result FROM {table} ORDER BY id DESC LIMIT {COMPARED_ROWS}"  # noqa: S608 - as above
    with closing(sqlite3.connect(database)) as connection:
        for features, result in connection.execute(last):
            row = json.dumps(json.loads(features))
            if row not in expected or not is_equal(value_of(result), expected[row]):
                raise BenchmarkError(f"A stored row is wrong: {features[:100]} with the result {result}.")
    return stored


def value_of(stored: Any) -> Any:  # noqa: ANN401 - whatever a column of SQLite holds
    """Return a JSON value that was stored as text, or, where the column makes numbers of text, as a number."""
    return json.loads(stored) if isinstance(stored, str) else stored
