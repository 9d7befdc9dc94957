"""Timing: a compiled model is used for the batches for which it was measured to be faster, in calls that are short."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from web_single.predictor.compiled import timing
from web_single.predictor.compiled.timing import ROUNDS, SIZES, BatchTiming, Timings, measure

pytestmark = pytest.mark.anyio

ROWS = [[float(at)] for at in range(10)]


class Machine:
    """A clock, and two models that let it go on by the time that each takes for a batch."""

    def __init__(self, compiled: Callable[[int], float], model: Callable[[int], float]) -> None:
        self.now = 0.0
        self.batches: list[Sequence[Any]] = []
        self._compiled, self._model = compiled, model

    def perf_counter(self) -> float:
        return self.now

    def compiled(self, rows: Sequence[Any]) -> None:
        self.batches.append(rows)
        self.now += self._compiled(len(rows))

    async def model(self, rows: Sequence[Any]) -> None:
        self.now += self._model(len(rows))


async def timings_of(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Timings:
    with monkeypatch.context() as patch:
        patch.setattr(timing, "time", machine)
        return await measure(machine.compiled, machine.model, ROWS)


async def test_the_compiled_model_is_used_up_to_the_largest_batch_for_which_it_is_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine(lambda rows: rows / 1024, lambda rows: (21 + rows / 4) / 1024)
    timings = await timings_of(machine, monkeypatch)
    assert [batch.rows for batch in timings.batches] == [1, 2, 4, 8, 16, 32]  # and no larger ones
    assert timings.max_rows == 16
    assert timings.rows_per_call == 51  # in 0.05 seconds


async def test_one_that_is_never_faster_is_used_for_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    timings = await timings_of(Machine(lambda _: 1.0, lambda _: 1.0), monkeypatch)
    assert (timings.max_rows, timings.rows_per_call) == (0, 1)


async def test_all_sizes_are_measured_on_rows_that_differ_from_call_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(lambda _: 0.001, lambda _: 0.002)
    timings = await timings_of(machine, monkeypatch)
    assert timings.max_rows == SIZES[-1]
    assert machine.batches[:ROUNDS] == [[row] for row in ROWS[:ROUNDS]]


async def test_a_round_that_another_process_disturbed_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    disturbed = iter([9.0, 0.001])
    machine = Machine(lambda _: next(disturbed, 0.001), lambda _: 0.002)
    monkeypatch.setattr(timing, "SIZE_SECONDS", 100)
    assert (await timings_of(machine, monkeypatch)).max_rows == SIZES[-1]


async def test_a_slow_model_is_measured_once_for_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(lambda _: 5.0, lambda _: 6.0)
    await timings_of(machine, monkeypatch)
    assert [len(batch) for batch in machine.batches] == list(SIZES)


def test_without_timings_no_batch_is_known_to_be_faster() -> None:
    assert (Timings().max_rows, Timings().rows_per_call) == (0, SIZES[-1])
    assert Timings.from_json({"batches": [{"rows": 2, "compiled_seconds": 1.0, "model_seconds": 2.0}]}) == Timings(
        (BatchTiming(2, 1.0, 2.0),)
    )
