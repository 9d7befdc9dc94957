"""What the model process replies to a request: the outputs, or which row is at fault, found within a time budget."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from web_single_runner.channel import from_block
from web_single_runner.inference import calls
from web_single_runner.inference.calls import FLOAT32_MAX, SearchBudget, answer
from web_single_runner.inference.rows import InputAdapter, RowBatch

BAD = -1.0
Function = Callable[[list[list[Any]]], Any]


class Model:
    """A model whose `predict` raises where a row holds BAD; `calls` has the number of rows of each call."""

    def __init__(self, predict: Function | None = None, predict_proba: Function | None = None) -> None:
        self.calls: list[int] = []
        self._predict = predict or raise_for_bad
        self.predict_proba = predict_proba

    def predict(self, rows: list[list[Any]]) -> Any:  # noqa: ANN401 - what user code returns
        self.calls.append(len(rows))
        return self._predict(rows)


def raise_for_bad(rows: list[list[Any]]) -> list[Any]:
    if any(BAD in row for row in rows):
        raise ValueError("bad")
    return [row[0] for row in rows]


def reply_of(model: Model, rows: list[list[Any]], *, single_row_only: bool = False, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - passed on
    """Return the head of the reply."""
    plan = InputAdapter("list", None)
    plan.single_row_only = single_row_only
    given = {"with_probabilities": False, **options}
    head, _ = answer(model, plan, RowBatch.of(rows), **given)
    assert isinstance(head, dict)
    return head


def rows_with(count: int, bad: int) -> list[list[float]]:
    return [[BAD if index == bad else float(index)] for index in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16])
def test_the_row_that_raises_is_found_wherever_it_is(count: int) -> None:
    for bad in range(count):
        reply = reply_of(Model(), rows_with(count, bad))
        assert (reply["row"], reply["raised"]["type"], reply["raised"]["message"]) == (bad, "ValueError", "bad")


def test_the_search_is_by_bisection() -> None:
    model = Model()
    reply_of(model, rows_with(64, 63))
    assert len(model.calls) <= 1 + math.log2(64) + 1


def test_what_no_single_row_raises_names_none() -> None:
    def too_many(rows: list[list[Any]]) -> list[Any]:
        if len(rows) > 1:
            raise ValueError("too many")
        return [0]

    assert reply_of(Model(too_many), [[1.0], [2.0], [3.0]])["row"] is None


def test_in_a_call_of_several_requests_nothing_is_searched() -> None:
    model = Model()
    assert reply_of(model, rows_with(4, 2), is_shared=True) == {"raised": None}
    assert model.calls == [4]


def test_a_search_that_would_not_end_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(calls, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def slow(rows: list[list[Any]]) -> list[Any]:
        now[0] += 0.4 * len(rows) / 8
        return raise_for_bad(rows)

    model = Model(slow)
    assert reply_of(model, rows_with(8, 7), timeout_seconds=1.0)["row"] is None
    assert model.calls == [8, 4]
    in_time = Model(slow)
    assert reply_of(in_time, rows_with(8, 7), timeout_seconds=2.0)["row"] == 7


def test_a_budget_permits_what_fits_into_nine_tenths_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(calls, "time", SimpleNamespace(monotonic=lambda: now[0]))
    budget = SearchBudget(10, 1.0)
    assert budget.permits(9)
    now[0] = 0.35
    assert budget.permits(5)
    assert not budget.permits(6)
    now[0] = 0.5
    assert budget.permits(1)  # as long as the longest call, 0.35 s
    now[0] = 0.6
    assert not budget.permits(1)
    assert not budget.permits(10)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_result_that_is_not_finite_names_its_row(value: float) -> None:
    model = Model(lambda rows: [value if row == [BAD] else 1.0 for row in rows])
    assert reply_of(model, rows_with(4, 2)) == {"not_finite": 2}
    model = Model(lambda rows: [1.0] * len(rows), lambda rows: [[value if row == [BAD] else 1.0] for row in rows])
    assert reply_of(model, rows_with(4, 1), with_probabilities=True) == {"not_finite": 1}


def test_a_number_beyond_float32_is_named_where_the_row_is_taken_without_it() -> None:
    def float32(rows: list[list[Any]]) -> list[Any]:
        if any(abs(value) > FLOAT32_MAX for row in rows for value in row):
            raise ValueError("too large for float32")
        return raise_for_bad(rows)

    model = Model(float32)
    fine = [1.0, FLOAT32_MAX, 2.0]
    assert reply_of(model, [fine, [1.0, 2.0, -1e39]]) == {"too_large": 1, "column": 2}
    assert reply_of(model, [[1e39, 1e40, 3.0]]) == {"too_large": 0, "column": 0}
    assert reply_of(model, [fine, fine]) == {"results": [1.0, 1.0]}
    assert reply_of(model, [fine, [BAD, 1e39, 1.0]])["row"] == 1
    assert reply_of(Model(), [[BAD, FLOAT32_MAX, 1.0]])["raised"]["type"] == "ValueError"


def test_outputs_are_in_the_order_of_the_rows_row_by_row_too() -> None:
    model = Model(predict_proba=lambda rows: [[row[0], 1 - row[0]] for row in rows])
    for single_row_only in (False, True):
        plan = InputAdapter("list", None)
        plan.single_row_only = single_row_only
        reply, block = answer(model, plan, RowBatch.of([[0.25], [0.5], [1.0]]), True)  # noqa: FBT003
        assert reply == {"results": [0.25, 0.5, 1.0]}
        assert from_block(block, 2) == [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]
    assert model.calls == [3, 1, 1, 1]


def test_an_exit_of_user_code_is_replied_too() -> None:
    def leave(_: object) -> None:
        raise SystemExit(3)

    assert reply_of(Model(leave), [[1.0]])["raised"]["type"] == "SystemExit"
