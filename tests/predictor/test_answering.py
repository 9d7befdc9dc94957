"""How the predictor calls its model process: what an error names, what it waits for, and what a success resets."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from web_single.backoff import FIRST_SECONDS
from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.errors import InvalidFeaturesError, ModelCodeError, ModelUnavailableError, RunnerCrashedError
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.batch_safety import BatchingState
from web_single.predictor.compiled.model import CompiledModel
from web_single.predictor.predictor import Predictor, RunnerState
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.runner.wire_format import FrameHeader, decode_rows
from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.signature import Signature

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]
Row = Sequence[Any]
BAD, TOO_LARGE, RAISING = -1.0, -2.0, -3.0
FAULTS = {
    BAD: lambda row: {"not_finite": row},
    TOO_LARGE: lambda row: {"too_large": row, "column": 0},
    RAISING: lambda row: {"raised": {"type": "ValueError"}, "row": row},
}


class Runner:
    """A model process that returns the first value of each row, or names the first row with a fault."""

    def __init__(self) -> None:
        self.calls: list[list[float]] = []
        self.timeouts: list[float] = []
        self.bytes = 0
        self.error: BaseException | None = None
        self.is_killed = False

    async def call(self, _: FrameHeader, block: bytes, *, timeout_seconds: float) -> tuple[FrameHeader, bytes]:
        values = [row[0] for row in decode_rows(block, rows=len(block) // 8)]
        self.calls.append(values)
        self.timeouts.append(timeout_seconds)
        if self.error is not None:
            raise self.error
        for index, value in enumerate(values):
            if value in FAULTS:
                return FAULTS[value](index), b""
        return {"results": values}, b""

    def memory_bytes(self) -> int:
        return self.bytes

    def kill(self) -> None:
        self.is_killed = True


class Compiled:
    """A compiled model that falls back for negative values."""

    def is_faster(self, rows: int, *, with_probabilities: bool) -> bool:
        return rows < 10 and not with_probabilities

    def predict(self, rows: list[Row], *, with_probabilities: bool) -> list[ModelOutput | None]:
        assert not with_probabilities
        return [ModelOutput(row[0], None) if row[0] >= 0 else None for row in rows]


@pytest.fixture
def predictor(plain: Path, make_config: MakeConfig) -> Predictor:
    """A predictor whose model process is a `Runner`."""
    config = make_config(queue_timeout_seconds=0.05, shadow_sample_rate=0, runner_memory_limit_bytes=1_000)
    model_folder = ModelFolder.open(plain)
    made = Predictor(model_folder, find_environment(model_folder, config), config)
    made.signature = Signature((Feature(None, Kind.NUMBER),))
    made._runner = cast("RunnerProcess", Runner())
    made.state = RunnerState.READY
    made._ready.set()
    return made


def runner_of(predictor: Predictor) -> Runner:
    return cast("Runner", predictor._runner)


@pytest.mark.parametrize(
    ("fault", "error", "name"),
    [
        (BAD, InvalidFeaturesError, "Instance {}: the model gives no finite"),
        (TOO_LARGE, InvalidFeaturesError, "Instance {}: Feature 0: "),
        (RAISING, ModelCodeError, "instance {}; "),
    ],
)
@pytest.mark.parametrize("is_compiled", [False, True])
async def test_an_error_names_the_instance_of_the_request(
    predictor: Predictor, *, fault: float, error: type[Exception], name: str, is_compiled: bool
) -> None:
    predictor.compilation.model = cast("CompiledModel", Compiled()) if is_compiled else None
    for index in range(3):
        rows = [[5.0], [-9.0], [6.0]]
        rows[index] = [fault]
        with pytest.raises(error, match=name.format(index)):
            await predictor.answer(rows)
    with pytest.raises(error) as raised:
        await predictor.answer([[fault]])
    assert "nstance" not in str(raised.value)


async def test_only_rows_that_the_compiled_model_leaves_are_predicted_by_the_model(predictor: Predictor) -> None:
    predictor.compilation.model = cast("CompiledModel", Compiled())
    outputs = await predictor.answer([[1.0], [-7.0], [2.0], [-8.0]])
    assert [output.result for output in outputs] == [1.0, -7.0, 2.0, -8.0]
    assert runner_of(predictor).calls == [[-7.0, -8.0]]


async def test_the_compiled_model_predicts_where_it_is_faster_or_alone(predictor: Predictor) -> None:
    predictor.compilation.model = cast("CompiledModel", Compiled())
    assert predictor.compiled_for(9, with_probabilities=False)
    assert predictor.compiled_for(10, with_probabilities=False) is None
    assert predictor.compiled_for(9, with_probabilities=True) is None
    predictor.state = RunnerState.RESTARTING
    assert predictor.compiled_for(10, with_probabilities=False)


async def test_a_call_that_succeeds_resets_the_back_off(predictor: Predictor) -> None:
    for _ in range(4):
        predictor._backoff.next_seconds()
    assert await predictor.predict([[1.0]]) == [ModelOutput(1.0, None)]
    assert predictor._backoff.next_seconds() == FIRST_SECONDS


async def test_the_first_process_is_not_waited_for_for_ever(predictor: Predictor) -> None:
    predictor.state = RunnerState.STARTING
    never = asyncio.Event()
    predictor.started = asyncio.create_task(cast("Any", never.wait()))
    with pytest.raises(ModelUnavailableError):
        await asyncio.wait_for(predictor.predict([[1.0]]), 30)
    assert not predictor.started.done()
    predictor.started.cancel()


async def test_the_first_process_is_waited_for(predictor: Predictor) -> None:
    predictor.state = RunnerState.STARTING
    predictor._config = predictor._config.model_copy(update={"queue_timeout_seconds": 30})

    async def start() -> None:
        await asyncio.sleep(0)
        predictor.state = RunnerState.READY

    predictor.started = asyncio.create_task(start())
    assert await predictor.predict([[1.0]]) == [ModelOutput(1.0, None)]


async def test_waiting_until_ready_ends(predictor: Predictor) -> None:
    await predictor.wait_until_ready(30)
    predictor._mark_unavailable("Away.")
    with pytest.raises(ModelUnavailableError):
        await asyncio.wait_for(predictor.wait_until_ready(0.01), 30)


async def test_a_process_beyond_its_memory_limit_gets_no_further_call(predictor: Predictor) -> None:
    runner = runner_of(predictor)
    runner.bytes = 1_000
    await predictor.predict([[1.0]])
    assert (predictor.state, runner.is_killed) == (RunnerState.READY, False)
    runner.bytes = 1_001
    assert await predictor.predict([[1.0]]) == [ModelOutput(1.0, None)]
    assert (predictor.state, runner.is_killed) == (RunnerState.RESTARTING, True)
    with pytest.raises(ModelUnavailableError):
        await predictor.predict([[1.0]])


async def test_a_call_that_breaks_ends_the_process_and_the_next_one_may_call(predictor: Predictor) -> None:
    runner = runner_of(predictor)
    runner.error = RunnerCrashedError("Broken.")
    with pytest.raises(RunnerCrashedError):
        await predictor.predict([[1.0]])
    assert (runner.is_killed, predictor.state, predictor._ready.is_set()) == (True, RunnerState.RESTARTING, False)
    assert not predictor._turn.locked()


async def test_the_process_is_called_with_the_time_limit_of_the_settings(predictor: Predictor) -> None:
    await predictor.predict([[1.0]])
    assert runner_of(predictor).timeouts == [predictor._config.predict_timeout_seconds]


async def test_what_the_model_process_describes_decides_what_is_batched(predictor: Predictor) -> None:
    feature = {"name": None, "kind": "number", "values": None, "allow_unknown": True, "nullable": False}
    description = {
        "features": [feature, feature],
        "classes": [0, 1],
        "probabilities": True,
        "result": "label",
        "outputs": None,
        "input_type": "array",
        "single_row_only": False,
    }
    key = predictor.batch_safety.key_of([1.0, 2.0], with_probabilities=False)
    assert (key, predictor.batch_safety.state) == (None, BatchingState.OFF)
    for risk, state in ((None, BatchingState.ON), ("Own.", BatchingState.PROBATION)):
        predictor._take_description(description | {"dependence_risk": risk, "probabilities_risk": risk})
        key = predictor.batch_safety.key_of([1.0, 2.0], with_probabilities=False)
        assert (predictor.batch_safety.state, predictor.batch_safety.reason) == (state, risk)
        assert predictor.batch_safety.max_rows(key) == (1 if risk else predictor._config.max_batch_size)
    assert predictor.signature.classes == (0, 1)
    assert predictor.description["dependence_risk"] == "Own."
