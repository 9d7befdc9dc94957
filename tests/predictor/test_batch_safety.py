"""BatchSafetyMonitor and Probation: rows are batched only after batches of all sorts equalled their rows alone."""

import asyncio
import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tests.support.waiting import wait_until_async
from web_single.config import Batching, Config
from web_single.errors import (
    BatchCallError,
    DatabaseUnavailableError,
    ModelCodeError,
    ModelUnavailableError,
    RunnerCrashedError,
)
from web_single.predictor.batch_safety import MAX_PROBATIONS, BatchingState, BatchKey, BatchSafetyMonitor
from web_single.predictor.probation import (
    MIN_ROWS,
    ROWS_PER_COMPARISON,
    SIZES,
    Probation,
    compare_when_due,
    values_like,
    vary,
)
from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.signature import Signature

pytestmark = pytest.mark.anyio

Row = list[Any]
Function = Callable[[list[Row]], Sequence[Any]]

NUMBERS = Signature((Feature("low", Kind.NUMBER, nullable=True), Feature("high", Kind.NUMBER)), dependence_risk="Own.")
WORDS = ("a", "b", "c")
MIXED = Signature(
    (Feature(None, Kind.NUMBER), Feature(None, Kind.CATEGORY, WORDS, nullable=True), Feature(None, Kind.BOOLEAN)),
    dependence_risk="Own.",
)


def value(row: Row) -> float:
    return float((row[0] or 0) + 10 * row[1])


class Model:
    """A model process that calls a function of the rows; `calls` has the number of rows in each call."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.calls: list[int] = []
        self.errors: list[Exception] = []

    async def predict(
        self, rows: list[Row], *, with_probabilities: bool = False, shared: bool = False
    ) -> list[ModelOutput]:
        assert shared is (len(rows) > 1)
        if self.errors and len(rows) > 1:
            raise self.errors.pop()
        self.calls.append(len(rows))
        results = self.function(rows)
        probabilities = self.function(rows) if with_probabilities else [None] * len(rows)
        return [ModelOutput(result, each and [each]) for result, each in zip(results, probabilities, strict=True)]


@pytest.fixture
def config() -> Config:
    return Config(_env_file=None, shadow_sample_rate=1)


def random_row(rng: random.Random, *, missing: float = 0.1) -> Row:
    return [None if rng.random() < missing else round(rng.uniform(0, 9), 3), round(rng.uniform(0, 9), 3)]


async def serve_alone(
    monitor: BatchSafetyMonitor, model: Model, rows: Sequence[Row], *, with_probabilities: bool = False
) -> None:
    """Serve rows as the batcher does while they are on probation, and let the comparisons run."""
    for row in rows:
        key = monitor.key_of(row, with_probabilities=with_probabilities)
        outputs = await model.predict([row], with_probabilities=with_probabilities)
        monitor.record(key, [row], outputs)
        await asyncio.sleep(0)


async def monitor_of(model: Model, config: Config, signature: Signature = NUMBERS) -> BatchSafetyMonitor:
    monitor = BatchSafetyMonitor(model.predict, config)
    monitor.set_signature(signature)
    monitor.start()
    return monitor


async def probe(function: Function, config: Config, rows: int = 2 * MIN_ROWS) -> BatchSafetyMonitor:
    """Return the monitor of a model after so many rows."""
    model, rng = Model(function), random.Random(1)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(rows)])
    await wait_until_async(lambda: monitor.state is not BatchingState.PROBATION)
    await monitor.stop()
    return monitor


KEY = BatchKey((), with_probabilities=False)


async def test_a_proven_model_is_batched_at_once(config: Config) -> None:
    monitor = await monitor_of(Model(lambda rows: rows), config, Signature((Feature(None, Kind.NUMBER),)))
    assert (monitor.state, monitor.reason, monitor.max_rows(KEY)) == (BatchingState.ON, None, config.max_batch_size)
    await monitor.stop()


async def test_probabilities_are_proven_by_themselves(config: Config) -> None:
    signature = Signature((Feature(None, Kind.NUMBER),), probabilities_risk="Own.")
    monitor = await monitor_of(Model(lambda rows: rows), config, signature)
    assert [monitor.max_rows(key) for key in (KEY, KEY._replace(with_probabilities=True))] == [config.max_batch_size, 1]
    assert (monitor.state, monitor.reason) == (BatchingState.ON, "Own.")
    await monitor.stop()


async def test_a_setting_trusts_any_code(config: Config) -> None:
    trusting = config.model_copy(update={"batching": Batching.ON})
    monitor = await monitor_of(Model(lambda rows: rows), trusting)
    assert (monitor.state, monitor.reason, monitor.max_rows(KEY)) == (BatchingState.ON, None, config.max_batch_size)
    await monitor.stop()


async def test_row_wise_code_is_batched_after_a_thousand_rows_and_not_before(config: Config) -> None:
    model, rng = Model(lambda rows: [value(row) for row in rows]), random.Random(2)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(MIN_ROWS - 1)])
    await asyncio.sleep(0.1)
    assert (monitor.state, monitor.reason, monitor.max_rows(KEY)) == (BatchingState.PROBATION, "Own.", 1)
    await serve_alone(monitor, model, [random_row(rng)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert (monitor.rows_compared, monitor.max_rows(KEY)) == (MIN_ROWS, max(SIZES))
    assert set(SIZES) <= set(model.calls)
    assert sum(size for size in model.calls if size > 1) > MIN_ROWS
    await monitor.stop()


def filled_probation(model: Model, rows: int, *, max_batch_size: int) -> Probation:
    """Return a probation to which so many rows were added before anything was compared."""
    rng, features = random.Random(10), NUMBERS.features or ()
    probation = Probation(model.predict, features, max_batch_size=max_batch_size, with_probabilities=False)
    for row in [random_row(rng) for _ in range(rows)]:
        probation.add(row, ModelOutput(value(row), None))
    return probation


@pytest.mark.parametrize("max_batch_size", [2, 1_000])
async def test_rows_that_arrived_at_once_are_compared_as_often_and_all_of_them(max_batch_size: int) -> None:
    batches: list[list[Row]] = []

    def keep(rows: list[Row]) -> list[float]:
        batches.append(rows)
        return [value(row) for row in rows]

    probation = filled_probation(Model(keep), 3 * MIN_ROWS, max_batch_size=max_batch_size)
    rows = probation._rows[:]
    assert (len(rows), probation.rows_received) == (MIN_ROWS, MIN_ROWS)
    assert await compare_when_due(probation) is None
    assert (probation.is_passed, probation.largest_batch) == (True, max_batch_size)
    batches = [batch for batch in batches if len(batch) > 1]
    assert len(batches) >= MIN_ROWS / ROWS_PER_COMPARISON
    assert {size for size in SIZES if size <= max_batch_size} <= {len(batch) for batch in batches}
    in_batches = {str(row) for batch in batches for row in batch}
    assert {str(row) for row in rows} <= in_batches


async def test_a_probation_that_has_too_few_rows_is_neither_due_nor_passed() -> None:
    probation = filled_probation(
        Model(lambda rows: [value(row) for row in rows]), ROWS_PER_COMPARISON - 1, max_batch_size=8
    )
    assert not probation.is_due
    probation.add([1.0, 2.0], ModelOutput(21.0, None))
    assert probation.is_due
    assert await compare_when_due(probation) is None
    assert (probation.is_due, probation.is_passed, probation._comparisons) == (False, False, 1)


@pytest.mark.parametrize("size", [2, 3, 8, 31])
async def test_batches_are_composed_in_different_ways(size: int) -> None:
    probation = filled_probation(Model(lambda rows: [value(row) for row in rows]), 200, max_batch_size=1_000)
    rows = probation._rows
    assert probation._in_order(size) == list(range(size))
    assert probation._in_order(size) == list(range(size, 2 * size))
    probation._next = 199
    assert probation._in_order(size) == list(range(200 - size, 200))
    assert probation._next == 200
    assert len(set(probation._sample(size))) == len(probation._sample(size)) == size
    duplicated = probation._duplicated(size)
    assert len(duplicated) == size
    assert size == 2 or len(set(duplicated)) < size
    copies = probation._one_among_copies(size)
    assert len(copies) == size
    assert len(set(copies[1:])) == 1
    mixed = [rows[index][0] is None for index in probation._incomplete_among_others(size)]
    assert len(mixed) == size
    assert mixed[: size // 2] == [True] * (size // 2)
    for _ in range(20):
        ascending = [rows[index] for index in probation._sorted(size)]
        assert any(is_sorted([row[column] for row in ascending]) for column in (0, 1))
        descending = [rows[index] for index in probation._sorted_descending(size)][::-1]
        assert any(is_sorted([row[column] for row in descending]) for column in (0, 1))


def is_sorted(values: list[float | None]) -> bool:
    """Return whether values ascend, and those that are missing are the last ones."""
    keys = [math.inf if value is None else value for value in values]
    return keys == sorted(keys)


def test_variants_of_a_row_keep_its_types() -> None:
    rng, row = random.Random(11), [2.0, "a", True]
    variants = [vary(row, MIXED.features or (), rng) for _ in range(200)]
    assert {variant[0] for variant in variants} == {2.0}
    assert {variant[1] for variant in variants} == {"a", "b", "c"}
    assert {variant[2] for variant in variants} == {True, False}
    assert row == [2.0, "a", True]
    number, missing = (NUMBERS.features or ())[1], (NUMBERS.features or ())[0]
    assert list(values_like(None, missing)) == [None]
    assert list(values_like(1e306, number)) == []
    assert list(values_like(1.0, missing)) == [None]
    assert list(values_like(None, Feature(None, Kind.BOOLEAN))) == []
    assert list(values_like(1, Feature(None, Kind.CATEGORY, (1, 2, 2.5, "a")))) == [1, 2]


DEPENDENT: dict[str, Function] = {
    "mean": lambda rows: [value(row) - sum(map(value, rows)) / len(rows) for row in rows],
    "missing values replaced by the mean of the others": lambda rows: [
        row[1] + (row[0] if row[0] is not None else sum(each[0] or 0 for each in rows) / len(rows)) for row in rows
    ],
    "missing values replaced by the row above": lambda rows: [
        row[1] + (row[0] if row[0] is not None else rows[max(index - 1, 0)][0] or 0) for index, row in enumerate(rows)
    ],
    "duplicates": lambda rows: [rows.index(row) == index for index, row in enumerate(rows)],
    "a code that counts": lambda rows: [float(index) for index in range(len(rows))],
    "only when there are many rows": lambda rows: [value(row) if len(rows) <= 300 else 0.0 for row in rows],
    "only when some value is missing": lambda rows: [
        value(row) + any(each[0] is None for each in rows) * (row[0] is not None) for row in rows
    ],
    "only when some value is large, as one in a hundred is": lambda rows: [
        value(row) + any(each[1] > 8.9 for each in rows) * (row[1] <= 8.9) for row in rows
    ],
    "sorted and not unsorted": lambda rows: sorted(map(value, rows)),
    "one result too few is a failed call": lambda rows: [value(row) for row in rows][: 200 + (len(rows) < 200)],
}


@pytest.mark.parametrize("function", DEPENDENT.values(), ids=DEPENDENT.keys())
async def test_dependent_code_is_never_batched(config: Config, function: Function) -> None:
    def checked(rows: list[Row]) -> Sequence[Any]:
        results = function(rows)
        if len(results) != len(rows):
            raise BatchCallError("One of the rows failed.")
        return results

    monitor = await probe(checked, config)
    assert monitor.state is BatchingState.OFF
    assert monitor.max_rows(KEY) == 1
    assert monitor.end_row is not None
    assert "batch of" in (monitor.reason or "")


async def test_rows_that_may_not_share_a_call_at_all_are_not_batched(config: Config) -> None:
    for signature in (Signature(None), Signature(NUMBERS.features, single_row_only=True)):
        monitor = await monitor_of(Model(lambda rows: rows), config.model_copy(), signature)
        assert (monitor.state, monitor.key_of([1.0, 2.0], with_probabilities=False)) == (BatchingState.OFF, None)
        assert (monitor.reason or "").startswith("The model is called with one row at a time, or the types")
        assert monitor.max_rows(None) == 1
        await monitor.stop()


async def test_a_difference_in_the_last_bits_is_none(config: Config) -> None:
    monitor = await probe(lambda rows: [value(row) * (1 + 1e-12 * (len(rows) > 1)) for row in rows], config)
    assert monitor.state is BatchingState.ON


async def test_dependent_probabilities_end_batching_too(config: Config) -> None:
    model, rng = Model(DEPENDENT["mean"]), random.Random(3)
    monitor = await monitor_of(model, config)
    rows = [random_row(rng) for _ in range(ROWS_PER_COMPARISON)]
    await serve_alone(monitor, model, rows, with_probabilities=True)
    await wait_until_async(lambda: monitor.state is BatchingState.OFF)
    await monitor.stop()


async def test_rows_of_other_types_are_on_a_probation_of_their_own(config: Config) -> None:
    model, rng = Model(lambda rows: [str(row) for row in rows]), random.Random(4)
    monitor = await monitor_of(model, config, MIXED)
    rows = [[rng.random(), rng.choice(WORDS), rng.random() < 0.5] for _ in range(MIN_ROWS)]
    await serve_alone(monitor, model, rows)
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    keys = [monitor.key_of([1.0, word, True], with_probabilities=False) for word in ("a", None)]
    assert [monitor.max_rows(key) for key in keys] == [max(SIZES), 1]
    await monitor.stop()


async def test_while_the_model_is_unavailable_nothing_is_concluded(config: Config) -> None:
    model, rng = Model(lambda rows: [value(row) for row in rows]), random.Random(5)
    model.errors = [ModelUnavailableError("Away.")] * 5
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(ROWS_PER_COMPARISON * 10)])
    await asyncio.sleep(0.05)
    assert (model.errors, monitor.state) == ([], BatchingState.PROBATION)
    await monitor.stop()


async def test_a_model_process_that_ends_during_a_comparison_concludes_nothing_and_smaller_batches_follow(
    config: Config,
) -> None:
    model, rng = Model(lambda rows: [value(row) for row in rows]), random.Random(6)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(ROWS_PER_COMPARISON * 6)])
    await wait_until_async(lambda: max(model.calls) > 8)
    model.errors = [RunnerCrashedError("Killed.")]
    await serve_alone(monitor, model, [random_row(rng) for _ in range(MIN_ROWS)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert monitor.max_rows(KEY) < max(SIZES)
    await monitor.stop()


async def test_a_model_that_takes_longer_for_larger_batches_is_compared_in_small_ones(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("web_single.predictor.probation.time.perf_counter", lambda: clock[0])

    def quadratic(rows: list[Row]) -> list[float]:
        clock[0] += 0.0005 + 1e-5 * len(rows) ** 2
        return [value(row) for row in rows]

    model, rng = Model(quadratic), random.Random(10)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(MIN_ROWS)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert 100 < max(model.calls) < 500  # 224 rows take half a second
    await monitor.stop()


async def test_a_key_that_is_sent_often_is_compared_although_there_are_many_others(config: Config) -> None:
    model, rng = Model(lambda rows: [str(row) for row in rows]), random.Random(11)
    features = tuple(Feature(None, Kind.CATEGORY, WORDS, nullable=True) for _ in range(7))
    monitor = await monitor_of(model, config, Signature(features, dependence_risk="Own."))
    combinations = [[None if number >> bit & 1 else "a" for bit in range(7)] for number in range(1, 128)]
    await serve_alone(monitor, model, combinations)
    usual = [[rng.choice(WORDS) for _ in range(7)] for _ in range(MIN_ROWS)]
    await serve_alone(monitor, model, usual)
    key = monitor.key_of(usual[0], with_probabilities=False)
    await wait_until_async(lambda: monitor.max_rows(key) > 1)
    assert len(monitor._probations) <= MAX_PROBATIONS
    await monitor.stop()


async def test_rows_are_not_kept_beyond_a_budget_nor_after_batching_ended(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.predictor.batch_safety.MAX_TEXT_CHARACTERS", 100)
    model = Model(lambda rows: [str(row) for row in rows])
    monitor = await monitor_of(model, config, Signature((Feature(None, Kind.TEXT),), dependence_risk="Own."))
    await serve_alone(monitor, model, [["x" * 30] for _ in range(10)])
    assert monitor.rows_compared == 3
    monitor.end("Another result.", ["x"])
    assert (monitor._probations, monitor.rows_compared) == ({}, 0)
    await monitor.stop()


async def test_text_of_a_probation_that_has_ended_no_longer_counts(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.predictor.batch_safety.MAX_TEXT_CHARACTERS", MIN_ROWS)
    model = Model(lambda rows: [str(row) for row in rows])
    monitor = await monitor_of(model, config, Signature((Feature(None, Kind.TEXT),), dependence_risk="Own."))
    for with_probabilities in (False, True):
        await serve_alone(monitor, model, [["x"]] * MIN_ROWS, with_probabilities=with_probabilities)
        key = monitor.key_of(["x"], with_probabilities=with_probabilities)
        await wait_until_async(partial(is_batched, monitor, key))
    await monitor.stop()


def is_batched(monitor: BatchSafetyMonitor, key: BatchKey | None) -> bool:
    return monitor.max_rows(key) > 1


async def test_variants_that_the_model_rejects_are_not_compared(config: Config) -> None:
    def only_usual(rows: list[Row]) -> list[float]:
        if any(row[0] is None for row in rows):
            rejected.extend(rows)
            raise ModelCodeError("1", {})
        return [value(row) for row in rows]

    rejected: list[Row] = []
    model, rng = Model(only_usual), random.Random(7)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng, missing=0) for _ in range(2 * MIN_ROWS)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert rejected
    await monitor.stop()


async def test_a_variant_that_crashes_the_model_is_the_last_one(config: Config) -> None:
    crashes = []

    def fragile(rows: list[Row]) -> list[float]:
        if any(row[0] is None for row in rows):
            crashes.append(rows)
            raise RunnerCrashedError("Killed.")
        return [value(row) for row in rows]

    model, rng = Model(fragile), random.Random(7)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [[1.0, rng.uniform(1, 9)] for _ in range(MIN_ROWS)])
    await serve_alone(monitor, model, [[1.0, rng.uniform(1, 9)]])  # a comparison that failed is made when a row comes
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert len(crashes) == 1
    await monitor.stop()


async def test_a_slow_model_is_compared_and_batched_in_small_batches(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.predictor.probation.MAX_CALL_SECONDS", 1e-9)
    model, rng = Model(lambda rows: [value(row) for row in rows]), random.Random(8)
    monitor = await monitor_of(model, config)
    await serve_alone(monitor, model, [random_row(rng) for _ in range(MIN_ROWS)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert max(model.calls) == monitor.max_rows(KEY) == 2
    await monitor.stop()


async def test_batches_wait_for_the_record_of_their_start(config: Config) -> None:
    model, rng = Model(lambda rows: [value(row) for row in rows]), random.Random(9)
    monitor = await monitor_of(model, config)
    attempts: list[int] = []

    async def record() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise DatabaseUnavailableError("Away.")

    monitor.before_batching = record
    await serve_alone(monitor, model, [random_row(rng) for _ in range(MIN_ROWS)])
    await wait_until_async(lambda: bool(attempts))
    assert monitor.state is BatchingState.PROBATION
    await serve_alone(monitor, model, [random_row(rng)])
    await wait_until_async(lambda: monitor.state is BatchingState.ON)
    assert len(attempts) == 2
    await monitor.stop()


async def test_a_sample_of_batched_rows_ends_batching_by_the_first_difference(config: Config) -> None:
    trusting = config.model_copy(update={"batching": Batching.ON})
    model = Model(DEPENDENT["mean"])
    monitor = await monitor_of(model, trusting)
    ended: list[int] = []
    monitor.after_end = lambda: ended.append(1)
    rows: list[Row] = [[1.0, 2.0], [3.0, 4.0]]
    monitor.record(KEY, rows, await model.predict(rows, shared=True))
    await wait_until_async(lambda: monitor.state is BatchingState.OFF)
    assert (monitor.end_row, ended, monitor.max_rows(KEY)) == ([1.0, 2.0], [1], 1)
    await monitor.stop()
