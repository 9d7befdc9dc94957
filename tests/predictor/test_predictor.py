"""The plain way to predict: the answers of the model's own process, and what becomes of it when it goes wrong."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.model_folders import CHILD, CRASH, EAT, EXAMPLE, EXIT, GARBAGE, HEALTHY, PRINT, RAISE, SLEEP, STOP
from tests.support.waiting import wait_until_async
from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.errors import (
    BatchCallError,
    InvalidFeaturesError,
    ModelCodeError,
    ModelFolderError,
    ModelUnavailableError,
    OverloadedError,
    RunnerCrashedError,
)
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.predictor import Predictor, RunnerState
from web_single.predictor.runner.wire_format import encode_frame
from web_single.predictor.signature.model_output import ModelOutput

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]


@asynccontextmanager
async def started(artifact: Path, config: Config) -> AsyncIterator[Predictor]:
    model_folder = ModelFolder.open(artifact)
    predictor = Predictor(model_folder, find_environment(model_folder, config), config)
    await predictor.start()
    try:
        yield predictor
    finally:
        await predictor.stop()


@pytest.fixture
async def mischievous(mischief: Path, make_config: MakeConfig) -> AsyncIterator[Predictor]:
    async with started(mischief, make_config(predict_timeout_seconds=2)) as predictor:
        yield predictor


def runner_of(predictor: Predictor) -> psutil.Process:
    return psutil.Process(predictor._runner.pid)


async def test_the_search_for_a_bad_row_ends_in_time_and_the_process_lives(mischievous: Predictor) -> None:
    pid = mischievous._runner.pid
    with pytest.raises(ModelCodeError, match="failed on this input") as error:
        await mischievous.predict([*[[SLEEP, 0.2]] * 6, [RAISE, 0]])
    assert error.value.row is None
    assert (await mischievous.predict([[HEALTHY, 1]]), mischievous._runner.pid) == ([ModelOutput(1, None)], pid)


async def test_a_bad_row_is_named_where_there_is_time(mischievous: Predictor) -> None:
    with pytest.raises(ModelCodeError, match="failed on instance 5") as error:
        await mischievous.predict([*[[SLEEP, 0.01]] * 5, [RAISE, 0], [HEALTHY, 1]])
    assert error.value.row == 5


async def test_the_example_answers_what_its_own_predict_answers(make_config: MakeConfig) -> None:
    async with started(EXAMPLE / "model.joblib", make_config()) as predictor:
        rows = [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3], [7.7, 3, 6.1, 2.3]]
        answers = await predictor.predict(rows, with_probabilities=True)
    assert [answer.result for answer in answers] == [0, 1, 2]
    for answer in answers:
        assert answer.probabilities is not None
        assert sum(answer.probabilities) == pytest.approx(1)
        assert answer.probabilities[answer.result] > 0.5
    assert predictor.signature.feature_count == 4
    assert predictor.signature.classes == (0, 1, 2)


async def test_a_model_in_plain_python_gets_plain_lists(plain: Path, make_config: MakeConfig) -> None:
    async with started(plain, make_config()) as predictor:
        assert await predictor.predict([[0, 0.5], [5, 4]]) == [ModelOutput("low", None), ModelOutput("high", None)]


async def test_an_exception_of_the_model_leaves_it_alive(mischievous: Predictor) -> None:
    pid = runner_of(mischievous).pid
    with pytest.raises(ModelCodeError):
        await mischievous.predict([[RAISE, 0]])
    assert await mischievous.predict([[HEALTHY, 7]]) == [ModelOutput(7.0, None)]
    assert runner_of(mischievous).pid == pid


@pytest.mark.parametrize("kind", [EXIT, CRASH, GARBAGE, STOP])
async def test_a_model_that_ends_or_talks_nonsense_is_started_anew(mischievous: Predictor, kind: int) -> None:
    with pytest.raises(RunnerCrashedError):
        await mischievous.predict([[kind, 3]])
    await wait_until_async(lambda: mischievous.restarts == 1)
    assert await mischievous.predict([[HEALTHY, 7]]) == [ModelOutput(7.0, None)]


async def test_a_model_that_hangs_is_ended_and_started_anew(mischievous: Predictor) -> None:
    runner = runner_of(mischievous)
    with pytest.raises(RunnerCrashedError, match="did not answer in 2 seconds"):
        await mischievous.predict([[SLEEP, 600]])
    await wait_until_async(lambda: mischievous.restarts == 1)
    assert not runner.is_running()
    assert await mischievous.predict([[SLEEP, 0.001]]) == [ModelOutput(0.001, None)]


async def test_while_it_is_away_requests_are_refused_at_once_with_the_reason(mischievous: Predictor) -> None:
    with pytest.raises(RunnerCrashedError):
        await mischievous.predict([[EXIT, 3]])
    assert mischievous.state is RunnerState.RESTARTING
    await wait_until_async(lambda: mischievous.error == "The model's process ended: exit code 3.")
    with pytest.raises(ModelUnavailableError):
        await mischievous.predict([[HEALTHY, 1]])


async def test_a_runner_that_has_ended_but_is_not_missed_yet_refuses_too(mischievous: Predictor) -> None:
    runner = mischievous._runner
    runner.kill()
    await runner.ended()
    with pytest.raises(RunnerCrashedError, match="has ended"):
        await runner.call({}, b"", timeout_seconds=1)


async def test_a_kill_is_noticed_while_nobody_asks(mischievous: Predictor) -> None:
    runner_of(mischievous).kill()
    await wait_until_async(lambda: mischievous.restarts == 1)
    assert await mischievous.predict([[HEALTHY, 1]]) == [ModelOutput(1.0, None)]


async def test_a_runner_that_dies_while_its_child_holds_the_channel_open_is_noticed(mischievous: Predictor) -> None:
    (answer,) = await mischievous.predict([[CHILD, 0]])
    child = psutil.Process(answer.result)
    with pytest.raises(RunnerCrashedError):
        await mischievous.predict([[EXIT, 1]])
    await wait_until_async(lambda: mischievous.restarts == 1)
    await wait_until_async(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


async def test_stopping_ends_the_runner_and_what_it_started(mischief: Path, make_config: MakeConfig) -> None:
    async with started(mischief, make_config()) as predictor:
        runner = runner_of(predictor)
        child = psutil.Process((await predictor.predict([[CHILD, 0]]))[0].result)
    await wait_until_async(lambda: not runner.is_running())
    await wait_until_async(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


async def test_stopping_does_not_wait_for_a_model_that_is_frozen(mischief: Path, make_config: MakeConfig) -> None:
    async with started(mischief, make_config()) as predictor:
        runner = runner_of(predictor)
        os.kill(runner.pid, signal.SIGSTOP)
    assert not runner.is_running()


async def test_a_flood_of_output_does_not_freeze_the_model(mischievous: Predictor) -> None:
    mischievous._config = mischievous._config.model_copy(update={"predict_timeout_seconds": 30.0})
    assert await mischievous.predict([[PRINT, 50_000]]) == [ModelOutput(50_000.0, None)]


async def test_beyond_its_memory_limit_it_is_started_anew_between_two_calls(
    mischief: Path, make_config: MakeConfig
) -> None:
    async with started(mischief, make_config(runner_memory_limit_bytes="200MB")) as predictor:
        assert await predictor.predict([[EAT, 1]]) == [ModelOutput(1.0, None)]
        assert predictor.state is RunnerState.READY
        assert await predictor.predict([[EAT, 300]]) == [ModelOutput(300.0, None)]
        await wait_until_async(lambda: predictor.restarts == 1)
        assert await predictor.predict([[HEALTHY, 1]]) == [ModelOutput(1.0, None)]


async def test_a_delivery_that_changed_is_not_started_and_what_serves_goes_on(
    mischief: Path, make_config: MakeConfig, tmp_path: Path
) -> None:
    copy = shutil.copytree(mischief.parent, tmp_path / "copy")
    async with started(copy / mischief.name, make_config()) as predictor:
        (copy / "model.py").write_text("raise RuntimeError('another delivery')")
        assert await predictor.predict([[HEALTHY, 1]]) == [ModelOutput(1.0, None)]
        runner_of(predictor).kill()
        await wait_until_async(lambda: "The delivery changed" in (predictor.error or ""))
        shutil.copy(mischief.parent / "model.py", copy / "model.py")
        await wait_until_async(lambda: predictor.state is RunnerState.READY)
        assert await predictor.predict([[HEALTHY, 1]]) == [ModelOutput(1.0, None)]


async def test_files_that_change_while_the_model_loads_are_refused(
    mischief: Path, make_config: MakeConfig, tmp_path: Path
) -> None:
    copy = shutil.copytree(mischief.parent, tmp_path / "copy")
    with (copy / "model.py").open("a") as code:
        code.write("\nsubprocess.run(['touch', 'written-while-importing'], check=True)\n")
    with pytest.raises(
        ModelFolderError, match=r"changed \(written-while-importing is new\): .* let it write elsewhere"
    ):
        async with started(copy / mischief.name, make_config()):
            pass


async def test_an_answer_to_another_request_ends_the_runner(
    mischievous: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mischievous._runner, "_calls", 99)
    monkeypatch.setattr(
        "web_single.predictor.runner.process.encode_frame",
        lambda _, head, block: encode_frame(7, head, block),
    )
    with pytest.raises(RunnerCrashedError, match="another request"):
        await mischievous.predict([[HEALTHY, 1]])
    monkeypatch.undo()
    await wait_until_async(lambda: mischievous.restarts == 1)


@pytest.mark.parametrize("reply", [{}, {"results": "no list"}, {"results": [1, 2]}])
async def test_a_reply_without_a_result_for_each_row_ends_the_runner(
    mischievous: Predictor, monkeypatch: pytest.MonkeyPatch, reply: dict[str, object]
) -> None:
    async def answer_nonsense(*_: object, **__: object) -> tuple[dict[str, object], bytes]:
        return reply, b""

    monkeypatch.setattr(mischievous._runner, "call", answer_nonsense)
    with pytest.raises(RunnerCrashedError, match="without a result for each row"):
        await mischievous.predict([[HEALTHY, 1]])
    await wait_until_async(lambda: mischievous.restarts == 1)


async def test_an_exception_names_the_row_and_what_was_raised(mischievous: Predictor) -> None:
    with pytest.raises(ModelCodeError, match="failed on instance 1; ") as caught:
        await mischievous.predict([[HEALTHY, 0], [RAISE, 0]])
    raised = caught.value.raised
    assert (raised["type"], raised["message"], caught.value.row) == ("ValueError", "a secret of the model", 1)
    assert "model.py" in raised["traceback"]


async def test_a_call_that_several_share_is_not_searched_for_the_row_at_fault(mischievous: Predictor) -> None:
    with pytest.raises(BatchCallError):
        await mischievous.predict([[HEALTHY, 0], [RAISE, 0]], shared=True)
    assert await mischievous.predict([[HEALTHY, 0], [HEALTHY, 1]], shared=True) == [
        ModelOutput(0, None),
        ModelOutput(1, None),
    ]


async def test_who_waits_too_long_for_a_turn_is_refused(mischief: Path, make_config: MakeConfig) -> None:
    async with started(mischief, make_config(queue_timeout_seconds=0.05)) as predictor:
        busy = asyncio.create_task(predictor.predict([[SLEEP, 0.5]]))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError, match=r"no time for this request in 0\.05 seconds"):
            await predictor.predict([[HEALTHY, 1]])
        assert await busy == [ModelOutput(0.5, None)]


async def test_a_number_that_the_models_float32_cannot_hold_is_the_requests_fault(make_config: MakeConfig) -> None:
    async with started(EXAMPLE / "model.joblib", make_config()) as predictor:
        fine, wrong = [5.1, 3.5, 1.4, 0.2], [5.1, 3.5, -1e39, 0.2]
        with pytest.raises(InvalidFeaturesError, match=r"^Feature 2: this model takes no number beyond 3\.4e38"):
            await predictor.predict([wrong])
        with pytest.raises(InvalidFeaturesError, match=r"^Instance 1: Feature 2: "):
            await predictor.predict([fine, wrong, fine])
        assert await predictor.predict([[5.1, 3.5, 1.4, 3e38]])


async def test_an_exception_that_a_large_number_does_not_cause_is_still_the_models(mischievous: Predictor) -> None:
    with pytest.raises(ModelCodeError):
        await mischievous.predict([[RAISE, 1e39]])
    assert await mischievous.predict([[HEALTHY, 1e39]]) == [ModelOutput(1e39, None)]
