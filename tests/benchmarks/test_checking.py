"""Whether stored rows are those that were answered, and answers those of the model."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.checking import check_stored, count_stored, is_equal
from benchmarks.throughput.contender import Contender
from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.growth import multiply_first_row
from benchmarks.throughput.server import environment_of, filled
from benchmarks.throughput.visit import in_a_word

DELIVERED = Delivered("two rows", Path("delivered"), [[1.5, 2.0], [3.0, "four"]], [0, "one"])
STORED = [([1.5, 2.0], 0), ([3.0, "four"], "one")]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return store(tmp_path / "kept.db", STORED)


def store(path: Path, rows: Sequence[tuple[Any, Any]]) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT, features TEXT, result TEXT)")
        texts = [(json.dumps(features), json.dumps(result)) for features, result in rows]
        connection.executemany("INSERT INTO kept (features, result) VALUES (?, ?)", texts)
    return path


def test_as_many_rows_as_answers_are_right(database: Path) -> None:
    assert check_stored(database, "kept", DELIVERED, before=0, answered=2, hung_up=0) == 2


def test_an_answer_that_is_not_stored_is_found(database: Path) -> None:
    with pytest.raises(BenchmarkError, match="3 requests were answered, 5 hung up, and 2 rows are stored"):
        check_stored(database, "kept", DELIVERED, before=0, answered=3, hung_up=5)


def test_a_row_that_nobody_asked_for_is_found(database: Path) -> None:
    with pytest.raises(BenchmarkError, match="1 requests were answered"):
        check_stored(database, "kept", DELIVERED, before=0, answered=1, hung_up=0)


def test_a_request_that_hung_up_may_be_stored(database: Path) -> None:
    assert check_stored(database, "kept", DELIVERED, before=1, answered=0, hung_up=1) == 1


@pytest.mark.parametrize("row", [([1.5, 2.0], 1), ([1.5, 2.5], 0)])
def test_a_stored_row_that_the_model_does_not_answer_so_is_found(tmp_path: Path, row: tuple[Any, Any]) -> None:
    wrong = store(tmp_path / "wrong.db", [*STORED, row])
    with pytest.raises(BenchmarkError, match="A stored row is wrong"):
        check_stored(wrong, "kept", DELIVERED, before=0, answered=3, hung_up=0)


@pytest.mark.parametrize(
    ("result", "expected", "equal"),
    [(1, 1, True), (1, True, False), ("1", 1, False), (1.0 + 1e-15, 1.0, True), (1.001, 1.0, False), (2, 2.0, True)],
)
def test_labels_are_equal_where_they_are_identical_and_floats_where_they_are_close(
    result: object, expected: object, *, equal: bool
) -> None:
    assert is_equal(result, expected) is equal


def test_a_table_is_filled_with_copies_of_its_first_row(database: Path) -> None:
    multiply_first_row(database, "kept", 1000)
    assert count_stored(database, "kept") == 1002
    with closing(sqlite3.connect(database)) as connection:
        counted = connection.execute("SELECT result, count(*) FROM kept GROUP BY result ORDER BY result").fetchall()
    assert counted == [('"one"', 1), ("0", 1001)]


def test_names_in_braces_are_filled_in() -> None:
    texts = filled(["{port}-{port_3}", "{model}", '{"a": 1}'], DELIVERED, ports=(1, 2, 3))
    assert texts == ["1-3", "delivered/model.joblib", '{"a": 1}']


def test_settings_of_whoever_measures_reach_no_contender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKERS", "7")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    contender = Contender("ours", "ours", "", ("true",), settings={"PORT": "{port}"})
    variables = environment_of(contender, DELIVERED, ports=(81, 82, 83))
    assert variables["PORT"] == "81"
    assert {"WORKERS", "PYTHONDONTWRITEBYTECODE"} & set(variables) == set()


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (True, "on"),
        ("off", "off"),
        ({"state": "on", "engines": ["onnx", "treelite"], "answered": 7}, "on: onnx, treelite"),
        ({"state": "on", "engines": ["onnx"], "fallbacks": 1234}, "on: onnx (1,234 rows left to the model process)"),
        ({"state": "refused", "reason": "one row differs"}, "refused: one row differs"),
    ],
)
def test_what_is_in_force_is_told_in_a_word(told: object, word: str) -> None:
    assert in_a_word(told) == word
